"""Where this process stands: measured already, one of several ranks, or alone."""

from __future__ import annotations

import os
import sys

from . import _core
from ._arguments import readable

SOCKET = "JOULECAST_SOCKET"
# What launchers call a process's number on its node, and how many there are: torchrun and DeepSpeed, Open MPI, MPICH and
# Intel MPI, Slurm. All that they say is read by the core (trace/job.hpp).
LAUNCHERS = (
    ("LOCAL_RANK", ("LOCAL_WORLD_SIZE", "LOCAL_SIZE")),
    ("OMPI_COMM_WORLD_LOCAL_RANK", ("OMPI_COMM_WORLD_LOCAL_SIZE",)),
    ("MPI_LOCALRANKID", ("MPI_LOCALNRANKS",)),
    ("SLURM_LOCALID", ("SLURM_STEP_TASKS_PER_NODE",)),
)
NOTEBOOK_PROGRAMS = ("ipykernel_launcher", "colab_kernel_launcher")


def _launcher() -> tuple[str, tuple[str, ...]] | None:
    return next((launcher for launcher in LAUNCHERS if os.environ.get(launcher[0], "").isdecimal()), None)


def local_rank() -> int | None:
    """This process's number among those of its node, or None where nobody launched several."""
    launcher = _launcher()
    return None if launcher is None else int(os.environ[launcher[0]])


def local_ranks() -> int:
    """How many processes of the launch are on this node; 1 where that is not known."""
    launcher = _launcher()
    for name in launcher[1] if launcher is not None else ():
        number = os.environ.get(name, "").partition("(")[0]  # Slurm: "4(x2)", for two nodes of four
        if number.isdecimal():
            return max(1, int(number))
    return 1


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


def has_wrapper_of_its_own() -> bool:
    """Whether `joulecast run` was started for this rank alone, and not for the launch."""
    return os.environ.get("JOULECAST_RANK", "") == str(local_rank())


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
