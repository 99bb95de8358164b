#!/usr/bin/env python3
"""Writes the inputs of the golden outputs: small synthetic runs, logs and tables. All figures are invented.

    make_inputs.py [FOLDER]    (default: inputs beside this file)

The same Python gives the same bytes every time; golden_test.py fails where the stored inputs are not what this writes.
"""
import json
import pathlib
import random
import shutil
import sys

STARTED = 1_767_261_600_000_000_000  # 2026-01-01 10:00:00 UTC, in ns
MINUTE = 60_000_000_000


def noise(seed, size):
    """Returns a function that gives a new deviation of at most `size` at each call."""
    source = random.Random(seed)
    return lambda: size * (2 * source.random() - 1)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def table(columns, rows):
    """CSV text; None becomes an empty cell."""
    return "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in [columns, *rows])


def bundle(path, run, power=None, epochs=None, host=None, progress=None):
    """A run bundle. `power` maps file names to (columns, rows)."""
    write(path / "run.json", json.dumps({"id": path.name, **run}, indent=1) + "\n")
    for name, (columns, rows) in (power or {}).items():
        write(path / name, table(columns, rows))
    if epochs:
        write(path / "epochs.csv", table(*epochs))
    if host:
        write(path / "host.csv", table(*host))
    if progress:
        write(path / "progress.csv", table(*progress))


def even_epochs(count, length, begin=0.0):
    return [(i, begin + i * length, begin + (i + 1) * length) for i in range(count)]


def steady_run(root):
    """A run with everything that a run can record: metrics, sensors, notes, tags, a place, projections."""
    jitter, seconds, count = noise(1, 3), 10, 20
    end = seconds * count
    epochs = even_epochs(count, seconds)
    metrics = [{"accuracy": round(0.95 - 0.6 * 0.8 ** i, 4), "loss": round(0.1 + 2 * 0.75 ** i, 4)} for i in range(count)]
    ours = {
        "host": {"hostname": "made-up", "os": "Debian GNU/Linux 12, Linux 6.1", "cpu_model": "AMD EPYC 7742 64-Core Processor",
                 "logical_cpus": 128, "memory_bytes": 270_000_000_000, "gpus": ["NVIDIA GeForce RTX 3090"],
                 "joulecast_version": "0.1.0"},
        "place": {"country": "ES", "pue": 1.25},
        "exit_status": 0,
        "command": ["python", "train.py", "--epochs", "20"],
        "tags": {"team": "vision", "seed": "1"},
        "notes": ["the clock was set forward by 2 s while the run went on"],
        "idle_baseline_w": 41.5,
        "sampler_cpu_s": 0.31,
        "started_unix_ns": STARTED,
        "sensors": [
            {"sensor": "nvml", "used": True, "reason": "", "readings": 201, "failed_readings": 2, "mean_latency_s": 0.0012,
             "max_latency_s": 0.014},
            {"sensor": "powercap", "used": False, "reason": "no permission to read energy_uj", "readings": 0,
             "failed_readings": 0, "mean_latency_s": 0, "max_latency_s": 0}],
        "metrics": [{"time_s": float(epoch[2]), "epoch": epoch[0], "name": name, "value": value}
                    for epoch, values in zip(epochs, metrics) for name, value in values.items()],
        "projections": [{"time_s": float(epoch[2]), "share": (epoch[0] + 1) / count, "method": "adaptive",
                         "total_j": 50000.0 + 10 * epoch[0], "low_j": 49000.0, "high_j": 52000.0, "ready": epoch[0] >= 4}
                        for epoch in epochs],
        "epoch_metrics": metrics}
    rows = [(t, f"{200 + jitter():.2f}", f"{90 + jitter():.1f}", 41, f"{45 + jitter():.2f}") for t in range(end + 1)]
    bundle(root / "steady", {
        "name": "steady run", "source": "made-up", "gpu": "NVIDIA GeForce RTX 3090", "gpu_count": 1, "nodes": 1,
        "gpu_memory_mib": 24576, "gpu_power_limit_w": 350, "architecture": "resnet50", "framework": "pytorch",
        "dataset": "imagenet", "image_size": [224, 224, 3], "batch_size": 64, "train_samples": 12800,
        "validation_samples": 1000, "gflops_forward_per_sample": 4.1, "params": 25557032, "total_work": count,
        "work_unit": "epoch", "run_start_s": 0, "run_stop_s": end, "status": "finished",
        "quality": {"accuracy": 0.9431, "f1": 0.9312}, "laboratory": {"room": "2.07"}, "joulecast": ours},
        {"power.csv": (["time_s", "gpu0_w", "gpu0_util_pct", "gpu0_temp_c", "cpu0_w"], rows)},
        (["epoch", "start_s", "end_s"], epochs))


