"""Tests joulecast lab: plans, what becomes of each run, budgets, pauses, tables."""
import contextlib
import csv
import json
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

from lab_support import TWO_BY_TWO, LabTest
from support import JOULECAST


PLAN_OF_ALL_KEYS = """
name = "all"
command = ["sh", "-c", "{architecture} {batch_size}"]
folder = "."
repetitions.min = 2
repetitions.max = 9
repetitions.half_width = "5%"
repetitions.of = "mean"
repetitions.level = 0.9
repetitions.compare = "architecture"
repetitions.equal_within = "3%"
repetitions.each_alone = true
seed = 3
order = "as-written"
timeout = "1h"
grace = "10s"
energy_budget = "5kWh"
price = "0.25EUR"
give_up_after = 4
collect = ["*.csv"]
place.country = "ESP"
place.pue = 1.2
tags.dataset = "cifar10"
variables.WIDTH = "{width}"
[factors]
architecture = ["small", "large"]
batch_size = [16, 32]
width = [1, 2]
[environments.one]
cpus = "0"
board = "RTX 3090"
partition = "gpu"
constraint = "a100"
[environments.one.variables]
THREADS = "1"
[[exclude]]
architecture = "large"
batch_size = 32
[[include]]
architecture = "huge"
batch_size = 64
width = 1
environment = "one"
[warm_up]
command = ["true"]
steady = "1%"
steady_kelvin = 2
window = "30s"
at_most = "5min"
[cool_down]
within = "5%"
at_most = "1min"
idle = "2s"
[retry]
times = 1
wait = "1s"
on = ["failed"]
[out_of_memory]
exit_status = [9]
output = ["no room"]
usual = true
[metrics.acc]
regex = "acc=([0-9]+)"
[metrics.f1]
file = "m.json"
key = "f1"
[metrics.loss]
progress = "val_loss"
[progress]
epochs = 3
steps = 30
epoch_regex = "E ([0-9]+)"
step_regex = "S ([0-9]+)"
interval = "500ms"
[reference]
every = 5
tolerance = "10%"
[reference.cell]
architecture = "small"
batch_size = 16
width = 1
environment = "one"
[quiet]
load = 2
pressure = 0.5
"""


