"""Runs a table of faults against `joulecast run`, and says in how many the command was unharmed.

A Fault is a row: what is done to joulecast, and what may come of it. Whatever happens, the command's exit status, its
output and its life must be as they are without joulecast:
  - the exit status is the command's; where the command could not be started at all, one line says why
  - its output is whole and in order, and it never meets an error that it would not have met alone
  - nothing hangs, no process is left behind, and joulecast's memory stays bounded
Call a table with words to run only the faults whose names contain one of them: streams_test.py full
"""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Callable, Optional

JOULECAST = os.path.abspath(os.environ.get("JOULECAST", "build/dev/joulecast"))
COMMAND = os.environ.get("JOULECAST_FAULT_COMMAND", "")
SHIM = os.environ.get("JOULECAST_FAULT_SHIM", "")
SANITIZED = bool(os.environ.get("JOULECAST_SANITIZED"))
# The thread sanitizer writes a file of its own before main(), and SIGXFSZ ends it where that may not be.
NEEDS_FILES = os.environ.get("JOULECAST_SANITIZED") == "thread"
LINES, STATUS = 40, 7
PATIENCE_S = 150 if SANITIZED else 30  # a sanitizer makes joulecast several times slower
MOST_MEMORY_KB = 128 * 1024
SKIPPED = 77
TRIAL = "JOULECAST_FAULT_TRIAL"  # marks every process of a trial
AT_ONCE = 4


@dataclasses.dataclass
class Fault:
    name: str
    options: tuple = ()                # of joulecast run
    wrapper: tuple = ()                # put before joulecast: prlimit …
    environment: dict = dataclasses.field(default_factory=dict)
    command: Optional[list] = None     # in place of the usual one
    milliseconds: int = 300            # how long the usual command runs
    lines: int = LINES
    error_lines: int = LINES
    status: int = STATUS               # the command's
    own_status: Optional[int] = None   # joulecast's, where it cannot be the command's (it is killed itself)
    may_not_begin: bool = False        # the fault can come before the command is released
    may_be_ended: bool = False         # … by a signal, of which nothing need be said
    streams: Optional[Callable] = None   # (trial) -> {"stdout": …, "stderr": …} for Popen; else both are read
    during: Optional[Callable] = None    # (trial) while the command runs
    check: Optional[Callable] = None     # (trial) -> complaint or None, afterwards
    patience_s: float = PATIENCE_S
    may_leave: tuple = ()  # names of processes that may go on


