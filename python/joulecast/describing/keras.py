"""Counts what a Keras model computes: runs it once on abstract tensors, and hears every layer and operation of it.

Layers of Keras are counted as a whole, by their shapes. In layers of other people the products count that `keras.ops`
computes; what else they do with the numbers is little beside it, and is not counted.
"""

from __future__ import annotations

import keras
from keras.src import backend
from keras.src.ops.operation import Operation

from .. import _core
from ..errors import InvalidError
from .keras_layers import LayerRules, bytes_of, count_of, dtype_of, einsum_sizes, own_weights, shape_of, width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from . import Shapes

BATCH = 2  # samples that run


def describe(model: Any, shapes: Shapes | None, inputs: Any, parameters: Any, name: str | None) -> _core.LiveNetwork:
    """Takes a Keras model or layer and returns the core's LiveNetwork."""
    if parameters is not None:
        raise InvalidError("is for JAX functions: a model has its own", "parameters")
    name = name or model.name
    given = _specs(model, shapes, inputs)
    batch = next(iter(keras.tree.flatten(given))).shape[0]
    model = _built(model, given)
    network = _core.LiveNetwork(name, f"Keras on {keras.backend.backend()}", int(batch))
    try:
        with _Hearing(network, model) as hearing:
            backend.compute_output_spec(lambda given: hearing.run(model, given), given)
    except Exception as error:
        first = str(error).strip().splitlines() or [""]
        raise InvalidError(f"the model fails on such an input: {type(error).__name__}: {first[0]}",
                           "input_shape" if inputs is None else "inputs") from error
    hearing.leave_rest(model)
    return network


def _specs(model: Any, shapes: Shapes | None, inputs: Any) -> Any:
    """The inputs as shapes and types, with a batch."""
    if inputs is not None:
        return keras.tree.map_structure(lambda one: keras.KerasTensor(tuple(one.shape), dtype=dtype_of(one)), inputs)
    expected = keras.tree.flatten(getattr(model, "inputs", None) or [])
    first = next((layer for layer in getattr(model, "layers", []) if layer.weights), None)
    dtype = "int32" if isinstance(first, keras.layers.Embedding) else "float32"

    def spec(shape: Sequence[int], number: int) -> Any:
        known = expected[number].dtype if number < len(expected) else dtype
        return keras.KerasTensor((BATCH, *shape), dtype=known)

    if isinstance(shapes, dict):
        return {key: spec(shape, number) for number, (key, shape) in enumerate(shapes.items())}
    if isinstance(shapes, list):
        return [spec(shape, number) for number, shape in enumerate(shapes)]
    return spec(shapes or (), 0)


def _built(model: Any, given: Any) -> Any:
    """The model, or where it has no weights yet a copy that has: the shape of the user's own stays open."""
    if model.built:
        return model
    try:
        copy = type(model).from_config(model.get_config())
        copy(keras.tree.map_structure(lambda one: keras.KerasTensor(one.shape, dtype=one.dtype), given))
    except Exception as error:
        raise InvalidError("is not built, so that its weights are not known: call it once, or model.build(), first", "model") from error
    return copy


