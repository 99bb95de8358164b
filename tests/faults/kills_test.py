"""kill -9 of joulecast or of its relay, alone: the training goes on, its output arrives, and the run is kept."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import termios
import threading
import time

from support import LINES, Fault, run_table

KILLED = -signal.SIGKILL


def kill_joulecast(after_ms):
    def during(trial):
        trial.began = time.monotonic()
        trial.wait_until_begun()
        time.sleep(after_ms / 1000)
        os.kill(trial.process.pid, signal.SIGKILL)
        trial.lived_s = time.monotonic() - trial.began
    return during


def kill_relay(times):
    def during(trial):
        trial.wait_until_begun()
        time.sleep(0.1)  # the first half of the output has been passed on
        for _ in range(times):
            if pid := trial.relay_pid():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
    return during


def kill_both(trial):
    trial.wait_until_begun()
    time.sleep(0.1)
    for pid in (trial.process.pid, trial.relay_pid()):
        os.kill(pid, signal.SIGKILL)


def kill_by_name(*pattern):
    """As a user does who wants to be rid of joulecast; only in this trial's process group (setsid)."""
    def during(trial):
        trial.wait_until_begun()
        time.sleep(0.1)
        subprocess.run(["pkill", "-9", "-g", str(trial.process.pid), *pattern], check=True, timeout=10)
    return during


def close_terminal(trial):
    """The command hears of it, as it would without joulecast, and nothing is left behind."""
    kill_joulecast(500)(trial)
    time.sleep(0.3)
    os.close(trial.master)


def is_interrupted(trial):
    """The run is kept up to its last reading, and no energy is invented."""
    run = trial.shown()
    if run is None:
        return "the run is not in the store"
    if run["status"] != "interrupted":
        return f"the run is {run['status']}"
    if run["duration_s"] > trial.lived_s + 0.1:
        return f"{run['duration_s']} s are stored of {trial.lived_s} s"
    return None


def terminal(trial):
    """A terminal for all three streams, whose screen is collected."""
    master, slave = pty.openpty()
    trial.master = master
    modes = termios.tcgetattr(slave)
    trial.screen = b""
    trial.terminal_modes = lambda: termios.tcgetattr(slave) == modes

    def read():
        while True:
            try:
                ready, _, _ = select.select([master], [], [], 0.1)
                piece = os.read(master, 65536) if ready else None
            except (OSError, ValueError):
                return
            if piece == b"":
                return
            trial.screen += piece or b""
    threading.Thread(target=read, daemon=True).start()
    trial.closing += [lambda: os.close(slave)]
    return {"stdin": slave, "stdout": slave, "stderr": slave}


def terminal_is_as_before(trial):
    if not trial.terminal_modes():
        return "the terminal's modes are not restored"
    text = re.sub(rb"\x1b\][^\x07]*\x07", b"", trial.screen)  # titles, which may come between a line and its end
    place = -1
    for number in range(LINES):
        # After the kill both terminals end a line: \r\r\n.
        place = text.find(b"out %d\r" % number, place + 1)
        if place < 0:
            return f"line {number} did not reach the terminal: {trial.screen[-300:]!r}"
    if b"\x1b[1;23r" in trial.screen and trial.screen.rfind(b"\x1b[r") < trial.screen.rfind(b"\x1b[1;23r"):
        return "the scroll region is not restored"
    return is_interrupted(trial)


FAULTS = [Fault(f"joulecast killed after {moment} ms", during=kill_joulecast(moment), own_status=KILLED, milliseconds=moment + 500)
          for moment in (0, 1, 5, 20, 50)]
FAULTS += [Fault(f"joulecast killed after {moment} ms, its run kept", during=kill_joulecast(moment), own_status=KILLED,
                 milliseconds=moment + 500, check=is_interrupted) for moment in (1200, 2000)]
FAULTS += [Fault("joulecast killed on a terminal", streams=terminal, environment={"TERM": "xterm"}, during=kill_joulecast(1500),
                 own_status=KILLED, milliseconds=2500, check=terminal_is_as_before)]
FAULTS += [Fault("joulecast killed on a terminal that is closed afterwards", streams=terminal, environment={"TERM": "xterm"},
                 during=close_terminal, own_status=KILLED, status=128 + signal.SIGHUP, milliseconds=60_000)]
# What the relay had read and not yet written may be lost with it: it is killed while it holds nothing.
FAULTS += [Fault(f"relay killed {times} times", during=kill_relay(times), milliseconds=300 + 100 * times) for times in (1, 2, 5)]
FAULTS += [Fault("relay killed too often to be replaced", during=kill_relay(14), milliseconds=2000, lines=0, error_lines=0)]
FAULTS += [Fault("joulecast and its relay killed", during=kill_both, own_status=KILLED, milliseconds=1500, lines=0, error_lines=0)]
SKIPPED = []
if shutil.which("pkill") and shutil.which("setsid"):
    FAULTS += [Fault(f"pkill -9 {' '.join(pattern)}", wrapper=("setsid",), during=kill_by_name(*pattern), own_status=KILLED, milliseconds=2000)
               for pattern in (("joulecast",), ("-x", "joulecast"), ("-f", "joulecast run"))]
else:
    SKIPPED.append("kills by name: there is no pkill or setsid")

if __name__ == "__main__":
    run_table("faults.kills", FAULTS, SKIPPED)