def changing_run(root):
    """Fine-tuning begins after ten of 24 epochs and draws a third more power."""
    jitter, seconds, count = noise(2, 4), 10, 24
    rows = [(t, f"{(150 if t < 100 else 200) + jitter():.2f}") for t in range(seconds * count + 1)]
    bundle(root / "changing", {"source": "made-up", "architecture": "vgg16", "total_work": count, "work_unit": "epoch",
                               "run_start_s": 0, "run_stop_s": seconds * count, "status": "success",
                               "joulecast": {"started_unix_ns": STARTED + 60 * MINUTE}},
           {"power.csv": (["time_s", "node_w"], rows)}, (["epoch", "start_s", "end_s"], even_epochs(count, seconds)))


def gap_run(root):
    """The GPU's meter is silent from 40 s to 70 s, and single cells are empty."""
    jitter, seconds, count = noise(3, 2), 10, 12
    rows = []
    for t in range(-3, seconds * count + 4):  # power begins before the run and ends after it
        gpu = None if 40 < t < 70 or t in (11, 97) else f"{250 + jitter():.2f}"
        rows.append((t, gpu, f"{60 + jitter():.2f}"))
    bundle(root / "gap", {"source": "made-up", "gpu": "NVIDIA A100-SXM4-40GB", "architecture": "bert_base",
                          "total_work": count, "work_unit": "epoch", "run_start_s": 0, "run_stop_s": seconds * count,
                          "status": "failed", "joulecast": {"exit_status": 3, "started_unix_ns": STARTED + 120 * MINUTE,
                                                            "host": {"gpus": ["NVIDIA A100-SXM4-40GB"]}}},
           {"power.csv": (["time_s", "gpu0_w", "cpu0_w"], rows)},
           (["epoch", "start_s", "end_s"], even_epochs(count, seconds)))


def counter_run(root):
    """Two GPUs with energy counters, utilisation and memory, and the power of the memory and of processes."""
    first, second = noise(4, 6), noise(5, 6)
    rows, one, two = [], 1_000_000.0, 50.0
    for t in range(0, 101, 2):
        rows.append((t, f"{one:.1f}", f"{two:.1f}", f"{88 + first() / 3:.1f}", f"{40 + second() / 3:.1f}", 8192 + t, 61,
                     f"{12 + first() / 6:.2f}"))
        one, two = one + 2 * (280 + first()), two + 2 * (275 + second())
    columns = ["time_s", "gpu0_energy_j", "gpu1_energy_j", "gpu0_util_pct", "gpu0_mem_util_pct", "gpu0_mem_mib",
               "gpu1_temp_c", "dram0_w"]
    host = (["time_s", "process_cpu_pct", "process_rss_mb"], [(t, f"{180 + first():.1f}", 2048 + t) for t in range(0, 101, 5)])
    bundle(root / "counters", {"source": "made-up", "gpu": "Tesla V100-SXM2-32GB", "gpu_count": 2, "architecture": "resnet18",
                               "batch_size": 256, "total_work": 10, "work_unit": "epoch", "run_start_s": 0, "run_stop_s": 100,
                               "status": "success", "joulecast": {"started_unix_ns": STARTED + 180 * MINUTE}},
           {"power.csv": (columns, rows)}, (["epoch", "start_s", "end_s"], even_epochs(10, 10)), host)


def nodes_run(root):
    """Two machines, with blocks of samples of different sizes as in MLPerf's logs."""
    files = {}
    for name, watts, seed in (("alpha", 1800, 6), ("beta", 1750, 7)):
        jitter = noise(seed, 20)
        files[f"power-{name}.csv"] = (["time_s", "node_w"], [(t, f"{watts + jitter():.1f}") for t in range(0, 121, 2)])
    work = [4000, 1000, 1000, 1000, 1000, 1000, 1000, 500]
    blocks, begin = [], 5.0
    for i, samples in enumerate(work):
        length = samples / 100
        blocks.append((i, begin, begin + length, samples))
        begin += length
    bundle(root / "nodes", {"source": "made-up", "gpu": "DGX", "gpu_count": 16, "nodes": 2, "architecture": "unet3d",
                            "stream": "AC", "total_work": sum(work), "work_unit": "sample", "run_start_s": 0,
                            "run_stop_s": 112, "status": "success", "joulecast": {"started_unix_ns": STARTED + 240 * MINUTE}},
           files, (["epoch", "start_s", "end_s", "work"], blocks))


def no_epochs_run(root):
    """No epochs.csv: the epochs must be detected from the power."""
    jitter = noise(8, 3)
    rows = [(t, f"{(300 if t % 40 < 30 else 180) + jitter():.2f}") for t in range(601)]
    bundle(root / "no_epochs", {"source": "made-up", "gpu": "NVIDIA GeForce RTX 3090", "gpu_count": 1,
                                "architecture": "densenet121", "framework": "tensorflow", "dataset": "cifar10",
                                "batch_size": 32, "total_work": 15, "work_unit": "epoch", "epoch_bounds": "not recorded",
                                "quality": {"accuracy": 0.91}, "status": "success",
                                "joulecast": {"started_unix_ns": STARTED + 300 * MINUTE}},
           {"power.csv": (["time_s", "gpu0_w"], rows)})


