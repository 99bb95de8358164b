"""Tests the ranks of a launch on one node: one measures all of it, the others find that run and no other, and one of them goes on where it ends."""
import os
import subprocess
import sys
import textwrap
import time
import unittest

import joulecast
from support import JOULECAST, PackageTest, SteadyMeter

RANK = textwrap.dedent("""
    import joulecast, os, sys, time
    rank, launch, alone_s, together_s = int(os.environ["LOCAL_RANK"]), sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    time.sleep(alone_s)
    with joulecast.track(launch, interval=0.1) as run:
        time.sleep(together_s)
    time.sleep(float(sys.argv[4]))
    until = time.monotonic() + 20
    while (run.energy.coverage or 0) < 0.8 and time.monotonic() < until:  # a busy machine stores the last readings late
        time.sleep(0.1)
    print(run.id, run.energy.total_j, run.energy.coverage, flush=True)
    """)

# Epochs are shorter than the second in which the ranks are heard.
EPOCHS = textwrap.dedent("""
    import joulecast, os, sys, time
    time.sleep(float(sys.argv[2]))
    with joulecast.track(sys.argv[1], epochs=3) as run:
        for epoch in run.epochs(range(3)):
            time.sleep(0.2)
            if os.environ["LOCAL_RANK"] == "0":
                run.metric(accuracy=epoch + 1)
        time.sleep(1.2)
    """)


