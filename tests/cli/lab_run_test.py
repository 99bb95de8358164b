"""Tests joulecast lab run: the order of the runs, what each is given, budgets, pauses, and the table of what was measured."""
import csv
import json
import unittest

from lab_support import LabTest


class Runs(LabTest):
    def test_runs_every_cell_as_often_as_planned(self):
        self.plan("echo {architecture} {batch_size} {seed} >> order.txt; sleep 0.05; echo accuracy=0.{batch_size}", repetitions=3,
                  tables='[metrics]\nacc = {regex = "accuracy=([0-9.]+)"}\n')
        done = self.lab()
        lines = (self.folder / "order.txt").read_text().split("\n")[:-1]
        self.assertEqual(len(lines), 12)
        self.assertEqual(len(set(lines)), 12)
        for block in range(3):
            self.assertEqual({line.split()[2] for line in lines[4 * block:4 * block + 4]}, {str(block + 1)})
        runs = self.json("list", "--tag", "campaign=c")["runs"]
        self.assertEqual(len(runs), 12)
        self.assertEqual({run["tags"]["architecture"] for run in runs}, {"small", "large"})
        ends = self.records("end")
        self.assertEqual({end["outcome"] for end in ends}, {"finished"})
        self.assertEqual({end["metrics"]["acc"] for end in ends}, {0.16, 0.32})
        self.assertEqual({end["run"] for end in ends}, {run["id"] for run in runs})
        self.assertIn("12 of 12 repetitions", done.stdout)
        self.assertEqual(self.status()["done"], 12)
        self.assertEqual(len(list((self.folder / "p.runs").glob("*/*/output.log"))), 12)

    def test_the_order_is_the_seeds(self):
        def order(name, seed):
            folder = self.folder / name
            folder.mkdir()
            self.plan("echo {architecture}{batch_size} >> order.txt", repetitions=2, more=f"seed = {seed}")
            self.file.rename(folder / "p.toml")
            self.call("lab", "run", folder / "p.toml", "--allow-busy", "--store", folder / "runs.db")
            return (folder / "order.txt").read_text()
        self.assertEqual(order("a", 5), order("b", 5))
        self.assertNotEqual(order("d", 5), order("c", 6))

    def test_json_is_alone_on_standard_output(self):
        self.plan("echo noise {architecture} {batch_size}")
        result = json.loads(self.lab("--json", "-").stdout)
        self.assertEqual((result["end"], result["runs_made"], result["done"], result["of"]), ("done", 4, 4, 4))

    def test_a_metric_is_stored_with_the_run(self):
        self.plan("echo '{{\\\"test\\\": {{\\\"f1\\\": 0.5}}}}' > {output}/m.json # {architecture} {batch_size}",
                  tables='[metrics]\nf1 = {file = "m.json", key = "test.f1"}\n')
        self.lab()
        self.assertEqual({end["metrics"]["f1"] for end in self.records("end")}, {0.5})
        table = self.call("compare", "--store", self.store, "--group", "architecture", "--value", "f1", expect=None)
        self.assertNotIn("no column", table.stderr)

    def test_the_environment_is_what_the_plan_says(self):
        self.plan("echo $CUDA_VISIBLE_DEVICES $X $(nproc) > {output}/e; cat # {architecture} {batch_size}",
                  tables='[environments.e]\ngpus = [1]\ncpus = "0"\nvariables = {X = "{batch_size}"}\n[[exclude]]\nbatch_size = 16\n')
        self.lab(expect=3)
        files = list((self.folder / "p.runs").glob("*/*/e"))
        self.assertEqual({file.read_text() for file in files}, {"1 32 1\n"})

    def test_a_power_limit_is_set_and_set_back(self):
        self.fake_nvidia_smi('case "$*" in *query-gpu*) echo 350.00;; esac\n')
        self.plan("echo run >> calls # {architecture} {batch_size}", tables='[environments.low]\ngpus = [0]\npower_limit = "200W"\n'
                  '[environments.free]\n[[exclude]]\nbatch_size = 16\n[[exclude]]\narchitecture = "large"\n', more='order = "as-written"')
        self.lab(expect=3)
        calls = [line for line in (self.folder / "calls").read_text().splitlines() if "compute-apps" not in line]
        self.assertEqual(calls, ["--id=0 --query-gpu=power.limit --format=csv,noheader,nounits", "--id=0 --power-limit=200", "run",
                                 "--id=0 --power-limit=350.00", "run"])

    def test_a_power_limit_that_may_not_be_set_is_told(self):
        self.fake_nvidia_smi('case "$*" in *query-gpu*) echo 350.00;; *power-limit*) echo Insufficient Permissions; exit 4;; esac\n')
        self.plan("echo run >> calls # {architecture} {batch_size}", tables='[environments.low]\ngpus = [0]\npower_limit = "200W"\n')
        done = self.lab(expect=2)
        self.assertIn("the power limit of GPU 0 cannot be set to 200 W: Insufficient Permissions", done.stderr)
        self.assertNotIn("run\n", (self.folder / "calls").read_text().replace("\n\n", ""))

    def test_others_on_the_gpus_make_a_machine_busy(self):
        self.fake_nvidia_smi("echo 123; echo 456\n")
        proc = self.folder / "proc"
        proc.mkdir()
        self.environment["JOULECAST_PROCFS"] = str(proc)
        self.plan("true {architecture} {batch_size}")
        self.assertIn("2 other processes use the GPUs", self.call("lab", "run", self.file, expect=1).stderr)

    def test_a_busy_machine_is_refused(self):
        proc = self.folder / "proc"
        (proc / "pressure").mkdir(parents=True)
        (proc / "pressure" / "cpu").write_text("some avg10=55.00 avg60=1.00 avg300=0.50 total=2000000\n")
        self.environment["JOULECAST_PROCFS"] = str(proc)
        self.plan("true {architecture} {batch_size}")
        done = self.call("lab", "run", self.file, expect=1)
        self.assertIn("the machine is busy: processes waited for a CPU in 55 %", done.stderr)
        self.assertIn("--allow-busy", done.stderr)
        self.assertEqual(self.records("end"), [])
        self.lab()
        self.assertEqual(len(self.records("end")), 4)
        self.assertTrue(self.records("session")[0]["busy"])


    def test_another_campaign_makes_a_machine_busy(self):
        proc = self.folder / "proc"
        (proc / "4711").mkdir(parents=True)
        (proc / "4711/cmdline").write_bytes(b"/usr/bin/joulecast\0lab\0run\0other.toml\0")
        (proc / "4712").mkdir()
        (proc / "4712/cmdline").write_bytes(b"joulecast\0lab\0run\0--dry-run\0other.toml\0")
        self.environment["JOULECAST_PROCFS"] = str(proc)
        self.plan("true {architecture} {batch_size}")
        said = self.call("lab", "run", self.file, expect=1).stderr
        self.assertIn("another campaign is being run here, by process 4711; --allow-busy", said)
        self.assertNotIn("4712", said)