def half_run(root):
    """Interrupted after 12 of 60 epochs. A third of the energy was used before the first epoch."""
    jitter = noise(9, 2)
    rows = [(t, f"{120 + jitter():.2f}") for t in range(181)]
    bundle(root / "half", {"name": "half way", "source": "made-up", "architecture": "mobilenet_v2", "total_work": 60,
                           "work_unit": "epoch", "run_start_s": 0, "run_stop_s": 180, "status": "interrupted",
                           "joulecast": {"command": ["python", "long.py"], "started_unix_ns": STARTED + 360 * MINUTE,
                                         "tags": {"team": "speech"}}},
           {"power.csv": (["time_s", "gpu0_w"], rows)},
           (["epoch", "start_s", "end_s"], even_epochs(12, 10, begin=60)),
           progress=(["time_s", "work", "phase"], [(60 + 5 * i, i / 2, "train") for i in range(25)]))


def energy_only_run(root):
    """Epochs with their energy, but without any power."""
    epochs = [(i, 30.0 * i, 30.0 * (i + 1), 4500 + 7 * i) for i in range(8)]
    bundle(root / "energy_only", {"source": "made-up", "architecture": "lstm", "total_work": 8, "work_unit": "epoch",
                                  "run_start_s": 0, "run_stop_s": 240, "status": "success",
                                  "joulecast": {"started_unix_ns": STARTED + 420 * MINUTE}},
           epochs=(["epoch", "start_s", "end_s", "energy_j"], epochs))


def plateau_run(root):
    """The validation loss stops falling after nine of at most 40 epochs."""
    jitter, count = noise(10, 2), 14
    losses = [{"val_loss": round(0.4 + 1.6 * 0.7 ** min(i, 8) + 0.01 * max(0, i - 8), 4)} for i in range(count)]
    rows = [(t, f"{210 + jitter():.2f}") for t in range(10 * count + 1)]
    bundle(root / "plateau", {"source": "made-up", "architecture": "transformer", "total_work": 40, "work_unit": "epoch",
                              "run_start_s": 0, "run_stop_s": 10 * count, "status": "success",
                              "joulecast": {"epoch_metrics": losses, "started_unix_ns": STARTED + 480 * MINUTE}},
           {"power.csv": (["time_s", "gpu0_w"], rows)}, (["epoch", "start_s", "end_s"], even_epochs(count, 10)))


def fold_runs(root):
    """Three folds of four epochs each, and a second fit of another length after a first."""
    def run(name, lengths, names, seed, minute):
        jitter, phases, of_epochs, epochs, metrics, progress, begin = noise(seed, 3), [], [], [], [], [], 5.0
        for place, (count, seconds) in enumerate(lengths):
            first = begin
            for i in range(count):
                epochs.append((i + 1, begin, begin + seconds))
                of_epochs.append(place)
                metrics.append({"loss": round(2 * 0.7 ** i + 0.1 * place, 4)})
                progress += [(begin + seconds * k / 4, i + k / 4, names[place]) for k in range(1, 5)]
                begin += seconds
            phases.append({"name": names[place], "unit": "epoch", "start_s": first, "end_s": begin, "work": count,
                           "total_work": count})
            begin += 2
        end = round(begin + 1)
        rows = [(t, f"{(180 if t < end / 2 else 240) + jitter():.2f}") for t in range(end + 1)]
        bundle(root / name, {"source": "made-up", "architecture": "mlp", "total_work": lengths[-1][0], "work_unit": "epoch",
                             "run_start_s": 0, "run_stop_s": end, "status": "success",
                             "joulecast": {"phases": phases, "epoch_phases": of_epochs, "epoch_metrics": metrics,
                                           "started_unix_ns": STARTED + minute * MINUTE}},
               {"power.csv": (["time_s", "gpu0_w"], rows)}, (["epoch", "start_s", "end_s"], epochs),
               progress=(["time_s", "work", "phase"], progress))

    run("three_folds", [(4, 8.0)] * 3, ["fold 1", "fold 2", "fold 3"], 60, 540)
    run("two_fits", [(3, 6.0), (5, 10.0)], ["train", "train 2"], 61, 600)


