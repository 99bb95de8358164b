"""joulecast lab run --executor slurm in a real Slurm: slurmctld, three slurmd and munged of this test's own, on one machine.

Needs root and Debian's slurm-wlm and munge (scripts/install_packages.sh slurm); is skipped without them.
"""
import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from slurm_cluster import JOULECAST, Cluster, wait_for, why_not

# Two nodes are in the partition "many", one in "single".
NODES = {node: f"CPUs=1 RealMemory=64 Feature={'big' if node == 'n3' else 'small'}" for node in ("n1", "n2", "n3")}
SETTINGS = """SelectType=select/linear
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1
KillWait=2
PartitionName=many Nodes=n1,n2 Default=YES MaxTime=10 State=UP
PartitionName=single Nodes=n3 MaxTime=10 State=UP"""
# Tells each start, then does what its kind says. "wait" ends when the file "go" is there.
PROGRAM = """#!/bin/sh
echo "$1 $2 $3 $SLURMD_NODENAME $SLURM_JOB_ID" >> starts
case $1 in
  fine) sleep 0.3 ;;
  memory) echo "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB" >&2; exit 1 ;;
  hang) sleep 100 ;;
  wait) while ! test -e go; do sleep 0.1; done ;;
esac
echo 'accuracy=0.75'
"""


