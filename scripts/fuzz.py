#!/usr/bin/env python3
"""Fuzzes every target, or those named, for a number of CPU minutes each, and keeps what reaches new code.

    scripts/fuzz.py [--minutes 20] [--build build/fuzz] [TARGET...]

New inputs go to BUILD/corpus/TARGET, so that a later call goes on where this one ended; BUILD/fuzzed.json holds the CPU
seconds that a target has had. At the end `--keep` copies a smallest set of short inputs that reach the same code into
fuzz/seeds. Ends with status 1 where a target crashed, hung or took too much memory; the input lies in BUILD/crashes.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SLICE_S = 60  # of wall time: how often the CPU time is looked at
LONGEST_KEPT = 4096  # bytes: seeds stay small


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fuzz(target, program, build, wanted_s, had_s, note):
    """True where the target has had its time without a fault."""
    corpus, crashes = build / "corpus" / target, build / "crashes" / target
    for folder in (corpus, crashes):
        folder.mkdir(parents=True, exist_ok=True)
    while had_s < wanted_s:
        before = cpu_seconds()
        done = subprocess.run([program, f"-max_total_time={SLICE_S}", "-timeout=5", "-rss_limit_mb=1024", "-print_final_stats=0", f"-artifact_prefix={crashes}/", corpus, ROOT / "fuzz" / "seeds" / target],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        had_s += cpu_seconds() - before
        note(target, had_s)
        if done.returncode != 0:
            print(done.stdout.decode(errors="replace")[-6000:])
            print(f"{target}: failed after {had_s / 60:.1f} CPU minutes; the input is in {crashes}", flush=True)
            return False
    print(f"{target}: {had_s / 60:.1f} CPU minutes, {len(list(corpus.iterdir()))} inputs, no fault", flush=True)
    return True


def keep(target, program, build):
    """Puts the inputs that the seeds lack, and that are short, beside them."""
    seeds = ROOT / "fuzz" / "seeds" / target
    merged = build / "merged" / target
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir(parents=True)
    for seed in seeds.iterdir():
        shutil.copy(seed, merged)
    known = {path.name for path in merged.iterdir()}
    subprocess.run([program, "-set_cover_merge=1", f"-max_len={LONGEST_KEPT}", merged, build / "corpus" / target],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    new = [path for path in merged.iterdir() if path.name not in known]
    numbers = (number for number in range(1, 10**6) if not (seeds / f"found-{number}").exists())
    for path, number in zip(sorted(new), numbers):
        shutil.copy(path, seeds / f"found-{number}")
    print(f"{target}: {len(new)} seeds added", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20, help="CPU minutes that each target shall have had")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "fuzz")
    parser.add_argument("--keep", action="store_true", help="add the inputs found to fuzz/seeds")
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    wanted = parser.parse_args()
    targets = wanted.targets or sorted(path.stem for path in (ROOT / "fuzz").glob("*_fuzz.cpp"))
    ledger = wanted.build / "fuzzed.json"
    had = json.loads(ledger.read_text()) if ledger.exists() else {}

    def note(target, seconds):
        """Into the ledger as it is now: several of us may fuzz one build."""
        noted = json.loads(ledger.read_text()) if ledger.exists() else {}
        ledger.write_text(json.dumps(noted | {target: seconds}, indent=1, sort_keys=True))

    fine = True
    for target in targets:
        program = wanted.build / "fuzz" / target
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not there: make fuzz builds it")
        fine = fuzz(target, program, wanted.build, wanted.minutes * 60, had.get(target, 0), note) and fine
        if wanted.keep:
            keep(target, program, wanted.build)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
