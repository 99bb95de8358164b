"""Counts what a PyTorch module computes: runs it once on fake tensors, and hears every ATen operation of it."""

from __future__ import annotations

import contextlib
import enum
import logging

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

from .. import _core
from ..errors import InvalidError
from .torch_operations import NOT_COMPUTING, RECURRENT_GATES, Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from . import Shapes

BATCH = 2  # samples that run: batch normalisation of a single one is an error
WHOLE_NUMBERS = ("ids", "mask", "token", "label", "position", "index", "indices")  # in the names of such inputs


def describe(model: Any, shapes: Shapes | None, inputs: Any, parameters: Any, name: str | None) -> _core.LiveNetwork:
    """Takes a module and returns the core's LiveNetwork."""
    if parameters is not None:
        raise InvalidError("is for JAX functions: a module has its own", "parameters")
    model = getattr(model, "_orig_mod", model)  # of torch.compile
    if type(model).__name__ in ("DataParallel", "DistributedDataParallel", "FullyShardedDataParallel"):
        model = model.module
    if any(map(torch.nn.parameter.is_lazy, (*model.parameters(), *model.buffers()))):
        raise InvalidError("has lazy layers that do not know their sizes yet: call it once on a batch", "model")
    name = name or type(model).__name__
    failed = None
    with _quiet():
        for dtype in _likely_dtypes(model, inputs):
            for run in _runs(model):
                try:
                    return _describe_once(model, _Inputs(model, shapes, inputs, dtype), name, run)
                except Exception as error:
                    failed = failed or error
                    if run is _Run.FAKE and not _needs_numbers(error):
                        break
    raise InvalidError(f"the model fails on such an input: {_first_line(failed)}", "input_shape" if inputs is None else "inputs") from failed


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """PyTorch logs what fails on a fake tensor, although we catch it."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    disabled, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = disabled


def _first_line(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"


class _Run(enum.Enum):
    """What the model runs on."""

    MOVED = "fake tensors of the processor, for a model on the device meta, whose attention would not be fused there"
    FAKE = "fake tensors, without numbers"
    REAL = "its own weights"


def _runs(model: Any) -> list[_Run]:
    moved = [_Run.MOVED] if any(weight.is_meta for weight in model.parameters()) else []
    return [*moved, _Run.FAKE, _Run.REAL]


def _needs_numbers(error: BaseException) -> bool:
    """Whether the model looks at the numbers in its tensors, which fake ones do not have."""
    import torch._subclasses.fake_tensor as fakes

    kinds = [getattr(fakes, kind) for kind in ("DataDependentOutputException", "DynamicOutputShapeException",
                                               "UnsupportedOperatorException", "UnsupportedFakeTensorException") if hasattr(fakes, kind)]
    return isinstance(error, (*kinds, NotImplementedError)) or "meta tensor" in str(error) or "GuardOnDataDependent" in type(error).__name__


def _likely_dtypes(model: Any, inputs: Any) -> list[Any]:
    """Of inputs that are given as shapes: numbers of the weights' kind, then of tokens."""
    if inputs is not None:
        return [None]
    floating = next((weight.dtype for weight in model.parameters() if weight.is_floating_point()), torch.float32)
    first = next((module for module in model.modules() if not list(module.children()) and list(module.parameters(recurse=False))), None)
    kinds = [floating, torch.int64]
    return kinds[::-1] if isinstance(first, (torch.nn.Embedding, torch.nn.EmbeddingBag)) else kinds


