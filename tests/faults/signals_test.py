"""Signals at many moments, to joulecast and to its relay: the command gets what it is to get, and its status comes back."""
import os
import signal
import time

from support import SANITIZED, Fault, run_table

MOMENTS_MS = (0, 1, 2, 3, 5, 8, 12, 20, 40, 90)
# Asked to end, joulecast passes it on; the command ends by it as it would alone.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
# Nothing comes of these.
HARMLESS = (signal.SIGCHLD, signal.SIGWINCH, signal.SIGPIPE, signal.SIGCONT, signal.SIGXFSZ)


def send(number, target="joulecast", after_ms=0, times=1):
    """Sends a signal that long after the command began."""
    def during(trial):
        trial.wait_until_begun()
        time.sleep(after_ms / 1000)
        for _ in range(times):
            pid = trial.relay_pid() if target == "relay" else trial.joulecast_pid()
            if pid:
                os.kill(pid, number)
            time.sleep(0.002)
    return during


def send_early(number, after_ms):
    """Sends a signal that long after joulecast began: perhaps before the command does."""
    def during(trial):
        time.sleep(after_ms / 1000)
        if not trial.has_ended():
            os.kill(trial.process.pid, number)
    return during


def stop_and_continue(trial):
    trial.wait_until_begun()
    pid = trial.joulecast_pid()
    os.kill(pid, signal.SIGSTOP)
    time.sleep(0.6)  # the command ends meanwhile
    os.kill(pid, signal.SIGCONT)


def stop_the_relay(trial):
    trial.wait_until_begun()
    pid = trial.relay_pid()
    os.kill(pid, signal.SIGSTOP)
    time.sleep(0.6)
    os.kill(pid, signal.SIGCONT)


FAULTS = [Fault(f"{number.name} after {moment} ms", during=send(number, after_ms=moment), status=128 + number, milliseconds=5000)
          for number in ENDING for moment in (0, 3, 20)]
FAULTS += [Fault(f"{number.name}", during=send(number, times=20)) for number in HARMLESS]
FAULTS += [Fault(f"{number.name} to the relay", during=send(number, "relay", 20, times=5)) for number in (*ENDING, *HARMLESS)]
if not SANITIZED:  # which tells of these itself
    FAULTS += [Fault(f"{number.name}, as if by a fault of our own, after {moment} ms", during=send(number, after_ms=moment))
               for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT) for moment in (0, 20, 90)]
FAULTS += [Fault("stopped and continued", during=stop_and_continue), Fault("the relay stopped and continued", during=stop_the_relay)]
FAULTS += [Fault(f"SIGTERM {moment} ms after the start", during=send_early(signal.SIGTERM, moment), may_not_begin=True, may_be_ended=True,
                 status=128 + signal.SIGTERM, milliseconds=5000) for moment in MOMENTS_MS]

if __name__ == "__main__":
    run_table("faults.signals", FAULTS)
