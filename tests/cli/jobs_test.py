"""Accounting of a batch system's jobs: what is added, what is not, and Slurm's own account beside it."""
import json
import os
import socket
import subprocess
import time
import unittest

from support import JOULECAST, CommandTest


class JobsTest(CommandTest):
    def setUp(self):
        super().setUp()
        for name in list(self.environment):
            if name.startswith("SLURM_"):
                del self.environment[name]
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        self.environment["PATH"] = f"{self.tools}:/usr/bin:/bin"

    def measure(self, job, user="eva", account="vision", script="sleep 0.3", *options, **variables):
        environment = dict(self.environment, SLURM_JOB_ID=str(job), SLURM_JOB_USER=user, SLURM_JOB_ACCOUNT=account,
                           SLURM_JOB_PARTITION="gpu", **variables)
        self.call("run", "-q", "--interval", "50ms", *options, "--", "sh", "-c", script, env=environment)

    def sacct(self, script):
        tool = self.tools / "sacct"
        tool.write_text("#!/bin/sh\n" + script)
        tool.chmod(0o755)

    def jobs(self, *options):
        done = self.call("jobs", "--json", "-", *options)
        return json.loads(done.stdout), done.stderr


class Sums(JobsTest):
    def test_by_job_user_account_and_month(self):
        self.measure(1)
        self.measure(1)
        self.measure(2, user="ida")
        self.call("run", "-q", "--", "true")  # of no job
        report, _ = self.jobs("--sacct", "never")
        self.assertEqual([job["job"] for job in report["jobs"]], ["2", "1"])
        self.assertEqual([job["runs"] for job in report["jobs"]], [1, 2])
        runs = [run["energy_j"] for run in self.json("list")["runs"] if run["command"] != ["true"]]
        self.assertAlmostEqual(report["total"]["energy_j"], sum(runs), delta=1e-6 * sum(runs))
        users, _ = self.jobs("--by", "user", "--sacct", "never")
        self.assertEqual({group["user"]: group["jobs"] for group in users["groups"]}, {"eva": 1, "ida": 1})
        accounts, _ = self.jobs("--by", "account", "--sacct", "never")
        self.assertEqual([(group["account"], group["jobs"]) for group in accounts["groups"]], [("vision", 2)])
        months, _ = self.jobs("--by", "month", "--sacct", "never")
        self.assertEqual([group["month"] for group in months["groups"]], [time.strftime("%Y-%m", time.gmtime())])
        only, _ = self.jobs("--user", "ida", "--sacct", "never")
        self.assertEqual([job["job"] for job in only["jobs"]], ["2"])
        none, _ = self.jobs("--since", "2030-01-01", "--sacct", "never")
        self.assertEqual(none["jobs"], [])
        text = self.call("jobs", "--sacct", "never").stdout
        self.assertIn("vision", text)
        self.assertNotIn("sleep", text, "no command line is shown")

    def test_two_runs_of_one_node_at_one_time_count_once(self):
        environment = dict(self.environment, SLURM_JOB_ID="7", SLURM_JOB_USER="eva")
        both = [subprocess.Popen([JOULECAST, "run", "-q", "--interval", "50ms", "--", "sleep", str(seconds)], env=environment)
                for seconds in (3, 1.5)]
        for process in both:
            self.assertEqual(process.wait(timeout=60), 0)
        report, _ = self.jobs("--sacct", "never")
        [job] = report["jobs"]
        self.assertEqual((job["runs"], job["left_out"]["runs"]), (2, 1))
        longest = max(run["energy_j"] for run in self.json("list")["runs"])
        self.assertAlmostEqual(job["energy_j"], longest, delta=1e-6 * longest)
        self.assertIn("at the same time not added", self.call("jobs", "--sacct", "never").stdout)

    def test_a_folder_with_a_store_of_each_node(self):
        stores = self.folder / "stores"
        stores.mkdir()
        for node in ("node1", "node2"):
            self.environment["JOULECAST_STORE"] = str(stores / f"{node}.db")
            self.measure(5)
            self.measure(6 if node == "node1" else 7)
        (stores / "broken.db").write_text("no database")
        report, errors = self.jobs("--sacct", "never", "--store", stores)
        self.assertEqual({job["job"]: job["runs"] for job in report["jobs"]}, {"5": 2, "6": 1, "7": 1})
        self.assertEqual(len(errors.strip().splitlines()), 1)
        self.assertIn("broken.db", errors)

    def test_carbon_where_a_place_is_known(self):
        self.measure(1, "eva", "vision", "sleep 0.3", "--intensity", "100")
        report, _ = self.jobs("--sacct", "never")
        self.assertAlmostEqual(report["jobs"][0]["carbon_g"], report["jobs"][0]["energy_j"] / 3.6e6 * 100, delta=1e-9)
        self.measure(2)
        report, _ = self.jobs("--sacct", "never")
        self.assertIsNone(report["jobs"][0]["carbon_g"])
        self.assertEqual(report["total"]["without_place"], 1)

    def test_an_empty_store_and_bad_arguments(self):
        self.assertIn("No run of a batch system's job", self.call("jobs").stdout)
        for wrong in (["--by", "week"], ["--since", "yesterday-ish"], ["--store", self.folder / "none.db"]):
            done = self.call("jobs", *wrong, expect=2)
            self.assertTrue(done.stderr.strip())


