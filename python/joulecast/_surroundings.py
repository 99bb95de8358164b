"""Where this process stands: measured already, one of several ranks, or alone."""

from __future__ import annotations

import os
import sys

from . import _core
from ._arguments import readable

SOCKET = "JOULECAST_SOCKET"
# What launchers call a process's number on its node: torchrun, Open MPI, MPICH and Intel MPI, Slurm.
LOCAL_RANKS = ("LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID")
NOTEBOOK_PROGRAMS = ("ipykernel_launcher", "colab_kernel_launcher")


def local_rank() -> int | None:
    """This process's number among those of its node, or None where nobody launched several."""
    for name in LOCAL_RANKS:
        value = os.environ.get(name, "")
        if value.isdecimal():
            return int(value)
    return None


def listening_socket() -> str:
    """The socket of a measurement that this process is part of, or ""."""
    path = os.environ.get(SOCKET, "")
    return path if path and _core.is_listened_to(path) else ""


_outer_socket: str | None = None  # what the variable was before a measurement of this process began


def lead_children_to(socket: str) -> None:
    """Child processes report to this socket of a measurement in this process; "" after the last one has ended."""
    global _outer_socket
    if _outer_socket is None:
        _outer_socket = os.environ.get(SOCKET, "")
    if socket or _outer_socket:
        os.environ[SOCKET] = socket or _outer_socket
    else:
        os.environ.pop(SOCKET, None)
    if not socket:
        _outer_socket = None


def run_of(socket: str) -> tuple[str, str] | None:
    """(id, store) of the run that is measured behind a socket, or None where that is not known."""
    try:
        with open(socket + ".run", encoding="utf-8") as file:
            identifier, store = file.read().splitlines()[:2]
    except (OSError, ValueError):
        return None
    return identifier, store


def _meeting_point() -> str:
    """The ending of the file by which the ranks of one launch find the measurement of their node.

    They have the same parent: torchrun's agent, mpirun's or Slurm's daemon.
    """
    return f"-ranks-{os.getppid()}"


def announce(socket: str) -> str | None:
    """Tells the other ranks of this node where the measurement listens. Returns what to remove at the end."""
    place = os.path.join(os.path.dirname(socket), f"{os.getpid()}{_meeting_point()}")
    try:
        with open(place, "x", encoding="utf-8") as file:
            file.write(socket)
    except OSError:
        return None
    return place


def announced_socket() -> str:
    """What the first rank of this node announced, or ""."""
    import tempfile

    folder = os.path.join(tempfile.gettempdir(), f"joulecast-{os.getuid()}")
    try:
        if os.lstat(folder).st_uid != os.getuid():
            return ""
        for name in os.listdir(folder):
            if name.endswith(_meeting_point()):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    socket = file.read()
                return socket if os.path.exists(socket) else ""
    except OSError:
        pass
    return ""


def command() -> list[str]:
    """The interpreter, the script and its arguments; empty where there is no script."""
    return [readable(part) for part in (sys.executable or "python", *sys.argv)] if sys.argv else []


def default_name() -> str:
    """The script's name; "notebook" or "python" where there is none."""
    script = readable(sys.argv[0]) if sys.argv else ""
    program = os.path.splitext(os.path.basename(script))[0]
    if program in NOTEBOOK_PROGRAMS:
        return "notebook"
    if program == "__main__":  # python -m package
        return os.path.basename(os.path.dirname(script)) or "python"
    return program if program not in ("", "-c", "-m", "-") else "python"
