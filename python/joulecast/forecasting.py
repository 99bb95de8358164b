"""Forecasts: before a training starts, and of recorded or unfinished runs."""

import os

from . import _arguments as arguments
from . import _core
from .errors import InvalidError
from .stored import _path


def predict(model, gpu, *, batch=32, epochs=None, samples=None, dataset="", gpus=1, input_shape=None, dimensions=None,
            classes=None, power_limit=None, optimizer="sgd", framework="", like="", fitted=None, country=None, region=None,
            intensity=None, pue=None):
    """What trainings will cost, the cheapest first: every model on every GPU at every batch size.

    Args:
        model: name such as "resnet50", path of an ONNX file or a description, what `describe` returned, or several of
            them; see `known_networks`.
        gpu: name of the catalogue (part of it is enough), or several.
        batch: samples of a step over all GPUs, or several such numbers.
        epochs: of the training; samples: of an epoch, where `dataset` does not tell.
        gpus: how many share the training.
        input_shape: of one sample, as (3, 224, 224) or "3x224x224".
        dimensions: sizes of an ONNX file's symbolic dimensions, as {"sequence": 128}.
        power_limit: of one GPU, in watts; None for the board's own.
        like: trained as this source of the model file was.
        fitted: model file of `joulecast fit`; None for the one that comes with joulecast.

    Returns:
        An object with `predictions`; each has `total_energy_j`, `epoch_energy_j`, `epoch_time_s` and `power_w` as
        value, low and high of the 90 % interval.

    Raises:
        InvalidError: an unknown model or GPU, or an impossible number; it names the argument.
    """
    request = _core.PredictionRequest()
    models = _several("model", model, (str, os.PathLike, _core.Network))
    request.described = [one for one in models if isinstance(one, _core.Network)]
    request.networks = [os.fspath(one) for one in models if not isinstance(one, _core.Network)]
    request.gpus = _several("gpu", gpu, str)
    request.batches = [int(arguments.number("batch", size, least=1, most=1 << 30)) for size in _several("batch", batch, int)]
    request.inputs = [] if input_shape is None else [_shape(input_shape)]
    request.dimensions = [f"{name}={size}" for name, size in (dimensions or {}).items()]
    request.classes = None if classes is None else int(arguments.number("classes", classes, least=1))
    request.gpu_count = int(arguments.number("gpus", gpus, least=1))
    request.epochs = arguments.optional(arguments.above_zero, "epochs", epochs)
    request.samples = arguments.optional(arguments.above_zero, "samples", samples)
    request.power_limit_w = arguments.optional(arguments.above_zero, "power_limit", power_limit)
    for name, value in (("dataset", dataset), ("framework", framework), ("optimizer", optimizer), ("like", like)):
        setattr(request, name, arguments.text(name, value))
    if fitted is not None:
        request.fitted = os.fspath(fitted)
    request.set_place(country or "", region or "", arguments.optional(arguments.number, "intensity", intensity, least=0),
                      arguments.optional(arguments.number, "pue", pue, least=1))
    return _core.predict(request)


def project(run, *, at="", total_work=None, store=None):
    """The forecasts that a recorded or unfinished run shows, moment by moment.

    Args:
        run: a stored run (id, its beginning, or name), or a folder with a run bundle.
        at: "20%" of the work or "12" for an epoch; "" for the last moment.
        total_work: epochs, or other units, of the whole run, where it does not tell.
    """
    request = _core.ProjectRequest()
    request.run = os.fspath(run)
    request.store = _path(store)
    request.at = arguments.text("at", at)
    request.total_work = arguments.optional(arguments.above_zero, "total_work", total_work)
    return _core.project(request)


def evaluate(*bundles, table=None, test=None, split="configuration", methods=(), seed=1):
    """How right the estimates are, on measured runs.

    Args:
        bundles: folders with run bundles, for the forecasts during training.
        table: a table of measured configurations, for the predictions before training; with `test` a second one to
            test on, else cross-validation by `split`: "random", "configuration", "architecture" or "gpu".
    """
    if bool(bundles) == (table is not None):
        raise InvalidError("give folders with run bundles, or a table", "table")
    if bundles:
        return _core.evaluate_online([os.fspath(folder) for folder in bundles])
    return _core.evaluate_offline(os.fspath(table), "" if test is None else os.fspath(test), arguments.text("split", split),
                                  arguments.texts("methods", methods), int(arguments.number("seed", seed, least=0)))


def known_networks():
    """Names that `predict` and `describe` know."""
    return _core.known_networks()


def _several(name, values, kind):
    """A list of values of a kind; a single one counts as one."""
    if isinstance(values, kind) and not isinstance(values, bool):
        return [values]
    try:
        values = list(values)
    except TypeError:
        values = [values]
    for value in values:
        if not isinstance(value, kind) or isinstance(value, bool):
            raise TypeError(f"{name} must not be {type(value).__name__}")
    return values


def _shape(shape):
    return shape if isinstance(shape, str) else "x".join(str(int(side)) for side in shape)