class _Inputs:
    """What the model is called with."""

    def __init__(self, model: Any, shapes: Shapes | None, inputs: Any, dtype: Any) -> None:
        if inputs is not None:
            self._given = pytree.tree_map(_tensor_of, inputs)
        else:
            device = next((weight.device for weight in model.parameters()), torch.device("cpu"))

            def make(shape: Sequence[int], name: str = "") -> Any:
                kind = torch.int64 if any(part in name for part in WHOLE_NUMBERS) else dtype
                # Zeros: a token that every vocabulary has. One number in memory, however large the shape.
                return torch.zeros(1, dtype=kind, device=device).expand(BATCH, *shape)

            self._given = ({key: make(shape, key) for key, shape in shapes.items()} if isinstance(shapes, dict) else
                           tuple(make(shape) for shape in shapes) if isinstance(shapes, list) else make(shapes or ()))
        leaves = [leaf for leaf in pytree.tree_leaves(self._given) if isinstance(leaf, torch.Tensor)]
        if not leaves:
            raise InvalidError("holds no tensor", "inputs")
        self.batch = leaves[0].shape[0] if leaves[0].dim() else 1

    def mapped(self, function: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """(args, kwargs) of the call, with the function applied to every tensor."""
        given = pytree.tree_map(lambda leaf: function(leaf) if isinstance(leaf, torch.Tensor) else leaf, self._given)
        if hasattr(given, "keys"):
            return (), dict(given)
        return (tuple(given), {}) if isinstance(given, (tuple, list)) else ((given,), {})


def _tensor_of(leaf: Any) -> Any:
    if isinstance(leaf, torch.Tensor) or not hasattr(leaf, "__array__"):
        return leaf
    return torch.as_tensor(leaf)


def _describe_once(model: Any, inputs: Any, name: str, run: _Run) -> _core.LiveNetwork:
    """One run: on tensors without numbers, or on real ones for a model that looks at them."""
    fake = run is not _Run.REAL
    network = _core.LiveNetwork(name, "PyTorch", inputs.batch)
    mode: Any = FakeTensorMode(allow_non_fake_inputs=True) if fake else contextlib.nullcontext()

    def faked(tensor: Any) -> Any:
        if run is not _Run.MOVED or not tensor.is_meta:
            return mode.from_tensor(tensor)
        with mode:
            return torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="cpu")

    copied = faked if fake else torch.clone
    weights = {key: faked(value) if fake else value for key, value in model.named_parameters()}
    buffers = {key: copied(value) for key, value in model.named_buffers()}
    with _unchanged(model), torch.no_grad(), _random_state_kept():
        model.train()
        args, kwargs = inputs.mapped(lambda tensor: copied(tensor) if fake else tensor.clone())
        hearing = _Hearing(network, model)
        hearing.begin(weights, buffers, (args, kwargs))
        with mode, hearing:
            torch.func.functional_call(model, {**weights, **buffers}, args, kwargs)
    if not fake:
        network.note("the model looks at the numbers in its tensors, so that it was run on real ones")
    frozen = sum(weight.numel() for weight in model.parameters() if not weight.requires_grad)
    if frozen:
        network.note(f"{frozen} parameters are frozen; they are counted as if they were trained")
    return network


@contextlib.contextmanager
def _unchanged(model: Any) -> Iterator[None]:
    """Whatever the run leaves in the modules, a cache or a counter, is taken away again."""
    kept = [(module, dict(vars(module)), {key: dict(vars(module)[key]) for key in ("_parameters", "_buffers", "_modules")})
            for module in model.modules()]
    try:
        yield
    finally:
        for module, attributes, tables in kept:
            for key, table in tables.items():
                attributes[key].clear()
                attributes[key].update(table)
            vars(module).clear()
            vars(module).update(attributes)


@contextlib.contextmanager
def _random_state_kept() -> Iterator[None]:
    with torch.random.fork_rng(devices=range(torch.cuda.device_count()) if torch.cuda.is_initialized() else []):
        yield


def _storage_of(tensor: Any) -> Any:
    return tensor.untyped_storage()._cdata


