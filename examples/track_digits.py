"""The training of train_digits.py, measured from inside: it tells its epochs, steps and metrics itself, and so the
forecast begins in the first epoch.

    python3 examples/track_digits.py      where the package is installed: pip install .
"""
import argparse

import joulecast
import torch
from torch import nn
from train_digits import evaluate, load_data, make_network


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=32)
    arguments = parser.parse_args()

    torch.manual_seed(1)
    train_images, train_labels, test_images, test_labels = load_data(seed=1)
    network = make_network()
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    with joulecast.track("digits-in-python") as run:
        for epoch in run.epochs(range(arguments.epochs)):
            network.train()
            for batch in run.steps(torch.randperm(len(train_labels)).split(arguments.batch_size)):
                optimiser.zero_grad()
                nn.functional.cross_entropy(network(train_images[batch]), train_labels[batch]).backward()
                optimiser.step()
            with run.window("evaluation"):
                accuracy, f1 = evaluate(network, test_images, test_labels)
            run.metric(accuracy=accuracy, f1=f1)
            if (forecast := run.projection) and forecast.ready:
                print(f"after epoch {epoch + 1}: {forecast}", flush=True)
    print(run.energy)


if __name__ == "__main__":
    main()
