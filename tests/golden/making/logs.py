"""Logs of other programs, as import reads them."""
import json

from .files import noise, write


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
