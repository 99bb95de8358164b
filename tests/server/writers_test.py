"""Many runs at once on a server that is restarted meanwhile: every reading arrives, and arrives once.

Without arguments 20 writers for 8 s, as a test; `writers_test.py 200 60` is the bench (make bench-server).
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

import postgres

WRITERS = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/release")) / "tests" / "server_writers"


def measure(writers, seconds, stop=signal.SIGQUIT, away_s=2.0, **settings):
    server = postgres.Server(**settings)
    with tempfile.TemporaryDirectory() as home:
        try:
            server.start()
            url = server.url("postgres")
            environment = dict(os.environ, XDG_DATA_HOME=home)
            # The first one makes the tables; many may do so at once, which another test has.
            run = subprocess.Popen([WRITERS, url, str(writers), str(seconds)], env=environment, stdout=subprocess.PIPE, text=True)

            def restart():
                time.sleep(seconds / 2)
                server.stop(stop)
                time.sleep(away_s)
                server.start()

            restarting = threading.Thread(target=restart)
            restarting.start()
            most = 0
            while run.poll() is None:
                time.sleep(0.5)
                try:
                    most = max(most, int(server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'joulecast'")[0]))
                except RuntimeError:
                    pass  # away
            restarting.join()
            answer = json.loads(run.stdout.read() or "{}")
            commits = int(server.sql("SELECT xact_commit FROM pg_stat_database WHERE datname = 'postgres'")[0])
            rows = int(server.sql("SELECT count(*) FROM joulecast.run")[0])
            return run.returncode, {**answer, "most_connections": most, "commits_since_restart": commits, "runs": rows}
        finally:
            server.close()


def main():
    if reason := postgres.why_not():
        print("skipped:", reason)
        return postgres.SKIPPED
    writers, seconds = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (20, 8)
    spare = 20
    status, figures = measure(writers, seconds, max_connections=int(os.environ.get("MAX_CONNECTIONS", writers + spare)))
    print(json.dumps(figures))
    if status != 0 or figures["runs"] != writers:
        print("readings are missing, or runs are there twice")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