class SlurmsOwn(JobsTest):
    LINE = "'%s|eva|vision|gpu|COMPLETED|60|%s\\n'"

    def test_it_stands_beside_ours(self):
        self.measure(4711, user="")
        self.sacct("echo \"$@\" > " + str(self.folder / "asked") + "\nprintf " + self.LINE % ("4711", "0") +
                   "\nprintf " + self.LINE % ("4711.batch", "20") + "\nprintf " + self.LINE % ("4711.0", "10") +
                   "\nprintf " + self.LINE % ("4711.extern", "999"))
        report, _ = self.jobs()
        [job] = report["jobs"]
        self.assertEqual(job["slurm"]["energy_j"], 30, "of the steps, where the job itself has none; the extern step is no part")
        self.assertAlmostEqual(job["slurm"]["difference_pct"], 100 * (job["energy_j"] / 30 - 1), delta=1e-6)
        self.assertEqual(job["user"], "eva", "which the run did not know")
        self.assertEqual(job["slurm"]["state"], "COMPLETED")
        self.assertIn("--jobs=4711", (self.folder / "asked").read_text())
        self.assertIn("Slurm's own", self.call("jobs").stdout)
        users, _ = self.jobs("--by", "user")
        self.assertEqual([group["user"] for group in users["groups"]], ["eva"])

    def test_a_node_that_never_reported_is_named(self):
        self.measure(4711)
        host = socket.gethostname().split(".")[0]
        line = "'%s|eva|vision|gpu|COMPLETED|60|0|%s\\n'"
        self.sacct("printf " + line % ("4711", host + ",far[08-10]"))
        report, _ = self.jobs()
        self.assertEqual(report["jobs"][0]["missing_nodes"], ["far08", "far09", "far10"])
        self.assertIn("without far08, far09, far10, which never reported", self.call("jobs").stdout)
        self.sacct("printf " + line % ("4711", host))
        self.assertEqual(self.jobs()[0]["jobs"][0]["missing_nodes"], [])
        self.sacct("printf " + line % ("4711", "other[1-2]"))
        self.assertEqual(self.jobs()[0]["jobs"][0]["missing_nodes"], [], "Slurm has other names for all of them")

    def check_it_is_left_out(self, word):
        started = time.monotonic()
        report, errors = self.jobs()
        self.assertLess(time.monotonic() - started, 20)
        self.assertEqual(len(errors.strip().splitlines()), 1, errors)
        self.assertIn(word, errors)
        self.assertIsNone(report["jobs"][0]["slurm"])
        self.assertIn(word, report["sacct"])

    def test_absent(self):
        self.measure(1)
        self.environment["PATH"] = str(self.tools)
        self.check_it_is_left_out("no sacct")

    def test_slow(self):
        self.measure(1)
        self.sacct("sleep 60")
        self.check_it_is_left_out("no answer within")

    def test_rubbish(self):
        self.measure(1)
        self.sacct("head -c 100000 /dev/urandom")
        self.check_it_is_left_out("no line of its accounting")

    def test_failing(self):
        self.measure(1)
        self.sacct("echo 'Slurm accounting storage is disabled' >&2; exit 1")
        self.check_it_is_left_out("accounting storage is disabled")

    def test_odd_lines_among_good_ones(self):
        self.measure(1)
        self.sacct("echo what; printf " + self.LINE % ("1", "18446744073709551614") + "; echo '1|2|3'")
        report, errors = self.jobs()
        self.assertEqual(errors, "")
        self.assertIsNone(report["jobs"][0]["slurm"]["energy_j"], "Slurm's \"no value\" is no energy")


