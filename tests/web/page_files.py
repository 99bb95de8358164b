"""The page is small: all its scripts are below 60 kB as a server would compress them. It asks for nothing elsewhere, and it has
the licences of what it contains."""
import gzip
import json
import os
import pathlib
import re
import sys

page = pathlib.Path(os.environ["JOULECAST_PAGE"])
MOST = 60_000

if not (page / "index.html").exists():
    print(f"skipped: the page is not built ({page})")
    sys.exit(77)
scripts = sorted(page.rglob("*.js"))
sizes = {script.name: len(gzip.compress(script.read_bytes())) for script in scripts}
print(sizes, sum(sizes.values()), "bytes together")
faults = []
if not 0 < sum(sizes.values()) < MOST:
    faults.append(f"the scripts have {sum(sizes.values())} bytes compressed, {MOST} at most are wanted")
notices = (page / "licenses.txt").read_text()
for name, version in json.loads((pathlib.Path(__file__).parents[2] / "page" / "package.json").read_text())["dependencies"].items():
    if f"{name} {version}," not in notices:
        faults.append(f"licenses.txt does not have that of {name} {version}, which the scripts contain")
index = (page / "index.html").read_text()
if re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", index):
    faults.append("index.html has a script or a style of its own, which the server's policy forbids")
for file in [page / "index.html", *page.rglob("*.css")]:
    for address in re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?((?:https?:)?//[^\"')\s]+)", file.read_text()):
        faults.append(f"{file.name} asks for {address}")
print("\n".join(faults))
sys.exit(1 if faults else 0)
