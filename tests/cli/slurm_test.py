"""The prolog and epilog of packaging/slurm in a real Slurm of one node: slurmctld, slurmd and munged of this test's own.

Needs root and Debian's slurm-wlm and munge; is skipped without them.
"""
import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

JOULECAST = str(pathlib.Path(os.environ.get("JOULECAST", "build/dev/joulecast")).resolve())
SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "packaging/slurm"
NEEDED = ("slurmctld", "slurmd", "munged", "sbatch", "scontrol")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def why_not():
    if os.geteuid() != 0:
        return "needs root, as slurmd does"
    missing = [name for name in NEEDED if not shutil.which(name, path=PATH)]
    return f"needs {', '.join(missing)} (scripts/install_packages.sh slurm)" if missing else ""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    return what()


class Cluster:
    """A Slurm of one node in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.folder.chmod(0o755)
        for name in ("state", "spool", "stores", "runtime", "munge"):
            (folder / name).mkdir(mode=0o755)
        self.host = socket.gethostname().split(".")[0]
        self.environment = dict(os.environ, PATH=PATH, SLURM_CONF=str(folder / "slurm.conf"), HOME=str(folder))
        self.processes = []
        self.write_configuration()

    def write_configuration(self):
        key = self.folder / "munge/key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self.munge = self.folder / "munge/socket"
        joulecast = self.folder / "joulecast.conf"
        joulecast.write_text(f"JOULECAST={JOULECAST}\nSTORES={self.folder}/stores\nRUNTIME={self.folder}/runtime\n"
                             f"INTERVAL=100ms\nLOG={self.folder}/joulecast.log\n")
        for name in ("prolog", "epilog"):  # Slurm runs them with an environment of its own
            script = self.folder / name
            script.write_text(f"#!/bin/sh\nexport JOULECAST_SLURM_CONF={joulecast}\nexec {SCRIPTS}/joulecast-{name}\n")
            script.chmod(0o755)
        (self.folder / "slurm.conf").write_text(f"""ClusterName=test
SlurmctldHost={self.host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={self.munge}
CredType=cred/munge
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/slurmd.pid
SlurmctldLogFile={self.folder}/slurmctld.log
SlurmdLogFile={self.folder}/slurmd.log
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MailProg=/bin/true
ReturnToService=2
Prolog={self.folder}/prolog
Epilog={self.folder}/epilog
PrologFlags=Alloc
NodeName={self.host} NodeAddr=127.0.0.1 CPUs=1 State=UNKNOWN
PartitionName=short Nodes=ALL Default=YES MaxTime=10 State=UP
""")

    def start(self):
        self.begin("munged", "--foreground", "--force", f"--socket={self.munge}", f"--key-file={self.folder}/munge/key",
                   f"--pid-file={self.folder}/munge/pid", f"--log-file={self.folder}/munge/log", f"--seed-file={self.folder}/munge/seed")
        if not wait_for(self.munge.exists, 10):
            return "munged does not start"
        self.begin("slurmctld", "-D")
        self.begin("slurmd", "-D")
        if not wait_for(lambda: "idle" in self.ask("sinfo", "-h", "-o", "%T"), 25):
            return "the node does not become idle: " + self.log("slurmctld.log") + self.log("slurmd.log")
        return ""

    def begin(self, *command):
        self.processes.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL))

    def ask(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30).stdout

    def log(self, name):
        file = self.folder / name
        return file.read_text(errors="replace")[-1500:] if file.exists() else ""

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@unittest.skipIf(why_not(), why_not())
class Node(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="joulecast-slurm-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.cluster = Cluster(pathlib.Path(cls.directory.name))
        cls.addClassCleanup(cls.cluster.stop)
        if trouble := cls.cluster.start():
            raise unittest.SkipTest("Slurm does not start here: " + trouble)

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
        self.assertTrue(wait_for(lambda: self.cluster.ask("sinfo", "-h", "-o", "%T").strip() == "idle", 40), "the epilog does not end")
        return job, folder

    def jobs(self, *options):
        done = subprocess.run([JOULECAST, "jobs", "--sacct", "never", "--json", "-", "--store", self.cluster.folder / "stores", *options],
                              capture_output=True, text=True, env=self.cluster.environment, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr + self.cluster.log("joulecast.log"))
        return json.loads(done.stdout)

    def test_each_job_is_measured_from_its_prolog_to_its_epilog(self):
        job, _ = self.submit("sleep 2\n")
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
