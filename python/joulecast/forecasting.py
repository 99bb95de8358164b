"""Forecasts: before a training starts, and of recorded or unfinished runs."""

from __future__ import annotations

import numbers
import os

from . import _arguments as arguments
from . import _core
from .errors import InvalidError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    Model = str | os.PathLike[str] | _core.Network


def predict(model: Model | Iterable[Model], gpu: str | Iterable[str], *, batch: int | Iterable[int] = 32, epochs: float | None = None,
            samples: float | None = None, dataset: str = "", steps: float | None = None, tokens: float | None = None, gpus: int = 1,
            input_shape: Any = None,
            dimensions: Mapping[str, int] | None = None, classes: int | None = None, sequence: int | None = None,
            precision: str = "fp32", memory_format: str = "nchw", compile: bool = False, accumulate: int = 1,
            checkpointing: bool = False, shard: int = 0, nodes: int = 1, tensor_parallel: int = 1, pipeline_parallel: int = 1,
            interconnect: str = "", freeze: str | int = "", lora: int | None = None,
            power_limit: float | None = None, optimizer: str = "sgd", framework: str = "", like: str = "",
            fitted: str | os.PathLike[str] | None = None, country: str | None = None, region: str | None = None,
            intensity: float | None = None, pue: float | None = None, start: str | datetime | Iterable[str | datetime] | None = None,
            facility: _core.Facility | str | os.PathLike[str] | None = None, weather: str | os.PathLike[str] | None = None,
            facility_load: float | None = None, grid: str | os.PathLike[str] | None = None,
            allow_uncounted: bool = False) -> _core.Predictions:
    """What trainings will cost, the cheapest first: every model on every GPU at every batch size.

    Args:
        model: name such as "resnet50", path of an ONNX file or a description, what `describe` returned, or several of
            them; see `known_networks`.
        gpu: name of the catalogue (part of it is enough), or several.
        batch: samples of a step over all GPUs, or several such numbers.
        epochs: of the training.
        samples: of an epoch, where `dataset` does not tell.
        dataset: a well-known one, whose size is known and on which trainings were measured: "cifar10".
        steps: of the whole training, in place of epochs and samples.
        tokens: of the whole training, in place of epochs and samples; for language models.
        gpus: how many share the training.
        input_shape: of one sample, as (3, 224, 224) or "3x224x224".
        dimensions: sizes of an ONNX file's symbolic dimensions, as {"sequence": 128}.
        classes: outputs of the head.
        sequence: tokens of a sample, of a language model.
        precision: "fp32", "tf32", "amp-fp16", "amp-bf16", "bf16", "fp8" …; this and what follows are by default what PyTorch
            does unasked.
        memory_format: "nchw", or "nhwc" for channels last.
        compile: a compiler fuses operators.
        accumulate: smaller batches, one after the other, whose gradients make a step.
        checkpointing: activations are computed again in the backward pass.
        shard: what the GPUs share: 1 the optimizer's state, 2 gradients too, 3 weights too (ZeRO, FSDP).
        nodes: machines that the GPUs stand in.
        tensor_parallel: GPUs that divide each product.
        pipeline_parallel: GPUs that divide the layers.
        interconnect: of the GPUs of a node: "nvlink" or "pcie"; "" for the board's usual.
        freeze: what is not trained: "backbone", or a number of layers from the input on; "" for nothing.
        lora: rank of adapters that are trained beside frozen weights.
        power_limit: of one GPU, in watts; None for the board's own.
        like: trained as this source of the model file was.
        fitted: model file of `joulecast fit`; None for the one that comes with joulecast.
        country: ISO code of where the electricity comes from, as for `track`; so the next three.
        region: of a cloud.
        intensity: g CO2e per kWh.
        pue: power usage effectiveness.
        start: price each training if it starts then, at the wall: "2026-02-01T13:00Z", a datetime, or several; in UTC where no
            zone is named. Each prediction has a price for each, in `starts`.
        facility: the building, as `facility` has learned it: what that returned, or its file. In place of pue.
        weather: CSV with the columns time and temperature_c: the forecast, for the building.
        facility_load: watts that the building's computers draw meanwhile; None for the usual.
        grid: CSV with the columns time and intensity_g_per_kwh: the forecast, in place of country, region and intensity.
        allow_uncounted: predict even where more than a tenth of a network's operations is in no figure; each prediction
            names them as `uncounted`.

    Returns:
        An object with `predictions`; each has `total_energy_j`, `epoch_energy_j`, `epoch_time_s`, `step_time_s` and `power_w`
        as value, low and high of the 90 % interval.

    Raises:
        InvalidError: an unknown model or GPU, or an impossible number; it names the argument. Also a network of which too
            much cannot be counted.
    """
    request = request_of(models_of(model), gpu, batch=batch, epochs=epochs, samples=samples, dataset=dataset, steps=steps, tokens=tokens, gpus=gpus,
                         input_shape=input_shape, dimensions=dimensions, classes=classes, sequence=sequence, precision=precision,
                         memory_format=memory_format, compile=compile, accumulate=accumulate, checkpointing=checkpointing, shard=shard, nodes=nodes,
                         tensor_parallel=tensor_parallel, pipeline_parallel=pipeline_parallel, interconnect=interconnect, freeze=freeze,
                         lora=lora, power_limit=power_limit, optimizer=optimizer, framework=framework, like=like, fitted=fitted)
    request.set_place(*arguments.place(country, region, intensity, pue))
    started = _core.StartRequest()
    started.starts = arguments.moments("start", start)
    started.facility = facility.file if isinstance(facility, _core.Facility) else arguments.path("facility", facility)
    started.weather, started.grid = arguments.path("weather", weather), arguments.path("grid", grid)
    started.load_w = arguments.optional(arguments.above_zero, "facility_load", facility_load)
    return _core.predict(request, started, arguments.flag("allow_uncounted", allow_uncounted))


