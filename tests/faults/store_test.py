"""The store is taken away, damaged or locked while a command runs: the command notices nothing, and its run is kept somewhere."""
import json
import os
import shutil
import sqlite3
import subprocess
import time

from support import JOULECAST, Fault, run_table

LATER_S = 0.5  # after the command has begun: the run's first rows are in the store by then
SMALL = 5000


def after_a_while(take_away, times=1):
    def during(trial):
        trial.wait_until_begun()
        for _ in range(times):
            time.sleep(LATER_S)
            take_away(trial)
    return during


def part(trial, suffix):
    return str(trial.store) + suffix


def shorten(suffix, size):
    def take_away(trial):
        if os.path.exists(part(trial, suffix)):
            os.truncate(part(trial, suffix), size)
    return take_away


def overwrite(suffix):
    def take_away(trial):
        if os.path.exists(part(trial, suffix)):
            with open(part(trial, suffix), "r+b") as file:
                file.write(b"mine now" * 100)
    return take_away


def remove(suffix):
    def take_away(trial):
        if os.path.exists(part(trial, suffix)):
            os.unlink(part(trial, suffix))
    return take_away


def rename_over(trial):
    other = trial.folder / "other.db"
    subprocess.run([JOULECAST, "run", "-q", "--store", str(other), "--", "true"], check=True, env=trial.environment, timeout=60)
    os.rename(other, trial.store)


def remove_folder(trial):
    shutil.rmtree(trial.store.parent)


def forbid_folder(trial):
    os.chmod(trial.store.parent, 0o500)
    trial.closing.append(lambda: os.chmod(trial.store.parent, 0o700))


def lock(trial):
    """For the rest of the run, and longer than it waits."""
    connection = sqlite3.connect(trial.store, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    trial.closing.append(connection.close)


def remove_live_file(trial):
    for file in trial.store.parent.glob("runs.db-live-*"):
        file.unlink()


def empty_live_file(trial):
    for file in trial.store.parent.glob("runs.db-live-*"):
        os.truncate(file, 0)


def is_kept(trial):
    """In the store, or in the spare one that the end of the run names."""
    stores = [trial.store, *trial.folder.glob("home/joulecast-*/runs.db")]
    for store in stores:
        done = subprocess.run([JOULECAST, "list", "--store", str(store), "--json", "-"], capture_output=True, text=True, timeout=30,
                              env=trial.environment)
        if done.returncode == 0 and any(run["exit_status"] == trial.fault.status for run in json.loads(done.stdout)["runs"]):
            return None
    return f"its run is nowhere: {', '.join(map(str, stores))}"


def while_it_runs(name, take_away, times=1, **more):
    return Fault(name, during=after_a_while(take_away, times), milliseconds=2500 + int(1000 * LATER_S * times), check=is_kept, **more)


FAULTS = [
    while_it_runs("store removed", remove("")),
    while_it_runs("store and its log removed", lambda trial: [remove(suffix)(trial) for suffix in ("", "-wal", "-shm")]),
    while_it_runs("another store put in its place", rename_over),
    while_it_runs("store overwritten", overwrite("")),
    while_it_runs("store emptied", shorten("", 0)),
    while_it_runs("store shortened", shorten("", SMALL)),
    while_it_runs("log removed", remove("-wal")),
    while_it_runs("log emptied", shorten("-wal", 0)),
    while_it_runs("log shortened", shorten("-wal", SMALL)),
    while_it_runs("log overwritten", overwrite("-wal")),
    while_it_runs("index removed", remove("-shm")),
    while_it_runs("index emptied", shorten("-shm", 0)),
    while_it_runs("index emptied again and again", shorten("-shm", 0), times=5),
    while_it_runs("index shortened", shorten("-shm", SMALL)),
    while_it_runs("index overwritten", overwrite("-shm")),
    while_it_runs("log and index emptied", lambda trial: [shorten(suffix, 0)(trial) for suffix in ("-wal", "-shm")]),
    while_it_runs("readings beside the store removed", remove_live_file),
    while_it_runs("readings beside the store emptied", empty_live_file),
    while_it_runs("folder removed", remove_folder),
    while_it_runs("folder may not be written any more", forbid_folder),
    while_it_runs("store locked until after the end", lock),
    Fault("temporary directory that is not there", environment={"TMPDIR": "/no/such/folder"}, check=is_kept),
    Fault("store in a folder that cannot be made", options=("--store", "/proc/runs.db"), check=is_kept),
]

if __name__ == "__main__":
    run_table("faults.store", FAULTS)
