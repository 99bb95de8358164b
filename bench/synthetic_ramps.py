"""How often each stability detector finds the known end of a ramp, on synthetic power traces.

    python3 bench/synthetic_ramps.py build/release/joulecast [--traces 200]

Power rises linearly over 20 to 150 s (in some traces after a few idle seconds) to a plateau of 5 to 50 minutes, with the noise
of a meter. Every other trace also dips once in each epoch of 20 to 60 s. A hit is within 10 s (30 s) of the ramp's end.
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import tempfile


def trace(rng, dips):
    n = rng.choice((300, 600, 1200, 3000))
    length = rng.randrange(20, min(150, n // 4))
    low, high, noise = rng.uniform(20, 120), rng.uniform(200, 350), rng.choice((0.5, 2, 5))
    idle = rng.choice((0, rng.randrange(5, 30)))
    period = rng.randrange(20, 60)
    power = []
    for i in range(n):
        level = low + (high - low) * min(1, max(0, (i - idle) / length))
        if dips and i % period < period // 6:
            level -= 40
        power.append(max(0, level + rng.gauss(0, noise)))
    return power, idle + length


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("joulecast")
    parser.add_argument("--traces", type=int, default=200)
    options = parser.parse_args()
    rng = random.Random(1)
    errors = {}
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(options.traces):
            dips = number % 2 == 1
            power, end = trace(rng, dips)
            bundle = pathlib.Path(scratch) / f"{number}"
            bundle.mkdir()
            (bundle / "run.json").write_text(json.dumps({"id": f"{number}", "source": "ramp"}))
            (bundle / "power.csv").write_text("time_s,gpu0_w\n" + "".join(f"{i},{w:.2f}\n" for i, w in enumerate(power)))
            answer = subprocess.run([options.joulecast, "stabilise", bundle, "--method", "all", "--json", "-"],
                                    capture_output=True, text=True, check=True)
            for point in json.loads(answer.stdout)["methods"]:
                found = point["stable_from_s"]
                errors.setdefault((dips, point["method"]), []).append(None if found is None else found - end)
    print(f"{'':<20}{'method':<12}{'within 10 s':>12}{'within 30 s':>12}{'median error':>14}")
    for (dips, method), found in errors.items():
        known = [error for error in found if error is not None]
        share = [sum(abs(error) <= limit for error in known) / len(found) for limit in (10, 30)]
        print(f"{'ramp and dips' if dips else 'ramp':<20}{method:<12}{share[0]:>11.0%} {share[1]:>11.0%} "
              f"{statistics.median(known):>12.0f} s")


if __name__ == "__main__":
    main()
