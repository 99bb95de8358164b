#include "run/command_name.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace joulecast::run {
namespace {

std::string name_of(std::string_view line) {
  std::vector<std::string> words;
  for (const auto word : split(line, ' ')) words.emplace_back(word);
  return run_name_of(words);
}

struct Named {
  const char* command;
  const char* name;
};

TEST(CommandName, IsTheScriptsWhoeverStartsIt) {
  const Named all[] = {
      {"python train.py", "train"},
      {"python3.11 -u -W ignore code/train.py --epochs 3", "train"},
      {"/opt/venv/bin/python -m pkg.train --lr 0.1", "train"},
      {"python -m pkg.__main__", "pkg"},
      {"python pkg/__main__.py", "pkg"},
      {"python -m torch.distributed.run --nproc_per_node 2 train.py", "train"},
      {"python -m torch.distributed.launch --use_env main.py", "main"},
      {"torchrun --nproc 2 train.py", "train"},
      {"torchrun --standalone --nnodes=1 --nproc-per-node 8 train.py config/gpt2.py", "train"},
      {"torchrun --nproc_per_node 2 -m pkg.pretrain", "pretrain"},
      {"torchrun --a-new-option 7 train.py", "train"},
      {"accelerate launch x.py", "x"},
      {"accelerate launch --mixed_precision fp16 --not_known_yet 3 run_clm.py --model gpt2", "run_clm"},
      {"deepspeed --num_gpus 4 finetune.py --deepspeed ds.json", "finetune"},
      {"uv run train.py", "train"},
      {"uv run --with torch python train.py", "train"},
      {"poetry run python -m pkg.fit", "fit"},
      {"conda run -n torch python train.py", "train"},
      {"bash run.sh", "run"},
      {"bash -x scripts/run_all.sh 3", "run_all"},
      {"srun python train.py", "train"},
      {"srun -N 2 --gpus-per-task=1 --mem 8G torchrun --nproc_per_node 4 train.py", "train"},
      {"mpirun -np 4 -x NCCL_DEBUG=INFO python train.py", "train"},
      {"horovodrun -np 4 python keras_mnist.py", "keras_mnist"},
      {"env CUDA_VISIBLE_DEVICES=0 OMP_NUM_THREADS=4 python train.py", "train"},
      {"nice -n 10 nohup python -u train.py", "train"},
      {"timeout -k 5 2h python train.py", "train"},
      {"taskset -c 0-3 python train.py", "train"},
      {"numactl --cpunodebind=0 --membind 0 python train.py", "train"},
      {"apptainer exec --nv image.sif python train.py", "train"},
      {"Rscript fit.R", "fit"},
      {"julia --threads 4 train.jl", "train"},
      {"./train.py", "train"},
      {"sudo -u me env A=1 stdbuf -oL bash -e run.sh", "run"},
  };
  for (const auto& [command, name] : all) EXPECT_EQ(name_of(command), name) << command;
}

TEST(CommandName, IsTheCommandsWhereThereIsNoScript) {
  const Named all[] = {
      {"./build/darknet detector train", "darknet"},
      {"python", "python"},
      {"python -c print(1)", "python"},
      {"sh -c exit", "sh"},
      {"bash -c python", "bash"},
      {"yolo train model=yolov8n.pt", "yolo"},
      {"nvidia-smi", "nvidia-smi"},
      {"uv sync", "uv"},
      {"accelerate test", "accelerate"},
      {"srun", "srun"},
      {"timeout 5", "timeout"},
      {"env A=1", "env"},
      {"torchrun --nproc_per_node", "torchrun"},
      {"python2.7-dbg", "python2.7-dbg"},
      {"nice ./a.out", "a.out"},
      {"/usr/bin/time -f %e ./fit", "fit"},
      {"fasttext supervised", "fasttext"},
  };
  for (const auto& [command, name] : all) EXPECT_EQ(name_of(command), name) << command;
  EXPECT_EQ(run_name_of({}), "");
  EXPECT_EQ(run_name_of({""}), "");
  EXPECT_EQ(run_name_of({"python", ""}), "python");
  EXPECT_EQ(run_name_of({"python", "my training.py"}), "my training");
}

}  // namespace
}  // namespace joulecast::run
