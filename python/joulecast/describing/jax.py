"""Counts what a JAX function computes: traces it on shapes alone, and walks the equations of its jaxpr."""

from __future__ import annotations

import math

import jax
from jax.extend import core

from .. import _core
from ..errors import InvalidError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from . import Shapes

BATCH = 2  # samples that are traced
ELEMENTWISE = {"logistic": "sigmoid", "select_n": "where", "integer_pow": "mul", "square": "mul", "convert_element_type": "cast"}
VIEWS = {"reshape", "squeeze", "expand_dims", "stop_gradient", "bitcast_convert_type", "optimization_barrier", "sharding_constraint"}
MOVEMENTS = {"transpose", "broadcast_in_dim", "concatenate", "slice", "dynamic_slice", "dynamic_update_slice", "pad", "rev", "gather", "scatter",
             "scatter-add", "scatter_add", "copy", "split", "convert_element_type", "select_and_gather_add"}
REDUCTIONS = ("reduce_", "argmax", "argmin", "cumsum", "cumlogsumexp", "cumprod", "cummax", "cummin", "sort", "top_k")
WINDOWS = {"reduce_window_max": "max_pool", "reduce_window_sum": "average_pool", "reduce_window": "max_pool", "reduce_window_min": "max_pool"}
MADE_OF_NOTHING = {"iota", "random_bits", "random_seed", "random_wrap", "random_unwrap", "random_fold_in", "random_split", "threefry2x32",
                   "rng_bit_generator", "axis_index", "device_put", "debug_callback"}


def describe(function: Any, shapes: Shapes | None, inputs: Any, parameters: Any, name: str | None) -> _core.LiveNetwork:
    """Takes a function, its parameters and its inputs; returns the core's LiveNetwork."""
    given = _specs(shapes, inputs)
    leaves = jax.tree_util.tree_leaves(given)
    if not leaves or not leaves[0].shape:
        raise InvalidError("holds no array", "inputs")
    batch = leaves[0].shape[0]
    network = _core.LiveNetwork(name or getattr(function, "__name__", None) or type(function).__name__, "JAX", int(batch))
    function, learned, fixed = _parts(function, parameters)
    learned, fixed = (jax.tree_util.tree_map(_spec, part) for part in (learned, fixed))
    error = None
    for kind in (None, "int32") if inputs is None else (None,):
        inner = _specs(shapes, inputs, kind)
        try:
            traced = jax.make_jaxpr(lambda learned, fixed, given: _call(function, learned, fixed, given))(learned, fixed, inner)
            break
        except Exception as failed:
            error = error or failed
    else:
        first = str(error).strip().splitlines() or [""]
        raise InvalidError(f"the function fails on such an input: {type(error).__name__}: {first[0]}",
                           "input_shape" if inputs is None else "inputs") from error
    walk = _Walk(network)
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_flatten_with_path(learned)[0]]
    walk.begin(traced, paths, len(jax.tree_util.tree_leaves(fixed)))
    walk.run(traced.jaxpr, "", 1.0)
    return network


def _parts(function: Any, parameters: Any) -> Any:
    """A function of (learned, fixed, *inputs), and what it learns and has by itself."""
    if any(kind.__module__.startswith("flax.nnx") and kind.__name__ == "Module" for kind in type(function).__mro__):
        from flax import nnx

        if parameters is not None:
            raise InvalidError("is for functions: a module has its own", "parameters")
        graph, learned, fixed = nnx.split(function, nnx.Param, ...)
        return lambda learned, fixed, *given, **named: nnx.merge(graph, learned, fixed)(*given, **named), learned, fixed
    if isinstance(parameters, dict) and "params" in parameters:  # Flax's variables: statistics are not learned
        fixed = {name: part for name, part in parameters.items() if name != "params"}
        return (lambda learned, fixed, *given, **named: function({"params": learned, **fixed}, *given, **named), parameters["params"], fixed)
    if parameters is None:
        return lambda learned, fixed, *given, **named: function(*given, **named), None, None
    return lambda learned, fixed, *given, **named: function(learned, *given, **named), parameters, None


def _call(function: Any, learned: Any, fixed: Any, given: Any) -> Any:
    """Several inputs become several arguments."""
    if isinstance(given, dict):
        return function(learned, fixed, **given)
    return function(learned, fixed, *given) if isinstance(given, (list, tuple)) else function(learned, fixed, given)


def _spec(array: Any) -> Any:
    return jax.ShapeDtypeStruct(array.shape, array.dtype) if hasattr(array, "dtype") else jax.ShapeDtypeStruct((), jax.numpy.result_type(array))


