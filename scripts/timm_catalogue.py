#!/usr/bin/env python3
"""Counts the image networks of timm (https://github.com/huggingface/pytorch-image-models, Apache-2.0) into
data/networks/timm.txt. Only figures are kept: no code, no weights. Nothing is computed, since tensors are on torch's
device "meta".

    pip install timm torch, and Joulecast built from this tree
    scripts/timm_catalogue.py [--only resnet50 …] > data/networks/timm.txt
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import sys
import warnings

HEADER = """\
# Image networks of timm {version}, counted by scripts/timm_catalogue.py for one sample. src/network/catalogue.hpp says
# what a line means. `old = new` is another name of a network.
"""
FIELDS = ("layers", "parameters", "macs", "flops", "inputs", "outputs", "kept", "kernels", "columns", "depth", "groups")
BYTES = 4  # of an element
WIDTH = re.compile(r"\d+x\d+d")  # "32x8d": groups, and channels of each


def short(value: float) -> str:
    """Five digits, as short as they can be written."""
    text = f"{value:.5g}"
    return text.replace("e+0", "e").replace("e+", "e")


def group_of(layer: dict, head: str) -> str:
    """Layers of one kind are kept together; grouped convolutions and the head by themselves."""
    if layer["name"] == head:
        return "head"
    if layer["kind"] == "convolution" and layer["product"]["groups"] > 1:
        return "grouped"
    return layer["kind"]


def sums_of(layers: list[dict]) -> list[float]:
    """FIELDS of like layers together. Sizes of products are means: of columns harmonic, since narrow ones are slow."""
    total = lambda key: sum(layer[key] for layer in layers)
    macs = total("macs")
    products = [(layer["macs"], layer["product"]) for layer in layers if layer.get("product") and layer["macs"] > 0]
    columns = macs / sum(weight / product["columns"] for weight, product in products) if products else 0
    mean = lambda key: sum(weight * product[key] for weight, product in products) / macs if products else 0
    return [
        len(layers), total("parameters"), macs, total("flops"), total("input_bytes") / BYTES, total("output_bytes") / BYTES,
        total("kept_bytes") / BYTES, total("kernels"), columns, mean("depth"), mean("groups"),
    ]


def head_of(model) -> str:
    classifier = getattr(model, "default_cfg", {}).get("classifier") or ""
    return classifier[0] if isinstance(classifier, (list, tuple)) else classifier


def line_of(name: str) -> tuple[str, str]:
    """The network's line, or "" and why there is none."""
    import joulecast
    import timm
    import torch

    try:
        with torch.device("meta"):
            model = timm.create_model(name)
        shape = model.default_cfg["input_size"]
        described = json.loads(joulecast.describe(model, input_shape=shape).to_json())
        if described["uncounted"]:
            return "", f"{name}: {described['uncounted'][0]}"
        groups: dict[str, list[dict]] = {}
        for layer in described["layers"]:
            groups.setdefault(group_of(layer, head_of(model)), []).append(layer)
        widest = max(layer["input_bytes"] + layer["output_bytes"] for layer in described["layers"]) / BYTES
        parts = [name, "x".join(map(str, shape)), str(described["totals"]["depth"]), short(widest)]
        for group in sorted(groups, key=lambda group: (group == "head", group)):
            parts.append(f"{group}=" + ",".join(short(value) for value in sums_of(groups[group])))
        return " ".join(parts), ""
    except Exception as error:  # noqa: BLE001 one network that cannot be built must not end the others
        return "", f"{name}: {type(error).__name__}: {error}"


def aliases(names: set[str]) -> list[str]:
    """Names that timm no longer uses. Some that it renames to a ResNeXt of another width are left out or mended."""
    from timm.models import _registry

    result = []
    for old, new in sorted(_registry._deprecated_models.items()):
        target = (new or "").split(".")[0]
        if WIDTH.findall(old) != WIDTH.findall(target):
            target = old.partition("_")[2]  # ig_resnext101_32x16d
        if old not in names and target in names:
            result.append(f"{old} = {target}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="these networks")
    arguments = parser.parse_args()
    os.environ["TIMM_FUSED_ATTN"] = "0"  # trainings of the time of most tables had attention of single operations
    warnings.filterwarnings("ignore")
    import timm

    names = arguments.only or timm.list_models()
    lines = []
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), maxtasksperchild=100) as pool:
        for line, problem in pool.imap(line_of, names, chunksize=4):
            if problem:
                print(f"left out: {problem[:200]}", file=sys.stderr)
            else:
                lines.append(line)
    print(HEADER.format(version=timm.__version__), end="")
    print("\n".join(lines + aliases({line.split(" ")[0] for line in lines})))


if __name__ == "__main__":
    main()
