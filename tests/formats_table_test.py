#!/usr/bin/env python3
"""Holds the tables of docs/progress.md against what is heard in the recorded logs.

    formats_table_test.py [--refresh]      writes them anew
"""
import json
import os
import pathlib
import subprocess
import sys
import tomllib

SOURCE = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).resolve().parent.parent))
BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", SOURCE / "build" / "dev"))
PAGE = SOURCE / "docs" / "progress.md"


def formats_table(heard):
    lines = ["| format | what it covers | evidence |", "|---|---|---|"]
    lines += [f"| {f['name']} | {f['covers']} | {f['evidence']} |" for f in sorted(heard["formats"], key=lambda f: f["name"].lower())]
    return lines


def logs_table(heard):
    index = tomllib.loads((SOURCE / "tests/fixtures/logs/index.toml").read_text())["log"]
    logs = {entry["name"]: entry for entry in index}
    lines = ["| log | framework | through | unit | epochs | total | metrics | first projection |", "|---|---|---|---|---|---|---|---|"]
    for row in heard["logs"]:
        entry = logs[row["log"]]
        version = "" if entry["version"] in ("", "-") else " " + entry["version"]
        framework = entry["framework"] + version + ("" if entry["recorded"] else " (from its published format)")
        first = row["first_projection"]
        cells = [row["log"], framework, "terminal" if row["file"].startswith("terminal") else "pipe", row["unit"] or "-",
                 str(row["epochs"] or "-") + (f" in {row['phases']} phases" if row["phases"] > 1 else ""),
                 "yes" if row["total"] else "no", ", ".join(row["metrics"][:4]) + (" …" if len(row["metrics"]) > 4 else "") or "-",
                 "-" if first is None else f"{100 * first:.0f} %"]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def with_table(text, name, table):
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    head, rest = text.split(begin, 1)
    return head + begin + "\n" + "\n".join(table) + "\n" + end + rest.split(end, 1)[1]


def main():
    heard = json.loads(subprocess.run([BUILD / "tests" / "hear_all"], check=True, capture_output=True).stdout)
    page = PAGE.read_text()
    wanted = with_table(with_table(page, "formats", formats_table(heard)), "logs", logs_table(heard))
    if "--refresh" in sys.argv:
        PAGE.write_text(wanted)
    elif page != wanted:
        differing = [f"- {a}\n+ {b}" for a, b in zip(page.splitlines(), wanted.splitlines()) if a != b]
        print("docs/progress.md is not what the logs tell; tests/formats_table_test.py --refresh writes it anew:")
        print("\n".join(differing[:10]))
        return 1
    return 0


sys.exit(main())
