"""The page is small: all its scripts are below 60 kB as a server would compress them, and it asks for nothing elsewhere."""
import gzip
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
index = (page / "index.html").read_text()
if re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", index):
    faults.append("index.html has a script or a style of its own, which the server's policy forbids")
for file in [page / "index.html", *page.rglob("*.css")]:
    for address in re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?((?:https?:)?//[^\"')\s]+)", file.read_text()):
        faults.append(f"{file.name} asks for {address}")
print("\n".join(faults))
sys.exit(1 if faults else 0)
