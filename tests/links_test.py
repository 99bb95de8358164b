"""Every link between the documents leads to a file, and every anchor to a heading."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def documents():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split() if listed.returncode == 0 else [str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]]
    return [ROOT / name for name in names]


def anchors(text):
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ +(.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def faults(document):
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", document.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        goal = document.parent / target if target else document
        if not goal.exists():
            yield f"{document.relative_to(ROOT)}: there is no {target}"
        elif anchor and goal.suffix == ".md" and anchor not in anchors(goal.read_text()):
            yield f"{document.relative_to(ROOT)}: {target} has no heading #{anchor}"


def main():
    checked = documents()
    found = [fault for document in checked for fault in faults(document)]
    print("\n".join(found) or f"the links of {len(checked)} documents are right")
    return 1 if found or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