@unittest.skipIf(why_not(), why_not())
class LabSlurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster.of_class(cls, NODES, SETTINGS)
        cls.cluster.environment["TMPDIR"] = str(cls.cluster.folder)

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.cluster.folder))
        (self.folder / "program.sh").write_text(PROGRAM)
        self.plan = self.folder / "cluster.toml"
        self.store = self.folder / "runs.db"
        self.addCleanup(self.cluster.ask, "scancel", "--me")

    def write_plan(self, kinds, environments="", repetitions=2, more=""):
        self.plan.write_text(f"""command = ["sh", "program.sh", "{{kind}}", "{{repetition}}", "{{size}}"]
repetitions = {repetitions}
{more}
[factors]
kind = {json.dumps(kinds)}
size = [1]
[metrics]
accuracy = {{regex = "accuracy=([0-9.]+)"}}
[progress]
interval = "100ms"
{environments}""")

    def lab(self, *arguments):
        return [JOULECAST, "lab", "run", str(self.plan), "--executor", "slurm", "--poll", "0.3", "--store", str(self.store), *arguments]

    def run_lab(self, *arguments, status=0):
        done = subprocess.run(self.lab("--json", "-", *arguments), env=self.cluster.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, status, done.stderr + self.cluster.log("slurmctld.log") + self.logs())
        return json.loads(done.stdout) if status != 2 else done

    def logs(self):
        return "".join(file.read_text() for file in sorted((self.folder / "cluster.tasks/logs").glob("*")) if file.is_file())

    def starts(self):
        file = self.folder / "starts"
        return [line.split() for line in file.read_text().splitlines()] if file.exists() else []

    def table(self):
        done = subprocess.run([JOULECAST, "lab", "table", str(self.plan)], env=self.cluster.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def stored(self):
        done = subprocess.run([JOULECAST, "list", "--json", "-", "--limit", "100", "--store", str(self.store)],
                              env=self.cluster.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["runs"]

    def begin_waiting(self, count):
        """A lab that waits for `count` runs of the kind "wait", all of which have begun."""
        lab = subprocess.Popen(self.lab(), env=self.cluster.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (lab.kill(), lab.communicate()))
        self.assertTrue(wait_for(lambda: len(self.starts()) >= count), self.cluster.log("slurmctld.log") + self.logs())
        return lab

    def test_every_cell_runs_where_its_environment_says(self):
        self.write_plan(["fine", "memory", "hang"], more='timeout = "3 s"\ngrace = "1 s"',
                        repetitions=2)
        with open(self.plan, "a") as file:
            file.write('[environments.wide]\npartition = "many"\n[environments.narrow]\npartition = "single"\nconstraint = "big"\n')
        self.run_lab(status=3)
        starts = self.starts()
        self.assertEqual(len(starts), 12)
        rows = self.table()
        self.assertEqual(len(rows), 12)
        outcomes = {kind: {row["outcome"] for row in rows if row["kind"] == kind} for kind in ("fine", "memory", "hang")}
        self.assertEqual(outcomes, {"fine": {"finished"}, "memory": {"out-of-memory"}, "hang": {"timeout"}})
        self.assertEqual({row["accuracy"] for row in rows if row["kind"] == "fine"}, {"0.75"})
        self.assertEqual(len(self.stored()), 12)
        self.assertEqual({node for *_, node, job in starts}, {"n1", "n2", "n3"})
        narrow = [line for line in starts if line[3] == "n3"]
        self.assertEqual(len(narrow), 6)
        self.assertEqual(list((self.folder / "cluster.tasks/stores").iterdir()), [])
        # Nothing is left to do.
        self.run_lab(status=3)
        self.assertEqual(len(self.starts()), 12)

    def test_a_killed_lab_finds_its_jobs_again(self):
        self.write_plan(["wait", "fine"], repetitions=1)
        lab = self.begin_waiting(2)
        lab.send_signal(signal.SIGKILL)
        lab.wait()
        (self.folder / "go").touch()
        self.run_lab()
        self.assertEqual(sorted(line[0] for line in self.starts()), ["fine", "wait"])
        self.assertEqual({row["outcome"] for row in self.table()}, {"finished"})

    def test_a_requeued_task_begins_anew_and_a_finished_one_does_not(self):
        self.write_plan(["wait"], repetitions=1)
        lab = self.begin_waiting(1)
        job = self.starts()[0][4]
        subprocess.run(["scontrol", "requeue", job], env=self.cluster.environment, check=True, timeout=30)
        # Slurm holds a requeued job back for its own safety.
        self.assertTrue(wait_for(lambda: (self.release(job), len(self.starts()) >= 2)[1], 150),
                        self.cluster.log("slurmctld.log") + self.logs())
        (self.folder / "go").touch()
        lab.communicate(timeout=60)
        self.assertEqual(lab.returncode, 0)
        (row,) = self.table()
        self.assertEqual(row["outcome"], "finished")
        # What was cut off is kept as such, and its energy counts.
        self.assertEqual(sorted(run["tags"].get("outcome", run["status"]) for run in self.stored()), ["finished", "interrupted"])
        tasks = self.folder / "cluster.tasks/slurm-1.tasks"
        again = subprocess.run([JOULECAST, "lab", "task", self.plan, "--tasks", tasks, "--index", "0"],
                               env=self.cluster.environment, capture_output=True, text=True, timeout=30)
        self.assertEqual((again.returncode, len(self.starts())), (0, 2))
        self.assertIn("nothing is repeated", again.stderr)

    def release(self, job):
        self.cluster.ask("scontrol", "update", f"jobid={job}", "StartTime=now")
        self.cluster.ask("scontrol", "release", job)

    def test_a_node_that_fails_costs_no_run(self):
        self.write_plan(["wait"], repetitions=1)
        lab = self.begin_waiting(1)
        node = self.starts()[0][3]
        self.addCleanup(lambda: (self.cluster.ask("scontrol", "update", f"nodename={node}", "state=resume"),
                                 wait_for(lambda: "down" not in self.cluster.ask("sinfo", "-h", "-N", "-o", "%T"))))
        self.cluster.ask("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
        job = self.starts()[0][4]
        self.assertTrue(wait_for(lambda: (self.release(job), len(self.starts()) >= 2)[1], 150),
                        self.cluster.log("slurmctld.log") + self.logs())
        self.assertNotEqual(self.starts()[1][3], node)
        (self.folder / "go").touch()
        lab.communicate(timeout=60)
        self.assertEqual(lab.returncode, 0)
        self.assertEqual([row["outcome"] for row in self.table()], ["finished"])

    def test_a_cancelled_task_is_told_and_submitted_again_by_the_next_call(self):
        self.write_plan(["wait"], repetitions=1)
        lab = self.begin_waiting(1)
        self.cluster.ask("scancel", self.starts()[0][4])
        _, error = lab.communicate(timeout=60)
        self.assertEqual(lab.returncode, 130, error)
        self.assertIn("cancelled in Slurm", error)
        self.assertIn("submits it again", error)
        (self.folder / "go").touch()
        self.run_lab()
        self.assertEqual([row["outcome"] for row in self.table()], ["finished"])

    def test_what_slurm_cannot_do_is_said_before_anything_runs(self):
        self.write_plan(["fine"], more='energy_budget = "1 kWh"')
        done = self.run_lab(status=2)
        self.assertIn("energy_budget: cannot be kept by --executor slurm", done.stderr)
        self.write_plan(["fine"], '[environments.none]\npartition = "nowhere"\n')
        done = subprocess.run(self.lab(), env=self.cluster.environment, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("partition", done.stderr)
        self.assertEqual(self.starts(), [])


class WithoutSlurm(unittest.TestCase):
    def test_missing_commands_are_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            plan = pathlib.Path(folder) / "plan.toml"
            plan.write_text('command = ["/bin/true", "{a}"]\nrepetitions = 1\n[factors]\na = [1]\n')
            done = subprocess.run([JOULECAST, "lab", "run", plan, "--executor", "slurm", "--store", f"{folder}/runs.db"],
                                  env=dict(os.environ, PATH="/nowhere"), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn("there is no sbatch on the PATH", done.stderr)


if __name__ == "__main__":
    unittest.main()