class Plans(LabTest):
    def test_a_bad_plan_is_one_line_and_nothing_runs(self):
        good = TWO_BY_TWO.replace("{script}", "{architecture} {batch_size}").replace("{repetitions}", "1")
        good = good.replace("{more}", "").replace("{tables}", "")
        self.refused(good.replace("repetitions", "repetitons"), f"{self.file}:4", "repetitons", 'did you mean "repetitions"?')
        self.refused(good.replace("[16, 32]", "[16, 16]"), f"{self.file}:8", "factors.batch_size", "alike")
        self.refused(good.replace("[16, 32]", '"16"'), f"{self.file}:8", "must be a list")
        self.refused(good.replace("{batch_size}", ""), f"{self.file}:8", "factors.batch_size", "not used")
        self.refused(good.replace('"sh"', '"no-such-program"'), f"{self.file}:3: command: ", "no-such-program")
        self.refused(good.replace('"sh"', '"./train.sh"'), f"{self.file}:3: command: ", "./train.sh")
        self.refused(good.replace('"sh"', '"/"'), f"{self.file}:3: command: ", "cannot be executed")
        self.refused(good.replace("[factors]", 'folder = "nowhere"\n[factors]'), f"{self.file}:6: folder: ", "nowhere is no folder")
        self.refused(good + '[warm_up]\ncommand = ["no-such-program"]\n', f"{self.file}:10: warm_up.command: ", "no-such-program")
        self.refused(good + "[[exclude]]\nbatch_size = 64\n", f"{self.file}:11", "exclude.batch_size")
        self.refused("= 3\n", f"{self.file}:1")
        self.refused("\x00\xff", str(self.file))

    def test_what_cannot_be_meant_is_refused_where_it_stands(self):
        good = TWO_BY_TWO.replace("{script}", "{architecture} {batch_size}").replace("{repetitions}", "1").replace("{tables}", "")
        plain = good.replace("{more}", "")
        with_line = lambda line: good.replace("{more}", line)
        self.refused(plain + "[environments.a]\n[environments.b]\n", f"{self.file}:11", "environments.b", "the same as a")
        self.refused(with_line('place = {country = "Atlantis"}'), f"{self.file}:5", "place.country")
        self.refused(with_line('place = {region = "nowhere-9"}'), f"{self.file}:5", "place.region")
        self.refused(plain + '[environments.a]\nboard = "H9999"\n', f"{self.file}:11", "environments.a.board", "H9999")
        self.refused(with_line('variables = {"A=B" = 1}'), f"{self.file}:5", "variables", "A=B")
        self.refused(with_line('variables = {"" = 1}'), f"{self.file}:5", "variables")
        self.refused(with_line('tags = {note = "a\\u0000b"}'), f"{self.file}:5", "NUL")
        for tag in ("campaign", "cell", "role"):
            self.refused(with_line(f'tags = {{{tag} = "x"}}'), f"{self.file}:5", "tags", tag)

    def test_every_value_is_refused_on_its_own_line(self):
        """A moment is nothing that any key takes."""
        text = PLAN_OF_ALL_KEYS.strip() + "\n"
        self.file.write_text(text)
        self.call("lab", "run", self.file, "--dry-run")
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            key, equals, _ = line.partition(" = ")
            if not equals:
                continue
            with self.subTest(line):
                changed = [*lines[:number - 1], f"{key} = 1979-05-27", *lines[number:]]
                self.refused("\n".join(changed), f"{self.file}:{number}: ", key)

    def test_a_file_that_is_no_plan(self):
        self.assertIn("none.toml", self.call("lab", "run", self.folder / "none.toml", expect=2).stderr)
        self.call("lab", "run", self.folder, expect=2)
        self.call("lab", "status", self.folder / "none.toml", expect=2)

    def test_a_cpu_that_is_not_there(self):
        self.plan("{architecture} {batch_size}", tables='[environments.e]\ncpus = "60000"\n')
        self.assertIn("environments.e.cpus", self.call("lab", "run", self.file, "--allow-busy", expect=2).stderr)


class Examples(LabTest):
    SOURCE = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).resolve().parents[2]))

    def test_the_plan_of_the_manual_runs(self):
        text = (self.SOURCE / "docs/lab.md").read_text().split("<!-- plan -->\n```toml\n")[1].split("```")[0]
        self.file.write_text(text)
        self.json("lab", "run", self.file, "--dry-run")
        self.lab()
        status = self.status()
        self.assertEqual((status["done"], status["of"]), (9, 9))
        self.assertEqual(status["reference"]["runs"], 3)
        self.call("lab", "table", self.file, "-o", self.folder / "runs.csv")
        compared = self.json("compare", self.folder / "runs.csv", "--group", "batch_size", "--value", "duration_s")
        self.assertEqual(sum(group["n"] for group in compared["groups"]), 9)

    def test_the_examples_are_plans(self):
        for plan in sorted((self.SOURCE / "examples/lab").glob("*.toml")):
            self.json("lab", "status", plan)
            self.assertFalse(plan.with_suffix(".journal").exists())