class Budget(LabTest):
    def test_stops_before_the_run_that_would_exceed_it(self):
        self.plan("sleep 0.3 # {architecture} {batch_size}", repetitions=5)
        self.lab()
        runs = self.records("end")
        if any("energy_j" not in run for run in runs):
            self.skipTest("nothing measures or models energy here")
        mean = sum(run["energy_j"] for run in runs) / len(runs)
        folder = self.folder / "budget"
        folder.mkdir()
        text = self.file.read_text().replace('name = "c"', f'name = "b"\nenergy_budget = "{3.5 * mean} J"')
        (folder / "p.toml").write_text(text)
        done = self.call("lab", "run", folder / "p.toml", "--allow-busy", "--json", "-", expect=4)
        result = json.loads(done.stdout)
        self.assertEqual(result["end"], "budget")
        made = [json.loads(line) for line in (folder / "p.journal").read_text().splitlines()]
        made = [run["energy_j"] for run in made if run["record"] == "end"]
        # A run on a busy machine may take longer than its cell's mean; what came before it was within the budget.
        self.assertLess(sum(made[:-1]), 3.5 * mean)
        self.assertLess(len(made), 20)
        self.assertIn("the energy budget is", done.stderr)

    def test_the_reference_tells_of_drift(self):
        self.plan("n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; [ $n -lt 3 ] && sleep 0.2 || sleep 0.6 # {architecture} {batch_size}",
                  tables='[reference]\ncell = {architecture = "small", batch_size = 16}\nevery = 2\ntolerance = "30%"\n')
        done = self.lab()
        references = [end for end in self.records("end") if end.get("role") == "reference"]
        self.assertEqual(len(references), 3)
        if any("energy_j" not in run for run in references):
            self.skipTest("nothing measures or models energy here")
        self.assertIn("the reference has drifted: +", done.stderr)
        reference = self.status()["reference"]
        self.assertEqual(reference["runs"], 3)
        self.assertGreater(reference["worst_drift"], 0.3)


