"""What a whole training would cost, told from its first minute or so."""

from __future__ import annotations

import os

from . import _arguments as arguments
from . import _core
from .errors import InvalidError, UnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    import subprocess
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .forecasting import Model

LONGEST_S = 86400.0
SHORTEST_S = 0.001


def probe(command: Iterable[str | os.PathLike[str]], *, seconds: float = 90, grace: float = 30, name: str = "",
          epochs: float | None = None, steps: float | None = None, epoch_regex: str = "", step_regex: str = "",
          tags: Mapping[str, Any] | None = None, store: str | os.PathLike[str] | None = None, interval: float | str | None = None,
          sensors: str | Iterable[str] | None = None, price: str = "", gpu: str | Iterable[str] | None = None, model: Model | None = None,
          country: str | None = None, region: str | None = None, intensity: float | None = None, pue: float | None = None,
          keep_arguments: bool = False, **training: Any) -> _core.Probe:
    """Starts a training, measures it until its forecast is ready, ends it, and tells what the whole would cost.

    The command is asked to end (SIGTERM) once its forecast is ready or the time is up: what it has not saved by then is
    lost. Its output stays where it is. Where a training of this process is to go on instead, `Run.projection` of `track`
    tells the same.

    Args:
        command: the program and its arguments: ["python", "train.py"].
        seconds: end it after this time at the latest.
        grace: seconds that it may take to end when asked to, before it is killed.
        name: of the run; the script's where not given.
        epochs: their number, where the training does not tell it.
        steps: their number, instead.
        epoch_regex: how the output names an epoch: group 1 its number, group 2 the total.
        step_regex: how it names a step.
        tags: names and values that are kept with the run.
        store: path of the store; None for the user's own.
        interval: seconds between readings, or a text such as "500ms"; as for `track`, and so is the next.
        sensors: names of the sensors to use.
        price: of a kWh: "0.25" or "0.25EUR".
        gpu: other boards of the catalogue, whose GPUs' use is told, too.
        model: the training's network, which makes that surer; as for `predict`.
        country: ISO code of where the electricity comes from, as for `track`; so the next three.
        region: of a cloud.
        intensity: g CO2e per kWh.
        pue: power usage effectiveness.
        keep_arguments: keep passwords and tokens of the command line, too.
        **training: how the training is set up, for other boards: batch, gpus, precision and others of `predict`.

    Returns:
        An object with `verdict`, `why`, `energy_j`, `duration_s`, `emissions_g`, `cost` (each with value, low and high),
        `projection`, `boards` and the `run_id` of what was measured.

    Raises:
        InvalidError: an impossible argument; nothing was started. It names the argument.
        UnavailableError, DeniedError: there is no such command, or it may not be executed.
    """
    given = {"command": _words(command), "name": arguments.text("name", name), "epoch_regex": arguments.text("epoch_regex", epoch_regex),
             "step_regex": arguments.text("step_regex", step_regex), "tags": arguments.tags("tags", tags),
             "sensors": arguments.sensors(sensors), "store": arguments.path("store", store) or None,
             "total_epochs": arguments.optional(arguments.above_zero, "epochs", epochs),
             "total_steps": arguments.optional(arguments.above_zero, "steps", steps),
             "keep_arguments": arguments.flag("keep_arguments", keep_arguments)}
    times = (arguments.interval(interval), arguments.number("seconds", seconds, SHORTEST_S, LONGEST_S),
             arguments.number("grace", grace, SHORTEST_S, LONGEST_S))
    place = arguments.place(country, region, intensity, pue)
    price = arguments.text("price", price)
    boards = _boards(gpu, model, training, place)
    options = _core.ProbeOptions()
    options.store = given["store"]  # type: ignore[assignment]
    options.set_place(*place)
    _core.check_probe(options, price, boards)
    return _core.result_of_probe(_measured(given, times, place), options, price, boards)


def _words(command: Any) -> list[str]:
    if isinstance(command, (str, bytes)) or not hasattr(command, "__iter__"):
        raise TypeError(f'command must be a list such as ["python", "train.py"], not {type(command).__name__}')
    words = [arguments.path("command", word) for word in command]
    if not words or not words[0]:
        raise InvalidError('is empty; give the program and its arguments, as ["python", "train.py"]', "command")
    return words


def _boards(gpu: Any, model: Any, training: dict[str, Any], place: Any) -> _core.PredictionRequest | None:
    from .forecasting import models_of, request_of

    if gpu is None:
        if model is not None or training:
            raise InvalidError("is only of use for other boards: give gpu, too", "model" if model is not None else next(iter(training)))
        return None
    for name in ("epochs", "steps", "allow_uncounted"):
        if name in training:
            raise TypeError(f"probe() got an unexpected keyword argument '{name}'")
    request = request_of([] if model is None else models_of(model), gpu, **training)
    request.set_place(*place)
    return request


def _measured(given: dict[str, Any], times: tuple[float, ...], place: Any) -> _core.ProbedTraining:
    """By a process of its own, since this one may have threads and signal handlers."""
    import pickle
    import socket
    import subprocess
    import sys

    if not sys.executable:
        raise UnavailableError("there is no interpreter that could measure: sys.executable is empty")
    for stream in (sys.stdout, sys.stderr):  # what was printed before comes before what the command prints
        if stream is not None and not stream.closed:
            stream.flush()
    ours, theirs = socket.socketpair()
    with ours, ours.makefile("rb") as answers:
        with theirs:
            helper = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_probe_process.py")
            process = subprocess.Popen([sys.executable, "-I", "-S", helper, str(theirs.fileno())], pass_fds=(theirs.fileno(),))
        try:
            ours.sendall(pickle.dumps((given, times, place)))
            answer = _answer(answers, process)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise UnavailableError(f"the probe was lost: its process ended with status {process.wait()}") from None
        process.wait()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer(answers: Any, process: subprocess.Popen[bytes]) -> Any:
    """A Ctrl-C is the command's, too: what was measured until its end is kept, and then it is raised here."""
    import pickle

    interrupted = None
    while True:
        try:
            answer = pickle.load(answers)
        except KeyboardInterrupt as error:
            interrupted = error
            _pass_on(process)
            continue
        if interrupted is not None:
            process.wait()
            raise interrupted
        return answer


def _pass_on(process: subprocess.Popen[bytes]) -> None:
    """A terminal has sent it to all; a notebook only to its kernel."""
    import signal

    try:
        sent_to_all = os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        sent_to_all = False
    if not sent_to_all:
        process.send_signal(signal.SIGINT)
