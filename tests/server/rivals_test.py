"""What may count a run twice, lose it or hide it on a server: two that go on with one run, other roles, other addresses,
copies; and what is known of a run while the server is away."""
import json
import os
import signal
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

import postgres
import team_store_test as team
from support import JOULECAST
from team_store_test import TeamTest

SANITIZED = bool(os.environ.get("JOULECAST_SANITIZED"))
setUpModule = team.setUpModule
tearDownModule = team.tearDownModule


class GoingOn(TeamTest):
    """joulecast run --continue, by several at once."""

    def go_on(self, name, script="sleep 1"):
        return subprocess.Popen([JOULECAST, "run", "-q", "--continue", name, "--", "sh", "-c", script], env=self.environment,
                                stderr=subprocess.PIPE, text=True)

    def test_of_two_that_begin_at_once_one_goes_on(self):
        for i in range(3):
            name = f"contested-{i}"
            self.measure(name, script="sleep 0.3")
            rivals = [self.go_on(name) for _ in range(3)]
            said = [rival.communicate(timeout=60)[1] for rival in rivals]
            self.assertEqual([rival.returncode for rival in rivals], [0] * 3)
            linked = self.sql(f"SELECT count(*) FROM joulecast.run WHERE name = '{name}' AND continues <> ''")
            self.assertEqual(linked, ["1"], said)
            parts = self.sql(f"SELECT status FROM joulecast.run WHERE name = '{name}' OR name LIKE 'sh%'")
            self.assertEqual(set(parts), {"finished"}, said)
            self.assertEqual(len(parts), 4 + 2 * i, said)

    def test_the_server_itself_lets_only_one_go_on(self):
        """One that is delivered late cannot see the other when it begins."""
        self.measure("first", script="sleep 0.2")
        [first] = self.sql("SELECT id FROM joulecast.run")
        late = self.go_on("first", script="sleep 30")
        self.wait_for(lambda: self.sql("SELECT 1 FROM joulecast.run WHERE continues <> '' AND heartbeat_ns IS NOT NULL"))
        self.wait_for(self.has_readings)
        late.kill()
        late.communicate()
        [journal] = self.undelivered()
        kept = journal.read_bytes()
        journal.unlink()
        for table in ("channel", "journal"):
            self.sql(f"DELETE FROM joulecast.{table} WHERE run IN (SELECT key FROM joulecast.run WHERE continues <> '')")
        self.sql("DELETE FROM joulecast.run WHERE continues <> ''")
        self.measure("second", "--continue", "first", script="sleep 0.2")
        journal.write_bytes(kept)
        journal.chmod(0o600)
        self.call("list")
        self.assertEqual(self.undelivered(), [])
        rows = self.sql(f"SELECT continues, info::json ->> 'continues', notes LIKE '%goes on with {first}%' FROM joulecast.run "
                        "ORDER BY key")
        self.assertEqual(rows, ["||f", f"{first}|{first}|f", "||t"])

    def test_questions_say_which_run_goes_on_with_which(self):
        self.measure("one", script="true")
        self.measure("two", "--continue", "one", script="true")
        rows = json.loads(self.call("query", "select id, continues from runs order by started, continues is null desc", "--format",
                                    "json").stdout)["rows"]
        self.assertEqual([row["continues"] for row in rows], [None, rows[0]["id"]])


