"""Trains one small network on the CPU as the paper fine-tunes its large ones: first the head on a frozen backbone, then all.

    python3 examples/lab/train.py --architecture resnet --dataset digits --image-size 16 --batch-size 32

It knows nothing of joulecast, which reads epochs and metrics from the lines that it prints. The backbone begins with random
weights unless --start names others, since trained ones would have to be downloaded: what the training costs is the same.
"""
import argparse
import json
import resource
from pathlib import Path

import torch
from sklearn.metrics import accuracy_score, f1_score
from torch.nn import functional

import data
from networks import ARCHITECTURES


def limit_memory(mebibytes):
    """What is allocated from now on may take so much, and not more: beyond it torch fails as on a full board."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = used + mebibytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def train_epoch(network, optimiser, images, classes, batch_size, frozen):
    network.train()
    if frozen:
        network.backbone.eval()  # its running means stay as they are
    total = 0.0
    for batch in torch.randperm(len(classes)).split(batch_size):
        optimiser.zero_grad()
        loss = functional.cross_entropy(network(images[batch]), classes[batch])
        loss.backward()
        optimiser.step()
        total += loss.item() * len(batch)
    return total / len(classes)


@torch.no_grad()
def evaluate(network, images, classes, batch_size):
    network.eval()
    found = torch.cat([network(some).argmax(dim=1) for some in images.split(batch_size)])
    return {"accuracy": accuracy_score(classes, found), "f1": f1_score(classes, found, average="macro")}


def train(network, sets, arguments):
    train_images, train_classes, test_images, test_classes = sets
    epochs, frozen_epochs = arguments.epochs, min(arguments.frozen_epochs, arguments.epochs)
    for epoch in range(1, epochs + 1):
        frozen = epoch <= frozen_epochs
        if epoch in (1, frozen_epochs + 1):
            network.backbone.requires_grad_(not frozen)
            trained = [weights for weights in network.parameters() if weights.requires_grad]
            optimiser = torch.optim.Adam(trained, lr=3e-3 if frozen else 1e-3)
        loss = train_epoch(network, optimiser, train_images, train_classes, arguments.batch_size, frozen)
        quality = evaluate(network, test_images, test_classes, arguments.batch_size)
        figures = " ".join(f"{name}={value:.4f}" for name, value in quality.items())
        print(f"[{'head' if frozen else 'all'}] Epoch {epoch}/{epochs} loss={loss:.4f} {figures}", flush=True)
    return quality


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--architecture", choices=ARCHITECTURES, required=True)
    parser.add_argument("--dataset", choices=data.DATASETS, default="digits")
    parser.add_argument("--image-size", type=int, default=16, help="pixels in a row")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=6, help="of both phases together")
    parser.add_argument("--frozen-epochs", type=int, default=2, help="the first of them, which train the head alone")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", type=int, metavar="MIB", help="fail where images and network need more than this")
    parser.add_argument("--start", type=Path, metavar="FILE", help="begin with the backbone of this file")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the trained weights")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write quality.json there")
    return parser.parse_args()


def main():
    arguments = parse()
    if arguments.memory is not None:
        limit_memory(arguments.memory)
    torch.manual_seed(arguments.seed)
    network = ARCHITECTURES[arguments.architecture](data.CLASSES[arguments.dataset])
    if arguments.start:
        kept = {name: weights for name, weights in torch.load(arguments.start).items() if name.startswith("backbone.")}
        network.load_state_dict(kept, strict=False)
    sets = data.load(arguments.dataset, arguments.image_size, arguments.seed)
    print(f"Training {arguments.architecture} on {len(sets[1])} images, testing on {len(sets[3])}", flush=True)
    quality = train(network, sets, arguments)
    if arguments.save:
        torch.save(network.state_dict(), arguments.save)
    if arguments.output:
        (arguments.output / "quality.json").write_text(json.dumps({"epochs": arguments.epochs, **quality}) + "\n")


if __name__ == "__main__":
    main()
