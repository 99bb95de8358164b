"""Counts what a Keras model computes: runs it once on abstract tensors, and hears every layer and operation of it.

Layers of Keras are counted as a whole, by their shapes. In layers of other people the products count that `keras.ops`
computes; what else they do with the numbers is little beside it, and is not counted.
"""

from __future__ import annotations

import math

import keras
from keras.src import backend
from keras.src.ops.operation import Operation

from .. import _core
from ..errors import InvalidError

BATCH = 2  # samples that run
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


def describe(model, shapes, inputs, parameters, name):
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


def _specs(model, shapes, inputs):
    """The inputs as shapes and types, with a batch."""
    if inputs is not None:
        return keras.tree.map_structure(lambda one: keras.KerasTensor(tuple(one.shape), dtype=_dtype_of(one)), inputs)
    expected = keras.tree.flatten(getattr(model, "inputs", None) or [])
    first = next((layer for layer in getattr(model, "layers", []) if layer.weights), None)
    dtype = "int32" if isinstance(first, keras.layers.Embedding) else "float32"

    def spec(shape, number):
        known = expected[number].dtype if number < len(expected) else dtype
        return keras.KerasTensor((BATCH, *shape), dtype=known)

    if isinstance(shapes, dict):
        return {key: spec(shape, number) for number, (key, shape) in enumerate(shapes.items())}
    if isinstance(shapes, list):
        return [spec(shape, number) for number, shape in enumerate(shapes)]
    return spec(shapes, 0)


def _dtype_of(array):
    return keras.backend.standardize_dtype(array.dtype)


def _built(model, given):
    """The model, or where it has no weights yet a copy that has: the shape of the user's own stays open."""
    if model.built:
        return model
    try:
        copy = type(model).from_config(model.get_config())
        copy(keras.tree.map_structure(lambda one: keras.KerasTensor(one.shape, dtype=one.dtype), given))
    except Exception as error:
        raise InvalidError("is not built, so that its weights are not known: call it once, or model.build(), first", "model") from error
    return copy


def _own_weights(layer):
    """What the layer itself learns, frozen or not; without statistics and states of random numbers."""
    return list(getattr(layer, "_trainable_variables", layer.trainable_weights))


