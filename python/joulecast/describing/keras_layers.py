"""What each layer and operation of Keras computes, in the words of the core."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import keras

from .. import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

RECURRENT_GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}
NORMALISATIONS = {"BatchNormalization": "batch_norm", "LayerNormalization": "layer_norm", "GroupNormalization": "group_norm",
                  "RMSNormalization": "layer_norm", "UnitNormalization": "layer_norm", "Softmax": "softmax", "LogSoftmax": "logsoftmax"}
ELEMENTWISE = {"ReLU": "relu", "Relu": "relu", "LeakyReLU": "leakyrelu", "PReLU": "prelu", "ELU": "elu", "Silu": "swish", "Gelu": "gelu",
               "HardSilu": "hswish", "HardSigmoid": "hsigmoid", "Relu6": "relu6", "Dropout": "dropout", "SpatialDropout1D": "dropout",
               "SpatialDropout2D": "dropout", "SpatialDropout3D": "dropout", "GaussianDropout": "dropout", "AlphaDropout": "dropout",
               "Multiply": "mul", "Subtract": "sub", "Divide": "div", "TrueDivide": "div", "Rescaling": "scale_by_constant",
               "Normalization": "scale_by_constant", "GaussianNoise": "add"}
VIEWS = {"Flatten", "Reshape", "Identity", "InputLayer", "ExpandDims", "Squeeze", "GetItem", "Masking", "ActivityRegularization",
         "StopGradient", "Split", "Unstack"}
MOVEMENTS = {"Concatenate", "Permute", "Transpose", "RepeatVector", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D",
             "Cropping2D", "Cropping3D", "UpSampling1D", "UpSampling2D", "UpSampling3D", "Pad", "Stack", "Tile", "Repeat", "Take",
             "BroadcastTo", "Cast", "Copy", "Resizing", "CenterCrop", "Roll", "Flip", "MoveAxis", "Moveaxis", "Swapaxes"}
REDUCTIONS = {"Mean", "Sum", "Max", "Min", "Prod", "Var", "Std", "Amax", "Amin", "Norm", "Logsumexp", "Argmax", "Argmin"}
# Activations as functions have other names than the core.
ACTIVATIONS = {"silu": "swish", "swish": "swish", "hard_silu": "hswish", "hard_swish": "hswish", "hard_sigmoid": "hsigmoid",
               "leaky_relu": "leakyrelu", "log_softmax": "logsoftmax"}


class LayerRules(ABC):
    """Tells the core of a layer as a whole. Who uses it knows tensors and weights by their numbers."""

    network: _core.LiveNetwork
    path: list[str]  # names of the layers that are open

    @abstractmethod
    def know(self, tensor: Any, number: int) -> None:
        """Remembers the core's number of a tensor."""

    @abstractmethod
    def number_of(self, tensor: Any) -> int:
        """The core's number of a tensor."""

    @abstractmethod
    def weight(self, variable: Any) -> int:
        """The core's number of a weight."""

    @abstractmethod
    def matmul(self, args: Any, kwargs: Any, made: Any) -> None:
        """Tells of a matrix product from its arguments and its result."""

    def own(self, layer: Any) -> list[int]:
        """Numbers of what a layer learns itself."""
        return [self.weight(variable) for variable in own_weights(layer)]

    def rule_of(self, operation: Any, name: str) -> Callable[..., None] | None:
        """How to count it as a whole; None for what is made of layers."""
        if not type(operation).__module__.startswith("keras."):
            return None
        if name in VIEWS:
            return self._view
        if name in MOVEMENTS:
            return self._moved
        if name in NORMALISATIONS:
            return self._normalised
        if name in ELEMENTWISE:
            return self._elementwise
        if name in REDUCTIONS or name.startswith("Global") and "Pooling" in name:
            return self._reduced
        for ending, rule in (("Pooling1D", self._pooled), ("Pooling2D", self._pooled), ("Pooling3D", self._pooled)):
            if name.endswith(ending):
                return rule
        special = {"Dense": self._dense, "EinsumDense": self._einsum_dense, "Embedding": self._embedding, "Activation": self._activation,
                   "LSTM": self._recurrent, "GRU": self._recurrent, "SimpleRNN": self._recurrent, "Bidirectional": self._bidirectional,
                   "SeparableConv1D": self._separable, "SeparableConv2D": self._separable, "Matmul": self._product,
                   "Dot": self._product, "TimeDistributed": self._time_distributed}
        if name in special:
            return special[name]
        if "Conv" in name and name.removesuffix("Transpose")[-2:] in ("1D", "2D", "3D") and "LSTM" not in name:
            return self._convolution
        if isinstance(operation, keras.layers.RNN):
            return self.uncounted  # of cells that have no rule: what they do at each step is not heard
        if isinstance(operation, keras.layers.Layer):
            inner = getattr(operation, "_layers", None) or own_weights(operation)
            return None if inner else self._elementwise
        return self._elementwise

    def here(self) -> str:
        """The open layers' names, without the model's."""
        return "/".join(self.path[1:]) or self.path[0]

    def operation(self, name: str, taken: Any, written: Any, weights: Any = (), suffix: str = "") -> _core.LiveOperation:
        return _core.LiveOperation(self.here() + suffix, name,
                                   [self.number_of(one) if not isinstance(one, int) else one for one in taken] + list(weights),
                                   [(shape_of(one), bytes_of(one)) for one in written])

    def tell(self, written: Any, numbers: list[int]) -> None:
        for tensor, number in zip(written, numbers):
            self.know(tensor, number)

    def _view(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        if taken:
            numbers = [self.network.view(self.number_of(taken[0]), shape_of(one)) for one in written]
            self.tell(written, numbers)

    def _moved(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        self.tell(written, self.network.elements(self.operation("concat" if name == "Concatenate" else name.lower(), taken, written),
                                                   "movement"))

    def _elementwise(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        weights = self.own(operation) if isinstance(operation, keras.layers.Layer) else ()
        told = self.operation(ELEMENTWISE.get(name, name.lower()), taken, written, weights)
        self.tell(written, self.network.elements(told, "elementwise"))

    def _normalised(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        weights = self.own(operation) if isinstance(operation, keras.layers.Layer) else ()
        self.tell(written, self.network.elements(self.operation(NORMALISATIONS[name], taken[:1], written, weights), "normalisation"))

    def _reduced(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        told = self.operation("max_pool" if "Max" in name else "global_pool", taken[:1], written)
        self.tell(written, self.network.elements(told, "pooling", count_of(shape_of(taken[0])), 1.0))

    def _pooled(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        window = getattr(operation, "pool_size", None)
        each = float(math.prod(window)) if window else count_of(shape_of(taken[0])) / count_of(shape_of(written[0]))
        told = self.operation("max_pool" if "Max" in name else "average_pool", taken[:1], written)
        self.tell(written, self.network.elements(told, "pooling", None, each))

    def _activated(self, function: Any, numbers: list[int], written: Any, taken_name: str) -> list[int]:
        """An activation that a layer does at its end."""
        name = getattr(function, "__name__", type(function).__name__.lower())
        if function is None or name == "linear":
            return numbers
        name = ACTIVATIONS.get(name, name)
        told = _core.LiveOperation(f"{taken_name}.{name}", name, list(numbers), [(shape_of(one), bytes_of(one)) for one in written])
        return self.network.elements(told, "normalisation" if name.endswith("softmax") else "elementwise")

    def _activation(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        numbers = self._activated(operation.activation, [self.number_of(taken[0])], written, self.here())
        self.tell(written, numbers)

    def _weighted(self, operation: Any, numbers: list[int], written: Any) -> None:
        path = self.here()
        self.tell(written, self._activated(getattr(operation, "activation", None), numbers, written, path))

    def _dense(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        shape = shape_of(taken[0])
        told = self.operation("dense", taken[:1], written, self.own(operation))
        numbers = self.network.product(told, rows=count_of(shape[:-1]), columns=operation.units, depth=shape[-1], bias=operation.use_bias)
        self._weighted(operation, numbers, written)

    def _einsum_dense(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        sizes = einsum_sizes(operation.equation, [shape_of(taken[0]), list(operation.kernel.shape)])
        told = self.operation("dense", taken[:1], written, self.own(operation))
        self._weighted(operation, self.network.product(told, bias=operation.bias is not None, **sizes), written)

    def _embedding(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        told = _core.LiveOperation(self.here(), "embedding",
                                   [*self.own(operation), self.number_of(taken[0])], [(shape_of(one), bytes_of(one)) for one in written])
        self.tell(written, self.network.gather(told))

    def _convolution(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        first = operation.data_format == "channels_first"
        before, after = shape_of(taken[0]), shape_of(written[0])
        sides = slice(2, None) if first else slice(1, -1)
        channels = 1 if first else -1
        transposed, depthwise = "Transpose" in name, name.startswith("Depthwise")
        told = self.operation("deconv" if transposed else "conv", taken[:1], written, self.own(operation))
        numbers = self.network.convolution(
            told, in_channels=before[channels], out_channels=after[channels],
            groups=before[channels] if depthwise else getattr(operation, "groups", 1), kernel_area=count_of(operation.kernel_size),
            positions=before[0] * count_of((before if transposed else after)[sides]), bias=bool(operation.use_bias))
        self._weighted(operation, numbers, written)

    def _separable(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        """A depthwise convolution, then a pointwise one."""
        channels = 1 if operation.data_format == "channels_first" else -1
        before, after = shape_of(taken[0]), shape_of(written[0])
        between = list(after)
        between[channels] = before[channels] * operation.depth_multiplier
        positions = count_of(after) / after[channels]
        path = self.here()
        depthwise, *others = self.own(operation)
        told = _core.LiveOperation(f"{path}.depthwise", "conv", [self.number_of(taken[0]), depthwise], [(between, bytes_of(written[0]))])
        made, = self.network.convolution(told, in_channels=before[channels], out_channels=between[channels], groups=before[channels],
                                          kernel_area=count_of(operation.kernel_size), positions=positions, bias=False)
        told = self.operation("conv", [made], written, others, suffix=".pointwise")
        numbers = self.network.convolution(told, in_channels=between[channels], out_channels=after[channels], groups=1, kernel_area=1,
                                            positions=positions, bias=bool(operation.use_bias))
        self._weighted(operation, numbers, written)

    def _recurrent(self, operation: Any, name: str, taken: Any, written: Any, directions: int = 1, weights: Any = None) -> None:
        batch, steps, inputs = shape_of(taken[0])[:3]
        if weights is None:
            weights = self.own(operation.cell)
        told = self.operation(name.lower().removeprefix("simple"), taken[:1], written[:1], weights)
        self.tell(written, self.network.recurrence(told, inputs=inputs, hidden=operation.units, gates=RECURRENT_GATES[name], steps=steps,
                                                     directions=directions, batch=batch))

    def _bidirectional(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        one, other = operation.forward_layer, operation.backward_layer
        kind = type(one).__name__
        if kind in RECURRENT_GATES:
            self._recurrent(one, kind, taken, written, 2, self.own(one.cell) + self.own(other.cell))
        else:
            self.uncounted(operation, name, taken, written)

    def _time_distributed(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        """The same layer for each step: the steps are samples of it."""
        layer = operation.layer
        rule = self.rule_of(layer, type(layer).__name__)
        if rule is None:
            self.uncounted(operation, name, taken, written)
            return
        before, after = _Steps(taken[0]), _Steps(written[0])
        self.know(before, self.network.view(self.number_of(taken[0]), shape_of(before)))
        rule(layer, type(layer).__name__, [before], [after])
        self.know(written[0], self.network.view(self.number_of(after), shape_of(written[0])))

    def uncounted(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        weights = [self.weight(variable) for variable in operation.trainable_weights]
        self.tell(written, self.network.uncounted(self.operation(name, taken, written, weights), "a layer without a rule"))

    def _product(self, operation: Any, name: str, taken: Any, written: Any) -> None:
        self.matmul(taken, {}, written[0])


class _Steps:
    """A tensor whose samples are the steps of another's."""

    def __init__(self, tensor: Any) -> None:
        batch, steps, *rest = shape_of(tensor)
        self.shape, self.dtype = (batch * steps, *rest), tensor.dtype


def own_weights(layer: Any) -> list[Any]:
    """What the layer itself learns, frozen or not; without statistics and states of random numbers."""
    return list(getattr(layer, "_trainable_variables", layer.trainable_weights))


def dtype_of(array: Any) -> str:
    return str(keras.backend.standardize_dtype(array.dtype))


def einsum_sizes(equation: Any, shapes: Any) -> dict[str, float]:
    """Rows, columns, depth and groups of the product that an einsum of two operands amounts to."""
    terms, _, result = equation.replace(" ", "").partition("->")
    first, second = terms.split(",")
    sizes: dict[str, int] = {}
    for term, shape in zip((first, second), shapes):
        letters = term.replace("...", "")
        if "..." in term:  # the dimensions that it stands for are rows
            extra = len(shape) - len(letters)
            begin = term.index("...")
            for number in range(extra):
                sizes[f"...{number}"] = shape[begin + number]
            shape = shape[:begin] + shape[begin + extra:]
        sizes.update(zip(letters, shape))
    both = set(first) & set(second) - {"."}
    dots = [letter for letter in sizes if letter.startswith("...")]
    letters_of = {"rows": [letter for letter in first if letter in result and letter not in both and letter != "."] + dots,
                  "columns": [letter for letter in second if letter in result and letter not in both and letter != "."],
                  "depth": [letter for letter in both if letter not in result], "groups": [letter for letter in both if letter in result]}
    return {side: float(math.prod(sizes[letter] for letter in letters)) for side, letters in letters_of.items()}


def shape_of(tensor: Any) -> list[int]:
    return [int(side) for side in tensor.shape]


def count_of(shape: Sequence[int]) -> float:
    return float(math.prod(shape))


def bytes_of(tensor: Any) -> float:
    return width_of(dtype_of(tensor))


def width_of(dtype: Any) -> float:
    name = keras.backend.standardize_dtype(dtype)
    if name == "bool":
        return 1
    digits = "".join(letter for letter in name.partition("_")[0] if letter.isdecimal())
    return int(digits) / 8 if digits else 4