def language_model_run(root):
    """Counted in steps only, less than an epoch, with two evaluations."""
    jitter, steps, seconds = noise(62, 5), 300, 0.5
    end, windows, progress, time = 0, [], [], 10.0
    for step in range(10, steps + 1, 10):
        time += 10 * seconds
        progress.append((time, step, "train"))
        if step in (150, 300):
            windows.append({"name": "evaluation", "start_s": time, "end_s": time + 12})
            time += 12
    end = round(time + 4)
    rows = [(t, f"{380 + jitter():.2f}", f"{75 + jitter() / 2:.2f}") for t in range(end + 1)]
    bundle(root / "language_model", {
        "source": "made-up", "architecture": "gpt2", "batch_size": 16, "total_work": steps, "work_unit": "step",
        "run_start_s": 0, "run_stop_s": end, "status": "success",
        "joulecast": {"phases": [{"name": "train", "unit": "step", "start_s": 10.0, "end_s": time - 12, "work": steps,
                                  "total_work": steps}],
                      "windows": windows, "started_unix_ns": STARTED + 660 * MINUTE,
                      "metrics": [{"time_s": 10.0 + 5 * i, "name": "loss", "value": round(9 * 0.95 ** i, 4)} for i in range(1, 31)]}},
        {"power.csv": (["time_s", "gpu0_w", "cpu0_w"], rows)}, progress=(["time_s", "work", "phase"], progress))


