"""Limits on processes, memory, descriptors and file sizes, from none to enough: the command is started and kept, or not started."""
import os
import subprocess

from support import JOULECAST, NEEDS_FILES, SANITIZED, Fault, run_table

NOBODY = 54_321  # has no process; root's processes are not limited


def limited(*limits):
    return ("prlimit", *limits, "--")


def full_disk(size):
    """A file system of its own that is full after `size`, where the store lies."""
    return ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
            f'mount -t tmpfs -o size={size} none "${{JOULECAST_STORE%/*}}" && exec "$@"', "sh")


def can_start(*wrapper):
    done = subprocess.run([*wrapper, JOULECAST, "--version"], capture_output=True, env=dict(os.environ, JOULECAST_STORE="/mnt/runs.db"))
    return done.returncode == 0


def has_all_of_its_output(trial):
    wanted = b"".join(b"%d\n" % i for i in range(1, 200_001))
    return None if trial.output == wanted else f"{len(trial.output or b'')} of {len(wanted)} bytes arrived"


def faults():
    table, skipped = [], []
    if SANITIZED:
        skipped.append("limits on descriptors: the undefined-behaviour sanitizer opens pipes to check addresses, and fails without them")
    for number in () if SANITIZED else (*range(3, 33), 40, 64):
        table.append(Fault(f"descriptors {number}", wrapper=limited(f"--nofile={number}"), may_not_begin=number < 40, milliseconds=150))
    if SANITIZED:
        skipped.append("limits on memory: the sanitizer needs more")
    else:
        # Below this the loader itself dies without a word.
        for megabytes in (*range(12, 72, 2), 96, 128, 256):
            table.append(Fault(f"memory {megabytes} MB", wrapper=limited(f"--as={megabytes << 20}"), may_not_begin=megabytes < 128,
                               milliseconds=150))
    # Smaller than what a thread or a buffer of ours takes. The command inherits the limit.
    for kilobytes in (64, 100, 128, 256, 300, 400, 500, 1000, 4000):
        wrapper = limited(f"--stack={kilobytes << 10}")
        table.append(Fault(f"stack {kilobytes} kB", wrapper=wrapper, milliseconds=150))
        table.append(Fault(f"stack {kilobytes} kB, much output", wrapper=wrapper, check=has_all_of_its_output,
                           command=["sh", "-c", "seq 200000; exit 7"]))
    as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    if SANITIZED:
        skipped.append("limits on processes: the leak sanitizer needs one of its own")
    elif os.geteuid() == 0 and can_start(*as_nobody):
        for number in (*range(1, 13), 20):
            table.append(Fault(f"processes {number}", wrapper=(*as_nobody, *limited(f"--nproc={number}")), may_not_begin=number < 20,
                               milliseconds=150))
    else:
        skipped.append("limits on processes: only root can become a user who has none")
    if NEEDS_FILES:
        skipped.append("no file at all: the thread sanitizer writes one itself")
    for size in (*([] if NEEDS_FILES else [0]), 1, 4096, 20_000, 60_000, 100_000, 200_000):
        table.append(Fault(f"files of {size} bytes", wrapper=limited(f"--fsize={size}"), command=["sh", "-c", "sleep 0.3; exit 7"]))
    if can_start(*full_disk("64k")):
        for size in ("4k", "16k", "32k", "64k", "128k", "256k"):
            table.append(Fault(f"disk of {size}", wrapper=full_disk(size)))
    else:
        skipped.append("full disks: a user may not mount one here")
    return table, skipped


if __name__ == "__main__":
    run_table("faults.limits", *faults())
