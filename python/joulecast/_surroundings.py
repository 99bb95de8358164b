"""Where this process stands: measured already, one of several ranks, or alone."""

from __future__ import annotations

import os
import sys

from . import _core
from ._arguments import readable

SOCKET = "JOULECAST_SOCKET"
# What launchers call a process's number on its node, how many there are, and what tells a launch from others: torchrun
# and DeepSpeed, Open MPI, MPICH and Intel MPI, Slurm.
LAUNCHERS = (
    ("LOCAL_RANK", ("LOCAL_WORLD_SIZE", "LOCAL_SIZE"), ("TORCHELASTIC_RUN_ID", "MASTER_ADDR", "MASTER_PORT")),
    ("OMPI_COMM_WORLD_LOCAL_RANK", ("OMPI_COMM_WORLD_LOCAL_SIZE",), ("PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid")),
    ("MPI_LOCALRANKID", ("MPI_LOCALNRANKS",), ("PMI_JOBID",)),
    ("SLURM_LOCALID", ("SLURM_STEP_TASKS_PER_NODE",), ("SLURM_JOB_ID", "SLURM_STEP_ID")),
)
NOTEBOOK_PROGRAMS = ("ipykernel_launcher", "colab_kernel_launcher")


def _launcher() -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
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


def hidden_gpus(energy: _core.Energy) -> str:
    """Says that Slurm gave this node's ranks more GPUs than this one can see; "" where it did not."""
    given = os.environ.get("SLURM_GPUS_ON_NODE", "")
    seen = len({part.device for part in energy.components if part.component == "gpu"})
    if not given.isdecimal() or int(given) <= seen:
        return ""
    return f"{seen} of the {given} GPUs of this node's ranks are measured: the first rank can see no more"


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

    Launchers tell what their ranks have in common; where they do not, it is the parent. Two launches may have one parent,
    and the ranks of one launch different ones, if each has a script around it.
    """
    import hashlib

    launcher = _launcher()
    told = [(name, os.environ[name]) for name in launcher[2] if os.environ.get(name)] if launcher is not None else []
    common = repr((launcher and launcher[0], told or os.getppid()))
    return f"-ranks-{hashlib.sha256(common.encode('utf-8', 'replace')).hexdigest()[:16]}"


def announce(socket: str, began: float) -> str | None:
    """Tells the other ranks of this node where a measurement listens that began at a time.time(). Returns what `withdraw` takes."""
    place = socket + _meeting_point()
    try:
        _write(place, f"{socket}\n{began!r}\n")
    except OSError:
        return None
    return place


def withdraw(place: str, began: float, run: str, store: str) -> None:
    """The measurement is over. Ranks that end later still find what it measured; the next measurement removes the file."""
    try:
        _write(place, f"\n{began!r}\n{run}\n{store}\n")
    except OSError:
        pass


def _write(place: str, text: str) -> None:
    with open(place + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(place + ".part", place)


def announced_run(since: float) -> tuple[str, str] | None:
    """(id, store) of what the first rank of this node measures, or measured until after `since` (of time.time()).

    Of several runs it is the one that began nearest to `since`.
    """
    found = []
    for path in _announcements():
        try:
            with open(path, encoding="utf-8") as file:
                socket, began, *run = file.read().splitlines()
                changed = os.fstat(file.fileno()).st_mtime
            known = run_of(socket) if socket and _core.is_listened_to(socket) else None  # a killed rank leaves its file
            if not socket and len(run) == 2 and run[0] and changed >= since:
                known = run[0], run[1]
            if known is not None:
                found.append((abs(float(began) - since), known))
        except (OSError, ValueError):
            pass
    return min(found)[1] if found else None


def _announcements() -> list[str]:
    """Files of this launch."""
    import tempfile

    folder = os.path.join(tempfile.gettempdir(), f"joulecast-{os.getuid()}")
    try:
        if os.lstat(folder).st_uid != os.getuid():
            return []
        ending = _meeting_point()
        return [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(ending)]
    except OSError:
        return []


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
