"""Standard streams that are closed, full, broken or never read: the command meets none of it but what it would meet alone."""
import fcntl
import os
import pty
import subprocess
import time

from support import NEEDS_FILES, Fault, run_table


def keep(trial, *descriptors):
    for descriptor in descriptors:
        trial.closing.append(lambda descriptor=descriptor: os.close(descriptor))


def full_pipe(trial, nonblocking=False):
    """A pipe that holds as much as it can, and that nobody reads."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writer, not nonblocking)
    keep(trial, reader, writer)
    return writer


def nonblocking_pipe(trial):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    keep(trial, reader, writer)
    return writer


def closed_pipe(trial):
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    keep(trial, writer)
    return writer


def closed_terminal(trial):
    master, slave = pty.openpty()
    os.close(master)
    keep(trial, slave)
    return slave


def unread_terminal(trial):
    """A terminal that nobody reads, as a stopped ssh leaves it."""
    master, slave = pty.openpty()
    os.set_blocking(slave, False)
    full = 0
    while full < 3:  # the kernel makes room once more when it moves what it has from one buffer to another
        try:
            os.write(slave, b"x" * 64)
            full = 0
        except BlockingIOError:
            full += 1
            time.sleep(0.02)
    os.set_blocking(slave, True)
    keep(trial, master, slave)
    return slave


def full_device(trial):
    descriptor = os.open("/dev/full", os.O_WRONLY)
    keep(trial, descriptor)
    return descriptor


def on(stream, make, **options):
    return lambda trial: {stream: make(trial, **options)}


def reader_that_leaves(trial):
    """Reads one line and goes, like head -1."""
    reader, writer = os.pipe()
    process = subprocess.Popen(["head", "-1"], stdin=reader, stdout=subprocess.DEVNULL)
    os.close(reader)
    trial.closing += [lambda: os.close(writer), process.wait]
    return {"stdout": writer}


def reader_that_pauses(trial):
    """Reads nothing for a second: the command waits as it would alone, and loses nothing."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen(["sh", "-c", f"sleep 1; cat > {trial.folder}/read"], stdin=reader)
    os.close(reader)
    trial.paused = (process, writer)
    return {"stdout": writer}


def all_was_read(trial):
    process, writer = trial.paused
    os.close(writer)
    process.wait(10)
    got = (trial.folder / "read").read_bytes()
    return None if got == b"y" * 1_000_000 else f"{len(got)} of 1000000 bytes arrived"


def stop_while_nobody_reads(trial):
    trial.wait_until_begun()
    time.sleep(0.3)
    os.kill(trial.process.pid, 15)


def end_by_signals(trial):
    """The command has ended, but what it wrote waits for the terminal. First joulecast is asked to end, then its relay."""
    trial.wait_until(lambda: trial.has_mark("ended"))
    time.sleep(0.5)
    os.kill(trial.process.pid, 15)
    trial.wait_until(trial.has_ended)
    relay = trial.relay_pid()
    if relay is None:
        trial.complaints.append("its relay does not wait for the terminal")
    else:
        os.kill(relay, 15)


FAULTS = [
    # Lines of the command on the stream that is at fault would be lost without joulecast, too.
    Fault("stderr closed", wrapper=("sh", "-c", 'exec "$@" 2>&-', "sh"), error_lines=0),
    Fault("stdout closed", wrapper=("sh", "-c", 'exec "$@" >&-', "sh"), streams=lambda t: {"stdout": subprocess.DEVNULL},
          command=["sh", "-c", "echo x; exit 7"]),
    *(Fault(f"{name} {how}, and the command looks", wrapper=wrapper, streams=streams, status=9,
            command=["sh", "-c", f"echo x >&{number} || exit 9; exit 7"])
      for name, number in (("stdout", 1), ("stderr", 2))
      for how, wrapper, streams in (("closed", ("sh", "-c", f'exec "$@" {number}>&-', "sh"), None),
                                    ("read-only", ("sh", "-c", f'exec "$@" {number}</dev/null', "sh"), None),
                                    ("/dev/full", (), on(name, full_device)))),
    Fault("stdin closed", wrapper=("sh", "-c", 'exec "$@" <&-', "sh")),
    Fault("every stream closed", wrapper=("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"), command=["sh", "-c", "echo x; exit 7"]),
    Fault("stderr full pipe", streams=on("stderr", full_pipe), error_lines=0),
    Fault("stderr full pipe, live log", streams=on("stderr", full_pipe), error_lines=0, options=("--live", "log", "--log-every", "50ms"),
          milliseconds=1500),
    Fault("stderr full pipe, non-blocking", streams=on("stderr", full_pipe, nonblocking=True), error_lines=0),
    Fault("stderr full pipe, quiet", streams=on("stderr", full_pipe), error_lines=0, options=("-q",)),
    Fault("stderr full pipe, asked to end", streams=on("stderr", full_pipe), error_lines=0, milliseconds=20_000, status=143,
          during=stop_while_nobody_reads),
    Fault("stderr broken pipe", streams=on("stderr", closed_pipe), error_lines=0),
    Fault("stderr /dev/full", streams=on("stderr", full_device), error_lines=0),
    Fault("stderr and its lines to /dev/full", streams=on("stderr", full_device), command=["sh", "-c", "echo x >&2; exit 7"]),
    Fault("stderr closed terminal", streams=on("stderr", closed_terminal), error_lines=0),
    # It may only be paused: the relay waits until it can give the live row back.
    Fault("stderr terminal that nobody reads", streams=on("stderr", unread_terminal), error_lines=0, milliseconds=1500,
          may_leave=("jc-relay",)),
    Fault("stderr terminal that nobody reads, which the command's lines wait for, and SIGTERM", streams=on("stderr", unread_terminal),
          own_status=-15, during=end_by_signals),
    Fault("stdout /dev/full", streams=on("stdout", full_device), command=["sh", "-c", "echo x; exit 7"]),
    Fault("stdout closed terminal", streams=on("stdout", closed_terminal), command=["sh", "-c", "exit 7"]),
    Fault("stdout broken pipe", streams=on("stdout", closed_pipe), command=["sh", "-c", "exit 7"]),
    Fault("stdout reader leaves after a line", streams=reader_that_leaves,
          command=["python3", "-c", "try:\n  while True: print('x' * 50, flush=True)\nexcept OSError: raise SystemExit(7)"]),
    Fault("stdout reader leaves a command that does not look", streams=reader_that_leaves, status=141, command=["yes"]),
    Fault("stdout reader pauses", streams=reader_that_pauses, check=all_was_read,
          command=["python3", "-c", "import sys; sys.stdout.write('y' * 1_000_000); sys.exit(7)"]),
    Fault("stdout non-blocking pipe", streams=on("stdout", nonblocking_pipe)),
    Fault("stdout and stderr one closed pipe", streams=lambda t: {"stdout": (p := closed_pipe(t)), "stderr": p}, command=["sh", "-c", "exit 7"]),
]
if not NEEDS_FILES:
    FAULTS += [Fault("no file may be written", wrapper=("prlimit", "--fsize=0", "--"), command=["sh", "-c", "exit 7"])]

if __name__ == "__main__":
    run_table("faults.streams", FAULTS)
