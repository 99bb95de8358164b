"""Run bundles: one function for each kind of run."""
from .files import MINUTE, STARTED, bundle, even_epochs, noise, write


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