class _Hearing(LayerRules):
    """Tells the core of every layer and operation while it is entered."""

    def __init__(self, network: _core.LiveNetwork, model: Any) -> None:
        self.network = network
        self._numbers: dict[int, int] = {}  # of a tensor, by its id
        self._alive: list[Any] = []  # so that no id is used again
        self._weights: dict[int, int] = {}  # variable's id: number
        self._counted: set[int] = set()  # ids of the variables that layers have taken
        self.path = []
        self._open_layers: list[Any] = []
        self._inside = 0  # a layer that counts as a whole
        self._kept: list[tuple[Any, str, Any]] = []
        self._last: int | None = None

    def run(self, model: Any, given: Any) -> Any:
        for number, one in enumerate(keras.tree.flatten(given)):
            self.know(one, self.network.input("input" if number == 0 else f"input_{number + 1}", shape_of(one), bytes_of(one)))
        try:
            return model(given, training=True) if isinstance(model, keras.Model) else model(given)
        except TypeError as error:
            if "training" not in str(error):
                raise
            return model(given)

    def __enter__(self) -> Any:
        hearing = self
        call = Operation.__call__

        def heard(operation: Any, *args: Any, **kwargs: Any) -> Any:
            return hearing._called(call, operation, args, kwargs)

        self._replace(Operation, "__call__", heard)
        for place, name, told in ((backend.numpy, "matmul", self.matmul), (backend.numpy, "dot", self.matmul),
                                  (backend.numpy, "einsum", self._einsum), (backend.nn, "dot_product_attention", self._attention), (backend.nn, "conv", self._convolved)):
            self._replace(place, name, self._listening(getattr(place, name), told))
        return self

    def __exit__(self, *error: Any) -> None:
        for place, name, value in reversed(self._kept):
            setattr(place, name, value)

    def _replace(self, place: Any, name: str, value: Any) -> None:
        self._kept.append((place, name, getattr(place, name)))
        setattr(place, name, value)

    def _listening(self, function: Any, told: Any) -> Any:
        def heard(*args: Any, **kwargs: Any) -> Any:
            made = function(*args, **kwargs)
            if not self._inside:
                told(args, kwargs, made)
            return made

        return heard

    # ---- tensors and weights

    def know(self, tensor: Any, number: int) -> None:
        self._numbers[id(tensor)] = self._last = number
        self._alive.append(tensor)

    def number_of(self, tensor: Any) -> int:
        """Of a tensor; one that nobody told was made of what was told last."""
        number = self._numbers.get(id(tensor))
        if number is None:
            number = self.network.derived([] if self._last is None else [self._last], shape_of(tensor), bytes_of(tensor))
            self._numbers[id(tensor)] = number
            self._alive.append(tensor)
        return number

    def weight(self, variable: Any) -> int:
        if id(variable) not in self._weights:
            self._weights[id(variable)] = self.network.weight(variable.path, list(variable.shape), width_of(variable.dtype))
        self._counted.add(id(variable))
        return self._weights[id(variable)]

    # ---- layers and operations

    def _called(self, call: Any, operation: Any, args: Any, kwargs: Any) -> Any:
        if self._inside:
            return call(operation, *args, **kwargs)
        name = type(operation).__name__
        rule = self.rule_of(operation, name)
        self.path.append(operation.name)
        layer = isinstance(operation, keras.layers.Layer)
        if layer:
            self._open_layers.append(operation)
        self._inside += rule is not None
        try:
            made = call(operation, *args, **kwargs)
        finally:
            self._inside -= rule is not None
        taken = [one for one in keras.tree.flatten((args, kwargs)) if hasattr(one, "shape") and hasattr(one, "dtype")]
        written = [one for one in keras.tree.flatten(made) if hasattr(one, "shape")]
        if rule is not None and written:
            rule(operation, name, taken, written)
        elif layer and written:
            self._learned(operation, written)
        if layer:
            self._open_layers.pop()
        self.path.pop()
        return made

    # ---- products between the lines

    def matmul(self, args: Any, kwargs: Any, made: Any) -> None:
        a, b = [*args, *kwargs.values()][:2]
        left, right = shape_of(a), shape_of(b)
        if not left or not right:
            return
        columns = right[-1] if len(right) > 1 else 1
        rows: float = left[-2] if len(left) > 1 else 1
        groups = count_of(shape_of(made)) / max(1, rows * columns)
        if self._is_weight(b):  # one matrix for all
            rows, groups = rows * groups, 1
        told = self.operation("matmul", [self._operand(a), self._operand(b)], [made])
        self.tell([made], self.network.product(told, rows=rows, columns=columns, depth=left[-1], groups=groups))

    def _einsum(self, args: Any, kwargs: Any, made: Any) -> None:
        equation, *operands = args
        operands = [one for one in operands if hasattr(one, "shape")]
        if len(operands) != 2 or "..." in equation:
            self.tell([made], self.network.uncounted(self.operation("einsum", operands, [made]), "einsum of other than two operands"))
            return
        told = self.operation("einsum", [self._operand(one) for one in operands], [made])
        self.tell([made], self.network.product(told, bias=False, **einsum_sizes(equation, [shape_of(one) for one in operands])))

    def _convolved(self, args: Any, kwargs: Any, made: Any) -> None:
        taken, kernel = [*args, *kwargs.values()][:2]
        *sides, inputs, outputs = shape_of(kernel)
        axis = -1 if shape_of(made)[-1] == outputs and shape_of(taken)[-1] % inputs == 0 else 1
        channels = shape_of(taken)[axis]
        told = self.operation("conv", [taken, self._operand(kernel)], [made])
        self.tell([made], self.network.convolution(told, in_channels=channels, out_channels=outputs, groups=channels // inputs,
                                                   kernel_area=count_of(sides), positions=count_of(shape_of(made)) / outputs, bias=False))

    def _attention(self, args: Any, kwargs: Any, made: Any) -> None:
        names = ("query", "key", "value")
        query, key, value = (args[number] if number < len(args) else kwargs[name] for number, name in enumerate(names))
        batch, rows, heads, depth = shape_of(query)
        told = self.operation("attention", [query, key, value], [made])
        self.tell([made], self.network.fused_attention(told, rows=rows, columns=shape_of(key)[1], depth=depth + shape_of(value)[-1],
                                                         groups=batch * heads))

    def _weight_like(self, tensor: Any) -> Any:
        """The open layers' own weight of that shape, if it is no tensor that we know."""
        if id(tensor) in self._numbers:
            return None
        return next((variable for layer in self._open_layers for variable in own_weights(layer)
                     if list(variable.shape) == shape_of(tensor)), None)

    def _is_weight(self, tensor: Any) -> bool:
        return isinstance(tensor, backend.Variable) or self._weight_like(tensor) is not None

    def _operand(self, tensor: Any) -> int:
        if isinstance(tensor, backend.Variable):
            return self.weight(tensor)
        variable = self._weight_like(tensor)
        return self.number_of(tensor) if variable is None else self.weight(variable)

    def _learned(self, layer: Any, written: Any) -> None:
        """What a layer of other people learns by itself: it is added to what the layer returns, or multiplied with it."""
        for tensor in written:
            self.number_of(tensor)
        rest = [variable for variable in own_weights(layer) if id(variable) not in self._counted]
        added = [variable for variable in rest if _fits(variable.shape, written[0].shape)]
        others = [variable for variable in rest if not _fits(variable.shape, written[0].shape)]
        if added:
            told = self.operation("add", written[:1], written[:1], [self.weight(variable) for variable in added], suffix=".weights")
            self.tell(written[:1], self.network.elements(told, "elementwise"))
        if others:
            told = self.operation(type(layer).__name__, written[:1], written[:1], [self.weight(variable) for variable in others])
            self.tell(written[:1], self.network.uncounted(told, "weights that no product was heard of"))

    def leave_rest(self, model: Any) -> None:
        """Weights that no layer has used: the core notes them."""
        for variable in model.trainable_weights:
            if id(variable) not in self._counted:
                self.network.weight(variable.path, list(variable.shape), width_of(variable.dtype))


def _fits(shape: Sequence[int], result: Sequence[int]) -> bool:
    """Whether a tensor of a shape can be added to a result."""
    return len(shape) <= len(result) and all(side in (1, other) for side, other in zip(reversed(shape), reversed(result)))