class _Hearing(TorchDispatchMode):  # type: ignore[misc]
    """Tells the core of every operation that is dispatched."""

    def __init__(self, network: _core.LiveNetwork, model: Any) -> None:
        super().__init__()
        self.network = network
        self._names = {module: name for name, module in model.named_modules()}
        self._path: list[str] = []
        self._ids: dict[Any, int] = {}  # of a storage, what it holds now
        self._alive: list[Any] = []  # so that no storage's address is used again
        self._masks: set[Any] = set()  # storages of dropout's masks
        self._recurrent = 0  # how many recurrent modules are running: they are counted as a whole
        self._hooks: list[Any] = []

    def begin(self, weights: Any, buffers: Any, arguments: Any) -> None:
        for key, weight in weights.items():
            self._know(weight, self.network.weight(key, list(weight.shape), weight.element_size()))
        for buffer in buffers.values():
            self._know(buffer, self.network.constant(list(buffer.shape), buffer.element_size()))
        names = iter(["input", *(f"input_{number}" for number in range(2, 1000))])
        for tensor in pytree.tree_leaves(arguments):
            if isinstance(tensor, torch.Tensor):
                self._know(tensor, self.network.input(next(names), list(tensor.shape), tensor.element_size()))

    def __enter__(self) -> Any:
        modules = torch.nn.modules.module
        self._hooks = [modules.register_module_forward_pre_hook(self._enter_module),
                       modules.register_module_forward_hook(self._leave_module)]
        return super().__enter__()

    def __exit__(self, *error: Any) -> Any:
        for hook in self._hooks:
            hook.remove()
        return super().__exit__(*error)

    # ---- modules

    def _enter_module(self, module: Any, args: Any) -> None:
        self._path.append(self._names.get(module) or type(module).__name__)
        if isinstance(module, torch.nn.RNNBase):
            self._recurrent += 1

    def _leave_module(self, module: Any, args: Any, output: Any) -> None:
        if isinstance(module, torch.nn.RNNBase):
            self._recurrent -= 1
            if not self._recurrent:
                self._tell_recurrent(module, args[0], output[0])
        self._path.pop()

    def _tell_recurrent(self, module: Any, taken: Any, made: Any) -> None:
        packed = isinstance(taken, torch.nn.utils.rnn.PackedSequence)
        data, output = (taken.data, made.data) if packed else (taken, made)
        directions = 2 if module.bidirectional else 1
        hidden = module.proj_size or module.hidden_size
        flat = packed or data.dim() == 2
        batch = 1 if flat else data.shape[0 if module.batch_first else 1]
        steps = data.shape[0] if flat else data.shape[1 if module.batch_first else 0]
        read = self.id_of(data)
        for layer in range(module.num_layers):
            last = layer == module.num_layers - 1
            shape = list(output.shape) if last else [*output.shape[:-1], directions * hidden]
            weights = [weight for key, weight in module.named_parameters(recurse=False)
                       if key.removesuffix("_reverse").endswith(f"_l{layer}")]
            kind = module.mode.partition("_")[0]
            done = _core.LiveOperation(f"{self._path[-1]}.{layer}" if module.num_layers > 1 else self._path[-1], kind.lower(),
                                       [read, *map(self.id_of, weights)], [(shape, output.element_size())])
            read, = self.network.recurrence(done, inputs=module.input_size if layer == 0 else directions * hidden,
                                             hidden=module.hidden_size, gates=RECURRENT_GATES[kind], steps=steps,
                                             directions=directions, batch=batch, projection=module.proj_size)
        self._know(output, read)

    # ---- tensors

    def _know(self, tensor: Any, number: int) -> None:
        self._ids[_storage_of(tensor)] = number
        self._alive.append(tensor.untyped_storage())

    def id_of(self, tensor: Any) -> int:
        """The number of what a tensor shows: a view of what its storage holds."""
        try:
            number = self._ids.get(_storage_of(tensor))
        except (NotImplementedError, RuntimeError):  # sparse, nested
            return self.network.constant(list(tensor.shape), tensor.element_size())
        if number is None:
            number = self.network.constant(list(tensor.shape), tensor.element_size())
            self._know(tensor, number)
        return self.network.view(number, list(tensor.shape))

    # ---- operations

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        made = func(*args, **kwargs)
        if not self._recurrent and func.namespace != "prim":
            self._tell(func, args, kwargs, made)
        return made

    def _tell(self, func: Any, args: Any, kwargs: Any, made: Any) -> None:
        read = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        written = [leaf for leaf in pytree.tree_leaves(made) if isinstance(leaf, torch.Tensor)]
        name = func._schema.name.partition("::")[2]
        changes = func._schema.is_mutable
        plain = name.removesuffix("_") if changes else name
        if plain in NOT_COMPUTING or not written or torch.Tag.inplace_view in func.tags:
            return
        if not changes and all(_is_part_of(tensor, read) for tensor in written):
            return  # a view: its storage is known
        if plain.startswith(("empty", "new_", "zeros", "ones", "full", "rand", "arange")) or plain.endswith("_like"):
            for tensor in written:
                self._know(tensor, self.network.constant(list(tensor.shape), tensor.element_size()))
            return
        if plain == "bernoulli":
            for tensor in written:
                self._know(tensor, self.network.constant(list(tensor.shape), tensor.element_size()))
                self._masks.add(_storage_of(tensor))
            return
        for tensor, number in zip(written, Operation(self, func, plain, args, kwargs, read, written).numbers()):
            self._know(tensor, number)

    def name(self, operation: str) -> str:
        return self._path[-1] if self._path else operation

    def is_mask(self, tensor: Any) -> bool:
        return _storage_of(tensor) in self._masks


def _is_part_of(tensor: Any, read: Any) -> bool:
    storage = _storage_of(tensor)
    return any(_storage_of(one) == storage for one in read)
