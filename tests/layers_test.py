"""Checks every #include "module/..." in src/, apps/ and python/ against the layer table of docs/architecture.md."""
import os
import pathlib
import re
import sys

root = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).parents[1]))
layers, homes = {}, {}
for line in (root / "docs/architecture.md").read_text().splitlines():
    row = re.match(r"\|\s*(\d+)\s*\|\s*`(\w+)`\s*\|\s*([\w.]+)\s*\|", line)
    if row:
        layers[row[2]], homes[row[2]] = int(row[1]), row[3]

faults = []
HOMES = ("src", "apps", "python")
folders = {(path.name, home) for home in HOMES for path in (root / home).iterdir() if any(path.rglob("*.hpp")) or any(path.rglob("*.c"))}
folders.add(("lab", "."))
faults += [f"{home}/{name} is not in the table of docs/architecture.md" for name, home in sorted(folders - set(homes.items()))]
faults += [f"docs/architecture.md names {home}/{name}, which is not there" for name, home in sorted(set(homes.items()) - folders)]
# The form in which results are shown is report's alone: neither use cases nor commands know JSON.
for path in sorted(p for folder in ("src/session", "apps") for p in (root / folder).rglob("*.[ch]pp")):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if "nlohmann/json" in line:
            faults.append(f"{path.relative_to(root)}:{number}: JSON is report's")
count = 0
for home in (*HOMES, "."):
    for path in sorted((root / home / ("lab" if home == "." else "")).rglob("*.[ch]pp")):
        module = path.relative_to(root / home).parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include "([\w.]+)/', line)
            if not include:
                continue
            count += 1
            used = include[1]
            if used != module and used != "joulecast" and layers.get(used, 99) >= layers.get(module, -1):
                faults.append(f"{path.relative_to(root)}:{number}: {module} (layer {layers.get(module)}) "
                              f"includes {used} (layer {layers.get(used)})")
if count < 1000:
    faults.append(f"only {count} includes found: the scan looks in the wrong place")
print("\n".join(faults) if faults else f"{count} includes, all downward")
sys.exit(1 if faults else 0)