class _Hearing:
    """Tells the core of every layer and operation while it is entered."""

    def __init__(self, network, model):
        self._network = network
        self._numbers = {}  # of a tensor, by its id
        self._alive = []  # so that no id is used again
        self._weights = {}  # variable's id: number
        self._counted = set()  # ids of the variables that layers have taken
        self._path = []
        self._open_layers = []
        self._inside = 0  # a layer that counts as a whole
        self._kept = []
        self._last = None

    def run(self, model, given):
        for number, one in enumerate(keras.tree.flatten(given)):
            self.know(one, self._network.input("input" if number == 0 else f"input_{number + 1}", _shape(one), _bytes(one)))
        try:
            return model(given, training=True) if isinstance(model, keras.Model) else model(given)
        except TypeError as error:
            if "training" not in str(error):
                raise
            return model(given)

    def __enter__(self):
        hearing = self
        call = Operation.__call__

        def heard(operation, *args, **kwargs):
            return hearing._called(call, operation, args, kwargs)

        self._replace(Operation, "__call__", heard)
        for place, name, told in ((backend.numpy, "matmul", self._matmul), (backend.numpy, "dot", self._matmul),
                                  (backend.numpy, "einsum", self._einsum), (backend.nn, "dot_product_attention", self._attention)):
            self._replace(place, name, self._listening(getattr(place, name), told))
        return self

    def __exit__(self, *error):
        for place, name, value in reversed(self._kept):
            setattr(place, name, value)

    def _replace(self, place, name, value):
        self._kept.append((place, name, getattr(place, name)))
        setattr(place, name, value)

    def _listening(self, function, told):
        def heard(*args, **kwargs):
            made = function(*args, **kwargs)
            if not self._inside:
                told(args, kwargs, made)
            return made

        return heard

    # ---- tensors and weights

    def know(self, tensor, number):
        self._numbers[id(tensor)] = self._last = number
        self._alive.append(tensor)

    def number_of(self, tensor):
        """Of a tensor; one that nobody told was made of what was told last."""
        number = self._numbers.get(id(tensor))
        if number is None:
            number = self._network.derived([] if self._last is None else [self._last], _shape(tensor), _bytes(tensor))
            self._numbers[id(tensor)] = number
            self._alive.append(tensor)
        return number

    def weight(self, variable):
        if id(variable) not in self._weights:
            self._weights[id(variable)] = self._network.weight(variable.path, list(variable.shape), _width(variable.dtype))
        self._counted.add(id(variable))
        return self._weights[id(variable)]

    def own(self, layer):
        return [self.weight(variable) for variable in _own_weights(layer)]

    # ---- layers and operations

    def _called(self, call, operation, args, kwargs):
        if self._inside:
            return call(operation, *args, **kwargs)
        name = type(operation).__name__
        rule = self._rule(operation, name)
        self._path.append(operation.name)
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
        self._path.pop()
        return made

    def _rule(self, operation, name):
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
                   "SeparableConv1D": self._separable, "SeparableConv2D": self._separable, "Matmul": self._matmul_operation,
                   "Dot": self._matmul_operation}
        if name in special:
            return special[name]
        if "Conv" in name and name.rstrip("Transpose")[-2:] in ("1D", "2D", "3D") and "LSTM" not in name:
            return self._convolution
        if isinstance(operation, keras.layers.Layer):
            inner = getattr(operation, "_layers", None) or _own_weights(operation)
            return None if inner else self._elementwise
        return self._elementwise

    def _operation(self, name, taken, written, weights=(), suffix=""):
        return _core.LiveOperation("/".join(self._path[1:]) + suffix or self._path[0], name,
                                   [self.number_of(one) if not isinstance(one, int) else one for one in taken] + list(weights),
                                   [(_shape(one), _bytes(one)) for one in written])

    def _tell(self, written, numbers):
        for tensor, number in zip(written, numbers):
            self.know(tensor, number)

    def _view(self, operation, name, taken, written):
        if taken:
            numbers = [self._network.view(self.number_of(taken[0]), _shape(one)) for one in written]
            self._tell(written, numbers)

    def _moved(self, operation, name, taken, written):
        self._tell(written, self._network.elements(self._operation("concat" if name == "Concatenate" else name.lower(), taken, written),
                                                   "movement"))

    def _elementwise(self, operation, name, taken, written):
        weights = self.own(operation) if isinstance(operation, keras.layers.Layer) else ()
        told = self._operation(ELEMENTWISE.get(name, name.lower()), taken, written, weights)
        self._tell(written, self._network.elements(told, "elementwise"))

    def _normalised(self, operation, name, taken, written):
        weights = self.own(operation) if isinstance(operation, keras.layers.Layer) else ()
        self._tell(written, self._network.elements(self._operation(NORMALISATIONS[name], taken[:1], written, weights), "normalisation"))

    def _reduced(self, operation, name, taken, written):
        told = self._operation("max_pool" if "Max" in name else "global_pool", taken[:1], written)
        self._tell(written, self._network.elements(told, "pooling", _count(_shape(taken[0])), 1.0))

    def _pooled(self, operation, name, taken, written):
        window = getattr(operation, "pool_size", None)
        each = float(math.prod(window)) if window else _count(_shape(taken[0])) / _count(_shape(written[0]))
        told = self._operation("max_pool" if "Max" in name else "average_pool", taken[:1], written)
        self._tell(written, self._network.elements(told, "pooling", None, each))

    def _activated(self, function, numbers, written, taken_name):
        """An activation that a layer does at its end."""
        name = getattr(function, "__name__", type(function).__name__.lower())
        if function is None or name == "linear":
            return numbers
        name = ACTIVATIONS.get(name, name)
        told = _core.LiveOperation(f"{taken_name}.{name}", name, list(numbers), [(_shape(one), _bytes(one)) for one in written])
        return self._network.elements(told, "normalisation" if name.endswith("softmax") else "elementwise")

    def _activation(self, operation, name, taken, written):
        numbers = self._activated(operation.activation, [self.number_of(taken[0])], written, "/".join(self._path[1:]) or self._path[0])
        self._tell(written, numbers)

    def _weighted(self, operation, numbers, written):
        path = "/".join(self._path[1:]) or self._path[0]
        self._tell(written, self._activated(getattr(operation, "activation", None), numbers, written, path))

    def _dense(self, operation, name, taken, written):
        shape = _shape(taken[0])
        told = self._operation("dense", taken[:1], written, self.own(operation))
        numbers = self._network.product(told, rows=_count(shape[:-1]), columns=operation.units, depth=shape[-1], bias=operation.use_bias)
        self._weighted(operation, numbers, written)

    def _einsum_dense(self, operation, name, taken, written):
        sizes = _einsum_sizes(operation.equation, [_shape(taken[0]), list(operation.kernel.shape)])
        told = self._operation("dense", taken[:1], written, self.own(operation))
        self._weighted(operation, self._network.product(told, bias=operation.bias is not None, **sizes), written)

    def _embedding(self, operation, name, taken, written):
        told = _core.LiveOperation("/".join(self._path[1:]) or self._path[0], "embedding",
                                   [*self.own(operation), self.number_of(taken[0])], [(_shape(one), _bytes(one)) for one in written])
        self._tell(written, self._network.gather(told))

    def _convolution(self, operation, name, taken, written):
        first = operation.data_format == "channels_first"
        before, after = _shape(taken[0]), _shape(written[0])
        spatial = (lambda shape: shape[2:]) if first else (lambda shape: shape[1:-1])
        channels = 1 if first else -1
        transposed, depthwise = "Transpose" in name, name.startswith("Depthwise")
        told = self._operation("deconv" if transposed else "conv", taken[:1], written, self.own(operation))
        numbers = self._network.convolution(
            told, in_channels=before[channels], out_channels=after[channels],
            groups=before[channels] if depthwise else getattr(operation, "groups", 1), kernel_area=_count(operation.kernel_size),
            positions=before[0] * _count(spatial(before if transposed else after)), bias=bool(operation.use_bias))
        self._weighted(operation, numbers, written)

    def _separable(self, operation, name, taken, written):
        """A depthwise convolution, then a pointwise one."""
        channels = 1 if operation.data_format == "channels_first" else -1
        before, after = _shape(taken[0]), _shape(written[0])
        between = list(after)
        between[channels] = before[channels] * operation.depth_multiplier
        positions = _count(after) / after[channels]
        path = "/".join(self._path[1:]) or self._path[0]
        depthwise, *others = self.own(operation)
        told = _core.LiveOperation(f"{path}.depthwise", "conv", [self.number_of(taken[0]), depthwise], [(between, _bytes(written[0]))])
        made, = self._network.convolution(told, in_channels=before[channels], out_channels=between[channels], groups=before[channels],
                                          kernel_area=_count(operation.kernel_size), positions=positions, bias=False)
        told = self._operation("conv", [made], written, others, suffix=".pointwise")
        numbers = self._network.convolution(told, in_channels=between[channels], out_channels=after[channels], groups=1, kernel_area=1,
                                            positions=positions, bias=bool(operation.use_bias))
        self._weighted(operation, numbers, written)

    def _recurrent(self, operation, name, taken, written, directions=1, weights=None):
        batch, steps, inputs = _shape(taken[0])[:3]
        if weights is None:
            weights = self.own(operation.cell)
        told = self._operation(name.lower().removeprefix("simple"), taken[:1], written[:1], weights)
        self._tell(written, self._network.recurrence(told, inputs=inputs, hidden=operation.units, gates=RECURRENT_GATES[name], steps=steps,
                                                     directions=directions, batch=batch))

    def _bidirectional(self, operation, name, taken, written):
        one, other = operation.forward_layer, operation.backward_layer
        kind = type(one).__name__
        if kind in RECURRENT_GATES:
            self._recurrent(one, kind, taken, written, 2, self.own(one.cell) + self.own(other.cell))
        else:
            self._uncounted(operation, name, taken, written)

    def _uncounted(self, operation, name, taken, written):
        weights = [self.weight(variable) for variable in operation.trainable_weights]
        self._tell(written, self._network.uncounted(self._operation(name, taken, written, weights), "a layer without a rule"))

    # ---- products between the lines

    def _matmul_operation(self, operation, name, taken, written):
        self._matmul(taken, {}, written[0])

    def _matmul(self, args, kwargs, made):
        a, b = [*args, *kwargs.values()][:2]
        left, right = _shape(a), _shape(b)
        if not left or not right:
            return
        columns = right[-1] if len(right) > 1 else 1
        rows = left[-2] if len(left) > 1 else 1
        groups = _count(_shape(made)) / max(1, rows * columns)
        if self._is_weight(b):  # one matrix for all
            rows, groups = rows * groups, 1
        told = self._operation("matmul", [self._operand(a), self._operand(b)], [made])
        self._tell([made], self._network.product(told, rows=rows, columns=columns, depth=left[-1], groups=groups))

    def _einsum(self, args, kwargs, made):
        equation, *operands = args
        operands = [one for one in operands if hasattr(one, "shape")]
        if len(operands) != 2 or "..." in equation:
            self._tell([made], self._network.uncounted(self._operation("einsum", operands, [made]), "einsum of other than two operands"))
            return
        told = self._operation("einsum", [self._operand(one) for one in operands], [made])
        self._tell([made], self._network.product(told, **_einsum_sizes(equation, [_shape(one) for one in operands])))

    def _attention(self, args, kwargs, made):
        """A fused one counts as its parts: scores, softmax, context."""
        names = ("query", "key", "value")
        query, key, value = (args[number] if number < len(args) else kwargs[name] for number, name in enumerate(names))
        batch, rows, heads, depth = _shape(query)
        columns = _shape(key)[1]
        scores = [([batch, heads, rows, columns], _bytes(query))]
        path = "/".join(self._path[1:]) or self._path[0]
        number, = self._network.product(_core.LiveOperation(f"{path}.scores", "attention_scores", [self.number_of(query), self.number_of(key)],
                                                            scores), rows=rows, columns=columns, depth=depth, groups=batch * heads)
        number, = self._network.elements(_core.LiveOperation(f"{path}.softmax", "softmax", [number], scores), "normalisation")
        told = _core.LiveOperation(f"{path}.context", "attention_context", [number, self.number_of(value)], [(_shape(made), _bytes(made))])
        self._tell([made], self._network.product(told, rows=rows, columns=_shape(value)[-1], depth=columns, groups=batch * heads))

    def _weight_like(self, tensor):
        """The open layers' own weight of that shape, if it is no tensor that we know."""
        if id(tensor) in self._numbers:
            return None
        return next((variable for layer in self._open_layers for variable in _own_weights(layer)
                     if list(variable.shape) == _shape(tensor)), None)

    def _is_weight(self, tensor):
        return isinstance(tensor, backend.Variable) or self._weight_like(tensor) is not None

    def _operand(self, tensor):
        if isinstance(tensor, backend.Variable):
            return self.weight(tensor)
        variable = self._weight_like(tensor)
        return self.number_of(tensor) if variable is None else self.weight(variable)

    def _learned(self, layer, written):
        """What a layer of other people learns by itself: it is added to what the layer returns, or multiplied with it."""
        for tensor in written:
            self.number_of(tensor)
        rest = [variable for variable in _own_weights(layer) if id(variable) not in self._counted]
        if rest:
            told = self._operation("add", written[:1], written[:1], [self.weight(variable) for variable in rest], suffix=".weights")
            self._tell(written[:1], self._network.elements(told, "elementwise"))

    def leave_rest(self, model):
        """Weights that no layer has used: the core notes them."""
        for variable in model.trainable_weights:
            if id(variable) not in self._counted:
                self._network.weight(variable.path, list(variable.shape), _width(variable.dtype))


def _einsum_sizes(equation, shapes):
    """Rows, columns, depth and groups of the product that an einsum of two operands amounts to."""
    terms, _, result = equation.replace(" ", "").partition("->")
    first, second = terms.split(",")
    sizes = {}
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
    of = lambda letters: float(math.prod(sizes[letter] for letter in letters))
    dots = [letter for letter in sizes if letter.startswith("...")]
    return {"rows": of([letter for letter in first if letter in result and letter not in both and letter != "."] + dots),
            "columns": of([letter for letter in second if letter in result and letter not in both and letter != "."]),
            "depth": of([letter for letter in both if letter not in result]), "groups": of([letter for letter in both if letter in result])}


def _shape(tensor):
    return [int(side) for side in tensor.shape]


def _count(shape):
    return float(math.prod(shape))


def _bytes(tensor):
    return _width(_dtype_of(tensor))


def _width(dtype):
    name = keras.backend.standardize_dtype(dtype)
    if name == "bool":
        return 1
    digits = "".join(letter for letter in name.partition("_")[0] if letter.isdecimal())
    return int(digits) / 8 if digits else 4