def models_of(model: Any) -> list[Any]:
    return _several("model", model, (str, os.PathLike, _core.Network))


def request_of(models: list[Any], gpu: Any, *, batch: Any = 32, epochs: Any = None, samples: Any = None, dataset: Any = "", steps: Any = None,
               tokens: Any = None, gpus: Any = 1, input_shape: Any = None, dimensions: Any = None, classes: Any = None, sequence: Any = None,
               precision: Any = "fp32", memory_format: Any = "nchw", compile: Any = False, accumulate: Any = 1, checkpointing: Any = False,
               shard: Any = 0, nodes: Any = 1, tensor_parallel: Any = 1, pipeline_parallel: Any = 1, interconnect: Any = "", freeze: Any = "",
               lora: Any = None, power_limit: Any = None, optimizer: Any = "sgd", framework: Any = "", like: Any = "",
               fitted: Any = None) -> _core.PredictionRequest:
    """Checks what `predict` is given."""
    request = _core.PredictionRequest()
    request.described = [one for one in models if isinstance(one, _core.Network)]
    request.networks = [arguments.path("model", one) for one in models if not isinstance(one, _core.Network)]
    request.gpus = _several("gpu", gpu, str)
    request.batches = [arguments.whole("batch", size, least=1, most=1 << 30) for size in _several("batch", batch, numbers.Real)]
    request.inputs = arguments.shape_texts("input_shape", input_shape)
    request.dimensions = arguments.dimensions(dimensions)
    request.classes = arguments.optional(arguments.whole, "classes", classes, least=1, most=1 << 30)
    request.sequence = arguments.optional(arguments.whole, "sequence", sequence, least=1, most=1 << 30)
    request.gpu_count = arguments.whole("gpus", gpus, least=1, most=1 << 20)
    request.epochs = arguments.optional(arguments.above_zero, "epochs", epochs)
    request.samples = arguments.optional(arguments.above_zero, "samples", samples)
    request.steps = arguments.optional(arguments.above_zero, "steps", steps)
    request.tokens = arguments.optional(arguments.above_zero, "tokens", tokens)
    request.power_limit_w = arguments.optional(arguments.above_zero, "power_limit", power_limit)
    step = _core.StepRequest()
    for name, value in (("precision", precision), ("memory_format", memory_format), ("interconnect", interconnect)):
        setattr(step, name, arguments.text(name, value))
    for name, value in (("accumulate", accumulate), ("nodes", nodes), ("tensor_parallel", tensor_parallel), ("pipeline_parallel", pipeline_parallel)):
        setattr(step, name, arguments.whole(name, value, least=1, most=1 << 20))
    step.shard = arguments.whole("shard", shard, least=0, most=3)
    step.compile, step.checkpointing = arguments.flag("compile", compile), arguments.flag("checkpointing", checkpointing)
    step.freeze, step.lora = arguments.frozen("freeze", freeze), arguments.optional(arguments.whole, "lora", lora, least=1, most=1 << 20)
    request.step = step
    for name, value in (("dataset", dataset), ("framework", framework), ("optimizer", optimizer), ("like", like)):
        setattr(request, name, arguments.text(name, value))
    request.fitted = arguments.path("fitted", fitted)
    return request