class Ranks(PackageTest):
    def setUp(self):
        super().setUp()
        meter = SteadyMeter(self.folder)
        self.addCleanup(meter.stop)
        os.environ["JOULECAST_SENSORS"] = "powercap"

    def rank(self, rank, launch, alone_s=0.0, together_s=1.5, after_s=0.0, under=(), **environment):
        return subprocess.Popen([*under, sys.executable, "-c", RANK, launch, str(alone_s), str(together_s), str(after_s)],
                                env={**os.environ, "LOCAL_RANK": str(rank), **environment}, stdout=subprocess.PIPE, text=True)

    def told(self, process):
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        identifier, energy, coverage = out.split()
        return identifier, float(energy), float(coverage)

    def test_two_launches_of_one_parent_keep_apart(self):
        started = {(launch, rank): self.rank(rank, launch, alone_s=0.4 * rank, after_s=0.5 * rank, MASTER_ADDR="localhost", MASTER_PORT=port)
                   for launch, port in (("a", "29500"), ("b", "29501")) for rank in (0, 1)}
        told = {one: self.told(process)[0] for one, process in started.items()}
        for launch in "ab":
            self.assertEqual(told[launch, 0], told[launch, 1])
            self.assertEqual(joulecast.load(told[launch, 0]).name, launch)

    def test_metrics_of_one_rank_stand_at_the_epochs_of_another(self):
        for delays in ((0, 0.1), (0.1, 0)):
            with self.subTest(delays):
                launch = f"port {delays[0]}"
                ranks = [subprocess.Popen([sys.executable, "-c", EPOCHS, launch, str(delay)], env={
                    **os.environ, "LOCAL_RANK": str(rank), "LOCAL_WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": launch}) for rank, delay in enumerate(delays)]
                self.assertEqual([rank.wait(timeout=60) for rank in ranks], [0, 0])
                epochs = joulecast.load(launch).epochs
                self.assertEqual([(epoch.index, epoch.metrics) for epoch in epochs], [(0, {"accuracy": 1}), (1, {"accuracy": 2}), (2, {"accuracy": 3})])

    def test_ranks_of_one_launch_with_a_script_around_each_find_each_other(self):
        shell = ("sh", "-c", '"$@"; exit $?', "sh")
        first = self.rank(0, "wrapped", under=shell, TORCHELASTIC_RUN_ID="7")
        second = self.rank(1, "wrapped", alone_s=0.4, under=shell, after_s=0.5, TORCHELASTIC_RUN_ID="7")
        self.assertEqual(self.told(first)[0], self.told(second)[0])

    def test_a_rank_that_ends_after_the_first_goes_on_measuring(self):
        first = self.rank(0, "first ends", together_s=2)
        second = self.rank(1, "first ends", alone_s=0.5, together_s=6)
        identifier, _, _ = self.told(first)
        same, energy, coverage = self.told(second)
        self.assertEqual(joulecast.load(same).id, identifier)
        self.assertAlmostEqual(energy, 50 * 6, delta=40)
        self.assertGreater(coverage, 0.9)
        self.assertEqual(len(joulecast.load(identifier).segments), 2)

    def test_every_rank_of_a_launch_that_is_measured_knows_the_run(self):
        with joulecast.track("launch", interval=0.1) as run:
            rank = self.rank(1, "inner", after_s=1.5)
            identifier, energy, _ = self.told(rank)
        self.assertEqual(identifier, run.id)
        self.assertAlmostEqual(energy, 75, delta=30)

    def test_the_run_of_a_rank_that_was_killed_is_not_taken_for_a_later_one_s(self):
        first = self.rank(0, "killed", together_s=30)
        time.sleep(1.5)
        first.kill()
        first.communicate()
        again, second = self.rank(0, "again"), self.rank(1, "again", alone_s=0.4, after_s=0.5)
        self.assertEqual(self.told(again)[0], self.told(second)[0])

    def test_a_rank_whose_first_one_never_comes_measures_itself(self):
        done = self.run_program("""
            import joulecast, time
            with joulecast.track(interval=0.1) as run:
                time.sleep(1)
            print(run.energy.total_j)
            """, LOCAL_RANK="1", MASTER_ADDR="localhost", MASTER_PORT="29507")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertAlmostEqual(float(done.stdout), 50, delta=15)

    def test_what_several_ranks_tell_is_heard_once(self):
        program = textwrap.dedent("""
            import joulecast, os, time
            rank = int(os.environ["LOCAL_RANK"])
            with joulecast.track("told", interval=0.1) as run:
                time.sleep(0.7)  # until all are there
                for epoch in run.epochs(range(3)):
                    for _ in run.steps(range(5)):
                        time.sleep(0.05)
                    run.metric({"loss": 0.5, **({"accuracy": 0.9} if rank == 0 else {})})
                time.sleep(0.5)
            """)
        ranks = [subprocess.Popen([sys.executable, "-c", program],
                                  env={**os.environ, "LOCAL_RANK": str(rank), "MASTER_ADDR": "localhost", "MASTER_PORT": "29515"}) for rank in (0, 1, 2)]
        self.assertEqual([rank.wait(timeout=60) for rank in ranks], [0, 0, 0])
        run = self.one_run()
        self.assertEqual(len(run.epochs), 3)
        self.assertEqual(list(run.notes), [])
        self.assertEqual([epoch.metrics for epoch in run.epochs], [{"loss": 0.5, "accuracy": 0.9}] * 3)

    def test_ranks_that_lag_behind_one_that_has_ended_tell_nothing_twice(self):
        program = textwrap.dedent("""
            import joulecast, os, time
            rank = int(os.environ["LOCAL_RANK"])
            with joulecast.track("lag", interval=0.1) as run:
                time.sleep(0.7 + 0.3 * (3 - rank if rank else 3))  # until all are there; the last one tells, and the others follow
                for epoch in run.epochs(range(3)):
                    for _ in run.steps(range(5)):
                        time.sleep(0.05)
            """)
        ranks = [subprocess.Popen([sys.executable, "-c", program],
                                  env={**os.environ, "LOCAL_RANK": str(rank), "MASTER_ADDR": "localhost", "MASTER_PORT": "29517"}) for rank in range(4)]
        self.assertEqual([rank.wait(timeout=60) for rank in ranks], [0, 0, 0, 0])
        run = self.one_run()
        self.assertEqual((len(run.epochs), len(run.phases)), (3, 1))

    def test_ranks_that_go_on_in_another_measurement_are_not_lost(self):
        first = self.rank(0, "moves", together_s=1)
        others = [self.rank(rank, "moves", alone_s=0.4, together_s=5) for rank in (1, 2, 3)]
        self.told(first)
        for other in others:
            self.told(other)
        run = self.one_run()
        self.assertEqual(len(run.segments), 2)
        self.assertNotIn("lost", " ".join(run.notes))

    def test_ranks_of_a_resumed_training_know_their_part_of_it(self):
        program = textwrap.dedent("""
            import joulecast, os, sys, time
            print("ready", flush=True)
            sys.stdin.readline()
            with joulecast.track("long", interval=0.1, **({"resume": "long"} if sys.argv[1] == "again" else {})) as run:
                time.sleep(1.5)
            until = time.monotonic() + 20
            while (run.energy.coverage or 0) < 0.8 and time.monotonic() < until:  # a busy machine stores the last readings late
                time.sleep(0.1)
            print(run.id, run.energy.total_j, run.energy.coverage)
            """)
        for launch in ("first", "again"):
            ranks = [subprocess.Popen([sys.executable, "-W", "error", "-c", program, launch], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env={**os.environ, "LOCAL_RANK": str(rank), "TORCHELASTIC_RUN_ID": launch}) for rank in (0, 1)]
            self.assertEqual([rank.stdout.readline() for rank in ranks], ["ready\n"] * 2)
            for rank in ranks:  # together, however long each took to start
                rank.stdin.write("\n")
                rank.stdin.flush()
            (identifier, energy, _), (same, of_second, coverage) = [self.told(rank) for rank in ranks]
            self.assertEqual(same, identifier)
            self.assertAlmostEqual(energy, 75, delta=30)
            self.assertAlmostEqual(of_second, 75, delta=45)  # the last readings of a busy machine come late
            self.assertGreater(coverage, 0.8)
        self.assertEqual(len(self.one_run().segments), 2)

    def test_only_the_first_rank_acts_on_a_limit(self):
        program = textwrap.dedent("""
            import joulecast, os, time
            try:
                with joulecast.track("limited", interval=0.1) as run:
                    run.stop_if(projected_j=20)
                    for _ in run.steps(range(250)):
                        time.sleep(0.02)
                print("all")
            except joulecast.Stopped:
                time.sleep(5)  # the others find the measurement until they end
                print("stopped")
            """)
        ranks = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "LOCAL_RANK": str(rank), "MASTER_ADDR": "localhost", "MASTER_PORT": "29511"}) for rank in (0, 1)]
        self.assertEqual([rank.communicate(timeout=60)[0] for rank in ranks], ["stopped\n", "all\n"])

    def test_a_limit_of_a_rank_that_does_not_act_is_told(self):
        done = self.run_program("""
            import joulecast
            with joulecast.track(interval=0.1) as run:
                run.stop_if(projected_j=1)
            """, LOCAL_RANK="1", MASTER_ADDR="localhost", MASTER_PORT="29521")
        self.assertEqual(done.returncode, 0)
        self.assertIn("stop_if of local rank 1 does not act", done.stderr)

    def test_a_limit_of_a_command_ends_the_ranks_in_python_too(self):
        """Whichever of the two measures: 200 J are used up after 4 s at 50 W."""
        program = textwrap.dedent("""
            import joulecast, time
            try:
                with joulecast.track("in python", interval=0.1) as run:
                    for _ in run.steps(range(1000)):
                        time.sleep(0.02)
                print("all")
            except joulecast.Stopped as reason:
                print(reason)
            """)
        command = [JOULECAST, "run", "-q", "--interval", "0.1", "--limit-energy", "200J", "--on-limit", "term", "--", "sleep", "20"]
        for first in ("python", "command"):
            with self.subTest(measures=first):
                launch = {"LOCAL_WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": f"limit {first}"}
                starts = {"python": lambda: subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                                                             env={**os.environ, "LOCAL_RANK": "0", **launch}),
                          "command": lambda: subprocess.Popen(command, env={**os.environ, "LOCAL_RANK": "1", **launch})}
                ranks = {first: starts.pop(first)()}
                time.sleep(0.7)
                ranks.update({name: start() for name, start in starts.items()})
                began = time.monotonic()
                self.assertIn("200 J", ranks["python"].communicate(timeout=60)[0])
                self.assertEqual(ranks["command"].wait(timeout=60), 128 + 15)
                self.assertLess(time.monotonic() - began, 12)

    def test_a_rank_goes_on_where_the_one_that_measures_is_killed(self):
        program = textwrap.dedent("""
            import joulecast, time
            with joulecast.track("second", interval=0.1) as run:
                for _ in run.epochs(range(1)):
                    for _ in run.steps(range(100)):
                        time.sleep(0.05)
            print(run.id, run.energy.total_j, run.energy.coverage)
            """)
        first = self.rank(0, "first", together_s=30, MASTER_PORT="29513")
        time.sleep(1)
        second = subprocess.Popen([sys.executable, "-W", "ignore", "-c", program], stdout=subprocess.PIPE, text=True,
                                  env={**os.environ, "LOCAL_RANK": "1", "MASTER_PORT": "29513"})
        time.sleep(2.5)
        first.kill()
        first.communicate()
        identifier, energy, coverage = self.told(second)
        self.assertGreater(energy, 50 * 3.5)
        self.assertGreater(coverage, 0.7)
        self.assertEqual(len(joulecast.load(identifier).segments), 2)

    def test_a_measurement_that_is_killed_leaves_the_rest_unmeasured(self):
        child = textwrap.dedent("""
            import joulecast, os, signal, time, warnings
            with joulecast.track("block") as run:
                time.sleep(2.5)
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(4)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                energy = run.energy
                run.energy
            print(energy.coverage, energy.total_j, len(caught), caught[0].message)
            """)
        command = [JOULECAST, "run", "--quiet", "--interval", "100ms", "--", sys.executable, "-c", child]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        out, _ = process.communicate(timeout=60)
        coverage, energy, warned, message = out.split(" ", 3)
        self.assertLess(float(coverage), 0.6)
        self.assertGreater(float(energy), 30)
        self.assertLess(float(energy), 150)
        self.assertEqual(warned, "1")
        self.assertIn("was not measured", message)