class DryRun(LabTest):
    def test_what_is_not_known_is_said_and_never_0(self):
        self.plan("{architecture} {batch_size}", repetitions=3)
        result = self.json("lab", "run", self.file, "--dry-run")
        self.assertEqual(result["left"]["runs"], 12)
        self.assertIsNone(result["left"]["energy_j"])
        self.assertIsNone(result["left"]["duration_s"])
        self.assertIsNone(result["left"]["co2e_g"])
        self.assertIn("not known", self.call("lab", "run", self.file, "--dry-run").stdout)
        self.assertFalse(self.journal.exists())
        self.assertFalse((self.folder / "p.runs").exists())
        self.assertFalse(self.store.exists())

    def test_predicts_what_the_plan_describes(self):
        self.file.write_text("""
command = ["sh", "-c", "{architecture} {batch_size}"]
repetitions = 30
tags = {dataset = "cifar10", epochs = 5, gpu = "RTX 3090"}
price = "0.25EUR"
place = {country = "ESP"}
[factors]
architecture = ["resnet18", "mobilenet_v2"]
batch_size = [32, 64]
""")
        left = self.json("lab", "run", self.file, "--dry-run")["left"]
        self.assertEqual(left["cells"], {"predicted": 4})
        self.assertEqual(left["runs_without_energy"], 0)
        for figure in (left["energy_j"], left["duration_s"], left["cost"], left["co2e_g"]):
            self.assertLess(figure["low"], figure["value"])
            self.assertLess(figure["value"], figure["high"])
        alone = self.json("predict", "resnet18", "--gpu", "RTX 3090", "--batch", 32, "--batch", 64, "--epochs", 5, "--dataset", "cifar10")
        other = self.json("predict", "mobilenet_v2", "--gpu", "RTX 3090", "--batch", 32, "--batch", 64, "--epochs", 5, "--dataset", "cifar10")
        total = sum(one["total_energy_j"]["value"] for result in (alone, other) for one in result["predictions"])
        self.assertAlmostEqual(left["energy_j"]["value"], 30 * total, delta=1e-6 * 30 * total)
        self.assertAlmostEqual(left["cost"]["value"], 0.25 * left["energy_j"]["value"] / 3.6e6, places=6)

    def test_knows_what_an_earlier_campaign_has_measured(self):
        self.plan("{architecture} {batch_size}; sleep 0.2".replace("{architecture} {batch_size}", ": {architecture} {batch_size}"), repetitions=2)
        self.lab()
        again = self.folder / "again.toml"
        again.write_text(self.file.read_text().replace('name = "c"', 'name = "d"'))
        left = self.json("lab", "run", again, "--dry-run")["left"]
        self.assertEqual(left["cells"], {"earlier": 4})
        self.assertGreater(left["duration_s"]["value"], 8 * 0.2)


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


