"""Trains the networks that infer.py uses, and keeps their weights: those that are there already are left alone."""
import argparse
import subprocess
import sys
from pathlib import Path

import data
from networks import ARCHITECTURES


def file_of(folder, architecture, dataset, image_size):
    return folder / f"{architecture}-{dataset}-{image_size}.pt"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("weights"))
    parser.add_argument("--architectures", nargs="+", choices=ARCHITECTURES, default=list(ARCHITECTURES))
    parser.add_argument("--datasets", nargs="+", choices=data.DATASETS, default=["digits"])
    parser.add_argument("--image-size", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for dataset in arguments.datasets:
        for architecture in arguments.architectures:
            file = file_of(arguments.folder, architecture, dataset, arguments.image_size)
            if file.exists():
                continue
            unfinished = file.with_suffix(".unfinished")
            subprocess.run(
                [sys.executable, Path(__file__).with_name("train.py"), "--architecture", architecture, "--dataset", dataset,
                 "--image-size", str(arguments.image_size), "--epochs", str(arguments.epochs), "--save", unfinished],
                check=True)
            unfinished.rename(file)


if __name__ == "__main__":
    main()
