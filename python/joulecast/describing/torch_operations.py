"""What each ATen operation computes, in the words of the core."""

from __future__ import annotations

import math

import torch

from .. import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RECURRENT_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}

# ATen's name: the core's name, for what is not called the same.
NORMALISATIONS = {
    "native_batch_norm": "batch_norm", "_native_batch_norm_legit": "batch_norm", "_native_batch_norm_legit_no_training": "batch_norm",
    "_batch_norm_with_update": "batch_norm", "cudnn_batch_norm": "batch_norm", "miopen_batch_norm": "batch_norm",
    "batch_norm": "batch_norm", "native_layer_norm": "layer_norm", "native_group_norm": "group_norm", "_fused_rms_norm": "layer_norm",
    "_softmax": "softmax", "_safe_softmax": "softmax", "_log_softmax": "logsoftmax",
}
ELEMENTWISE = {
    "silu": "swish", "hardswish": "hswish", "hardsigmoid": "hsigmoid", "leaky_relu": "leakyrelu", "native_dropout": "dropout",
    "hardtanh": "relu6", "rsub": "sub", "threshold": "relu",
}
POOLINGS = {"max_pool2d_with_indices": "max_pool", "max_pool3d_with_indices": "max_pool", "avg_pool2d": "average_pool",
            "avg_pool3d": "average_pool", "avg_pool1d": "average_pool"}
REDUCTIONS = {"mean": "global_pool", "_adaptive_avg_pool2d": "global_pool", "_adaptive_avg_pool3d": "global_pool",
              "adaptive_max_pool2d": "max_pool", "adaptive_max_pool3d": "max_pool"} | {name: name for name in (
                  "sum", "amax", "amin", "max", "min", "prod", "var", "var_mean", "std", "std_mean", "norm", "linalg_vector_norm",
                  "argmax", "argmin", "any", "all", "topk", "sort", "cumsum", "cumprod", "logsumexp", "aminmax", "median")}
MOVEMENTS = {
    "clone", "copy", "_to_copy", "cat", "stack", "index_select", "index", "gather", "take", "constant_pad_nd", "pad", "reflection_pad1d",
    "reflection_pad2d", "replication_pad1d", "replication_pad2d", "roll", "repeat", "flip", "im2col", "col2im", "pixel_shuffle",
    "pixel_unshuffle", "channel_shuffle", "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "upsample_linear1d",
    "upsample_bilinear2d", "_upsample_bilinear2d_aa", "upsample_bicubic2d", "_upsample_bicubic2d_aa", "upsample_trilinear3d",
    "grid_sampler_2d", "scatter", "index_put", "scatter_add", "index_add", "slice_scatter", "select_scatter", "tril", "triu", "unfold",
    "fill", "zero", "masked_select", "nonzero", "unfold_copy", "expand_copy", "contiguous", "split_with_sizes_copy", "as_strided_copy",
    "constant_pad", "_unsafe_index", "_unsafe_masked_index", "_reshape_copy", "repeat_interleave", "unique_consecutive",
}
ATTENTIONS = {"_scaled_dot_product_flash_attention", "_scaled_dot_product_flash_attention_for_cpu",
              "_scaled_dot_product_efficient_attention", "_scaled_dot_product_cudnn_attention",
              "_scaled_dot_product_fused_attention_overrideable"}
# They tell about a tensor, or make one out of nothing.
NOT_COMPUTING = {"_local_scalar_dense", "is_same_size", "_assert_async", "_assert_scalar", "_assert_tensor_metadata", "sym_size",
                 "sym_stride", "sym_numel", "item", "resize", "set", "record_stream", "lift_fresh", "is_pinned"}


