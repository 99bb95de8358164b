"""Uses a trained network again and again under one of the tactics that are said to make inference greener.

    python3 examples/lab/weights.py --folder weights
    python3 examples/lab/infer.py --architecture resnet --tactic bfloat16 --batch-size 32 --weights weights

Start-up (imports, loading, the tactic itself, the first passes) is told apart from the inferences, so that joulecast gives
the energy of a sample without it. A tactic that this version of torch lacks ends with status 1 and says so.
"""
import argparse
import json
import statistics
import time
from pathlib import Path

import torch
from sklearn.metrics import accuracy_score, f1_score
from torch import nn
from torch.nn.utils import prune

import data
from networks import ARCHITECTURES
from telling import tell
from weights import file_of

PRUNED_SHARE = 0.5
FIRST_PASSES = 3  # not counted: compilers and caches begin with them
CONVOLUTIONS_AND_PRODUCTS = (nn.Conv2d, nn.Linear)


def quantise(network):
    """Weights of the matrix products in 8 bits, activations when they come. Convolutions stay as they are: torch has no
    dynamic quantisation for them."""
    return torch.ao.quantization.quantize_dynamic(network, {nn.Linear}, dtype=torch.qint8)


def compile_network(network):
    if not hasattr(torch, "compile"):
        raise RuntimeError(f"torch {torch.__version__} has no torch.compile")
    return torch.compile(network)


def weights_of(network):
    return [(module, "weight") for module in network.modules() if isinstance(module, CONVOLUTIONS_AND_PRODUCTS)]


def prune_local(network):
    """The smallest half of the weights of each layer becomes 0. What is 0 is multiplied all the same."""
    for module, name in weights_of(network):
        prune.l1_unstructured(module, name, PRUNED_SHARE)
        prune.remove(module, name)
    return network


def prune_global(network):
    """The smallest half of all weights becomes 0, wherever they are."""
    prune.global_unstructured(weights_of(network), prune.L1Unstructured, amount=PRUNED_SHARE)
    for module, name in weights_of(network):
        prune.remove(module, name)
    return network


TACTICS = {
    "as-trained": lambda network: network,
    "dynamic-int8": quantise,
    "compile": compile_network,
    "prune-local": prune_local,
    "prune-global": prune_global,
    "half": nn.Module.half,
    "bfloat16": nn.Module.bfloat16,
}


@torch.inference_mode()
def classify(network, batches):
    return torch.cat([network(images).argmax(dim=1) for images in batches])


@torch.inference_mode()
def use(network, batches, seconds):
    """Whole passes over all batches until `seconds` are over; the seconds of each batch."""
    each, began, told = [], time.perf_counter(), 0.0
    while time.perf_counter() - began < seconds:
        for images in batches:
            start = time.perf_counter()
            network(images)
            each.append(time.perf_counter() - start)
        done = time.perf_counter() - began
        if done - told > 0.1:
            tell("progress", work=len(each) // len(batches) * sum(map(len, batches)))
            told = done
    return each


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--architecture", choices=ARCHITECTURES, required=True)
    parser.add_argument("--tactic", choices=TACTICS, default="as-trained")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--dataset", choices=data.DATASETS, default="digits")
    parser.add_argument("--image-size", type=int, default=16)
    parser.add_argument("--weights", type=Path, default=Path("weights"), metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=10,
                        help="infer for so long: many times the update period of the meter")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write inference.json there")
    return parser.parse_args()


def main():
    began = time.perf_counter()
    arguments = parse()
    network = ARCHITECTURES[arguments.architecture](data.CLASSES[arguments.dataset])
    weights = file_of(arguments.weights, arguments.architecture, arguments.dataset, arguments.image_size)
    network.load_state_dict(torch.load(weights))
    network.eval()
    _, _, images, classes = data.load(arguments.dataset, arguments.image_size, seed=1)
    batches = images.split(arguments.batch_size)
    before = classify(network, batches)
    network = TACTICS[arguments.tactic](network)
    kind = {"half": torch.float16, "bfloat16": torch.bfloat16}.get(arguments.tactic, torch.float32)
    batches = [batch.to(kind) for batch in batches]
    for _ in range(FIRST_PASSES):
        after = classify(network, batches)
    start_up = time.perf_counter() - began
    print(f"Start-up took {start_up:.1f} s; inferring for {arguments.seconds:g} s", flush=True)

    tell("begin_phase", name="inference", unit="sample")
    each = use(network, batches, arguments.seconds)
    samples = len(each) // len(batches) * len(classes)
    tell("progress", work=samples)
    tell("end_phase")

    accuracy = accuracy_score(classes, after)
    result = {
        "samples": samples,
        "latency_ms": 1e3 * statistics.median(each),
        "latency_p90_ms": 1e3 * statistics.quantiles(each, n=10)[-1],
        "start_up_s": start_up,
        "accuracy": accuracy,
        "f1": f1_score(classes, after, average="macro"),
        "accuracy_lost": accuracy_score(classes, before) - accuracy,
        "changed_answers": (before != after).float().mean().item(),
    }
    print(" ".join(f"{name}={value:.6g}" for name, value in result.items()), flush=True)
    if arguments.output:
        (arguments.output / "inference.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