class Nodes(JobsTest):
    """As the runs knew them, where there is no sacct."""

    def node(self, number, nodes, step=0, start=0, name="", job=77):
        self.measure(job, "eva", "vision", "sleep 0.2", SLURM_STEP_ID=str(step), SLURM_NODEID=str(number), SLURM_PROCID=str(number),
                     SLURM_LOCALID="0", SLURM_STEP_NUM_NODES=str(nodes), SLURM_STEP_NUM_TASKS=str(nodes),
                     SLURM_STEP_TASKS_PER_NODE=f"1(x{nodes})", SLURMD_NODENAME=name or f"n{number + 1}", SLURM_RESTART_COUNT=str(start))

    def counts(self):
        [job] = self.jobs("--sacct", "never")[0]["jobs"]
        return job["nodes"], job["expected_nodes"], job["unreported_nodes"], job["left_out"]["runs"]

    def test_a_job_with_missing_nodes_says_so(self):
        self.node(0, 4)
        self.node(2, 4)
        self.assertEqual(self.counts(), (2, 4, 2, 0))
        text = self.call("jobs", "--sacct", "never").stdout
        self.assertIn("2 of 4", text)
        self.assertIn("without 2 nodes, which never reported", text)
        self.node(1, 4)
        self.assertIn("without 1 node, which never reported", self.call("jobs", "--sacct", "never").stdout)
        self.node(3, 4)
        self.assertEqual(self.counts(), (4, 4, 0, 0))
        self.assertNotIn("without", self.call("jobs", "--sacct", "never").stdout)

    def test_steps_and_starts_are_counted_each(self):
        self.node(0, 2, step=0)
        self.node(1, 2, step=0)
        self.node(0, 1, step=1)  # a step of one node lacks none
        self.assertEqual(self.counts(), (2, 2, 0, 0))
        self.node(0, 2, step=0, start=1, name="n3")  # requeued on other machines, one of which never came
        self.assertEqual(self.counts(), (3, 3, 1, 0))

    def test_a_run_that_does_not_know_its_nodes_name_is_of_the_same_node(self):
        """Two that measured it at once are one count: of both, only the longer is added."""
        inner = f"{JOULECAST} run -q --interval 50ms --store {self.store} -- sleep 1.6"
        self.measure(77, "eva", "vision", f"env -u SLURMD_NODENAME -u JOULECAST_SOCKET {inner}; sleep 0.3", SLURMD_NODENAME="n1")
        [job] = self.jobs("--sacct", "never")[0]["jobs"]
        self.assertEqual((job["nodes"], job["runs"], job["left_out"]["runs"]), (1, 2, 1))


class Privacy(JobsTest):
    def test_in_a_store_that_others_read_arguments_stay_out(self):
        self.measure(1)
        self.assertIn("sleep 0.3", self.json("list")["runs"][0]["command"])
        group = self.folder / "group"
        group.mkdir()
        group.chmod(0o2770)  # as a group that shares a store makes it
        shared = group / "runs.db"
        self.store.rename(shared)
        shared.chmod(0o660)
        self.environment["JOULECAST_STORE"] = str(shared)
        self.measure(2)
        self.assertEqual(self.json("list")["runs"][0]["command"], ["sh", "***"])
        self.call("run", "-q", "--keep-arguments", "--", "sh", "-c", "exit 0 # mine")
        self.assertIn("exit 0 # mine", self.json("list")["runs"][0]["command"])


if __name__ == "__main__":
    unittest.main()