class Failures(LabTest):
    def outcomes(self):
        return {(end["levels"]["architecture"], end["levels"]["batch_size"]): end for end in self.records("end")}

    def test_each_end_is_told_apart_and_the_rest_goes_on(self):
        cases = {
            ("small", "16"): "echo RuntimeError: CUDA out of memory. Tried to allocate 1 GiB >&2; exit 1",
            ("small", "32"): "echo OSError: No space left on device >&2; exit 1",
            ("large", "16"): "kill -SEGV $$",
            ("large", "32"): "sleep 60",
        }
        script = "".join(f"if [ {a} = {{architecture}} ] && [ {b} = {{batch_size}} ]; then {what}; fi; " for (a, b), what in cases.items())
        self.plan(script, more='timeout = "1s"\ngrace = "2s"')
        began = time.monotonic()
        self.lab(expect=3)
        self.assertLess(time.monotonic() - began, 30)
        found = {cell: end["outcome"] for cell, end in self.outcomes().items()}
        self.assertEqual(found, {("small", "16"): "out-of-memory", ("small", "32"): "disk-full", ("large", "16"): "killed",
                                 ("large", "32"): "timeout"})
        self.assertEqual(self.outcomes()["large", "16"]["reason"], "by SIGSEGV")
        status = self.status()
        self.assertEqual(status["failed"], {"timeout": 1, "killed": 1, "out-of-memory": 1, "disk-full": 1})
        self.assertEqual(status["left"]["runs"], 0)
        tags = {run["tags"].get("outcome") for run in self.json("list")["runs"]}
        self.assertEqual(tags, {"timeout", "killed", "out-of-memory", "disk-full"})

    def test_a_command_that_ignores_its_end_is_killed_with_all_of_its_own(self):
        self.plan("trap '' TERM INT; sleep 61 & sleep 62; sleep 63 # {architecture}", more='timeout = "300ms"\ngrace = "300ms"',
                  tables="[[exclude]]\narchitecture = \\\"large\\\"\n[[exclude]]\nbatch_size = 32\n".replace('\\"', '"'))
        text = self.file.read_text().replace("# {architecture}", "# {architecture} {batch_size}")
        self.file.write_text(text)
        began = time.monotonic()
        self.lab(expect=3)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual([end["outcome"] for end in self.records("end")], ["timeout"])
        left = subprocess.run(["pgrep", "-f", "^sleep 6[123]$"], capture_output=True, text=True).stdout
        mine = [pid for pid in left.split() if str(self.folder) in open(f"/proc/{pid}/environ", errors="replace").read()]
        self.assertEqual(mine, [])

    def test_what_it_leaves_in_the_background_is_ended(self):
        self.plan("sleep 59 >/dev/null 2>&1 & true # {architecture} {batch_size}")
        self.lab()
        self.assertEqual({end["outcome"] for end in self.records("end")}, {"finished"})
        for end in self.records("end"):
            self.assertIn("left behind", " ".join(end["flags"]))

    def test_a_failure_is_tried_again_as_often_as_the_plan_says(self):
        self.plan("n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; [ $n -ge 2 ] # {architecture} {batch_size}",
                  tables="[retry]\ntimes = 2\n")
        self.lab()
        ends = self.records("end")
        self.assertEqual([end["outcome"] for end in ends][:3], ["failed", "failed", "finished"])
        self.assertEqual([end["attempt"] for end in ends][:3], [1, 2, 3])
        self.assertEqual(self.status()["done"], 4)

    def test_a_cell_that_always_fails_is_given_up(self):
        self.plan("[ {architecture} = small ] # {batch_size}", repetitions=5, more="give_up_after = 2")
        self.lab(expect=3)
        status = self.status()
        self.assertEqual(status["done"], 10)
        self.assertEqual(status["failed"], {"failed": 4})
        self.assertEqual(status["cells_given_up"], 2)
        self.assertEqual(status["left"]["runs"], 0)

    def test_what_was_given_up_is_made_again_when_asked(self):
        self.plan("[ {architecture} = small ] || [ -e mended ] # {batch_size}", repetitions=3, more="give_up_after = 2")
        self.lab(expect=3)
        before = self.journal.read_bytes()
        self.lab(expect=3)
        self.assertEqual(len(self.records("end")), 10, "without being asked nothing is made again")
        (self.folder / "mended").touch()
        self.lab("--retry")
        self.assertTrue(self.journal.read_bytes().startswith(before), "nothing of the record is lost")
        status = self.status()
        self.assertEqual((status["done"], status["failed"], status["cells_given_up"]), (12, {}, 0))
        ends = self.records("end")
        self.assertEqual([end["outcome"] for end in ends[:10]].count("failed"), 4)
        self.assertEqual({end["attempt"] for end in ends[10:] if end["repetition"] < 3}, {2})
        self.assertAlmostEqual(status["spent_j"], sum(end.get("energy_j", 0) for end in ends))
        self.assertIn("nothing has failed", self.lab("--retry").stderr)

    def test_cells_are_made_again_by_their_levels(self):
        self.plan("[ -e mended ] # {architecture} {batch_size}", repetitions=2)
        self.lab(expect=3)
        (self.folder / "mended").touch()
        for wrong, said in (("colour=red", "colour"), ("architecture", "no cell of the plan has architecture"),
                            ("architecture=huge", "no cell of the plan has architecture=huge"), ("", "is no factor of the plan")):
            self.assertIn(said, self.lab("--retry-cell", wrong, expect=2).stderr)
        self.assertEqual(len(self.records("end")), 8)
        self.lab("--retry-cell", "architecture=small,batch_size=32", expect=3)
        status = self.status()
        self.assertEqual((status["done"], status["failed"]), (2, {"failed": 6}))
        self.assertEqual({(end["levels"]["architecture"], end["levels"]["batch_size"]) for end in self.records("end")[8:]}, {("small", "32")})
        self.assertIn("nothing has failed", self.lab("--retry-cell", "architecture=small,batch_size=32", expect=3).stderr)
        self.lab("--retry-cell", "architecture=small", "--retry-cell", "batch_size=16", expect=3)
        self.assertEqual((self.status()["done"], len(self.records("end"))), (6, 14))
        self.lab("--retry")
        self.assertEqual((self.status()["done"], self.status()["failed"]), (8, {}))

    def test_every_command_inherits_the_same_signals(self):
        self.plan("grep SigIgn /proc/self/status # {architecture} {batch_size}")
        self.lab()
        those_of_the_c_library = 3 << 31  # it takes two for itself with the first thread, also where they came ignored
        ignored = {int(log.read_text().split()[1], 16) & ~those_of_the_c_library for log in self.folder.glob("p.runs/*/*/output.log")}
        self.assertEqual(len(ignored), 1, ignored)
        self.assertEqual(ignored.pop() & ((1 << signal.SIGPIPE - 1) | (1 << signal.SIGXFSZ - 1)), 0)

    def test_a_file_that_may_not_grow_is_told_and_not_the_end_by_a_signal(self):
        self.plan("true {architecture} {batch_size}")
        self.lab()
        size = self.journal.stat().st_size
        self.plan("true {architecture} {batch_size}", repetitions=2)
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        done = subprocess.run([JOULECAST, "lab", "run", self.file, "--allow-busy"], env=self.environment, capture_output=True, text=True,
                              preexec_fn=limit, restore_signals=True)
        self.assertGreater(done.returncode, 0, done)
        self.assertIn("File too large", done.stderr)
        self.lab()
        self.assertEqual(self.status()["done"], 8)

    def small_disk(self, size):
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a small file system")
        mount = self.folder / "small"
        mount.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(mount)]).returncode != 0:
            self.skipTest("a file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(mount)])
        return mount

    def test_a_full_disk_under_the_output_is_told_and_costs_no_run(self):
        disk = self.small_disk("size=16k,nr_inodes=40")
        (self.folder / "p.runs").symlink_to(disk)
        self.plan("seq 9999; echo acc=0.5 # {architecture} {batch_size}", tables='[metrics]\nacc = {regex = "acc=([0-9.]+)"}\n')
        self.lab()
        self.check_output_is_lost("bytes of the command's output could not be written: No space left on device")
        logs = [log.read_text() for log in disk.glob("*/*/output.log")]
        self.assertTrue(any(log.startswith("1\n2\n") for log in logs), "what there is room for is kept")

        # The folders are there, and there is no room for a file in them.
        for log in disk.glob("*/*/output.log"):
            log.unlink()
        with contextlib.suppress(OSError):
            for number in range(40):
                (disk / str(number)).touch()
        self.journal.unlink()
        self.environment["JOULECAST_STORE"] = str(self.folder / "other.db")
        self.lab()
        self.check_output_is_lost("it could not be made: No space left on device")

    def check_output_is_lost(self, told):
        ended = self.records("end")
        self.assertEqual([run["outcome"] for run in ended], ["finished"] * 4)
        self.assertEqual([run["metrics"]["acc"] for run in ended], [0.5] * 4)
        flags = [flag for run in ended for flag in run.get("flags", [])]
        self.assertTrue(any(flag.startswith("output.log: ") and told in flag for flag in flags), flags)
        report = self.call("lab", "report", self.file, "--format", "text").stdout
        self.assertIn(told, " ".join(report.split()), "the text is broken into lines")

    def test_a_store_that_is_full_loses_no_run(self):
        mount = self.small_disk("size=600k")
        self.plan("sleep 0.1 # {architecture} {batch_size}")
        text = self.file.read_text()
        self.file = mount / "p.toml"
        self.file.write_text(text)
        self.journal = mount / "p.journal"
        self.call("lab", "run", self.file, "--dry-run")
        ballast = os.open(mount / "ballast", os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(ballast, b"x" * 4096)
        except OSError:
            os.close(ballast)
        done = self.call("lab", "run", self.file, "--allow-busy", expect=None)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("No space left on device", done.stderr)
        (mount / "ballast").unlink()
        self.lab()
        self.assertEqual(self.status()["done"], 4)


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
