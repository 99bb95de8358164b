"""The prolog and epilog of packaging/slurm in a real Slurm of one node: slurmctld, slurmd and munged of this test's own.

Needs root and Debian's slurm-wlm and munge; is skipped without them.
"""
import json
import os
import pathlib
import pwd
import subprocess
import tempfile
import time
import unittest

from slurm_cluster import JOULECAST, PATH, Cluster, wait_for, why_not

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "packaging/slurm"


class MeasuredCluster(Cluster):
    """One node that the prolog and the epilog measure."""

    def __init__(self, folder):
        super().__init__(folder, {"node": "CPUs=1"}, f"""Prolog={folder}/prolog
Epilog={folder}/epilog
PrologFlags=Alloc
PartitionName=short Nodes=ALL Default=YES MaxTime=10 State=UP""")
        for name in ("stores", "runtime"):
            (folder / name).mkdir()
        configuration = folder / "joulecast.conf"
        configuration.write_text(f"JOULECAST={JOULECAST}\nSTORES={folder}/stores\nRUNTIME={folder}/runtime\n"
                                 f"INTERVAL=100ms\nLOG={folder}/joulecast.log\n")
        for name in ("prolog", "epilog"):  # Slurm runs them with an environment of its own
            script = folder / name
            script.write_text(f"#!/bin/sh\nexport JOULECAST_SLURM_CONF={configuration}\nexec {SCRIPTS}/joulecast-{name}\n")
            script.chmod(0o755)


@unittest.skipIf(why_not(), why_not())
class Node(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = MeasuredCluster.of_class(cls)

    def submit(self, script, *options):
        """As nobody, from a folder of its own; waits for the job's end and that of its epilog."""
        nobody = pwd.getpwnam("nobody")
        folder = tempfile.mkdtemp(dir=self.cluster.folder)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        done = subprocess.run(["sbatch", "--parsable", *options], input="#!/bin/sh\n" + script, text=True, capture_output=True, cwd=folder,
                              env=dict(self.cluster.environment, HOME=folder), user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[],
                              timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        job = done.stdout.strip().split(";")[0]
        done = wait_for(lambda: "JobState=COMPLETED" in self.cluster.ask("scontrol", "show", "job", job), 40)
        self.assertTrue(done, self.cluster.log("slurmctld.log") + self.cluster.log("joulecast.log"))
        self.assertTrue(wait_for(self.cluster.is_idle), "the epilog does not end")
        return job, folder

    def jobs(self, *options):
        done = subprocess.run([JOULECAST, "jobs", "--sacct", "never", "--json", "-", "--store", self.cluster.folder / "stores", *options],
                              capture_output=True, text=True, env=self.cluster.environment, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr + self.cluster.log("joulecast.log"))
        return json.loads(done.stdout)

    def test_each_job_is_measured_from_its_prolog_to_its_epilog(self):
        job, _ = self.submit("sleep 5\n")  # a busy machine begins to measure late
        [found] = [row for row in self.jobs()["jobs"] if row["job"] == job]
        self.assertEqual((found["user"], found["partition"], found["runs"], found["running"]), ("nobody", "short", 1, 0))
        self.assertGreater(found["measured_s"], 1.5)
        self.assertLess(found["measured_s"], 20)
        self.assertGreater(found["energy_j"], 0)
        self.assertEqual(list((self.cluster.folder / "runtime").iterdir()), [], "nothing is left behind")
        store = next((self.cluster.folder / "stores").glob("*.db"))
        self.assertEqual(store.stat().st_mode & 0o077, 0, "only root reads it")

        # A job that measures itself keeps an account of its own, in its owner's store: neither counts in the other.
        job, folder = self.submit(f"JOULECAST_STORE=$PWD/own.db {JOULECAST} run -q -- sleep 1\n")
        [found] = [row for row in self.jobs("--user", "nobody")["jobs"] if row["job"] == job]
        self.assertEqual((found["runs"], found["left_out"]["runs"]), (1, 0))
        done = subprocess.run([JOULECAST, "jobs", "--sacct", "never", "--json", "-", "--store", folder + "/own.db"], capture_output=True,
                              text=True, env=self.cluster.environment, timeout=60)
        [own] = json.loads(done.stdout)["jobs"]
        self.assertEqual((own["job"], own["user"]), (job, "nobody"))
        # Not their joules: both are modelled from a few readings of the whole machine, each at instants of its own.
        self.assertLess(own["measured_s"], found["measured_s"])
        self.assertGreater(own["energy_j"], 0)

    def test_a_joulecast_that_is_not_there_stops_no_job(self):
        configuration = self.cluster.folder / "joulecast.conf"
        text = configuration.read_text()
        self.addCleanup(configuration.write_text, text)
        configuration.write_text(text + "JOULECAST=/nonexistent/joulecast\nPATIENCE=1\n")
        _, folder = self.submit("touch ran\n")
        self.assertTrue(pathlib.Path(folder, "ran").exists())


class Scripts(unittest.TestCase):
    def test_a_measurement_that_was_killed_is_in_no_later_ones_way(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "joulecast").write_text(f"#!/bin/sh\necho measured >> {folder}/calls\nexec sleep 60\n")
            (folder / "joulecast").chmod(0o755)
            (folder / "conf").write_text(f"JOULECAST={folder}/joulecast\nSTORES={folder}/stores\nRUNTIME={folder}/runtime\nLOG={folder}/log\n"
                                         "PATIENCE=1\n")
            environment = {"PATH": PATH, "JOULECAST_SLURM_CONF": str(folder / "conf"), "SLURM_JOB_ID": "7"}
            process = folder / "runtime/job-7.pid"
            for calls in (1, 1, 2):  # the second time it is there already
                subprocess.run([SCRIPTS / "joulecast-prolog"], env=environment, check=True, timeout=20)
                self.assertTrue(wait_for(lambda: (folder / "calls").exists()))
                self.assertEqual((folder / "calls").read_text().count("measured"), calls)
                if (folder / "second").exists():
                    os.kill(int(process.read_text()), 9)
                    wait_for(lambda: not pathlib.Path("/proc", process.read_text().strip()).exists(), 5)
                (folder / "second").touch()
            began = time.monotonic()
            subprocess.run([SCRIPTS / "joulecast-epilog"], env=environment, check=True, timeout=20)
            self.assertLess(time.monotonic() - began, 10)
            self.assertEqual(list((folder / "runtime").iterdir()), [])

    def test_without_a_job_they_do_nothing_and_never_fail(self):
        with tempfile.TemporaryDirectory() as folder:
            for script in ("joulecast-prolog", "joulecast-epilog"):
                for job in ({}, {"SLURM_JOB_ID": "../../etc/passwd"}):
                    done = subprocess.run([SCRIPTS / script], env={"PATH": PATH, "JOULECAST_SLURM_CONF": "/nonexistent", **job},
                                          cwd=folder, capture_output=True, timeout=20)
                    self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))


if __name__ == "__main__":
    unittest.main()
