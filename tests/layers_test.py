"""Holds every #include "module/..." of src/ and apps/ against the layer table of docs/architecture.md."""
import os
import pathlib
import re
import sys

root = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).parents[1]))
layers = {}
for line in (root / "docs/architecture.md").read_text().splitlines():
    row = re.match(r"\|\s*(\d+)\s*\|\s*`(\w+)`", line)
    if row:
        layers[row[2]] = int(row[1])

faults = []
modules = {path.name for path in (root / "src").iterdir() if path.is_dir()}
faults += [f"src/{name} is not in the table of docs/architecture.md" for name in sorted(modules - layers.keys())]
faults += [f"docs/architecture.md names {name}, which src/ does not have" for name in sorted(layers.keys() - modules)]
count = 0
for path in sorted((root / "src").rglob("*.[ch]pp")):
    module = path.relative_to(root / "src").parts[0]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        include = re.match(r'\s*#\s*include "(\w+)/', line)
        if not include:
            continue
        count += 1
        used = include[1]
        if used != module and layers.get(used, 99) >= layers.get(module, -1):
            faults.append(f"{path.relative_to(root)}:{number}: {module} (layer {layers.get(module)}) "
                          f"includes {used} (layer {layers.get(used)})")
if count < 20:
    faults.append(f"only {count} includes found: the scan looks in the wrong place")
print("\n".join(faults) if faults else f"{count} includes, all downward")
sys.exit(1 if faults else 0)