def project(run: str | os.PathLike[str], *, at: str = "", total_work: float | None = None,
            store: str | os.PathLike[str] | None = None) -> _core.ProjectedRun:
    """The forecasts that a recorded or unfinished run shows, moment by moment.

    Args:
        run: a stored run (id, its beginning, or name), or a folder with a run bundle.
        at: "20%" of the work or "12" for an epoch; "" for the last moment.
        total_work: epochs, or other units, of the whole run, where it does not tell.
    """
    request = _core.ProjectRequest()
    request.run = arguments.path("run", run)
    request.store = arguments.path("store", store)
    request.at = arguments.text("at", at)
    request.total_work = arguments.optional(arguments.above_zero, "total_work", total_work)
    return _core.project(request)


def evaluate(*bundles: str | os.PathLike[str], table: str | os.PathLike[str] | None = None, test: str | os.PathLike[str] | None = None,
             split: str = "configuration", methods: str | Iterable[str] = (),
             seed: int = 1) -> _core.OnlineEvaluation | _core.OfflineEvaluation:
    """How right the estimates are, on measured runs.

    Args:
        bundles: folders with run bundles, for the forecasts during training.
        table: a table of measured configurations, for the predictions before training; with `test` a second one to
            test on, else cross-validation by `split`: "random", "configuration", "architecture" or "gpu".
    """
    if bool(bundles) == (table is not None):
        raise InvalidError("give folders with run bundles, or a table", "table")
    if bundles:
        return _core.evaluate_online([arguments.path("bundles", folder) for folder in bundles])
    return _core.evaluate_offline(arguments.path("table", table), arguments.path("test", test), arguments.text("split", split),
                                  arguments.texts("methods", methods), arguments.whole("seed", seed, least=0, most=(1 << 53) - 1))


def known_networks() -> list[str]:
    """Names that `predict` and `describe` know."""
    return _core.known_networks()


def _several(name: str, values: Any, kind: Any) -> list[Any]:
    """A list of values of a kind; a single one counts as one."""
    if isinstance(values, kind) and not isinstance(values, bool):
        values = [values]
    elif isinstance(values, (bytes, bytearray)):
        raise TypeError(f"{name} must not be {type(values).__name__}")
    try:
        values = [values] if _described(values) else list(values)
    except TypeError:
        values = [values]
    for value in values:
        if not isinstance(value, kind) or isinstance(value, bool):
            raise TypeError(f"{name} must not be {type(value).__name__}{_described(value)}")
    if not values:
        raise InvalidError("is empty", name)
    return [arguments.readable(value) if isinstance(value, str) else value for value in values]


def _described(value: Any) -> str:
    """What to do with a network of PyTorch, Keras or JAX; "" for anything else. Some can be looped over: they yield layers."""
    modules = {base.__module__.partition(".")[0] for base in type(value).__mro__}
    is_network = (hasattr(value, "parameters") and "torch" in modules) or (hasattr(value, "weights") and modules & {"keras", "tensorflow"}) or "flax" in modules
    return ": give joulecast.describe(model, …) of it" if is_network else ""