class GpusOfRanks(PackageTest):
    def setUp(self):
        super().setUp()
        script = self.folder / "gpus.txt"
        script.write_text("".join(f"gpu uuid=GPU-{number} name=NVIDIA_A100 arch=7 limit_w=400 usage=instant\npower 0:100\n" for number in range(4)))
        library = os.path.join(os.environ["JOULECAST_BUILD"], "fakes", "libnvidia-ml.so.1")
        os.environ.update(JOULECAST_NVML_LIBRARY=library, JOULECAST_FAKE_NVML=str(script), JOULECAST_SENSORS="nvml")

    def measured(self, visible, **environment):
        done = self.run_program("""
            import joulecast, time
            with joulecast.track("node", interval=0.1) as run:
                time.sleep(0.5)
            print(len({part.device for part in run.energy.components if part.component == "gpu"}))
            """, CUDA_VISIBLE_DEVICES=visible, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout), done.stderr

    def test_the_first_rank_measures_the_gpus_of_all(self):
        torchrun = {"LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "4"}
        self.assertEqual(self.measured("0", **torchrun), (4, ""))
        self.assertEqual(self.measured("0,1,2,3", **torchrun), (4, ""))
        self.assertEqual(self.measured("2", LOCAL_RANK="0", LOCAL_WORLD_SIZE="2"), (2, ""))
        self.assertEqual(self.measured("0", SLURM_LOCALID="0", SLURM_STEP_TASKS_PER_NODE="4(x2)"), (4, ""))
        self.assertEqual(self.measured("0"), (1, ""))

    def test_gpus_that_the_first_rank_cannot_see_are_named(self):
        seen, said = self.measured("0", SLURM_JOB_ID="4711", SLURM_STEP_ID="0", SLURM_PROCID="0", SLURM_LOCALID="0",
                                   SLURM_STEP_TASKS_PER_NODE="1", SLURM_GPUS_ON_NODE="4")
        self.assertEqual(seen, 1)
        self.assertIn("1 of the 4 GPUs of this node's ranks are measured", said)
        self.assertIn("1 of the 4 GPUs", " ".join(self.one_run().notes))


if __name__ == "__main__":
    unittest.main()
