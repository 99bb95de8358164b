"""A store on a PostgreSQL server, which the test starts itself: all that a store does, as a user sees it."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
import postgres
from support import JOULECAST, CommandTest

EPOCHS = "for i in 1 2 3; do sleep 0.2; echo Epoch $i/3 loss=0.$i; done"
SERVER = None


def setUpModule():
    global SERVER
    SERVER = postgres.Server().start()


def tearDownModule():
    SERVER.close()


class TeamTest(CommandTest):
    """Every test has a database of its own."""

    def setUp(self):
        super().setUp()
        self.database = re.sub(r"\W", "_", self.id().split(".")[-1]).lower()[:60]
        SERVER.sql(f'CREATE DATABASE "{self.database}"')
        self.url = SERVER.url(self.database)
        self.environment["JOULECAST_STORE"] = self.url

    def sql(self, text):
        return SERVER.sql(text, self.database)

    def measure(self, name, *options, script=EPOCHS, expect=0):
        return self.call("run", "-q", "--name", name, "--interval", "50ms", *options, "--", "sh", "-c", script, expect=expect)

    def has_readings(self):
        try:
            return self.sql("SELECT 1 FROM joulecast.journal")
        except RuntimeError:
            return False  # there are no tables yet

    def wait_for(self, what, seconds=15):
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end, "nothing came")
            time.sleep(0.05)

    def undelivered(self):
        return sorted(self.folder.glob("**/*.journal"))

    def said(self, text):
        """What joulecast itself says: a GPU's driver may complain of a machine without one."""
        return [line for line in text.splitlines() if line.startswith("joulecast:")]

    def one_line(self, done):
        [line] = self.said(done.stderr)
        return line


class Everything(TeamTest):
    def test_a_run_is_stored_shown_and_listed(self):
        self.measure("first", "--tag", "team=vision")
        run = self.json("show", "first")
        self.assertEqual(run["status"], "finished")
        self.assertEqual(run["tags"], {"team": "vision"})
        self.assertEqual(len(run["epochs"]), 3)
        self.assertGreater(run["energy_j"]["total"], 0)
        self.assertEqual([row["id"] for row in self.json("list")["runs"]], [run["id"]])
        self.assertEqual(self.undelivered(), [])
        self.assertIn("first", self.call("list").stdout)

    def test_it_is_the_same_run_as_in_a_file(self):
        """A run that goes into a file and from there to the server by way of a bundle."""
        file = self.folder / "runs.db"
        self.environment["JOULECAST_STORE"] = str(file)
        self.measure("same")
        self.call("export", "same", "--bundle", self.folder / "bundle")
        there = self.json("show", "same")
        self.call("import", self.folder / "bundle", "--store", self.url)
        here = self.json("show", "same", "--store", self.url)
        for key in ("id", "epochs", "duration_s", "energy_j", "status"):
            self.assertEqual(here[key], there[key], key)

    def test_runs_are_found_sorted_and_paged(self):
        for name in ("lenet-1", "lenet-2", "vgg"):
            self.measure(name, "--tag", f"of={name[0]}", script="sleep 0.1" if name != "vgg" else "sleep 0.4; exit 3",
                         expect=None)
        names = lambda *options: [row["name"] for row in self.json("list", *options)["runs"]]
        self.assertEqual(names(), ["vgg", "lenet-2", "lenet-1"])
        self.assertEqual(names("--name", "lenet*"), ["lenet-2", "lenet-1"])
        self.assertEqual(names("--name", "lenet?"), [])
        self.assertEqual(names("--name", "lenet-?"), ["lenet-2", "lenet-1"])
        self.assertEqual(names("--tag", "of=v"), ["vgg"])
        self.assertEqual(names("--tag", "of", "--limit", "1", "--offset", "1"), ["lenet-2"])
        self.assertEqual(names("--status", "failed"), ["vgg"])
        self.assertEqual(names("--sort", "name"), ["lenet-1", "lenet-2", "vgg"])
        self.assertEqual(names("--sort", "duration", "--limit", "1"), ["vgg"])
        self.assertEqual(names("--host", "nowhere"), [])

    def test_runs_are_tagged_and_removed(self):
        self.measure("gone", script="true")
        self.call("tag", "gone", "note=kept")
        self.assertEqual(self.json("show", "gone")["tags"], {"note": "kept"})
        self.call("rm", "gone")
        self.assertEqual(self.json("list")["runs"], [])
        for table in ("run", "tag", "journal", "chunk", "block", "channel", "sensor"):
            self.assertEqual(self.sql(f"SELECT count(*) FROM joulecast.{table}"), ["0"], table)

    def test_a_killed_run_is_closed_by_the_next_command(self):
        child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "killed", "--interval", "50ms", "--", "sleep", "30"],
                                 env=self.environment, start_new_session=True)
        self.wait_for(self.has_readings)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        run = self.json("show", "killed")
        self.assertEqual(run["status"], "interrupted")
        self.assertGreater(run["duration_s"], 0)
        self.assertEqual(self.undelivered(), [])

    def test_a_running_run_is_seen(self):
        child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "live", "--interval", "50ms", "--",
                                  "sh", "-c", f"until test -e {self.folder}/seen; do sleep 0.1; done"], env=self.environment)
        try:
            self.wait_for(self.has_readings)
            self.wait_for(lambda: (self.json("list")["runs"][0].get("energy_j") or 0) > 0)
            self.assertEqual(self.json("list")["runs"][0]["status"], "running")
        finally:
            (self.folder / "seen").touch()
            child.wait()
        self.assertEqual(self.json("list")["runs"][0]["status"], "finished")

    def test_questions_are_answered(self):
        self.measure("asked", "--tag", "project=red")
        ask = lambda sql: [list(row.values()) for row in json.loads(self.call("query", sql, "--format", "json").stdout)["rows"]]
        self.assertEqual(ask("select name, status, project from runs"), [["asked", "finished", "red"]])
        self.assertEqual(ask("select count(*) from epochs where energy_j > 0"), [[3]])
        self.assertEqual(ask("select r.name from costs c join runs r on r.id = c.run where c.energy_j > 0"), [["asked"]])
        for sql, word in (("delete from runs", "sql"), ("select nothing from runs", "nothing"), ("select 1; select 2", "sql"),
                          ("", "statement")):
            self.assertIn(word, self.one_line(self.call("query", sql, expect=2)))
        started = time.monotonic()
        self.one_line(self.call("query", "select pg_sleep(20)", "--time-limit", "1", expect=1))
        self.assertLess(time.monotonic() - started, 10)


