#!/usr/bin/env python3
"""joulecast jobs over 100,000 runs.

Prints how long the accounting of a store of 100,000 runs in 25,000 jobs takes, by job, user, account and month, with the start of
the program. The target is 200 ms. usage: bench/jobs_load.py BUILD
"""
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

RUNS, JOBS, USERS, REPEATS = 100_000, 25_000, 300, 7
joulecast = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/bench").resolve() / "joulecast")


def make_store(path, environment):
    """One real run, then copies of its row: the accounting reads no others."""
    subprocess.run([joulecast, "run", "-q", "--", "sleep", "0.5"], env=dict(environment, SLURM_JOB_ID="1", SLURM_JOB_USER="user1"),
                   check=True)
    database = sqlite3.connect(path)
    columns = [row[1] for row in database.execute("PRAGMA table_info(run)") if row[1] != "key"]
    changed = {"id": "'r' || i", "job_id": f"cast(10000 + i % {JOBS} AS TEXT)", "job_user": f"'user' || (i % {JOBS} % {USERS})",
               "job_account": f"'group' || (i % {JOBS} % 20)", "job_partition": f"'part' || (i % {JOBS} % 4)",
               "started_ns": "1700000000000000000 + i * 300000000000", "hostname": "'node' || (i % 64)", "energy_j": "3.6e6 * (i % 97)",
               "end_s": "begin_s + 200", "duration_s": "200", "job_key": f"'slurm ' || (10000 + i % {JOBS})"}
    database.execute(f"""WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < {RUNS})
                         INSERT INTO run ({', '.join(columns)})
                         SELECT {', '.join(changed.get(name, name) for name in columns)}
                         FROM number, (SELECT * FROM run LIMIT 1)""")
    database.commit()
    database.close()


def tell(what, arguments, environment):
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        done = subprocess.run([joulecast, *arguments], env=environment, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    times.sort()
    print(f"{what:44} median {1e3 * times[len(times) // 2]:6.0f} ms, best {1e3 * times[0]:6.0f} ms, {len(done.stdout) / 1e6:6.2f} MB",
          flush=True)


with tempfile.TemporaryDirectory() as folder:
    store = pathlib.Path(folder) / "runs.db"
    environment = dict(os.environ, JOULECAST_STORE=str(store), HOME=folder)
    make_store(store, environment)
    print(f"{RUNS:,} runs in {JOBS:,} jobs of {USERS} users, {store.stat().st_size / 1e6:.0f} MB")
    for by in ("user", "account", "month", "job"):
        tell(f"jobs --by {by}", ["jobs", "--sacct", "never", "--by", by], environment)
    tell("jobs --by job --json", ["jobs", "--sacct", "never", "--json", "-"], environment)
    tell("jobs --user user7", ["jobs", "--sacct", "never", "--user", "user7"], environment)
    tell("jobs --since 2024-10-01", ["jobs", "--sacct", "never", "--since", "2024-10-01"], environment)
    tell("list --limit 20", ["list", "--limit", "20"], environment)