class Pauses(LabTest):
    def test_warms_up_and_cools_down(self):
        self.plan("sleep 0.05 # {architecture} {batch_size}", tables="""
[warm_up]
command = ["sh", "-c", "echo warm >> warm.txt; sleep 0.1"]
duration = "500ms"
[cool_down]
duration = "200ms"
[[exclude]]
batch_size = 32
""")
        self.lab()
        self.assertGreaterEqual(len((self.folder / "warm.txt").read_text().split()), 1)
        warm = self.records("warm_up")
        self.assertEqual([one["why"] for one in warm], ["time"])
        self.assertAlmostEqual(warm[0]["duration_s"], 0.5, delta=0.4)
        self.assertEqual(len(self.records("cool_down")), 1)
        self.lab()
        self.assertEqual(len(self.records("warm_up")), 1, "there was nothing left to warm up for")

    def test_a_warm_up_that_fails_is_told(self):
        self.plan("true {architecture} {batch_size}", tables='[warm_up]\ncommand = ["false"]\nduration = "5s"\n')
        done = self.lab()
        self.assertIn("the warm-up command failed", done.stderr)
        self.assertEqual(self.status()["done"], 4)

    def test_a_warm_up_without_a_time_prepares_the_runs_once(self):
        self.plan("test -e ready # {architecture} {batch_size}",
                  tables='[warm_up]\ncommand = ["sh", "-c", "echo begun >> begun; sleep 0.3; touch ready"]\n')
        self.lab()
        self.assertEqual(self.status()["done"], 4)
        self.assertEqual((self.folder / "begun").read_text(), "begun\n")
        self.assertEqual(self.records("warm_up")[0]["why"], "once")

    def test_nothing_runs_where_the_preparation_does_not_end_well(self):
        for more, command, why in (("", "exit 3", "the warm-up command failed; see "),
                                   ('at_most = "300ms"\n', "sleep 60", "its command still ran after 300 ms (at_most)")):
            with self.subTest(command):
                self.journal.unlink(missing_ok=True)
                self.plan("touch ran # {architecture} {batch_size}", tables=f'[warm_up]\ncommand = ["sh", "-c", "{command}"]\n{more}')
                done = self.lab(expect=2)
                self.assertRegex(done.stderr, r"p\.toml:\d+: nothing was run, since the warm-up did not prepare it: ")
                self.assertIn(why, done.stderr)
                self.assertFalse((self.folder / "ran").exists())
                self.assertEqual(self.status()["done"], 0)


class Tables(LabTest):
    def test_the_table_is_taken_by_other_commands(self):
        self.plan("[ {architecture}{batch_size} != large32 ] || {{ echo CUDA out of memory; exit 1; }}; sleep 0.1; echo accuracy=0.{batch_size}", repetitions=4,
                  tables='[metrics]\nacc = {regex = "accuracy=([0-9.]+)"}\n')
        self.lab(expect=3)
        table = self.folder / "t.csv"
        done = self.call("lab", "table", self.file, "-o", table)
        self.assertIn("3 of them", done.stderr)
        rows = list(csv.DictReader(table.read_text().splitlines()))
        self.assertEqual(len(rows), 15)
        lost = [row for row in rows if row["outcome"] == "out-of-memory"]
        self.assertEqual(len(lost), 3)
        for row in lost:
            self.assertEqual((row["energy_j"], row["duration_s"], row["acc"], row["epoch_time_s"]), ("", "", "", ""))
            self.assertEqual((row["architecture"], row["batch_size"]), ("large", "32"))
        compared = self.json("compare", table, "--group", "architecture", "--value", "duration_s")
        self.assertEqual({group["name"]: group["n"] for group in compared["groups"]}, {"small": 8, "large": 4})
        self.call("tradeoff", table, "--by", "architecture,batch_size", "--cost", "duration_s", "--quality", "acc", expect=None)

    def test_tags_fill_the_columns_that_they_name(self):
        self.plan("true {architecture} {batch_size}", more='tags = {family = "net-{architecture}", precision = "bf16", params = "many", team = "a"}')
        self.lab()
        rows = list(csv.DictReader(self.call("lab", "table", self.file).stdout.splitlines()))
        self.assertEqual([(row["family"], row["architecture"]) for row in rows], [("net-small", "small")] * 2 + [("net-large", "large")] * 2)
        self.assertEqual({(row["precision"], row["params"], row["team"]) for row in rows}, {("bf16", "", "a")}, "params cannot be many")

    def test_an_empty_campaign_has_no_table(self):
        self.plan("true {architecture} {batch_size}")
        self.assertIn("no run", self.call("lab", "table", self.file, expect=2).stderr)

    def test_a_run_that_was_removed_keeps_what_the_journal_knows(self):
        self.plan("true {architecture} {batch_size}")
        self.lab()
        self.call("rm", self.records("end")[0]["run"])
        done = self.call("lab", "table", self.file)
        self.assertEqual(len(done.stdout.strip().splitlines()), 5)
        self.assertIn("not in the store any more", done.stderr)


if __name__ == "__main__":
    unittest.main()