class Operation:
    """One operation, told to the core."""

    def __init__(self, hearing: Any, func: Any, name: str, args: Any, kwargs: Any, read: Any, written: Any) -> None:
        self._hearing, self._func, self._name = hearing, func, name
        self._network: _core.LiveNetwork = hearing.network
        self._args, self._kwargs = args, kwargs
        self._read, self._written = read, written

    def _operation(self, operation: str, read: Any = None, written: Any = None) -> _core.LiveOperation:
        reads = [self._hearing.id_of(tensor) for tensor in (self._read if read is None else read)]
        writes = [(list(tensor.shape), tensor.element_size()) for tensor in (self._written if written is None else written)]
        return _core.LiveOperation(self._hearing.name(operation), operation, reads, writes)

    def numbers(self) -> list[int]:
        """Of what the operation writes."""
        name = self._name
        special = getattr(self, f"_{name.strip('_')}", None)
        if special is not None:
            told: list[int] = special()
            return told
        if name in ATTENTIONS:
            return self._attention()
        if name in NORMALISATIONS:
            return self._normalisation()
        if name in POOLINGS:
            return self._first_alone(POOLINGS[name], "pooling", None, _product(self._args[1]))
        if name in REDUCTIONS and self._func._schema.arguments[0].name in ("self", "input") and not self._is_between_two():
            return self._network.elements(self._operation(REDUCTIONS[name]), "pooling", self._read[0].numel(), 1.0)
        if name in MOVEMENTS:
            return self._network.elements(self._operation("concat" if name == "cat" else name), "movement")
        if name in ELEMENTWISE or torch.Tag.pointwise in self._func.tags or name in ("where", "masked_fill", "dropout"):
            masked = name == "mul" and any(self._hearing.is_mask(tensor) for tensor in self._read)
            return self._network.elements(self._operation("dropout" if masked else ELEMENTWISE.get(name, name)), "elementwise")
        if not any(tensor.is_floating_point() or tensor.is_complex() for tensor in self._written):
            return self._network.elements(self._operation(name), "other")  # numbers of rows, masks: little work
        return self._network.uncounted(self._operation(self._func._schema.name), "an operator without a rule")

    def _is_between_two(self) -> bool:
        """max(a, b) and min(a, b) are elementwise."""
        return len(self._read) > 1 and self._func._overloadname == "other"

    def _normalisation(self) -> list[int]:
        learned = self._args[:3] if "batch_norm" in self._name else self._args  # running statistics come after
        return self._first_alone(NORMALISATIONS[self._name], "normalisation", read=[one for one in learned if isinstance(one, torch.Tensor)])

    def _first_alone(self, operation: str, kind: str, *figures: float | None, read: Any = None) -> list[int]:
        """What stands beside the result, as indices of a maximum or variances, is for the backward pass, and in its rules."""
        first = self._network.elements(self._operation(operation, read, self._written[:1]), kind, *figures)
        return first + [self._network.constant(list(tensor.shape), tensor.element_size()) for tensor in self._written[1:]]

    def _convolution(self) -> list[int]:
        taken, weight, bias = self._args[:3]
        transposed, groups = self._args[6], self._args[8]
        made = self._written[0]
        positions = (taken if transposed else made).shape
        return self._network.convolution(
            self._operation("deconv" if transposed else "conv"), in_channels=taken.shape[1],
            out_channels=weight.shape[1] * groups if transposed else weight.shape[0], groups=groups,
            kernel_area=_product(weight.shape[2:]), positions=positions[0] * _product(positions[2:]), bias=bias is not None)

    _convolution_overrideable = _convolution

    def _mm(self) -> list[int]:
        a, b = self._args[:2]
        return self._network.product(self._operation("dense"), rows=a.shape[0], columns=b.shape[1], depth=a.shape[1])

    def _addmm(self) -> list[int]:
        bias, a, b = self._args[:3]
        return self._network.product(self._operation("dense", [a, b, bias]), rows=a.shape[0], columns=b.shape[1], depth=a.shape[1], bias=True)

    def _linear(self) -> list[int]:
        taken, weight = self._args[:2]
        return self._network.product(self._operation("dense"), rows=_product(taken.shape[:-1]), columns=weight.shape[0],
                                     depth=weight.shape[1], bias=len(self._read) > 2)

    def _bmm(self) -> list[int]:
        a, b = self._args[:2]
        return self._network.product(self._operation("matmul"), rows=a.shape[1], columns=b.shape[2], depth=a.shape[2], groups=a.shape[0])

    def _baddbmm(self) -> list[int]:
        added, a, b = self._args[:3]
        return self._network.product(self._operation("matmul", [a, b, added]), rows=a.shape[1], columns=b.shape[2], depth=a.shape[2],
                                     groups=a.shape[0], bias=True)

    def _grouped_mm(self) -> list[int]:
        """Tokens times their experts' matrices: each token meets one of them."""
        tokens, experts = self._args[:2]
        if tokens.dim() != 2 or experts.dim() != 3:
            return self._network.uncounted(self._operation(self._func._schema.name), "of other than tokens and experts")
        return self._network.product(self._operation("dense"), rows=tokens.shape[0], columns=experts.shape[2], depth=experts.shape[1])

    def _mv(self) -> list[int]:
        a, b = self._args[:2]
        return self._network.product(self._operation("matmul"), rows=a.shape[0], columns=1, depth=a.shape[1])

    def _dot(self) -> list[int]:
        return self._network.product(self._operation("matmul"), rows=1, columns=1, depth=self._args[0].shape[0])

    def _embedding(self) -> list[int]:
        return self._network.gather(self._operation("embedding", self._read[:2]))

    def _embedding_bag(self) -> list[int]:
        return self._network.gather(self._operation("embedding", self._read[:2]))

    def _attention(self) -> list[int]:
        query, key, value = self._args[:3]
        batch, heads, rows, depth = query.shape
        told = self._operation("attention", [query, key, value], self._written[:1])
        first = self._network.fused_attention(told, rows=rows, columns=key.shape[2], depth=depth + value.shape[3], groups=batch * heads)
        return first + [self._network.constant(list(tensor.shape), tensor.element_size()) for tensor in self._written[1:]]


def _product(sides: Any) -> float:
    sides = [sides] if isinstance(sides, int) else sides
    return float(math.prod(sides))
