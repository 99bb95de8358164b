"""Networks, and machines with the trainings that run on them."""
import json

from .files import write


def networks(root):
    write(root / "own.txt", "network own classes=10\n  input 3x32x32\n  conv 16 3\n  relu\n  global_pool\n  dense classes\nend\n")
    write(root / "wrong_word.txt", "network own\ninput 4\ndance 2\nend\n")
    write(root / "no_end.txt", "network own\ninput 4\ndense 2\n")
    llama = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
             "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100, "torch_dtype": "bfloat16"}
    write(root / "small_llama/config.json", json.dumps(llama, indent=1) + "\n")


FOLDS = """for fold in 1 2; do
  echo "Fold $fold/2"
  for epoch in 1 2 3; do
    sleep 0.25
    echo "Epoch $epoch/3 loss: 0.$epoch$fold"
  done
done
"""


STEPS = """for step in 10 20 30 40 50 60 70 80; do
  sleep 0.15
  echo "step $step/80 | loss 3.$step | lr 1.0e-04"
done
"""


TELLING_TRAINING = """import json, os, socket, time
connection = socket.socket(socket.AF_UNIX)
connection.connect(os.environ["JOULECAST_SOCKET"])


def tell(**message):
    connection.sendall((json.dumps(message) + "\\n").encode())


tell(event="begin_run", total_work=30)
for epoch, work in enumerate((10, 10, 10)):
    tell(event="epoch", epoch=epoch)
    time.sleep(0.2)
    tell(event="metric", metrics={"f1": 0.5 + epoch / 10})
    tell(event="epoch_end", epoch=epoch, work=work)
tell(event="dance")
connection.sendall(b"no message\\n")
tell(event="end_run")
time.sleep(0.2)
"""


def machines(root):
    """A script for the fake NVIDIA library of tests/fakes, and a training that prints its epochs."""
    write(root / "two_gpus.txt", "gpu uuid=GPU-aaaa name=NVIDIA_H100_80GB arch=9 limit_w=700\npower 0:300\n"
                                 "gpu uuid=GPU-bbbb name=NVIDIA_H100_80GB arch=9 limit_w=700\npower 0:100\n")
    write(root / "one_gpu.txt", "gpu uuid=GPU-aaaa name=NVIDIA_GeForce_RTX_3090 arch=8 limit_w=350\npower 0:200\n")
    write(root / "proc/cpuinfo", "".join(f"processor\t: {i}\nvendor_id\t: AuthenticAMD\n"
                                         "model name\t: AMD EPYC 7742 64-Core Processor\ncpu MHz\t\t: 2250.000\n\n" for i in range(4)))
    write(root / "proc/meminfo", "MemTotal:       65536000 kB\nMemFree:        40000000 kB\nMemAvailable:   49152000 kB\n")
    write(root / "proc/stat", "cpu  1000 0 1000 8000 0 0 0 0 0 0\n"
                              + "".join(f"cpu{i} 250 0 250 2000 0 0 0 0 0 0\n" for i in range(4)))
    write(root / "tell.py", TELLING_TRAINING)
    write(root / "folds.sh", FOLDS)
    write(root / "steps.sh", STEPS)
    write(root / "train.sh", "for epoch in 1 2 3; do\n  sleep 0.2\n"
                             '  echo "Epoch $epoch/3 loss=0.$epoch accuracy=0.9$epoch"\ndone\nsleep 0.2\nexit ${1:-0}\n')
