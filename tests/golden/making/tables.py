"""Tables of measured trainings, CPUs, networks and layers."""
import json

from .files import noise, table, write


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
