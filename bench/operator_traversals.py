#!/usr/bin/env python3
"""How often an operator traverses its tensors, on a scale on which a loss traverses its output seven times.

src/estimate/offline/layerwise/layer_work.cpp prices operators that are not in layer tables by the bytes that they move. This
script checks its factors. It prints the time of an operator's forward and backward pass over (input + output) bytes, relative
to one of the seven traversals of torch.nn.functional.mse_loss and its gradient. For layers with weights it also prints the time
of the gradients of weights and of inputs, relative to the forward pass.

Uses one thread and CPU time, so that other load does not matter. Needs PyTorch (Debian: python3-torch).
"""
import os
import statistics
import time

os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")  # the instruction set of the CPUs in the layer table
import torch
from torch import nn
from torch.nn import functional

SHAPES = [(64, 64, 32, 32), (128, 64, 32, 32), (64, 64, 16, 16), (64, 256, 8, 8)]
BYTES = 4


def best(function, repeats=9):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def passes(operator, x, input_learns=True, repeats=9):
    """Seconds of the forward and of the backward pass, and the output's elements."""
    x = x.clone().requires_grad_(input_learns)
    forward = best(lambda: operator(x), repeats)
    times = []
    for _ in range(repeats):
        y = operator(x)
        gradient = torch.ones_like(y)
        start = time.process_time()
        y.backward(gradient)
        times.append(time.process_time() - start)
        x.grad = None
    return forward, min(times), y.numel()


def traversal(shape):
    """Seconds per byte of one of a loss's seven traversals: read both, write, average; read both, write the gradient."""
    prediction, target = torch.rand(*shape).requires_grad_(), torch.rand(*shape)

    def loss():
        functional.mse_loss(prediction, target).backward()
        prediction.grad = None

    return best(loss) / (7 * BYTES * prediction.numel())


def light_operators(shape):
    other = torch.rand(*shape)
    return {
        "elementwise: relu": nn.ReLU(), "elementwise: hardswish": nn.Hardswish(), "elementwise: multiply": lambda x: x * other,
        "normalisation: batch_norm": nn.BatchNorm2d(shape[1]), "max_pool 3x3, stride 2": nn.MaxPool2d(3, 2, 1),
        "average_pool 2x2": nn.AvgPool2d(2), "global_pool": nn.AdaptiveAvgPool2d(1),
        "movement: concatenate": lambda x: torch.cat([x, other], 1),
        "depthwise 3x3": nn.Conv2d(shape[1], shape[1], 3, padding=1, groups=shape[1]),
        "depthwise 3x3, stride 2": nn.Conv2d(shape[1], shape[1], 3, stride=2, padding=1, groups=shape[1]),
        "depthwise 5x5": nn.Conv2d(shape[1], shape[1], 5, padding=2, groups=shape[1]),
    }


def main():
    torch.set_num_threads(1)
    found = {}
    for shape in SHAPES:
        reference = traversal(shape)
        for name, operator in light_operators(shape).items():
            x = torch.rand(*shape)
            forward, backward, outputs = passes(operator, x)
            moved = BYTES * (x.numel() * (2 if name.endswith(("multiply", "concatenate")) else 1) + outputs)
            found.setdefault(name, []).append((forward / moved / reference, backward / moved / reference))
    print(f"{'traversals of input + output':<32} {'forward':>8} {'backward':>9}")
    for name, pairs in found.items():
        print(f"{name:<32} {statistics.median(p[0] for p in pairs):8.1f} {statistics.median(p[1] for p in pairs):9.1f}")

    print(f"\n{'against the forward pass':<32} {'weights':>8} {'inputs':>9}")
    layers = [(f"conv {i} -> {o}, {k}x{k}, stride {s}, side {side}", nn.Conv2d(i, o, k, stride=s, padding=k // 2), (32, i, side, side))
              for i, o, k, s, side in [(64, 64, 3, 1, 16), (128, 128, 3, 1, 8), (64, 128, 3, 2, 16), (256, 256, 3, 1, 4),
                                       (64, 256, 1, 1, 16), (15, 60, 5, 1, 32)]]
    layers += [(f"linear {i} -> {o}", nn.Linear(i, o), (512, i)) for i, o in [(512, 1000), (4096, 1000)]]
    for name, layer, shape in layers:
        x = torch.rand(*shape)
        forward, both, _ = passes(layer, x)
        _, weights, _ = passes(layer, x, input_learns=False)
        print(f"{name:<32} {weights / forward:8.1f} {(both - weights) / forward:9.1f}")


if __name__ == "__main__":
    main()
