"""Output that no training should print: it arrives whole, the command does not wait for us, and memory stays bounded."""
import subprocess

from support import Fault, run_table

SCRIPTS = {
    # name: (a program that writes, options of joulecast run)
    "a million epoch lines": ("for i in range(1_000_000): w(f'Epoch {i}/1000000\\n')", ()),
    "epochs that begin again and again": ("for i in range(200_000): w(f'Epoch {i % 7}/7 loss=0.{i}\\n')", ()),
    "late metrics": ("for i in range(3000): w(f'Epoch {i}/3000\\n')\nfor i in range(60_000): w(f'epoch {i % 3000}: f1=0.{i}\\n')", ()),
    "epochs in no order": ("for i in range(100_000): w(f'Epoch {i * 7919 % 100_003}/100003 loss={i}\\n')", ()),
    "short lines": ("for i in range(1_000_000): w('x\\n')", ()),
    "empty lines": ("w('\\n' * 3_000_000)", ()),
    "one endless line": ("for i in range(300): w('x' * 100_000)", ()),
    "one endless line of bars": ("for i in range(300_000): w(f'\\r {i % 101}%|###   | {i}/300000 [00:01<00:02, 3.00it/s]')", ()),
    "escape sequences without end": ("for i in range(100_000): w('\\x1b[' + '9;' * 30)", ()),
    "cursor movements": ("for i in range(200_000): w(f'\\x1b[{i % 999}A\\x1b[{i}C{i}\\n')", ()),
    "every byte": ("sys.stdout.buffer.write(bytes(range(256)) * 20_000)", ()),
    "huge numbers": ("for i in range(20_000): w(f'Epoch {10 ** (i % 400)}/{10 ** (i % 300)} loss={10 ** (i % 350)}\\n')", ()),
    "catastrophic pattern": ("for i in range(300): w('a' * 20_000 + '\\n')", ("--epoch-regex", r"(a+)+(\d+)$")),
    "pattern of many alternatives": ("for i in range(300): w('ab' * 5_000 + '\\n')", ("--epoch-regex", r"((a|b|ab)*)*x(\d+)(.*)*")),
    "JSON lines": ("for i in range(100_000): w('{\"epoch\": %d, \"loss\": 0.5, \"a\": [1, {}]}\\n' % i)", ()),
    "JSON that is deep": ("for i in range(200): w('{\"a\":' * 2000 + '\\n')", ()),
    "JSON that never ends": ("for i in range(100): w('{\"epoch\": 1, \"x\": \"' + 'y' * 100_000)", ()),
    "words of every format": ("for i in range(100_000): w('epoch step iter it/s loss val_loss train eval ETA %|# [00:00<00:00] {\"\\n')", ()),
}


def script_of(body):
    return f"import sys\nw = sys.stdout.write\n{body}\nsys.stdout.flush()\nsys.exit(7)"


def arrives_whole(body):
    def check(trial):
        wanted = subprocess.run(["python3", "-c", script_of(body)], stdout=subprocess.PIPE, check=False).stdout
        if trial.output != wanted:
            return f"{len(trial.output)} of {len(wanted)} bytes arrived" + ("" if len(trial.output) != len(wanted) else ", changed")
        run = trial.shown()
        if run is None or run["status"] != "failed":
            return "the run was not stored"
        if run["duration_s"] > 20:
            return f"a run of {run['duration_s']} s"
        return None
    return check


FAULTS = [Fault(name, command=["python3", "-c", script_of(body)], options=("-q", *options), check=arrives_whole(body))
          for name, (body, options) in SCRIPTS.items()]

if __name__ == "__main__":
    run_table("faults.output", FAULTS)
