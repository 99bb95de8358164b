"""A small, real training: a convolutional network on scikit-learn's handwritten digits, on the CPU.

It knows nothing of joulecast: `joulecast run -- python3 examples/train_digits.py` reads its epochs and metrics from the
lines that it prints anyway.
"""
import argparse

import torch
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split
from torch import nn


def load_data(seed):
    """Images as 1x8x8 tensors in 0..1 and their digits, split 3:1 with the digits' shares kept."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(digits.target)
    train, test = train_test_split(range(len(labels)), test_size=0.25, random_state=seed, stratify=labels)
    return images[train], labels[train], images[test], labels[test]


def make_network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3, padding=1), nn.BatchNorm2d(128), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(128 * 2 * 2, 10))


def train_epoch(network, optimiser, images, labels, batch_size):
    network.train()
    total = 0.0
    for batch in torch.randperm(len(labels)).split(batch_size):
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(network(images[batch]), labels[batch])
        loss.backward()
        optimiser.step()
        total += loss.item() * len(batch)
    return total / len(labels)


@torch.no_grad()
def evaluate(network, images, labels):
    network.eval()
    predicted = network(images).argmax(dim=1)
    return accuracy_score(labels, predicted), f1_score(labels, predicted, average="macro")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    train_images, train_labels, test_images, test_labels = load_data(arguments.seed)
    network = make_network()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    print(f"Training on {len(train_labels)} images, testing on {len(test_labels)}", flush=True)
    for epoch in range(1, arguments.epochs + 1):
        loss = train_epoch(network, optimiser, train_images, train_labels, arguments.batch_size)
        accuracy, f1 = evaluate(network, test_images, test_labels)
        print(f"Epoch {epoch}/{arguments.epochs} loss={loss:.4f} accuracy={accuracy:.4f} f1={f1:.4f}", flush=True)


if __name__ == "__main__":
    main()