class Whose(TeamTest):
    """One journal, several roles and addresses."""

    def leave_waiting(self, name="left"):
        """Kills a run when the server has a part of it, and returns its journal and a copy of that."""
        child = subprocess.Popen([JOULECAST, "run", "-q", "--name", name, "--interval", "50ms", "--", "sleep", "30"],
                                 env=self.environment, start_new_session=True)
        self.wait_for(self.has_readings)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        [journal] = self.undelivered()
        return journal, journal.read_bytes()

    def test_another_role_neither_takes_nor_removes_a_journal(self):
        team.SERVER.sql("DROP ROLE IF EXISTS other_writer; CREATE ROLE other_writer LOGIN")
        for name in ("admin", "other_writer"):
            team.SERVER.sql(f'GRANT CREATE ON DATABASE "{self.database}" TO {name}')
        # The role is not in the address.
        self.environment["JOULECAST_STORE"] = self.url.replace("admin@", "")
        self.environment["PGUSER"] = "admin"
        journal, kept = self.leave_waiting()
        self.sql("GRANT USAGE ON SCHEMA joulecast, joulecast_views TO other_writer; "
                 "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA joulecast TO other_writer")
        self.environment["PGUSER"] = "other_writer"
        self.call("list")
        self.assertEqual(journal.read_bytes(), kept)
        self.assertEqual(self.sql("SELECT count(*) FROM joulecast.run"), ["1"])
        self.environment["PGUSER"] = "admin"
        self.assertEqual(self.json("show", "left")["status"], "interrupted")
        self.assertEqual(self.undelivered(), [])
        self.assertEqual(self.sql("SELECT count(*) FROM joulecast.run"), ["1"])

    def test_one_journal_that_is_refused_keeps_no_other(self):
        journal, kept = self.leave_waiting("refused")
        self.assertEqual(self.json("show", "refused")["status"], "interrupted")
        self.sql("UPDATE joulecast.run SET writer = 'somebody_else'; CREATE ROLE limited_writer LOGIN; "
                 "GRANT USAGE ON SCHEMA joulecast, joulecast_views TO limited_writer; "
                 "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA joulecast TO limited_writer")
        self.addCleanup(lambda: self.sql("DROP OWNED BY limited_writer; DROP ROLE limited_writer"))
        self.environment["JOULECAST_STORE"] = self.url.replace("admin@", "")
        self.environment["PGUSER"] = "limited_writer"
        second, _ = self.leave_waiting_too("second")
        refused = second.parent / "00000000-refused.journal"  # before the other
        refused.write_bytes(kept)
        refused.chmod(0o600)
        self.assertEqual(self.json("show", "second")["status"], "interrupted")
        self.assertEqual(self.undelivered(), [refused])

    def leave_waiting_too(self, name):
        self.sql("DELETE FROM joulecast.journal")
        return self.leave_waiting(name)

    def test_the_address_may_be_written_otherwise(self):
        journal, _ = self.leave_waiting()
        self.environment["JOULECAST_STORE"] = (self.url.replace("postgresql://admin@", "postgres://admin:secret@") +
                                               "?connect_timeout=7&application_name=other")
        self.assertIn("interrupted", self.call("list").stdout)
        self.assertEqual(self.undelivered(), [])

    def test_a_copy_by_sync_is_not_stored_again(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        self.measure("copied")
        [journal] = self.undelivered()
        file = self.folder / "runs.db"
        self.call("sync", "--from", journal, "--to", file)
        kept = journal.read_bytes()
        journal.unlink()
        server.start()
        self.call("sync", "--from", file)
        journal.write_bytes(kept)
        journal.chmod(0o600)
        self.assertEqual(len(self.json("list")["runs"]), 1)
        self.assertEqual(self.undelivered(), [])
        self.assertIn("1 unchanged", self.call("sync", "--from", file).stdout)


class Known(TeamTest):
    """What a node knows of a run that the server does not take."""

    def test_json_bundle_and_text_are_written_without_the_server(self):
        self.environment["JOULECAST_STORE"] = f"postgresql://me@127.0.0.1:{postgres.free_port()}/x"
        result, bundle = self.folder / "result.json", self.folder / "bundle"
        done = self.call("run", "--name", "alone", "--interval", "50ms", "--json", result, "--bundle", bundle, "--", "sh", "-c", team.EPOCHS)
        self.assertIn("alone", done.stderr)
        run = json.loads(result.read_text())
        self.assertEqual((run["name"], run["status"], len(run["epochs"])), ("alone", "finished", 3))
        self.assertGreater(run["energy_j"]["total"], 0)
        [journal] = self.undelivered()
        file = self.folder / "runs.db"
        self.call("sync", "--from", journal, "--to", file)
        stored = self.json("show", "alone", "--store", file)
        for key in ("id", "epochs", "duration_s", "energy_j", "status", "exit_status"):
            self.assertEqual(run.get(key), stored.get(key), key)
        self.call("import", bundle, "--store", self.folder / "bundle.db")
        self.assertEqual(self.json("show", "alone", "--store", self.folder / "bundle.db")["energy_j"], stored["energy_j"])


    def test_who_refuses_is_not_waited_for(self):
        self.environment["JOULECAST_STORE"] = team.SERVER.url("no_such_database")
        started = time.monotonic()
        self.assertIn("no_such_database", self.measure("refused", script="true").stderr)
        self.assertLess(time.monotonic() - started, 4)
        self.assertEqual(len(self.undelivered()), 1)

    def test_a_server_is_watched_through_a_restart(self):
        server = postgres.Server()
        self.addCleanup(server.close)
        server.start()
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        self.measure("seen", script="true")
        port = postgres.free_port()
        watching = subprocess.Popen([JOULECAST, "serve", "--listen", f"127.0.0.1:{port}"], env=self.environment,
                                    stderr=subprocess.DEVNULL)
        self.addCleanup(watching.wait)
        self.addCleanup(watching.terminate)

        def names():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/runs", timeout=20) as answer:
                    return [row["name"] for row in json.load(answer)["runs"]]
            except urllib.error.HTTPError as error:
                return error.code
            except OSError:
                return None
        self.wait_for(lambda: names() == ["seen"])
        server.stop(signal.SIGQUIT)
        self.assertIn(names(), (500, 503))
        server.start()
        self.assertEqual(names(), ["seen"])

    def test_a_group_of_another_database_is_not_acted_as(self):
        team.SERVER.sql("DROP ROLE IF EXISTS joulecast_owner; CREATE ROLE joulecast_owner NOLOGIN")
        self.addCleanup(lambda: team.SERVER.sql("DROP ROLE joulecast_owner"))
        self.assertNotIn("joulecast:", self.measure("plain", script="true").stderr)


class Restarts(TeamTest):
    def test_thirty_runs_through_two_restarts(self):
        server = postgres.Server(max_connections=50)
        self.addCleanup(server.close)
        server.start()
        self.environment["JOULECAST_STORE"] = server.url("postgres")
        runs = [subprocess.Popen([JOULECAST, "run", "-q", "--name", f"n{i}", "--", "sh", "-c",
                                  "for i in 1 2 3 4 5 6 7 8; do sleep 1; echo Epoch $i/8; done"], env=self.environment,
                                 stderr=subprocess.DEVNULL) for i in range(30)]
        time.sleep(3)
        for how in (signal.SIGINT, signal.SIGQUIT):
            server.stop(how)
            time.sleep(1)
            server.start()
            time.sleep(2)
        self.assertEqual([run.wait() for run in runs], [0] * 30)
        rows = self.json("list", "--sort", "name")["runs"]
        self.assertEqual(len({row["name"] for row in rows}), 30)
        self.assertEqual(len(rows), 30)
        self.assertEqual({row["status"] for row in rows}, {"finished"})
        self.assertEqual(server.sql("SELECT count(*) FROM joulecast.epoch"), [str(30 * 8)])
        if not SANITIZED:  # thirty that are several times slower begin to measure late
            self.assertGreater(min(row["coverage"] for row in rows), 0.98)
        self.assertEqual(self.undelivered(), [])


if __name__ == "__main__":
    if reason := postgres.why_not():
        print("skipped:", reason)
        sys.exit(postgres.SKIPPED)
    unittest.main()
