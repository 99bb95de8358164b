"""Draws docs/images/report.png anew: the report of a made-up training. Needs chromium.

    python3 docs/images/report_picture.py build/release/joulecast
"""
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

EPOCHS = 24
EPOCH_S = 300
TRAINING_S = 250  # the rest of an epoch is its evaluation
GAP_S = (3300, 3600)


def write_bundle(folder):
    """Two GPUs that warm up, pause for evaluations, are not read for five minutes, and train too long."""
    rng = random.Random(1)
    folder.mkdir()
    quality = [0.77 - 0.6 * math.exp(-(e + 1) / 4) - max(0, e - 15) * 0.006 + rng.gauss(0, 0.002) for e in range(EPOCHS)]
    (folder / "run.json").write_text(json.dumps({
        "id": "night-run", "name": "night run", "gpu": "NVIDIA A100-SXM4-80GB", "gpu_count": 2, "architecture": "resnet50",
        "total_work": EPOCHS, "work_unit": "epoch", "run_start_s": 0, "run_stop_s": EPOCHS * EPOCH_S, "status": "finished",
        "joulecast": {"epoch_metrics": [{"val_accuracy": round(q, 4)} for q in quality], "idle_baseline_w": 160}}))
    rows = ["time_s,gpu0_w,gpu0_util_pct,gpu1_w,gpu1_util_pct,cpu0_w"]
    for t in range(EPOCHS * EPOCH_S + 1):
        if GAP_S[0] <= t < GAP_S[1]:
            rows.append(f"{t},,,,,")
            continue
        busy = t % EPOCH_S < TRAINING_S
        power = (380 * (1 - 0.25 * math.exp(-t / 400)) if busy else 150) + 12 * rng.random()
        share = (93 if busy else 35) + 5 * rng.random()
        rows.append(f"{t},{power:.1f},{share:.0f},{0.93 * power:.1f},{share - 2:.0f},{(95 if busy else 70) + 6 * rng.random():.1f}")
    (folder / "power.csv").write_text("\n".join(rows) + "\n")
    (folder / "epochs.csv").write_text("epoch,start_s,end_s\n" + "".join(
        f"{e + 1},{e * EPOCH_S},{e * EPOCH_S + TRAINING_S}\n" for e in range(EPOCHS)))


def main(joulecast):
    picture = pathlib.Path(__file__).with_name("report.png").resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_bundle(folder / "night-run")
        environment = dict(os.environ, JOULECAST_STORE=str(folder / "runs.db"), HOME=name)
        page = folder / "report.html"
        for command in ([joulecast, "import", folder / "night-run"],
                        [joulecast, "report", "-o", page, "--price", "0.25 EUR", "--country", "DEU", "--pue", "1.2"],
                        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                         "--window-size=800,2130", f"--screenshot={picture}", page.as_uri()]):
            subprocess.run(list(map(str, command)), env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
