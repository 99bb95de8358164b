"""Calls of the C library and of the kernel that fail, each at every time that joulecast makes them.

The first part preloads shim.c into joulecast and reaches every thread and the relay. The second lets strace inject into
the main thread, which also reaches calls that the C library makes for itself.
"""
import errno
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from support import COMMAND, JOULECAST, SANITIZED, SHIM, Fault, run_table

# Calls, and the errors that they can meet in life. brk is not among them: where it fails while memory is given back,
# glibc 2.36 itself breaks.
PRELOADED = {
    "malloc": (errno.ENOMEM,), "pthread_create": (errno.EAGAIN,), "fork": (errno.EAGAIN, errno.ENOMEM),
    "open": (errno.EMFILE, errno.EACCES), "mmap": (errno.ENOMEM,), "socket": (errno.EMFILE,), "socketpair": (errno.EMFILE,),
    "bind": (errno.EACCES,), "listen": (errno.EADDRINUSE,), "epoll_create1": (errno.EMFILE,), "epoll_ctl": (errno.ENOSPC,),
    "epoll_wait": (errno.EINTR,), "eventfd": (errno.EMFILE,), "signalfd": (errno.EMFILE,), "timerfd_create": (errno.EMFILE,),
    "pipe2": (errno.EMFILE,), "poll": (errno.EINTR, errno.ENOMEM), "read": (errno.EINTR,), "fcntl": (errno.EMFILE,),
    "write": (errno.EINTR,), "pwrite": (errno.ENOSPC, errno.EIO), "pread": (errno.EIO,), "send": (errno.ENOBUFS,), "sendmsg": (errno.ENOBUFS, errno.EINTR),
    "recv": (errno.EINTR,), "ftruncate": (errno.EIO,), "fdatasync": (errno.EIO,), "mkdtemp": (errno.ENOSPC,),
    "rename": (errno.EXDEV,), "unlink": (errno.EROFS,), "stat": (errno.EACCES,), "fstat": (errno.EIO,),
}
TRACED = {
    "openat": "EMFILE", "mmap": "ENOMEM", "clone3": "EAGAIN", "clone": "EAGAIN", "pipe2": "EMFILE", "eventfd2": "EMFILE",
    "signalfd4": "EMFILE", "socket": "EMFILE", "socketpair": "EMFILE", "bind": "EACCES", "listen": "EADDRINUSE", "epoll_create1": "EMFILE",
    "epoll_ctl": "ENOSPC", "timerfd_create": "EMFILE", "poll": "EINTR", "fcntl": "EMFILE", "prctl": "EPERM", "mkdir": "ENOSPC", "wait4": "EINTR",
    "recvfrom": "EINTR", "sendmsg": "EINTR", "mprotect": "ENOMEM", "getdents64": "EIO", "newfstatat": "EACCES",
    "rt_sigaction": "EINVAL", "kill": "EPERM", "getrandom": "EINTR", "readlink": "EACCES", "uname": "EFAULT", "prlimit64": "EPERM",
}
MOST_TIMES = 12  # of one call; more are tried at so many places between the first and the last


def places(count, most):
    """Numbers from 1 to `count`: all, or `most` of them evenly apart."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({round(1 + i * (count - 1) / (most - 1)) for i in range(most)})


def usual_run(wrapper=(), **environment):
    """One run without a fault, to count its calls."""
    with tempfile.TemporaryDirectory() as folder:
        values = dict(os.environ, HOME=folder, TMPDIR=folder, JOULECAST_STORE=f"{folder}/s/runs.db", **{name: value.replace("FOLDER", folder) for name, value in environment.items()})
        arguments = [word.replace("FOLDER", folder) for word in wrapper]
        subprocess.run([*arguments, JOULECAST, "run", "--interval", "50ms", "--", COMMAND, f"{folder}/marks", "10", "150", "0"], env=values, check=True,
                       capture_output=True, timeout=60)
        return {path.name: path.read_text() for path in pathlib.Path(folder).glob("count*")}


def preloaded_faults():
    counted = usual_run(LD_PRELOAD=SHIM, JOULECAST_TEST_COUNTS="FOLDER/counts")["counts"]
    table = []
    for line in counted.splitlines():
        call, count = line.split()
        for error in PRELOADED.get(call, ()):
            most = 60 if call == "malloc" else MOST_TIMES
            trials = [(number, 1) for number in places(int(count), most)]
            if error != errno.EINTR and call != "poll":  # these two do not fail for ever
                trials += [(number, 0) for number in places(int(count), most // 2)]
            for first, times in trials:
                table.append(Fault(f"{call} {errno.errorcode[error]} from {first}{' on' if times == 0 else ''}", may_not_begin=True, milliseconds=150,
                                   environment={"LD_PRELOAD": SHIM, "JOULECAST_TEST_FAULT": f"{call}:{error}:{first}:{times}"}))
    return table


def traced_faults():
    counted = usual_run(("strace", "-c", "-o", "FOLDER/count")).get("count", "")
    table = []
    for call, error in TRACED.items():
        found = re.search(rf"\s(\d+)(?:\s+\d+)?\s+{call}$", counted, re.M)
        for number in places(int(found[1]), MOST_TIMES) if found else ():
            if (call, number) == ("mmap", 1):
                continue  # the loader's own beginning, before it can say anything
            table.append(Fault(f"strace {call} {error} at {number}", may_not_begin=True, milliseconds=150,
                               wrapper=("strace", "-qq", "-o", "/dev/null", "-e", f"inject={call}:error={error}:when={number}")))
    return table


def faults():
    table, skipped = [], []
    if SANITIZED or not SHIM:
        skipped.append("calls of the C library: the sanitizer replaces them itself")
    else:
        table += preloaded_faults()
    if SANITIZED:
        skipped.append("calls of the kernel: the sanitizer makes calls of its own, and ends the program where they fail")
    elif shutil.which("strace") and subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"]).returncode == 0:
        table += traced_faults()
    else:
        skipped.append("calls of the kernel: strace is not there or may not trace")
    return table, skipped


if __name__ == "__main__":
    run_table("faults.calls", *faults())
