"""Times `joulecast lab` on a large plan: 330 cells, each 30 times.

    python3 bench/lab.py build/bench/joulecast

Prints how long it takes to check the plan, to say what the campaign will cost (predicted, and from 9,900 runs of the journal), and what
the lab itself takes between two runs. Targets: 0.2 s, 3 s and 100 ms.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PLAN = """
name = "large"
command = ["true", "{architecture}", "{batch_size}", "{gpu}", "{input_shape}"]
repetitions = 30
tags = {dataset = "cifar10", epochs = 5}
[factors]
architecture = ["resnet18", "resnet34", "resnet50", "mobilenet_v2", "vgg11", "vgg16", "densenet121", "efficientnet_b0", "alexnet", "squeezenet1_0", "googlenet"]
batch_size = [8, 16, 32, 64, 128]
gpu = ["RTX 3090", "A100-SXM4-80GB", "T4"]
input_shape = ["3x32x32", "3x64x64"]
"""
SMALL = """
name = "small"
command = ["true", "{x}"]
repetitions = 20
[factors]
x = [1, 2]
"""


def seconds(*command, environment, times=3):
    best = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - begin)
    return best


def fake_journal(joulecast, plan, environment):
    """The journal of a campaign of which all but a few runs are done."""
    cells = json.loads(subprocess.run([joulecast, "lab", "status", str(plan), "--json", "-"], env=environment, check=True,
                                      capture_output=True, text=True).stdout)["cells"]
    lines = [{"record": "campaign", "format": 1, "name": "large", "store": environment["JOULECAST_STORE"], "at": 1}]
    for repetition in range(1, 30):
        for cell in cells:
            place = {"cell": cell["id"], "repetition": repetition, "attempt": 1, "levels": cell["levels"]}
            lines.append({"record": "begin", "at": 1, **place})
            lines.append({"record": "end", "began": 1, "at": 2, "outcome": "finished", "exit_status": 0, "run": "r", "duration_s": 60 + repetition / 7,
                          "energy_j": 1e4 + repetition, "provenance": "measured", **place})
    plan.with_suffix(".journal").write_text("".join(json.dumps(line) + "\n" for line in lines))


def main():
    joulecast = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/bench/joulecast").resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        environment = dict(os.environ, JOULECAST_STORE=str(folder / "runs.db"), HOME=str(folder))
        plan, wrong, small = folder / "large.toml", folder / "wrong.toml", folder / "small.toml"
        plan.write_text(PLAN)
        wrong.write_text(PLAN + "[[exclude]]\nbatch_size = 7\n")
        small.write_text(SMALL)
        begin = time.perf_counter()
        refused = subprocess.run([joulecast, "lab", "run", str(wrong)], env=environment, capture_output=True).returncode == 2
        print(f"checking a plan of 9,900 runs     {1e3 * (time.perf_counter() - begin):8.1f} ms{'' if refused else '  (it was not refused)'}")
        print(f"dry run, every cell predicted     {1e3 * seconds(joulecast, 'lab', 'run', plan, '--dry-run', environment=environment):8.1f} ms")
        fake_journal(joulecast, plan, environment)
        print(f"status, 9,570 runs in the journal {1e3 * seconds(joulecast, 'lab', 'status', plan, environment=environment):8.1f} ms")
        begin = time.perf_counter()
        subprocess.run([joulecast, "lab", "run", str(small), "--allow-busy", "-q"], env=environment, check=True, stdout=subprocess.DEVNULL)
        whole = time.perf_counter() - begin
        ends = [json.loads(line) for line in small.with_suffix(".journal").read_text().splitlines()]
        ends = [record for record in ends if record["record"] == "end"]
        measured = sum(record["duration_s"] for record in ends)
        between = sorted((second["began"] - first["at"]) / 1e6 for first, second in zip(ends, ends[1:]))
        print(f"a run of true beside the command  {1e3 * (whole - measured) / len(ends):8.1f} ms  (whole process, {len(ends)} runs)")
        print(f"from a run's end to the next one  {between[len(between) // 2]:8.1f} ms  (median; the largest {between[-1]:.1f} ms)")


if __name__ == "__main__":
    main()
