"""A campaign that has run: its plan and its journal. The store that had the runs is gone."""
import json

from .files import MINUTE, STARTED, noise, write

PLAN = '''name = "vision"
command = ["python3", "train.py", "--network", "{architecture}", "--batch", "{batch_size}", "--seed", "{seed}"]
repetitions = { min = 5, max = 30, half_width = "2%", compare = "architecture", equal_within = "3%" }
seed = 7
give_up_after = 2

[factors]
architecture = ["resnet18", "resnet50", "vgg16"]
batch_size = [32, 128]

[reference]
cell = { architecture = "resnet18", batch_size = 32 }
every = 12
tolerance = "3%"

[warm_up]
steady = "1%"
'''
FACTS = {"command": '["python3", "train.py", "--network", "{architecture}", "--batch", "{batch_size}", "--seed", "{seed}"]',
         "interval": "1", "reference": "architecture=resnet18,batch_size=32 12 0.03", "repetitions": "5 to 30", "seed": "7",
         "tags": "{}", "timeout": "", "warm_up": "[]  0.01 1200"}
# architecture, batch size, joules, seconds, accuracy, spread, repetitions that were needed
CELLS = [("resnet18", 32, 61_000, 300, 0.931, 0.004, 13), ("resnet18", 128, 48_000, 240, 0.927, 0.005, 14),
         ("resnet50", 32, 142_000, 650, 0.952, 0.006, 13), ("resnet50", 128, 118_000, 520, 0.949, 0.004, 13),
         ("vgg16", 32, 171_000, 700, 0.951, 0.03, 30), ("vgg16", 128, 0, 8, 0, 0, 0)]


def mark(text):
    """FNV-1a, as lab/ has it for cells and for variables."""
    value = 14695981039346656037
    for byte in text.encode():
        value = (value ^ byte) * 1099511628211 % 2**64
    return f"{value:016x}"


def cell_id(levels):
    return mark(",".join(f"{name}={level}" for name, level in sorted(levels.items())))


def campaign(root):
    scatter = noise(60, 1)
    at = STARTED
    records = [{"record": "campaign", "format": 1, "name": "vision", "store": "/nowhere/runs.db", "at": at},
               {"record": "plan", "at": at, "facts": {**FACTS, "variables": mark("={}")}},
               {"record": "session", "at": at, "host": "node7", "busy": ["load 1.2 for each CPU"], "idle_w": 71.5}]
    at += 9 * MINUTE
    records.append({"record": "warm_up", "at": at, "duration_s": 540, "why": "steady", "energy_j": 120_000,
                    "power_slope_per_minute": [0.0031, -0.0012, 0.0074], "temperature_k_per_minute": 0.4})
    number = 0

    def end(levels, repetition, joules, seconds, metrics, **more):
        nonlocal at, number
        began, at = at, at + int(seconds * 1e9)
        number += 1
        record = {"record": "end", "cell": cell_id(levels), "repetition": repetition, "attempt": 1, "began": began, "at": at,
                  "outcome": "finished", "exit_status": 0, "run": f"20260101-100000-{number:04d}", "duration_s": round(seconds, 3),
                  "energy_j": round(joules, 1), "provenance": "measured", "metrics": metrics,
                  "noise": {"load": round(0.4 + 0.1 * scatter(), 3), "pressure": round(0.01 + 0.01 * scatter(), 4),
                            "others_cpu": 0.05, "gpu_processes": 0}, "levels": levels, **more}
        records.append(record)
        return record

    references, since = 0, 0
    for block in range(1, 31):
        for architecture, batch, joules, seconds, accuracy, spread, most in CELLS:
            levels = {"architecture": architecture, "batch_size": str(batch)}
            if architecture == "vgg16" and batch == 128:
                if block <= 2:
                    end(levels, block, 900, 8, {}, outcome="out-of-memory", exit_status=1,
                        reason="CUDA out of memory. Tried to allocate 1.50 GiB")
                    since += 1
                continue
            if block > most:
                continue
            hot = architecture == "vgg16" and block % 10 == 0
            conduct = {"throttled_by_heat": 0.12 if hot else 0.0, "throttled_by_power": 0.02,
                       "gpu_clock_hz": 1.6e9 if hot else 1.7e9, "gpu_temperature_c": 71}
            if hot:
                conduct["flags"] = ["throttled by heat"]
            end(levels, block, joules * (1 + spread * scatter()), seconds * (1 + 0.005 * scatter()),
                {"accuracy": round(accuracy + 0.002 * scatter(), 4), "loss": round(1 - accuracy, 4)}, **conduct)
            since += 1
            if since >= 12:
                references, since = references + 1, 0
                levels = {"architecture": "resnet18", "batch_size": "32"}
                drift = 0.045 if references == 5 else 0.004 * scatter()
                end(levels, references, 61_000 * (1 + drift), 300, {"accuracy": 0.931}, role="reference")
    write(root / "vision.toml", PLAN)
    write(root / "vision.journal", "".join(json.dumps(record) + "\n" for record in records))
    write(root / "begun.toml", PLAN.replace('"vision"', '"begun"'))


GROUPS = '''name = "groups"
command = ["train", "{architecture}", "{gpu}"]
repetitions = 3
[factors]
architecture = ["resnet18", "resnet50"]
gpu = ["NVIDIA GeForce RTX 3090", "Tesla T4"]
'''


def group_campaign(root):
    """The runs of inputs/groups as a campaign, so that the report has their courses where they are imported."""
    records = [{"record": "campaign", "format": 1, "name": "groups", "store": "/nowhere/runs.db", "at": STARTED}]
    for network, seconds, f1 in (("resnet18", 4, 0.91), ("resnet50", 7, 0.94)):
        for gpu, watts, speed in (("NVIDIA GeForce RTX 3090", 300, 1.0), ("Tesla T4", 68, 2.5)):
            for repeat in range(3):
                levels = {"architecture": network, "gpu": gpu}
                length = 8 * seconds * speed * (1 + 0.02 * repeat)
                killed = (network, repeat, watts) == ("resnet18", 2, 68)
                began = STARTED + repeat * MINUTE
                records.append({"record": "end", "cell": cell_id(levels), "repetition": repeat + 1, "attempt": 1, "began": began,
                                "at": began + int(length * 1e9), "outcome": "killed" if killed else "finished",
                                "run": f"{network}-{gpu.split()[-1]}-{repeat}", "duration_s": length, "energy_j": watts * length,
                                "provenance": "measured", "metrics": {} if killed else {"f1": round(f1 + 0.004 * repeat, 4)},
                                "levels": levels})
    write(root / "groups.toml", GROUPS)
    write(root / "groups.journal", "".join(json.dumps(record) + "\n" for record in records))
