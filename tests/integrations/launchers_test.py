"""Tests `joulecast.track` in the ranks of real launchers: torchrun, accelerate launch, DeepSpeed."""
import json
import os
import socket
import subprocess
import sys
import unittest

import libraries

libraries.require("torch", "accelerate")
import joulecast
from support import JOULECAST, PackageTest

EPOCHS, STEPS = 3, 5
TRAINING = f"""
import json, os, sys, time
import torch
import torch.distributed as dist
import joulecast

{{begin}}
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
with joulecast.track("ranks", epochs={EPOCHS}, tags={{{{"team": "vision"}}}}) as run:
    for epoch in run.epochs(range({EPOCHS})):
        for step in run.steps(range({STEPS})):
            time.sleep(0.04)
            model(torch.randn(8, 4)).square().mean().backward()  # all ranks wait for each other
            optimizer.step()
            optimizer.zero_grad()
        if dist.get_rank() == 0:
            run.metric(accuracy=0.5 + epoch / 10)
    time.sleep(1.2)  # a rank that does not measure hears of its run within a second
    until = time.monotonic() + 20
    while (run.energy.coverage or 0) < 0.6 and time.monotonic() < until:  # or later, on a busy machine
        time.sleep(0.1)
    energy = run.energy.total_j
{{end}}
told = {{{{"id": run.id, "rank": dist.get_rank(), "world": dist.get_world_size(), "energy": energy}}}}
with open(os.path.join(sys.argv[-1], f"rank{{{{dist.get_rank()}}}}.json"), "w") as file:
    json.dump(told, file)
dist.destroy_process_group()
"""
GLOO = 'dist.init_process_group("gloo")'
FAILS = "if dist.get_rank() == 1: sys.exit(3)\n"


def free_port():
    with socket.create_server(("localhost", 0)) as server:
        return server.getsockname()[1]


class Launchers(PackageTest):
    def launch(self, *launcher, begin=GLOO, end="", expect=0, **environment):
        program = self.folder / "train.py"
        program.write_text(TRAINING.format(begin=begin, end=end))
        done = subprocess.run([*launcher, str(program), str(self.folder)], capture_output=True, text=True, timeout=240, check=False,
                              env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", **environment})
        self.assertEqual(done.returncode == 0, expect == 0, done.stdout + done.stderr)
        return done

    def check_one_run(self, launcher, done):
        self.assertNotIn("JoulecastWarning", done.stderr)
        run = self.one_run()
        self.assertEqual((run.name, run.status, run.tags["team"]), ("ranks", "finished", "vision"))
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", EPOCHS, EPOCHS)])
        self.assertEqual([epoch.index for epoch in run.epochs], list(range(EPOCHS)))
        for epoch in run.epochs:
            self.assertAlmostEqual(epoch.metrics["accuracy"], 0.5 + epoch.index / 10)
            self.assertGreater(epoch.duration_s, 0.9 * STEPS * 0.04)
        self.assertGreater(run.energy.total_j, 0)
        told = [json.loads((self.folder / f"rank{rank}.json").read_text()) for rank in range(2)]
        self.assertEqual({(one["id"], one["world"]) for one in told}, {(run.id, 2)})
        for one in told:  # both say what the node has used, and neither its half
            self.assertGreater(one["energy"], 0.3 * run.energy.total_j)
            self.assertLessEqual(one["energy"], run.energy.total_j)
        job = json.loads(subprocess.run([JOULECAST, "show", run.id, "--json", "-"], capture_output=True, text=True, check=True).stdout)["job"]
        self.assertEqual((job["launcher"], job["world_size"], job["local_size"]), (launcher, 2, 2))

    def torchrun(self, *options):
        return (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", f"--master-port={free_port()}", *options)

    def accelerate(self):
        return (sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes=2", "--num_machines=1",
                "--mixed_precision=no", "--dynamo_backend=no", "--num_cpu_threads_per_process=1", f"--main_process_port={free_port()}")

    def test_torchrun(self):
        self.check_one_run("torchrun", self.launch(*self.torchrun()))

    def test_torchrun_standalone(self):
        self.check_one_run("torchrun", self.launch(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"))

    def test_accelerate_launch(self):
        self.check_one_run("torchrun", self.launch(*self.accelerate(), begin="import accelerate\naccelerate.PartialState(cpu=True)"))

    def test_deepspeed(self):
        try:
            import deepspeed  # noqa: F401
        except ImportError as error:
            self.skipTest(str(error))
        launcher = (sys.executable, "-m", "deepspeed.launcher.runner", "--num_gpus=2", f"--master_port={free_port()}")
        begin = 'import deepspeed\ndeepspeed.init_distributed("gloo")'
        self.check_one_run("deepspeed", self.launch(*launcher, begin=begin, DS_ACCELERATOR="cpu"))

    def test_around_the_launcher_there_is_one_run(self):
        done = self.launch(JOULECAST, "run", "-q", "--name", "ranks", "--tag", "team=vision", "--", *self.torchrun())
        run = self.one_run()
        self.assertEqual((run.name, run.status), ("ranks", "finished"), done.stderr)
        self.assertEqual(libraries.progress_of(run), [("train", "epoch", EPOCHS, EPOCHS)])

    def test_a_rank_that_fails_within_its_block_fails_the_run(self):
        self.launch(*self.torchrun(), end="    " + FAILS, expect=1)
        # torchrun kills the other rank a tenth of a second later, which may be the one that measures.
        self.assertIn(self.one_run().status, ("failed", "interrupted"))


if __name__ == "__main__":
    unittest.main()
