"""The roles of packaging/postgresql/roles.sql on a real server with passwords, and what a training sees of refusals."""
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import postgres
from support import JOULECAST, CommandTest

ROLES = pathlib.Path(__file__).resolve().parent.parent.parent / "packaging" / "postgresql" / "roles.sql"
SERVER = None


def setUpModule():
    global SERVER
    SERVER = postgres.Server(authentication="scram-sha-256", max_connections=12, superuser_reserved_connections=2).start()
    SERVER.sql("CREATE DATABASE runs")
    SERVER.sql(ROLES.read_text(), "runs")
    SERVER.sql(ROLES.read_text(), "runs")  # once more changes nothing
    for name, group in (("anna", "writer"), ("ben", "writer"), ("board", "reader"), ("dora", "owner")):
        SERVER.sql(f"CREATE ROLE {name} LOGIN PASSWORD '{name}-s-own' IN ROLE joulecast_{group}")


def tearDownModule():
    SERVER.close()


class Roles(CommandTest):
    def setUp(self):
        super().setUp()
        (self.folder / "pgpass").write_text("".join(f"127.0.0.1:*:*:{name}:{name}-s-own\n"
                                                    for name in ("anna", "ben", "board", "dora")))
        (self.folder / "pgpass").chmod(0o600)
        self.environment["PGPASSFILE"] = str(self.folder / "pgpass")
        self.act_as("dora")
        self.measure("of-dora")  # makes the tables, the first time

    def act_as(self, name):
        self.environment["JOULECAST_STORE"] = SERVER.url("runs", name)

    def measure(self, name, script="true", **options):
        done = self.call("run", "-q", "--name", name, "--", "sh", "-c", script, **options)
        return done.stderr

    def only_line(self, text):
        [line] = (line for line in text.splitlines() if line.startswith("joulecast:"))
        return line

    def sql(self, text, user="admin"):
        return SERVER.sql(text, "runs", user, "admins-own" if user == "admin" else f"{user}-s-own")

    def test_the_tables_belong_to_the_group(self):
        self.assertEqual(self.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'joulecast'"),
                         ["joulecast_owner"])

    def test_a_writer_stores_tags_and_removes_her_own(self):
        self.act_as("anna")
        self.assertNotIn("joulecast:", self.measure("hers"))
        self.call("tag", "hers", "note=x")
        self.assertEqual(self.json("show", "hers")["tags"], {"note": "x"})
        self.assertNotEqual(self.json("show", "hers")["command"], [])
        self.call("rm", "hers")
        self.assertEqual(self.json("list", "--name", "hers")["runs"], [])

    def test_a_writer_changes_nobody_elses(self):
        self.act_as("anna")
        self.measure("annas")
        self.act_as("ben")
        self.assertGreater(self.json("show", "annas")["duration_s"], 0)
        self.assertEqual(self.json("show", "annas")["command"], [])
        for arguments in (("rm", "annas"), ("rm", "--force", "annas"), ("tag", "annas", "x=y"), ("tag", "annas", "--name", "mine")):
            self.assertIn("another user", self.only_line(self.call(*arguments, expect=None).stderr))
        self.act_as("anna")
        self.assertEqual(self.json("show", "annas")["tags"], {})

    def test_the_server_itself_keeps_writers_apart(self):
        """With psql in place of joulecast."""
        self.act_as("anna")
        self.measure("guarded", "sleep 0.3")
        for table in ("tag", "channel", "sensor", "chunk", "block"):
            self.sql(f"DELETE FROM joulecast.{table}", "ben")
        self.sql("DELETE FROM joulecast.run; UPDATE joulecast.run SET name = 'taken'; UPDATE joulecast.schema_version SET version = 9",
                 "ben")
        self.act_as("anna")
        self.assertGreater(self.json("show", "guarded")["energy_j"]["total"], 0)
        key = self.sql("SELECT key FROM joulecast.run WHERE name = 'guarded'")[0]
        for statement in (f"INSERT INTO joulecast.tag VALUES ({key}, 'a', 'b')",
                          "INSERT INTO joulecast.run (id, status, writer) VALUES ('forged', 'finished', 'anna')"):
            with self.assertRaisesRegex(RuntimeError, "row-level security"):
                self.sql(statement, "ben")
        self.assertEqual(self.sql("SELECT DISTINCT command FROM joulecast.seen_run WHERE writer = 'anna'", "ben"), ["[]"])

    def test_a_reader_sees_figures_and_no_command_lines(self):
        self.act_as("anna")
        self.measure("shown", "sleep 0.1 # private-argument")
        self.act_as("board")
        shown = self.call("show", "shown").stdout + self.call("list").stdout + self.call("query", "select * from runs").stdout
        self.assertIn("shown", shown)
        self.assertNotIn("private-argument", shown)
        self.assertGreater(int(self.call("query", "select count(*) from costs", "--format", "csv").stdout.split()[1]), 0)
        for arguments in (("rm", "shown"), ("tag", "shown", "x=y")):
            self.only_line(self.call(*arguments, expect=None).stderr)
        said = self.measure("readers-own")
        self.assertIn("joulecast_writer", said, "the training goes on, and one line says what is missing")

    def test_an_owner_may_change_every_run(self):
        self.act_as("anna")
        self.measure("old")
        self.act_as("dora")
        self.assertNotEqual(self.json("show", "old")["command"], [])
        self.call("rm", "old")

    def test_a_wrong_password_stops_no_training(self):
        (self.folder / "pgpass").write_text("*:*:*:*:wrong\n")
        self.act_as("anna")
        said = self.measure("wrong", f"touch {self.folder}/trained")
        self.assertTrue((self.folder / "trained").exists())
        self.assertIn("password authentication failed", said)
        self.only_line(said)
        self.assertIn("password authentication failed", self.only_line(self.call("list", expect=None).stderr))

    def test_when_all_connections_are_taken_the_run_waits(self):
        self.act_as("anna")
        self.call("list")
        hold = lambda: subprocess.Popen(
            [str(postgres.programs() / "psql"), "-X", "-q", "-h", "127.0.0.1", "-p", str(SERVER.port), "-U", "anna", "-d", "runs",
             "-c", "select pg_sleep(60)"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        held = []
        try:
            end = time.monotonic() + 30
            while "max_connections" not in (said := self.call("list", expect=None).stderr):
                self.assertLess(time.monotonic(), end)
                held = [process for process in held if process.poll() is None]
                held += [hold() for _ in range(10 - len(held))]
                time.sleep(0.5)
            self.only_line(said)
            self.assertIn("max_connections", self.measure("crowded"))
        finally:
            self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql' AND usename = 'anna'")
            for process in held:
                process.wait()
        end = time.monotonic() + 20
        while not (done := self.call("list", "--name", "crowded", "--json", "-", expect=None)).stdout or "crowded" not in done.stdout:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)

    def test_a_right_that_is_taken_away_meanwhile_stops_no_training(self):
        self.act_as("ben")
        self.sql("REVOKE joulecast_writer FROM ben")
        try:
            said = self.measure("refused", "sleep 0.2")
        finally:
            self.sql("GRANT joulecast_writer TO ben")
        self.assertIn("lacks a right", said)
        self.assertEqual(self.json("show", "refused")["status"], "finished", "delivered once the right is back")

    def test_a_full_disk_stops_no_training(self):
        """The server's own limit on temporary files will not do; a table that takes no row says what a full disk says."""
        self.sql("CREATE FUNCTION joulecast.no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                 "'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; "
                 "CREATE TRIGGER no_space BEFORE INSERT ON joulecast.channel EXECUTE FUNCTION joulecast.no_space()")
        try:
            self.act_as("anna")
            self.assertIn("disk is full", self.measure("full", "sleep 0.2"))
        finally:
            self.sql("DROP TRIGGER no_space ON joulecast.channel; DROP FUNCTION joulecast.no_space()")
        self.assertEqual(self.json("show", "full")["status"], "finished")


class Tls(CommandTest):
    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_a_certificate_is_checked(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        for name, subject in (("server", "/CN=localhost"), ("other", "/CN=someone-else")):
            subprocess.run(["openssl", "req", "-new", "-x509", "-days", "2", "-nodes", "-subj", subject, "-addext",
                            "subjectAltName=IP:127.0.0.1", "-out", str(server.data / f"{name}.crt"), "-keyout",
                            str(server.data / f"{name}.key")], check=True, capture_output=True)
            if server.user:
                for end in ("crt", "key"):
                    os.chown(server.data / f"{name}.{end}", server.user.pw_uid, server.user.pw_gid)
            (server.data / f"{name}.key").chmod(0o600)
        for name in ("server", "other"):
            (self.folder / f"{name}.crt").write_bytes((server.data / f"{name}.crt").read_bytes())
        server.settings.update(ssl="on", ssl_cert_file="server.crt", ssl_key_file="server.key")
        server.start()
        url = lambda name: server.url("postgres", sslmode="verify-full", sslrootcert=self.folder / f"{name}.crt")
        self.call("run", "-q", "--name", "sealed", "--store", url("server"), "--", "true")
        self.assertEqual(len(self.json("list", "--store", url("server"))["runs"]), 1)
        refused = self.call("list", "--store", url("other"), expect=None)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("certificate", refused.stderr)


if __name__ == "__main__":
    if reason := postgres.why_not():
        print("skipped:", reason)
        sys.exit(postgres.SKIPPED)
    unittest.main()