class Schemas(TeamTest):
    def test_an_empty_database_is_looked_at_and_left_as_it_is(self):
        self.assertIn("No run", self.call("list").stdout)
        self.assertEqual(self.sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'joulecast%'"), ["0"])

    def test_a_newer_schema_is_refused_and_left_as_it_is(self):
        self.measure("old", script="true")
        self.sql("UPDATE joulecast.schema_version SET version = 99")
        for arguments in (("list",), ("rm", "old"), ("import", self.folder)):
            self.assertIn("99", self.one_line(self.call(*arguments, expect=2)) if arguments[0] != "import" else "99")
        done = self.measure("new", script="true")
        self.assertIn("schema 99", done.stderr)
        self.assertEqual(self.sql("SELECT count(*) FROM joulecast.run"), ["1"])
        self.sql("UPDATE joulecast.schema_version SET version = 3")
        self.assertEqual(len(self.json("list")["runs"]), 2, "what waited has been delivered")

    def test_an_older_schema_is_migrated_by_its_owner(self):
        self.measure("old", script="true")
        self.sql("DROP VIEW joulecast_views.runs; UPDATE joulecast.schema_version SET version = 1; "
                 "DROP ROLE IF EXISTS late_writer; CREATE ROLE late_writer LOGIN; "
                 "GRANT USAGE ON SCHEMA joulecast TO late_writer; GRANT SELECT ON ALL TABLES IN SCHEMA joulecast TO late_writer")
        self.assertIn("GRANT", self.one_line(self.call("list", "--store", SERVER.url(self.database, "late_writer"), expect=None)))
        self.assertIn("old", self.call("list").stdout)
        self.assertEqual(self.sql("SELECT version FROM joulecast.schema_version"), ["3"])
        self.assertIn("old", self.call("query", "select name, continues from runs").stdout)
        self.sql("DROP OWNED BY late_writer; DROP ROLE late_writer")

    def test_many_make_the_schema_at_once(self):
        children = [subprocess.Popen([JOULECAST, "run", "-q", "--name", f"n{i}", "--", "true"], env=self.environment)
                    for i in range(6)]
        self.assertEqual([child.wait() for child in children], [0] * 6)
        self.assertEqual(sorted(row["name"] for row in self.json("list")["runs"]), [f"n{i}" for i in range(6)])

    def test_rights_that_are_missing_for_the_schema_are_named(self):
        SERVER.sql("DROP ROLE IF EXISTS nobody_in_particular; CREATE ROLE nobody_in_particular LOGIN")
        url = SERVER.url(self.database, "nobody_in_particular")
        done = self.call("import", self.bundle(), "--store", url, expect=None)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("GRANT CREATE ON DATABASE", done.stderr)

    def bundle(self):
        self.environment["JOULECAST_STORE"] = str(self.folder / "runs.db")
        self.measure("bundled", script="true")
        self.call("export", "bundled", "--bundle", self.folder / "bundle")
        return self.folder / "bundle"


class Addresses(TeamTest):
    def test_a_password_is_shown_and_kept_nowhere(self):
        url = SERVER.url(self.database, password="hush-hush")
        self.environment["JOULECAST_STORE"] = url
        done = self.call("run", "--name", "secretive", "--", "sh", "-c", "sleep 0.2", "--store", url)
        shown = done.stdout + done.stderr + self.call("show", "secretive").stdout + self.call("doctor", expect=None).stdout
        shown += self.call("list").stdout + self.call("show", "nothing", expect=2).stderr
        self.assertNotIn("hush-hush", shown)
        dump = subprocess.run([str(postgres.programs() / "pg_dump"), "-h", "127.0.0.1", "-p", str(SERVER.port), "-U", "admin",
                               "--data-only", self.database], capture_output=True, text=True, check=True).stdout
        self.assertIn("secretive", dump)
        self.assertNotIn("hush-hush", dump)

    def test_an_unusable_address_is_refused_before_the_command_starts(self):
        for url in ("postgresql://me:hush@host:port/x", "postgresql://host/x?nonsense=1", "postgresql://me:hu@hush@host/x",
                    "postgresql://me:hush/hush@host/x", "postgresql://me:hush?hush@host/x", "postgresql://host/x?options=-c%20a=hush",
                    "postgresql:/me:hush@host/x", "host=127.0.0.1 password=hush"):
            done = self.call("run", "--store", url, "--", "touch", self.folder / "made", expect=2)
            self.assertNotIn("hush", self.one_line(done))
        self.assertFalse((self.folder / "made").exists())

    def test_a_service_file_names_the_server(self):
        (self.folder / "service").write_text(f"[team]\nhost=127.0.0.1\nport={SERVER.port}\nuser=admin\ndbname={self.database}\n")
        self.environment.update(PGSERVICEFILE=str(self.folder / "service"), JOULECAST_STORE="postgresql://?service=team")
        self.measure("by-service", script="true")
        self.assertEqual(len(self.json("list")["runs"]), 1)


class Copies(TeamTest):
    """joulecast sync."""

    def setUp(self):
        super().setUp()
        self.file = self.folder / "runs.db"
        for name in ("first", "second"):
            self.measure(name, "--store", self.file, "--tag", "of=file")

    def sync(self, *arguments, expect=0):
        return json.loads(self.call("sync", "--json", "-", *arguments, expect=expect).stdout)

    def test_runs_go_to_the_server_and_back_and_are_the_same(self):
        planned = self.sync("--from", self.file, "--dry-run")
        self.assertEqual((planned["copied"], planned["dry_run"]), (2, True))
        self.assertIn("No run", self.call("list").stdout)
        self.assertEqual(self.sync("--from", self.file)["copied"], 2)
        self.assertEqual(self.sync("--from", self.file)["unchanged"], 2)
        self.assertEqual(self.sync("--to", self.folder / "back.db", "first")["copied"], 1)
        for name in ("first", "second"):
            there = self.json("show", name, "--store", self.file)
            self.assertEqual(self.json("show", name), there)
        self.assertEqual(self.json("show", "first", "--store", self.folder / "back.db"),
                         self.json("show", "first", "--store", self.file))

    def test_what_has_changed_since_is_brought_along(self):
        self.sync("--from", self.file)
        self.call("tag", "first", "of=changed", "more=1", "--name", "renamed", "--store", self.file)
        self.call("tag", "second", "team=own")
        done = self.sync("--from", self.file)
        self.assertEqual((done["updated"], done["unchanged"]), (1, 1))
        self.assertEqual(self.json("show", "renamed")["tags"], {"of": "changed", "more": "1"})
        self.assertEqual(self.json("show", "second")["tags"], {"of": "file", "team": "own"})

    def test_a_copy_that_was_closed_too_early_is_replaced(self):
        self.sync("--from", self.file)
        run = self.json("show", "first")
        self.sql(f"UPDATE joulecast.run SET status = 'interrupted', end_s = 0.1, duration_s = 0.1 WHERE id = '{run['id']}'")
        self.assertEqual(self.sync("--from", self.file)["replaced"], 1)
        self.assertEqual(self.json("show", "first"), run)

    def test_a_running_run_is_left_for_later(self):
        child = subprocess.Popen([JOULECAST, "run", "-q", "--store", self.file, "--name", "live", "--",
                                  "sh", "-c", f"until test -e {self.folder}/copied; do sleep 0.1; done"], env=self.environment)
        try:
            self.wait_for(lambda: len(self.json("list", "--store", self.file)["runs"]) == 3)
            self.assertEqual(self.sync("--from", self.file)["running"], 1)
        finally:
            (self.folder / "copied").touch()
            child.wait()
        self.assertEqual(self.sync("--from", self.file)["copied"], 1)

    def test_a_break_in_the_middle_leaves_whole_runs(self):
        child = subprocess.Popen([JOULECAST, "sync", "--from", self.file], env=self.environment, stdout=subprocess.DEVNULL)
        time.sleep(0.08)
        child.kill()
        child.wait()
        self.call("sync", "--from", self.file)
        for name in ("first", "second"):
            self.assertEqual(self.json("show", name), self.json("show", name, "--store", self.file))
        self.assertEqual(len(self.json("list")["runs"]), 2)


class Away(TeamTest):
    """The server is not there, or goes away. The training goes on, and nothing is lost."""

    def test_a_host_that_does_not_answer_delays_nothing(self):
        with socket.socket() as swallows:  # takes connections and says nothing
            swallows.bind(("127.0.0.1", 0))
            swallows.listen(50)
            self.environment["JOULECAST_STORE"] = f"postgresql://me@127.0.0.1:{swallows.getsockname()[1]}/x?connect_timeout=2"
            started = time.monotonic()
            child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "early", "--", "sh", "-c", f"touch {self.folder}/made"],
                                     env=self.environment, stderr=subprocess.PIPE, text=True)
            while not (self.folder / "made").exists():
                self.assertLess(time.monotonic() - started, 3)
                time.sleep(0.005)
            print(f"the command started after {time.monotonic() - started:.3f} s", file=sys.stderr)
            self.assertIn(".journal", child.communicate(timeout=30)[1])
            self.assertEqual(child.returncode, 0)
            self.assertLess(time.monotonic() - started, 12)
            started = time.monotonic()
            self.one_line(self.call("list", expect=1))
            self.assertLess(time.monotonic() - started, 8)
        self.assertEqual(len(self.undelivered()), 1)

    def test_a_server_that_hangs_is_told_in_time_and_one_that_works_is_waited_for(self):
        """As where its host's disk hangs: it takes connections, and answers nothing."""
        server = postgres.Server().start()
        self.addCleanup(server.close)
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        self.measure("there", script="true")
        self.assertIn("1", self.call("query", "select 1 from pg_sleep(7)").stdout)  # longer than the patience
        asking = subprocess.Popen([JOULECAST, "query", "select 1 from pg_sleep(60)"], env=self.environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        port = postgres.free_port()
        serving = subprocess.Popen([JOULECAST, "serve", "--listen", f"127.0.0.1:{port}"], env=self.environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(serving.wait)
        self.addCleanup(serving.terminate)

        def status():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/runs", timeout=60) as answer:
                    return answer.status
            except urllib.error.HTTPError as error:
                return error.code
            except OSError:
                return None

        self.wait_for(lambda: status() == 200)
        server.signal_all(signal.SIGSTOP)
        self.addCleanup(server.signal_all, signal.SIGCONT)
        started = time.monotonic()
        self.assertEqual(status(), 503)
        self.assertLess(time.monotonic() - started, 9)
        out, err = asking.communicate(timeout=60)
        self.assertLess(time.monotonic() - started, 25)
        self.assertIn("the server does not answer", err)
        self.assertEqual((asking.returncode, out), (1, ""))

    def test_what_waits_is_delivered_by_the_next_command_and_only_once(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        done = self.measure("patient")
        self.assertIn("waits in", done.stderr)
        [journal] = self.undelivered()
        kept = journal.read_bytes()
        server.start()
        run = self.json("show", "patient")
        self.assertEqual((run["status"], len(run["epochs"])), ("finished", 3))
        self.assertGreater(run["energy_j"]["total"], 0)
        self.assertEqual(self.undelivered(), [])
        journal.write_bytes(kept)  # as if the command had been killed before it removed the file
        journal.chmod(0o600)
        self.assertEqual(self.json("show", "patient"), run)
        self.assertEqual(len(self.json("list")["runs"]), 1)
        self.assertEqual(self.undelivered(), [])

    def test_a_run_killed_while_the_server_is_away_loses_nothing(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "killed", "--interval", "50ms", "--", "sleep", "60"],
                                 env=self.environment, start_new_session=True, stderr=subprocess.DEVNULL)
        time.sleep(5)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        server.start()
        run = self.json("show", "killed")
        self.assertEqual(run["status"], "interrupted")
        self.assertGreater(run["duration_s"], 1.5)

    def test_the_server_restarts_in_the_middle(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        server.start()
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "through", "--interval", "100ms", "--", "sh", "-c",
                                  "for i in 1 2 3 4 5 6 7; do sleep 1; echo Epoch $i/7; done"], env=self.environment,
                                 stderr=subprocess.PIPE, text=True)
        time.sleep(2)
        server.stop(signal.SIGQUIT)
        time.sleep(2)
        server.start()
        said = child.communicate(timeout=30)[1]
        self.assertEqual(child.returncode, 0)
        self.assertLessEqual(len(self.said(said)), 1, said)
        run = self.json("show", "through")
        self.assertEqual((run["status"], len(run["epochs"])), ("finished", 7))
        self.assertEqual(self.undelivered(), [])
        self.assertGreater(min(row["coverage"] for row in run["energy_j"]["by_component"]), 0.99)

    def test_a_server_that_never_comes_back_takes_no_run_with_it(self):
        self.environment["JOULECAST_STORE"] = f"postgresql://me@127.0.0.1:{postgres.free_port()}/x"
        self.measure("rescued")
        [journal] = self.undelivered()
        file = self.folder / "runs.db"
        for expected in ("1 copied", "1 unchanged"):
            self.assertIn(expected, self.call("sync", "--from", journal, "--to", file).stdout)
        run = self.json("show", "rescued", "--store", file)
        self.assertEqual((run["status"], len(run["epochs"])), ("finished", 3))
        self.assertGreater(run["energy_j"]["total"], 0)
        self.assertTrue(journal.exists())

    def test_a_server_that_hangs_in_the_middle_keeps_nobody(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        server.start()
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "hung", "--interval", "100ms", "--", "sleep", "3"],
                                 env=self.environment, stderr=subprocess.PIPE, text=True)
        self.wait_for(lambda: server.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'joulecast'"))
        time.sleep(1)
        server.signal_all(signal.SIGSTOP)
        started = time.monotonic()
        try:
            said = child.communicate(timeout=40)[1]
            self.assertLess(time.monotonic() - started, 15)
            self.assertEqual(child.returncode, 0)
            self.assertIn(".journal", said)
        finally:
            server.signal_all(signal.SIGCONT)
        run = self.json("show", "hung")
        self.assertEqual(run["status"], "finished")
        self.assertGreater(run["duration_s"], 2.9)

    def test_a_journal_that_was_cut_or_damaged_gives_what_is_whole(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        self.measure("cut", script="sleep 2.5")
        [journal] = self.undelivered()
        journal.write_bytes(journal.read_bytes()[:-10])
        (journal.parent / "rubbish.journal").write_bytes(b"\xff" * 100)
        server.start()
        self.assertEqual(self.json("show", "cut")["status"], "interrupted", "its last entry was the end")
        self.assertEqual([left.name for left in self.undelivered()], ["rubbish.journal"])


if __name__ == "__main__":
    if reason := postgres.why_not():
        print("skipped:", reason)
        sys.exit(postgres.SKIPPED)
    unittest.main()
