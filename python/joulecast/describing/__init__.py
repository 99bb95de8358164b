"""Counts what a live model computes: layers, parameters, multiply-accumulates and memory, for `predict`.

The libraries are imported only where a model of theirs is given, and it is they that were imported to make it.
"""

from __future__ import annotations

import os
import sys

from .. import _arguments as arguments
from .. import _core
from ..errors import InvalidError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    # Of one sample: of the only input, of several, or by the inputs' names.
    Shapes = tuple[int, ...] | list[tuple[int, ...]] | dict[str, tuple[int, ...]]


def describe(model: Any, *, input_shape: Any = None, inputs: Any = None, parameters: Any = None,
             dimensions: Mapping[str, int] | None = None, classes: int | None = None, sequence: int | None = None,
             name: str | None = None, batch: int = 1, optimizer: str = "sgd", precision: str = "fp32", gpus: int = 1,
             accumulate: int = 1, checkpointing: bool = False, shard: int = 0,
             freeze: str | int = "", lora: int | None = None, gpu: str = "") -> _core.Network:
    """What a network computes, layer by layer, and what a training step of it needs.

    A live model is run once, on tensors that have a shape and no numbers: no weight is copied, no GPU is needed, and
    nothing of the model changes.

    Args:
        model: a `torch.nn.Module`, a Keras model, a JAX function, the path of an ONNX file, a
            config.json of Hugging Face or a description, or one of `known_networks`.
        input_shape: of one sample, as (3, 224, 224) or "3x224x224"; of several inputs a list or a dict of shapes.
        inputs: instead, a batch as the model takes it: a tensor or array, a tuple, or a dict of them.
        parameters: of a JAX function `f(parameters, inputs)`.
        dimensions: sizes of an ONNX file's symbolic dimensions, as {"sequence": 128}.
        classes: outputs of the head, of one of `known_networks`.
        sequence: tokens of a sample, of a transformer's configuration or name.
        name: of a live model; that of its class where not given.
        batch: samples in a training step, over all GPUs.
        optimizer: "sgd", "momentum", "adam", "adamw" …
        precision: "fp32", "tf32", "amp-fp16", "amp-bf16", "fp16" or "bf16".
        gpus: how many share the batch.
        accumulate: smaller batches, one after the other, whose gradients make a step.
        checkpointing: repeated blocks keep their inputs alone, and the rest is computed again.
        shard: what the GPUs share: 1 the optimizer's state, 2 gradients too, 3 weights too (ZeRO, FSDP).
        freeze: what is not trained: "backbone", or a number of layers from the input on; "" for nothing.
        lora: rank of adapters that are trained beside frozen weights.
        gpu: name of the catalogue, for `largest_batch`: what fits into its memory.

    Returns:
        An object with `layers`, `parameters`, `macs` and `flops` of one sample's forward pass, `activation_bytes`,
        `memory_bytes` and `memory_parts` of one GPU, and `uncounted`: what is not in the figures. `predict` takes it as a model.

    Raises:
        InvalidError: an argument that cannot be, or a model that fails on such an input; it names the argument.
    """
    request = _core.NetworkRequest()
    request.batch = arguments.whole("batch", batch, least=1, most=1 << 30)
    for given, value in (("optimizer", optimizer), ("precision", precision), ("gpu", gpu)):
        setattr(request, given, arguments.text(given, value))
    request.gpus = arguments.whole("gpus", gpus, least=1, most=1 << 20)
    request.accumulate = arguments.whole("accumulate", accumulate, least=1, most=1 << 20)
    request.checkpointing = arguments.flag("checkpointing", checkpointing)
    request.shard = arguments.whole("shard", shard, least=0, most=3)
    request.freeze = arguments.frozen("freeze", freeze)
    request.lora = arguments.optional(arguments.whole, "lora", lora, least=1, most=1 << 20)
    if isinstance(model, (str, os.PathLike)):
        for given, unwanted in (("inputs", inputs), ("parameters", parameters), ("name", name)):
            if unwanted is not None:
                raise InvalidError("is for live models", given)
        request.model = arguments.path("model", model)
        request.inputs = arguments.shape_texts("input_shape", input_shape)
        request.dimensions = arguments.dimensions(dimensions)
        request.classes = arguments.optional(arguments.whole, "classes", classes, least=1, most=1 << 30)
        request.sequence = arguments.optional(arguments.whole, "sequence", sequence, least=1, most=1 << 30)
        return _core.describe_network(request)
    for given, unwanted in (("dimensions", dimensions), ("classes", classes), ("sequence", sequence)):
        if unwanted is not None:
            raise InvalidError("is for files and known networks", given)
    describer = _describer(model)
    if (input_shape is None) == (inputs is None):
        raise InvalidError("give the shape of one sample, as (3, 224, 224), or a batch as `inputs`", "input_shape")
    shapes = None if input_shape is None else arguments.shapes("input_shape", input_shape)
    network: _core.LiveNetwork = describer(model, shapes, inputs, parameters, arguments.optional(arguments.text, "name", name))
    return network.finish(request)


def _describer(model: Any) -> Any:
    """The function that knows this kind of model."""
    kinds = {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(model).__mro__}
    if ("keras", "Layer") in kinds:
        from . import keras

        return keras.describe
    if ("torch", "Module") in kinds:
        from . import torch

        return torch.describe
    if callable(model) and "jax" in sys.modules and not isinstance(model, type):
        from . import jax

        return jax.describe
    raise TypeError("model must be a PyTorch module, a Keras model, a JAX function, a path or a name, not "
                    f"{type(model).__name__}")
