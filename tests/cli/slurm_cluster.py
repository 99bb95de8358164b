"""A real Slurm for a test: slurmctld, munged and a slurmd for each node, all on this machine, in a folder of their own.

Needs root and Debian's slurm-wlm and munge (scripts/install_packages.sh slurm); why_not() says what is missing.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

JOULECAST = str(pathlib.Path(os.environ.get("JOULECAST", "build/dev/joulecast")).resolve())
NEEDED = ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scontrol")
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


def wait_for(what, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    return what()


class Cluster:
    """`nodes` holds what slurm.conf says of each; `settings` are further lines of that file."""

    def __init__(self, folder, nodes, settings):
        self.folder, self.nodes = folder, nodes
        self.folder.chmod(0o755)
        for name in ("state", "munge", *(f"spool-{node}" for node in nodes)):
            (folder / name).mkdir(mode=0o755)
        key = folder / "munge/key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self.munge = folder / "munge/socket"
        self.environment = dict(os.environ, PATH=PATH, SLURM_CONF=str(folder / "slurm.conf"), HOME=str(folder))
        for name in ("JOULECAST_STORE", "JOULECAST_SOCKET"):
            self.environment.pop(name, None)
        self.processes = []
        (folder / "slurm.conf").write_text(self.configuration(settings))

    def configuration(self, settings):
        folder, host = self.folder, socket.gethostname().split(".")[0]
        lines = "".join(f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()} {what} State=UNKNOWN\n"
                        for node, what in self.nodes.items())
        return f"""ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={self.munge}
CredType=cred/munge
SlurmctldPort={free_port()}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MailProg=/bin/true
ReturnToService=1
{lines}{settings}
"""

    @classmethod
    def of_class(cls, test, *arguments):
        """One for all tests of a class, which is skipped where it does not start."""
        directory = tempfile.TemporaryDirectory(prefix="joulecast-slurm-")
        test.addClassCleanup(directory.cleanup)
        cluster = cls(pathlib.Path(directory.name), *arguments)
        test.addClassCleanup(cluster.stop)
        if trouble := cluster.start():
            raise unittest.SkipTest("Slurm does not start here: " + trouble)
        return cluster

    def start(self):
        self.begin("munged", "--foreground", "--force", f"--socket={self.munge}", f"--key-file={self.folder}/munge/key",
                   f"--pid-file={self.folder}/munge/pid", f"--log-file={self.folder}/munge/log", f"--seed-file={self.folder}/munge/seed")
        if not wait_for(self.munge.exists, 10):
            return "munged does not start"
        self.begin("slurmctld", "-D")
        for node in self.nodes:
            self.begin("slurmd", "-D", "-N", node)
        if not wait_for(self.is_idle):
            return "the nodes do not become idle: " + self.log("slurmctld.log") + self.log(f"slurmd-{next(iter(self.nodes))}.log")
        return ""

    def begin(self, *command):
        self.processes.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL))

    def is_idle(self):
        return self.ask("sinfo", "-h", "-N", "-o", "%T").split() == ["idle"] * len(self.nodes)

    def ask(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30).stdout

    def log(self, name):
        file = self.folder / name
        return file.read_text(errors="replace")[-1500:] if file.exists() else ""

    def stop(self):
        self.ask("scancel", "--me")
        wait_for(lambda: not self.ask("squeue", "-h"), 10)
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
