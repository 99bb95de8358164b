"""Compares frozen layers and LoRA with PyTorch: arithmetic as torch.utils.flop_counter counts it, and what autograd keeps, with
requires_grad = False. Skipped where torch is missing; JOULECAST_TRANSFORMERS_PYTHON names an interpreter that has it."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

JOULECAST = os.environ.get("JOULECAST", "build/dev/joulecast")

try:
    import torch
    from torch import nn
    from torch.utils.flop_counter import FlopCounterMode
except ImportError as missing:
    python = os.environ.get("JOULECAST_TRANSFORMERS_PYTHON")
    if python and os.path.realpath(python) != os.path.realpath(sys.executable):
        os.execv(python, [python, *sys.argv])
    print(f"skipped: {missing}; set JOULECAST_TRANSFORMERS_PYTHON to an interpreter with torch")
    sys.exit(77)

# The same network for both: convolutions with norms, then dense layers.
DESCRIPTION = """network own
  input 3x32x32
  conv 16 3 pad=1
  batch_norm
  relu
  conv 32 3 pad=1
  batch_norm
  relu
  global_pool
  dense 64
  gelu
  dense 48
  gelu
  dense 10
end
"""


def own():
    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1, bias=False),
                         nn.BatchNorm2d(32), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 48),
                         nn.GELU(), nn.Linear(48, 10))


class Adapted(nn.Module):
    def __init__(self, base, rank):
        super().__init__()
        self.base = base
        self.a = nn.Linear(base.in_features, rank, bias=False)
        self.b = nn.Linear(rank, base.out_features, bias=False)

    def forward(self, x):
        return self.base(x) + 2 * self.b(self.a(x))


def freeze(modules):
    for module in modules:
        for parameter in module.parameters():
            parameter.requires_grad = False


def backward_flops(model):
    with FlopCounterMode(display=False) as counter:
        result = model(torch.randn(2, 3, 32, 32))
        forward = counter.get_total_flops()
        result.sum().backward()
        return (counter.get_total_flops() - forward) / 2


def kept_bytes(model):
    """Of one sample, without weights and the few numbers of a norm's channels."""
    kept, weights = {}, {p.untyped_storage().data_ptr() for p in model.parameters()}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights and tensor.dim() > 1:
            kept[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = model(torch.randn(2, 3, 32, 32))
    del result
    return sum(size for size, _ in kept.values()) / 2


class FrozenOracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls._folder.name) / "own.txt"
        cls.file.write_text(DESCRIPTION)

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def compare(self, model, *options):
        done = subprocess.run([JOULECAST, "model", str(self.file), "--json", "-", *options], capture_output=True, text=True, check=True)
        ours = json.loads(done.stdout)
        products = sum(layer["backward_flops"] for layer in ours["layers"] if layer.get("product"))
        theirs = backward_flops(model)
        self.assertLess(abs(products / theirs - 1), 0.02, (products, theirs))  # PyTorch counts no biases
        trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
        self.assertEqual(ours["totals"]["trained_parameters"], trained)
        kept, needed = ours["totals"]["kept_bytes"], kept_bytes(model)
        self.assertLess(abs(kept / needed - 1), 0.02, (kept, needed))

    def test_everything_is_trained(self):
        self.compare(own())

    def test_the_head_alone(self):
        model = own()
        freeze(model[:-1])
        self.compare(model, "--freeze", "backbone")

    def test_the_first_layers(self):
        for layers, place in ((1, 1), (2, 3), (4, 8), (5, 10)):
            model = own()
            freeze(model[:place])
            self.compare(model, "--freeze", str(layers))

    def test_adapters(self):
        for rank in (1, 8):
            model = own()
            freeze(model)
            for place in (8, 10):
                model[place] = Adapted(model[place], rank)
            self.compare(model, "--lora", str(rank))


if __name__ == "__main__":
    unittest.main()
