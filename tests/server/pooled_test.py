"""A team's store behind PgBouncer in transaction mode, where each transaction may have another connection of the server."""
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import postgres
from support import JOULECAST, CommandTest


class Pooled(CommandTest):
    def setUp(self):
        super().setUp()
        self.server = postgres.Server(max_connections=10).start()
        self.addCleanup(self.server.close)
        self.port = postgres.free_port()
        settings = self.server.folder / "pgbouncer.ini"
        settings.write_text(f"""[databases]
* = host=127.0.0.1 port={self.server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = trust
pool_mode = transaction
default_pool_size = 3
max_client_conn = 100
auth_file = {self.server.folder}/users
""")
        (self.server.folder / "users").write_text('"admin" ""\n')
        user = self.server.user
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
        self.pool = subprocess.Popen([*as_user, shutil.which("pgbouncer"), "-q", settings], cwd=self.server.folder,
                                     stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.addCleanup(self.pool.wait)
        self.addCleanup(self.pool.kill)
        end = time.monotonic() + 15
        while True:
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        self.environment["JOULECAST_STORE"] = f"postgresql://admin@127.0.0.1:{self.port}/postgres"

    def test_many_runs_share_three_connections(self):
        runs = [subprocess.Popen([JOULECAST, "run", "-q", "--name", f"n{i}", "--interval", "100ms", "--", "sleep", "2"],
                                 env=self.environment, stderr=subprocess.DEVNULL) for i in range(12)]
        self.assertEqual([run.wait() for run in runs], [0] * 12)
        rows = self.json("list", "--sort", "name")["runs"]
        self.assertEqual(len(rows), 12)
        self.assertEqual({row["status"] for row in rows}, {"finished"})
        self.assertGreater(min(row["energy_j"] for row in rows), 0)
        self.call("tag", "n1", "a=b")
        self.call("rm", "n2")
        self.assertIn("11", self.call("query", "select count(*) from costs", "--format", "csv").stdout)
        self.assertEqual(list(self.folder.glob("**/*.journal")), [])


if __name__ == "__main__":
    reason = postgres.why_not() or ("" if shutil.which("pgbouncer") else "PgBouncer is not installed")
    if reason:
        print("skipped:", reason)
        sys.exit(postgres.SKIPPED)
    unittest.main()