class Trial:
    """One run of joulecast under one fault."""

    def __init__(self, fault, folder):
        self.fault, self.folder = fault, pathlib.Path(folder)
        os.chmod(folder, 0o777)  # for wrappers that change the user
        self.marks = self.folder / "marks"
        self.store = self.folder / "store" / "runs.db"
        self.closing = []   # closed at the end
        self.output, self.errors = None, None
        self.complaints = []
        self.memory_kb, self.cpu_s = 0, 0.0
        self.not_begun = False
        (self.folder / "home").mkdir(mode=0o777)
        os.chmod(self.folder / "home", 0o777)
        self.environment = dict(os.environ, HOME=str(self.folder / "home"), TMPDIR=str(self.folder / "home"),
                                JOULECAST_STORE=str(self.store))
        self.environment |= {TRIAL: self.folder.name, **fault.environment}
        for name in ("JOULECAST_SOCKET", "XDG_DATA_HOME", "JOULECAST_INTERVAL", "JOULECAST_SENSORS"):
            self.environment.pop(name, None)
        self.store.parent.mkdir(mode=0o777)
        os.chmod(self.store.parent, 0o777)

    def command(self):
        if self.fault.command is not None:
            return [str(word).replace("FOLDER", str(self.folder)) for word in self.fault.command]
        return [COMMAND, str(self.marks), str(self.fault.lines), str(self.fault.milliseconds), str(self.fault.status), str(self.fault.error_lines)]

    def has_mark(self, word):
        return self.marks.exists() and word in self.marks.read_text()

    def wait_until(self, condition, seconds=PATIENCE_S):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def wait_until_begun(self):
        return self.wait_until(lambda: self.has_mark("begun") or self.has_ended())

    def has_ended(self):
        """Without collecting the exit status."""
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def processes(self):
        """Living processes of this trial."""
        mark = f"{TRIAL}={self.folder.name}".encode()
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                if mark in (entry / "environ").read_bytes() and (entry / "stat").read_text().rsplit(")")[1].split()[0] != "Z":
                    found.append(int(entry.name))
            except OSError:
                pass
        return found

    def joulecast_pid(self):
        """The measuring process, also below a wrapper; not the relay, which is its child."""
        named = [pid for pid in self.processes() if self.name_of(pid) == "joulecast"]
        return min(named) if named else None

    def relay_pid(self):
        return next((pid for pid in self.processes() if self.name_of(pid) == "jc-relay"), None)

    @staticmethod
    def name_of(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:
            return ""

    def shown(self):
        done = subprocess.run([JOULECAST, "show", "--store", str(self.store), "--json", "-"], capture_output=True, text=True, timeout=PATIENCE_S)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def run(self):
        streams = self.fault.streams(self) if self.fault.streams else {}
        streams.setdefault("stdin", subprocess.DEVNULL)
        read = [name for name in ("stdout", "stderr") if name not in streams]
        for name in read:
            streams[name] = subprocess.PIPE
        arguments = [*self.fault.wrapper, JOULECAST, "run", "--interval", "50ms", *self.fault.options, "--", *self.command()]
        self.process = subprocess.Popen(arguments, env=self.environment, cwd=self.folder, **streams)
        readers = self.start_readers(read)
        try:
            self.wait_for_the_end()
        finally:
            left = self.end_leftovers()
        for reader in readers:
            reader.join(10)
        left = [one for one in left if one.split()[0] not in self.fault.may_leave]
        if left:
            self.complaints.append(f"left behind: {', '.join(left)}")
        self.judge()
        for close in self.closing:
            close()

    def start_readers(self, names):
        def read(name, stream):
            content = stream.read()
            stream.close()
            setattr(self, "output" if name == "stdout" else "errors", content)
        readers = [threading.Thread(target=read, args=(name, getattr(self.process, name)), daemon=True) for name in names]
        for reader in readers:
            reader.start()
        return readers

    def wait_for_the_end(self):
        deadline = time.monotonic() + self.fault.patience_s
        if self.fault.during:
            self.fault.during(self)
        while time.monotonic() < deadline:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu_s = usage.ru_utime + usage.ru_stime
                return
            self.look_at_memory()
            time.sleep(0.01)
        self.complaints.append(f"hangs: {self.process.pid} has not ended after {self.fault.patience_s} s")

    def look_at_memory(self):
        """The peak, from the kernel. (rusage would begin with the memory of this test.)"""
        try:
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return
        if "Name:\tjoulecast" in status and (peak := re.search(r"VmHWM:\s+(\d+)", status)):
            self.memory_kb = max(self.memory_kb, int(peak[1]))

    def end_leftovers(self):
        """Ends what is left after a little while, and names it."""
        self.wait_until(lambda: not self.processes(), seconds=5)
        left = self.processes()
        names = [f"{self.name_of(pid)} {pid}" for pid in left]
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        return names

    def judge(self):
        usual = self.fault.command is None
        status = self.process.returncode
        if usual and not self.has_mark("begun"):
            self.not_begun = True
            if not self.fault.may_not_begin:
                self.complaints.append(f"the command did not begin: status {status}")
            if status == 0:
                self.complaints.append("the command did not begin, but the status is 0")
            if self.errors is not None and not self.errors.strip() and not self.fault.may_be_ended:
                self.complaints.append("the command did not begin, and no line says why")
            return
        wanted = self.fault.status if self.fault.own_status is None else self.fault.own_status
        if status != wanted:
            self.complaints.append(f"status {status}, not {wanted}")
        if usual:
            self.judge_output()
        if self.memory_kb > MOST_MEMORY_KB and not SANITIZED:
            self.complaints.append(f"{self.memory_kb // 1024} MB of memory")
        if self.fault.check and (complaint := self.fault.check(self)):
            self.complaints.append(complaint)

    def judge_output(self):
        if self.fault.status < 128 and not self.has_mark("ended"):
            return self.complaints.append("the command did not reach its end")
        if self.has_mark("broken"):
            self.complaints.append(self.marks.read_text().replace("\n", " "))
        if self.fault.status >= 128:
            return
        if self.output is not None and self.output != b"".join(b"out %d\n" % i for i in range(self.fault.lines)):
            self.complaints.append(f"its output is not whole: {self.output[:200]!r}")
        if self.errors is not None:
            # Lines of others may stand between them, and even before them in one line.
            if re.findall(rb"err (\d+)\n", self.errors) != [b"%d" % i for i in range(self.fault.error_lines)]:
                self.complaints.append(f"its errors are not whole: {self.errors[:200]!r}")


def attempt(fault):
    # Not below a folder that another user cannot enter.
    folder = tempfile.mkdtemp(prefix="joulecast-fault-", dir="/tmp")
    trial = Trial(fault, folder)
    try:
        trial.run()
    except Exception as error:  # a fault of the test itself is a complaint as well
        trial.complaints.append(f"the trial failed: {error!r}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return trial


def run_table(title, faults, skipped=()):
    """Tries all faults, prints the figures and the failures, and ends the program with the outcome."""
    if not os.access(JOULECAST, os.X_OK) or not os.access(COMMAND, os.X_OK):
        sys.exit(f"{title}: name the programs in JOULECAST and JOULECAST_FAULT_COMMAND")
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    faults = [fault for fault in faults if not words or any(word in fault.name for word in words)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        trials = list(pool.map(attempt, faults))
    if "-v" in sys.argv:
        for trial in trials:
            print(f"{trial.fault.name}: status {trial.process.returncode}, {trial.memory_kb // 1024} MB")
            print((trial.errors or b"").decode(errors="replace"))
    failed = [trial for trial in trials if trial.complaints]
    for trial in failed:
        print(f"FAILED {trial.fault.name}: {'; '.join(trial.complaints)}")
        errors = [line for line in (trial.errors or b"").decode(errors="replace").splitlines() if not line.startswith("err ")]
        print("".join(f"       | {line}\n" for line in errors[:6]), end="")
    for what in skipped:
        print(f"skipped: {what}")
    kept = len(trials) - len(failed)
    idle = sum(trial.not_begun for trial in trials)
    begun = f" ({idle} times it could not be started, and a line said so)" if idle else ""
    peak = max((trial.memory_kb for trial in trials), default=0)
    print(f"{title}: the command unharmed, its status kept in {kept} of {len(trials)} faults{begun}; at most {peak // 1024} MB")
    if not trials and skipped:
        sys.exit(SKIPPED)
    sys.exit(1 if failed else 0)