def group_runs(root):
    """Two networks on two GPUs with three runs each, and one unfinished run: the input of compare and related commands."""
    for network, seconds, f1 in (("resnet18", 4, 0.91), ("resnet50", 7, 0.94)):
        for gpu, watts, speed in (("NVIDIA GeForce RTX 3090", 300, 1.0), ("Tesla T4", 68, 2.5)):
            for repeat in range(3):
                jitter = noise(f"{network}{gpu}{repeat}", watts / 40)
                length = seconds * speed * (1 + 0.02 * repeat)
                end, step = 8 * length, max(1, round(length / 3))
                count = int(end // step)
                rows = [(t * step, f"{watts + jitter():.2f}", 97) for t in range(count + 2)]
                bundle(root / f"{network}-{gpu.split()[-1]}-{repeat}", {
                    "source": "made-up", "gpu": gpu, "gpu_count": 1, "architecture": network, "batch_size": 64,
                    "framework": "pytorch", "dataset": "cifar10", "train_samples": 50000,
                    "total_work": 8, "work_unit": "epoch", "run_start_s": 0, "run_stop_s": round(end, 3),
                    "status": "interrupted" if (network, repeat, watts) == ("resnet18", 2, 68) else "success",
                    "gpu_power_limit_w": 350 if watts == 300 else 70,
                    "quality": {"f1": round(f1 + 0.004 * repeat, 4)},
                    "joulecast": {"started_unix_ns": STARTED + repeat * MINUTE, "tags": {"pass": f"p{repeat}"},
                                  "host": {"hostname": "made-up"}}},
                    {"power.csv": (["time_s", "gpu0_w", "gpu0_util_pct"], rows)},
                    (["epoch", "start_s", "end_s"],
                     [(i, round(i * length, 3), round((i + 1) * length, 3)) for i in range(8)]))


def stable_runs(root):
    """Power that rises and then stays constant, and power in cycles, with one folder each for a summary by architecture."""
    for repeat in range(2):
        jitter = noise(20 + repeat, 3)
        rows = [(t, f"{60 + 240 * min(1, t / 80) + jitter():.1f}") for t in range(401)]
        bundle(root / "climbing" / f"climb{repeat}", {"source": "made-up", "architecture": "climber", "gpu": "GPU", "gpu_count": 1,
                                                      "total_work": 8, "work_unit": "epoch"},
               {"power.csv": (["time_s", "gpu0_w"], rows)},
               (["epoch", "start_s", "end_s"], even_epochs(8, 50)) if repeat == 0 else None)
        jitter = noise(30 + repeat, 3)
        rows = [(t, f"{(300 if t % 40 < 30 else 180) + jitter():.1f}") for t in range(601)]
        bundle(root / "cycling" / f"cycle{repeat}", {"source": "made-up", "architecture": "cycler", "gpu": "GPU", "gpu_count": 1,
                                                     "total_work": 15, "work_unit": "epoch"},
               {"power.csv": (["time_s", "gpu0_w"], rows)})
    write(root / "broken" / "run.json", '{"id": "broken", "source": "made-up"}\n')
    write(root / "broken" / "power.csv", "time_s,gpu0_w\n0,100\n1,abc\n")
    bundle(root / "short", {"source": "made-up", "architecture": "short", "run_start_s": 0, "run_stop_s": 20},
           {"power.csv": (["time_s", "gpu0_w"], [(t, 100) for t in range(20)])})


def broken_runs(root):
    """Inputs with one fault each, whose place must be named."""
    good = {"source": "made-up", "run_start_s": 0, "run_stop_s": 20, "total_work": 2, "work_unit": "epoch"}
    power = {"power.csv": (["time_s", "gpu0_w"], [(t, 100) for t in range(21)])}
    epochs = (["epoch", "start_s", "end_s"], [(0, 0, 10), (1, 10, 20)])
    bundle(root / "text_in_epochs", good, power, (epochs[0], [(0, 0, 10), (1, 10, "soon")]))
    bundle(root / "time_goes_back", good, {"power.csv": (["time_s", "gpu0_w"], [(0, 100), (5, 100), (3, 100)])}, epochs)
    bundle(root / "row_too_long", good, {"power.csv": (["time_s", "gpu0_w"], [(0, 100), (1, 100, 7)])}, epochs)
    bundle(root / "stop_before_start", {**good, "run_stop_s": -5}, power, epochs)
    bundle(root / "text_for_a_number", {**good, "batch_size": "many"}, power, epochs)
    bundle(root / "no_total", {"source": "made-up", "run_start_s": 0, "run_stop_s": 20}, power)
    write(root / "not_json" / "run.json", '{"id": "not_json",\n "source" "made-up"}\n')


def logs(root):
    stamps = [f"2026/01/05 10:{s // 60:02}:{s % 60:02}.000" for s in range(0, 200, 5)]
    first, second = noise(40, 4), noise(41, 4)
    rows = ["timestamp, index, name, utilization.gpu [%], power.draw [W], memory.used [MiB], temperature.gpu, fan.speed [%]"]
    for i, stamp in enumerate(stamps):
        one = "[N/A]" if 10 <= i < 14 else f"{210 + first():.2f} W"
        rows.append(f"{stamp}, 0, Tesla T4, 97 %, {one}, 4096 MiB, 66, 20 %")
        rows.append(f"{stamp}, 1, Tesla T4, 95 %, {190 + second():.2f} W, 4100 MiB, 64, [N/A]")
    write(root / "gpu.csv", "\n".join(rows) + "\n")
    damaged = rows[:21]
    damaged[4] = damaged[4].replace(" W,", "x W,")
    damaged[9] = "half a row, 1"
    write(root / "gpu_damaged.csv", "\n".join(damaged) + "\n2026/01/05 10:00:5")
    bare = [f"{stamp}, {70 + first():.2f}" for stamp in stamps[:20]]
    write(root / "gpu_bare.csv", "\n".join(bare) + "\n")
    climb = noise(42, 2)
    lone = [f"2026/01/05 11:{t // 60:02}:{t % 60:02}.000, {60 + 180 * min(1, t / 60) + climb():.2f} W" for t in range(300)]
    write(root / "gpu_climb.csv", "timestamp, power.draw [W]\n" + "\n".join(lone) + "\n")
    host = [f"2026-01-05T10:{s // 60:02}:{s % 60:02}.500000,{150 + first():.1f},{2000 + s}.25,{55 + second() / 4:.1f}"
            for s in range(0, 190, 10)]
    write(root / "host.csv", "timestamp,cpu usage (%),memory usage (MB),temperature (Celsius)\n" + "\n".join(host) + "\n")
    write(root / "host_late.csv", "timestamp,cpu usage (%),memory usage (MB),temperature (Celsius)\n"
          + "\n".join(host).replace("T10:", "T15:") + "\n")
    write(root / "emissions.csv",
          "timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,country_iso_code\n"
          "2026-01-05T10:01:00,study,first,60.5,0.0011,0.002,0.0035,0.0001,0.0056,ESP\n"
          "2026-01-05T10:02:00,study,second,61,0.0009,0.001,0,0.0001,0.0011,ESP\n"
          "2026-01-05T10:03:00,study,second,122,0.0019,0.0021,0,0.0002,0.0023,ESP\n")
    start, lines = 1_767_607_200_000, ["# any other output may stand between the entries"]

    def entry(ms, key, value=None, **metadata):
        lines.append(":::MLLOG " + json.dumps({"time_ms": start + ms, "key": key, "value": value, "metadata": metadata}))
    entry(0, "submission_benchmark", "unet3d")
    entry(0, "submission_platform", "8x A100")
    entry(0, "global_batch_size", 56)
    entry(0, "train_samples", 168)
    entry(1000, "run_start")
    for epoch in range(1, 5):
        entry(epoch * 10_000 - 9_000, "epoch_start", epoch_num=epoch)
        entry(epoch * 10_000 + 900, "epoch_stop", epoch_num=epoch)
        entry(epoch * 10_000 + 950, "eval_accuracy", round(0.6 + 0.07 * epoch, 3), epoch_num=epoch)
    entry(42_000, "run_stop", status="success")
    write(root / "mllog.txt", "\n".join(lines) + "\n")
    lines.clear()
    entry(0, "power_measurement_start")
    entry(0, "conversion_eff", 0.95)
    for second in range(0, 46, 3):
        entry(1000 * second, "power_reading", 3000 + 10 * second, host="alpha")
    entry(45_500, "power_measurement_stop")
    write(root / "mllog_power.txt", "\n".join(lines) + "\n")
    write(root / "no_log.txt", "nothing that anybody measured\n")
    write(root / "empty.csv", "")


def workload_tables(root):
    columns = ["source", "run_id", "config_id", "family", "architecture", "framework", "dataset", "gpu", "gpu_count",
               "power_limit_w", "batch_size", "optimizer", "input_shape", "train_samples", "validation_samples", "epochs",
               "epoch_time_s", "mean_gpu_w", "epoch_gpu_energy_j"]
    scatter = noise(50, 0.03)

    def row(number, network, gpu, speed, base_w, batch, repeat=0, **more):
        size = {"resnet18": 1.0, "resnet50": 2.2, "vgg16": 4.1, "mobilenet_v2": 0.6}[network]
        seconds = round(size * (20 + 400 / batch) / speed * (1 + scatter()), 3)
        watts = round((base_w + 15 * size + 0.4 * batch) * (1 + scatter()), 2)
        cells = {"source": "made", "run_id": f"r{number}", "config_id": f"c{number // 2}", "family": network.rstrip("0123456789_v"),
                 "architecture": network, "framework": "pytorch", "dataset": "cifar10", "gpu": gpu, "gpu_count": 1,
                 "batch_size": batch, "optimizer": "sgd", "input_shape": "3x32x32", "train_samples": 50000,
                 "validation_samples": 10000, "epochs": 5, "epoch_time_s": seconds, "mean_gpu_w": watts,
                 "epoch_gpu_energy_j": round(seconds * watts, 1), **more}
        return tuple(cells.get(column) for column in columns)

    gpus = [("RTX 3090", 2.0, 150), ("RTX 3070", 1.2, 110), ("Tesla T4", 0.5, 40)]
    rows = []
    for network in ("resnet18", "resnet50", "vgg16"):
        for gpu, speed, base_w in gpus:
            for batch in (16, 64):
                for repeat in range(2):
                    rows.append(row(len(rows), network, gpu, speed, base_w, batch, repeat))
    write(root / "workloads.csv", table(columns, rows))
    more = [row(100 + i, network, gpu, speed, base_w, 32) for i, (network, (gpu, speed, base_w)) in
            enumerate([("resnet18", gpus[0]), ("mobilenet_v2", gpus[1]), ("vgg16", gpus[2])])]
    more.append(row(110, "resnet50", "Tesla V100-PCIE-32GB", 1.6, 130, 32, epoch_time_s=None, epoch_gpu_energy_j=None))
    write(root / "workloads_new.csv", table(columns, more))
    write(root / "workloads_strange_gpu.csv", table(columns, rows[:12] + [row(120, "resnet18", "RTX 9999", 3, 200, 16)]))
    short = ["architecture", "gpu", "batch_size", "train_samples", "epoch_time_s"]
    write(root / "workloads_text.csv", table(short, [("resnet18", "RTX 3090", 8, 50000, 10), ("resnet18", "RTX 3090", 8, "many", 10)]))
    write(root / "workloads_no_gpu.csv", table(["architecture", "batch_size"], [("resnet18", 8)]))
    write(root / "workloads_few_cells.csv", "architecture,gpu,batch_size\nresnet18,RTX 3090,8\nresnet18,RTX 3090\n")
    write(root / "gpu.json", json.dumps({"name": "RTX 9999", "tdp_w": 400, "memory_gb": 32, "memory_bandwidth_gb_s": 1500,
                                         "fp32_tflops": 50}, indent=1) + "\n")
    write(root / "gpu_incomplete.json", '{"name": "RTX 9999"}\n')


def cpu_tables(root):
    """Package power of made-up processors, and of one that the shipped model is fitted to."""
    columns = ["source", "cpu", "sockets", "cores_per_socket", "threads_per_core", "tdp_w_per_socket", "year", "scope", "load_pct",
               "freq_mhz", "power_w", "idle_power_w", "notes"]
    scatter = noise(51, 0.05)
    rows = []
    for name, sockets, cores, tdp, idle, mhz in (("Intel Xeon Gold 6248", 2, 20, 150, 54, None), ("AMD Ryzen 9 9950Y", 1, 16, 170, 9, 4600),
                                                 ("Intel Core i5-7400Z", 1, 4, 65, 6, 3300), ("Intel Xeon E3-1245 v9", 1, 4, 80, 7, None),
                                                 ("Intel Xeon E5-2686 v4", 2, 18, 145, 35, None)):
        machine = ["made", name, sockets, cores, 2, tdp, 2020]
        rows.append([*machine, "package", 0, None, idle, idle, "at rest"])
        for load in (10, 30, 60, 100):
            watts = idle + 0.85 * (sockets * tdp - idle) * (load / 100) ** 0.6 * (1 + scatter())
            rows.append([*machine, "package", load, mhz, round(watts, 2), idle, ""])
            rows.append([*machine, "dram", load, mhz, round(watts / 9, 2), None, ""])
        rows.append([*machine, "package", 50, mhz, idle, None, "QUICK: one reading"])
    write(root / "cpu_loads.csv", table(columns, rows))
    write(root / "cpu_loads_few.csv", table(columns, [row for row in rows if "E5-2686" in row[1]]))
    write(root / "cpu_loads_text.csv", table(columns, [rows[0], rows[1], [*rows[3][:8], "much", *rows[3][9:]]]))
    write(root / "cpu_loads_idle.csv", table(columns, rows[:1]))


def cell_tables(root):
    """Networks without a built-in name: cells in the form of EC-NAS-Bench, and one from a description file."""
    graphs = [("chain", 4, "0100001000010000", "input conv3x3-bn-relu conv1x1-bn-relu output"),
              ("fork", 4, "0110000100010000", "input conv3x3-bn-relu maxpool3x3 output")]
    write(root / "ec-nas-graphs.csv", table(["architecture_hash", "vertices", "adjacency_row_major", "operations"], graphs))
    rows = [("cells", network, "RTX 3090", batch, 40000, round(seconds * (1 + 8 / batch), 2), watts + batch / 4)
            for network, seconds, watts in (("chain", 30, 220), ("fork", 22, 190), ("mine", 4, 110)) for batch in (32, 64, 128)]
    columns = ["source", "architecture", "gpu", "batch_size", "train_samples", "epoch_time_s", "mean_gpu_w"]
    write(root / "workloads.csv", table(columns, rows[:6]))
    write(root / "workloads_mine.csv", table(columns, rows))
    write(root / "broken-graphs.csv", table(["architecture_hash", "vertices", "adjacency_row_major", "operations"],
                                            [("chain", 3, "010000100", "input conv3x3-bn-relu output")]))


def decision_tables(root):
    scatter = noise(60, 1)
    rows = []
    for name, gpu, hours, energy, f1, util in (("big", "A100", 9, 900, 0.981, 92), ("small", "A100", 2, 100, 0.97, 41),
                                               ("small", "T4", 4, 60, 0.968, 97), ("poor", "T4", 1, 20, 0.71, 88)):
        for repeat in range(5):
            rows.append((f"{name}-{gpu}-{repeat}", name, gpu, 32, round(hours + 0.1 * scatter(), 3), round(energy * (1 + 0.02 * scatter()), 2),
                         round(f1 + 0.002 * scatter(), 4), round(util + 2 * scatter(), 1), round(energy / 1000 * (1 + 0.01 * scatter()), 5),
                         " ".join(f"{f1 - 0.3 * 0.5 ** epoch:.4f}" for epoch in range(6)),
                         " ".join(f"{energy * (epoch + 1) / 6:.2f}" for epoch in range(6)), "before" if repeat < 3 else "after"))
    columns = ["run_id", "architecture", "gpu", "batch_size", "duration_h", "energy_kj", "f1", "gpu_util_pct", "use_j",
               "f1_by_epoch", "energy_by_epoch_kj", "experiment"]
    write(root / "decide.csv", table(columns, rows))
    write(root / "decide_twice.csv", table(columns, rows + [("again", *rows[3][1:])]))
    write(root / "decide_text.csv", "gpu,energy_kj,f1\nA100,10,0.9\nT4,hot,0.8\n")
    write(root / "decide_few.csv", "gpu,energy_kj\nA100,10\nT4,20\n")
    write(root / "decide_same.csv", "gpu,energy_kj\n" + "A100,1\nT4,1\n" * 5)
    write(root / "header_only.csv", "gpu,energy_kj\n")
    write(root / "candidates.csv", "architecture,gpu,batch_size,energy_kj,energy_kj_low,energy_kj_high,duration_h,f1\n"
                                   "small,L4,32,40,30,55,3,\nnew,A100,32,80,60,110,2,0.969\n")
    write(root / "candidates_wrong.csv", "architecture,gpu,energy_kj,energy_kj_low,energy_kj_high\nsmall,L4,40,50,55\n")
    factors = noise(61, 1)
    write(root / "two_factors.csv", table(["gpu", "network", "energy_j"], [
        (gpu, network, round(base * factor * (1 + 0.03 * factors()), 2))
        for gpu, base in (("A100", 100), ("T4", 180)) for network, factor in (("a", 1), ("b", 1.5)) for _ in range(6)]))


def layer_tables(root):
    columns = ["cpu", "layer", "batch_size", "shape", "forward_energy_uj", "forward_time_us", "backward_energy_uj",
               "backward_time_us"]
    scatter = noise(70, 0.05)
    rows = []
    for cpu, seconds_per_flop in (("slow", 2e-9), ("fast", 1e-9)):
        for i in range(1, 25):
            inputs, outputs = 20 * i, 40 * (1 + i % 7)
            us = 1e6 * seconds_per_flop * 2 * 32 * inputs * outputs * (1 + scatter())
            rows.append((cpu, "linear", 32, f"in_size={inputs};out_size={outputs}", f"{50 * us:.2f}", f"{us:.2f}", f"{100 * us:.2f}",
                         f"{2 * us:.2f}"))
    write(root / "layers.csv", table(columns, rows))
    write(root / "layers_few.csv", table(columns, rows[:5]))
    write(root / "layers_text.csv", table(columns, [("slow", "conv", 32, "in_chan=1", 5, 5, 5, 5)]))
    write(root / "layer_networks.csv", "cpu,network,batch_size,image_side,forward_energy_uj,backward_energy_uj\n"
                                       "slow,alexnet,8,64,1000000,2000000\n")


def networks(root):
    write(root / "own.txt", "network own classes=10\n  input 3x32x32\n  conv 16 3\n  relu\n  global_pool\n  dense classes\nend\n")
    write(root / "wrong_word.txt", "network own\ninput 4\ndance 2\nend\n")
    write(root / "no_end.txt", "network own\ninput 4\ndense 2\n")
    llama = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
             "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100, "torch_dtype": "bfloat16"}
    write(root / "small_llama/config.json", json.dumps(llama, indent=1) + "\n")


FOLDS = """for fold in 1 2; do
  echo "Fold $fold/2"
  for epoch in 1 2 3; do
    sleep 0.25
    echo "Epoch $epoch/3 loss: 0.$epoch$fold"
  done
done
"""

STEPS = """for step in 10 20 30 40 50 60 70 80; do
  sleep 0.15
  echo "step $step/80 | loss 3.$step | lr 1.0e-04"
done
"""

TELLING_TRAINING = """import json, os, socket, time
connection = socket.socket(socket.AF_UNIX)
connection.connect(os.environ["JOULECAST_SOCKET"])


def tell(**message):
    connection.sendall((json.dumps(message) + "\\n").encode())


tell(event="begin_run", total_work=30)
for epoch, work in enumerate((10, 10, 10)):
    tell(event="epoch", epoch=epoch)
    time.sleep(0.2)
    tell(event="metric", metrics={"f1": 0.5 + epoch / 10})
    tell(event="epoch_end", epoch=epoch, work=work)
tell(event="dance")
connection.sendall(b"no message\\n")
tell(event="end_run")
time.sleep(0.2)
"""


def machines(root):
    """A script for the fake NVIDIA library of tests/fakes, and a training that prints its epochs."""
    write(root / "two_gpus.txt", "gpu uuid=GPU-aaaa name=NVIDIA_H100_80GB arch=9 limit_w=700\npower 0:300\n"
                                 "gpu uuid=GPU-bbbb name=NVIDIA_H100_80GB arch=9 limit_w=700\npower 0:100\n")
    write(root / "one_gpu.txt", "gpu uuid=GPU-aaaa name=NVIDIA_GeForce_RTX_3090 arch=8 limit_w=350\npower 0:200\n")
    write(root / "proc/cpuinfo", "".join(f"processor\t: {i}\nvendor_id\t: AuthenticAMD\n"
                                         "model name\t: AMD EPYC 7742 64-Core Processor\ncpu MHz\t\t: 2250.000\n\n" for i in range(4)))
    write(root / "proc/meminfo", "MemTotal:       65536000 kB\nMemFree:        40000000 kB\nMemAvailable:   49152000 kB\n")
    write(root / "proc/stat", "cpu  1000 0 1000 8000 0 0 0 0 0 0\n"
                              + "".join(f"cpu{i} 250 0 250 2000 0 0 0 0 0 0\n" for i in range(4)))
    write(root / "tell.py", TELLING_TRAINING)
    write(root / "folds.sh", FOLDS)
    write(root / "steps.sh", STEPS)
    write(root / "train.sh", "for epoch in 1 2 3; do\n  sleep 0.2\n"
                             '  echo "Epoch $epoch/3 loss=0.$epoch accuracy=0.9$epoch"\ndone\nsleep 0.2\nexit ${1:-0}\n')


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "inputs")
    if root.exists():
        shutil.rmtree(root)
    for make in (steady_run, changing_run, gap_run, counter_run, nodes_run, no_epochs_run, half_run, energy_only_run, plateau_run):
        make(root / "bundles")
    fold_runs(root / "phases")
    language_model_run(root / "phases")
    group_runs(root / "groups")
    stable_runs(root / "stable")
    broken_runs(root / "broken")
    logs(root / "logs")
    for make in (workload_tables, decision_tables, layer_tables, cpu_tables):
        make(root / "tables")
    cell_tables(root / "cells")
    networks(root / "networks")
    machines(root / "machines")


if __name__ == "__main__":
    main()