def _specs(shapes: Shapes | None, inputs: Any, kind: str | None = None) -> Any:
    if inputs is not None:
        return jax.tree_util.tree_map(_spec, inputs)

    def make(shape: Sequence[int]) -> Any:
        return jax.ShapeDtypeStruct((BATCH, *shape), jax.numpy.dtype(kind or "float32"))

    if isinstance(shapes, dict):
        return {key: make(shape) for key, shape in shapes.items()}
    return [make(shape) for shape in shapes] if isinstance(shapes, list) else make(shapes or ())


class _Walk:
    """Tells the core of every equation."""

    def __init__(self, network: _core.LiveNetwork) -> None:
        self._network = network
        self._numbers: dict[Any, int] = {}

    def begin(self, traced: Any, paths: list[str], fixed: int) -> None:
        """Arguments are weights by their paths, then so many that are fixed, then the inputs."""
        jaxpr = traced.jaxpr
        for number, (variable, value) in enumerate(zip(jaxpr.constvars, traced.consts)):
            # Arrays that the function has by itself: its weights, where they are numbers to learn.
            learned = jax.numpy.issubdtype(variable.aval.dtype, jax.numpy.floating) and variable.aval.shape
            self._numbers[variable] = (self._network.weight(f"constant {number}", _shape(variable), _width(variable)) if learned else
                                       self._network.constant(_shape(variable), _width(variable)))
        for number, variable in enumerate(jaxpr.invars):
            if number < len(paths):
                self._numbers[variable] = self._network.weight(paths[number], _shape(variable), _width(variable))
            elif number < len(paths) + fixed:
                self._numbers[variable] = self._network.constant(_shape(variable), _width(variable))
            else:
                index = number - len(paths) - fixed
                name = "input" if index == 0 else f"input_{index + 1}"
                self._numbers[variable] = self._network.input(name, _shape(variable), _width(variable))

    def _number(self, variable: Any) -> int:
        if isinstance(variable, core.Literal):
            return self._network.constant(_shape(variable), _width(variable))
        return self._numbers[variable]

    def run(self, jaxpr: Any, path: str, times: float) -> None:
        for equation in jaxpr.eqns:
            self._tell(equation, path, times)

    # ---- equations

    def _tell(self, equation: Any, path: str, times: float) -> Any:
        name = equation.primitive.name
        scope = str(equation.source_info.name_stack)
        path = "/".join(part for part in (path, scope) if part)
        if name == "scan":
            return self._scan(equation, path, times)
        if name == "while":
            self._network.note("a while loop is counted once: how often it runs depends on the data")
            skipped = equation.params["cond_nconsts"]
            return self._inner(equation.params["body_jaxpr"], equation.invars[skipped:], equation.outvars, path, times)
        if name == "cond":
            self._network.note("of a condition's branches the last is counted")
            return self._inner(equation.params["branches"][-1], equation.invars[1:], equation.outvars, path, times)
        inner = next((equation.params[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in equation.params), None)
        if inner is not None and hasattr(inner, "eqns"):
            called = equation.params.get("name", "")
            return self._inner(inner, equation.invars, equation.outvars, "/".join(part for part in (path, called) if part), times)
        numbers = self._computed(equation, name, path, times)
        for variable, number in zip(equation.outvars, numbers):
            self._numbers[variable] = number

    def _inner(self, inner: Any, taken: Any, made: Any, path: str, times: float) -> None:
        """A function that is called: its variables are ours."""
        closed = getattr(inner, "jaxpr", inner)
        for variable, value in zip(closed.constvars, getattr(inner, "consts", ())):
            self._numbers[variable] = self._network.constant(_shape(variable), _width(variable))
        for variable, outer in zip(closed.invars, taken):
            self._numbers[variable] = self._number(outer)
        self.run(closed, path, times)
        for variable, outer in zip(made, closed.outvars):
            self._numbers[variable] = self._number(outer)

    def _scan(self, equation: Any, path: str, times: float) -> None:
        """A loop over the first side of some arrays: as many layers as turns, or as many steps of a sequence."""
        parameters = equation.params
        closed = parameters["jaxpr"].jaxpr
        fixed = parameters["num_consts"] + parameters["num_carry"]
        for number, (variable, outer) in enumerate(zip(closed.invars, equation.invars)):
            read = self._number(outer)
            self._numbers[variable] = read if number < fixed else self._network.view(read, _shape(variable))
        for variable, value in zip(closed.constvars, parameters["jaxpr"].consts):
            self._numbers[variable] = self._network.constant(_shape(variable), _width(variable))
        self.run(closed, path, times * parameters["length"])
        carried = parameters["num_carry"]
        for number, (variable, inner) in enumerate(zip(equation.outvars, closed.outvars)):
            made = self._number(inner)
            self._numbers[variable] = made if number < carried else self._network.derived([made], _shape(variable), _width(variable))

    def _operation(self, equation: Any, operation: str, path: str, times: float, reads: Any = None) -> _core.LiveOperation:
        numbers = [self._number(variable) for variable in (equation.invars if reads is None else reads)]
        writes = [(_shape(variable), _width(variable)) for variable in equation.outvars]
        return _core.LiveOperation(f"{path}/{operation}" if path else operation, operation, numbers, writes, times)

    def _computed(self, equation: Any, name: str, path: str, times: float) -> list[int]:
        network = self._network
        if name in MADE_OF_NOTHING or not equation.invars:
            return [network.constant(_shape(variable), _width(variable)) for variable in equation.outvars]
        if name in VIEWS:
            return [network.view(self._number(equation.invars[0]), _shape(variable)) for variable in equation.outvars]
        if name == "dot_general":
            return self._product(equation, path, times)
        if name == "conv_general_dilated":
            return self._convolution(equation, path, times)
        if name == "gather":
            return network.gather(self._operation(equation, "embedding", path, times))
        if name in WINDOWS:
            window = math.prod(equation.params["window_dimensions"])
            return network.elements(self._operation(equation, WINDOWS[name], path, times), "pooling", None, float(window))
        if name.startswith(REDUCTIONS) and name != "reduce_precision":
            taken = math.prod(_shape(equation.invars[0]))
            return network.elements(self._operation(equation, "global_pool", path, times), "pooling", float(taken), 1.0)
        if name in MOVEMENTS:
            return network.elements(self._operation(equation, "concat" if name == "concatenate" else name, path, times), "movement")
        if _is_elementwise(equation):
            operation = "relu" if name == "max" and any(isinstance(one, core.Literal) for one in equation.invars) else ELEMENTWISE.get(name, name)
            return network.elements(self._operation(equation, operation, path, times), "elementwise")
        return network.uncounted(self._operation(equation, name, path, times), "a primitive without a rule")

    def _product(self, equation: Any, path: str, times: float) -> list[int]:
        (left_depth, right_depth), (left_batch, right_batch) = equation.params["dimension_numbers"]
        left, right = (_shape(variable) for variable in equation.invars[:2])
        return self._network.product(
            self._operation(equation, "dot_general", path, times), depth=_sides(left, left_depth), groups=_sides(left, left_batch),
            rows=_sides(left, set(range(len(left))) - {*left_depth, *left_batch}),
            columns=_sides(right, set(range(len(right))) - {*right_depth, *right_batch}))

    def _convolution(self, equation: Any, path: str, times: float) -> list[int]:
        numbers = equation.params["dimension_numbers"]
        taken, kernel, made = (_shape(variable) for variable in (*equation.invars, *equation.outvars))
        # A transposed one has holes in its input, which nobody multiplies.
        holes = math.prod(equation.params["lhs_dilation"])
        positions = math.prod(taken[side] for side in numbers.lhs_spec[2:]) if holes > 1 else math.prod(made[side] for side in numbers.out_spec[2:])
        return self._network.convolution(
            self._operation(equation, "deconv" if holes > 1 else "conv", path, times), in_channels=taken[numbers.lhs_spec[1]],
            out_channels=made[numbers.out_spec[1]], groups=equation.params["feature_group_count"],
            kernel_area=math.prod(kernel[side] for side in numbers.rhs_spec[2:]), positions=made[numbers.out_spec[0]] * positions, bias=False)


def _is_elementwise(equation: Any) -> bool:
    """One result, and every operand as large as it, or repeated along some of its sides."""
    made = _shape(equation.outvars[0])
    return len(equation.outvars) == 1 and all(
        len(shape) in (0, len(made)) and all(side in (1, other) for side, other in zip(shape, made))
        for shape in map(_shape, equation.invars))


def _sides(shape: list[int], numbers: Iterable[int]) -> float:
    """The product of the sides with these numbers."""
    return float(math.prod(shape[number] for number in numbers))


def _shape(variable: Any) -> list[int]:
    return [int(side) for side in variable.aval.shape]


def _width(variable: Any) -> int:
    return getattr(variable.aval.dtype, "itemsize", 4)
