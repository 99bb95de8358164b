"""200 trainings at once that record a reading a second on a PostgreSQL server, which crashes and comes back meanwhile:
how many readings arrive, how long a call of the measurement takes, and how many connections the server needs.

bench/store_server.py BUILD [WRITERS SECONDS]
"""
import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "server"))
os.environ["JOULECAST_BUILD"] = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release").resolve())

import postgres  # noqa: E402
import writers_test  # noqa: E402


def main():
    if reason := postgres.why_not():
        return print("left out:", reason)
    writers, seconds = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 3 else (200, 60)
    for connections in (writers + 20, 100):
        _, figures = writers_test.measure(writers, seconds, max_connections=connections)
        print(f"max_connections {connections}: {figures.get('whole')} of {writers} runs have all {4 * seconds} readings, "
              f"{figures['runs']} runs are stored; {figures.get('waited_at_end')} were not delivered at their end; at most "
              f"{figures['most_connections']} connections; the longest call took {figures.get('longest_call_ms')} ms")
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
