"""joulecast lab export, task and collect: campaigns for Snakemake and Kubernetes, and what comes back from them."""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import unittest

from support import JOULECAST, CommandTest

PLAN = """name = "Vision {of} 'x'"
command = ["sh", "run.sh", "{kind}", "{size}", "{repetition}"]
repetitions = 2
%s
[factors]
kind = ["fine", "memory"]
size = [8, 16]
[metrics]
accuracy = {regex = "accuracy=([0-9.]+)"}
[progress]
interval = "100ms"
%s
"""
PROGRAM = """echo "$@" >> starts
test $1 = memory && { echo 'RuntimeError: DefaultCPUAllocator: not enough memory' >&2; exit 1; }
sleep 0.3; echo accuracy=0.$2
"""


class Export(CommandTest):
    def setUp(self):
        super().setUp()
        self.home = self.folder / "shared folder"  # what reads a command line has to bear the blank
        self.home.mkdir()
        self.plan = self.home / "vision.toml"
        (self.home / "run.sh").write_text(PROGRAM)
        self.write_plan()

    def write_plan(self, more="", environments=""):
        self.plan.write_text(PLAN % (more, environments))

    def starts(self):
        file = self.home / "starts"
        return sorted(file.read_text().split("\n"))[1:] if file.exists() else []

    def table(self):
        return list(csv.DictReader(io.StringIO(self.call("lab", "table", self.plan).stdout)))

    def snakefile(self):
        self.call("lab", "export", self.plan, "--snakemake", self.folder / "snake", "--program", os.path.abspath(JOULECAST))
        return (self.folder / "snake/Snakefile").read_text()

    def shell_commands(self, snakefile):
        """The commands of the rules, with each repetition filled in, as Snakemake would give them to a shell."""
        commands = [json.loads(text) for text in re.findall(r"^    shell: (.*)$", snakefile, re.M)]
        return [command.replace("{wildcards.repetition}", str(number)).replace("{{", "{").replace("}}", "}")
                for command in commands for number in (1, 2)]

    def test_each_cell_is_a_rule_whose_command_makes_its_output(self):
        text = self.snakefile()
        self.assertEqual(len(re.findall(r"^rule cell_[0-9a-f]{16}:  # kind=", text, re.M)), 4)
        compile(re.sub(r"^(rule|onsuccess).*\n(?:    .*\n)+", "", text, flags=re.M), "Snakefile", "exec")  # what is plain Python
        for command in self.shell_commands(text):
            subprocess.run(["sh", "-c", command], env=self.environment, check=True, capture_output=True, timeout=60)
        outputs = {json.loads(output).replace("{{", "{").replace("}}", "}").replace("{repetition}", str(number))
                   for output in re.findall(r"^    output: (.*)$", text, re.M) for number in (1, 2)}
        self.assertEqual({str(path) for path in (self.home / "vision.tasks/results").iterdir()}, outputs)
        self.assertEqual(len(self.starts()), 8)

        status = self.json("lab", "collect", self.plan)
        self.assertEqual(status["done"], 4)
        rows = self.table()
        self.assertEqual(sorted(row["outcome"] for row in rows), ["finished"] * 4 + ["out-of-memory"] * 4)
        self.assertEqual({row["accuracy"] for row in rows if row["kind"] == "fine"}, {"0.8", "0.16"})
        self.assertEqual(len(self.json("list")["runs"]), 8)
        # Nothing is repeated or taken in twice.
        subprocess.run(["sh", "-c", self.shell_commands(text)[0]], env=self.environment, check=True, capture_output=True, timeout=60)
        self.call("lab", "collect", self.plan)
        self.assertEqual((len(self.starts()), len(self.table())), (8, 8))

    def test_a_collect_that_was_killed_is_finished_by_the_next(self):
        for command in self.shell_commands(self.snakefile())[:2]:
            subprocess.run(["sh", "-c", command], env=self.environment, check=True, capture_output=True, timeout=60)
        stores, aside = self.home / "vision.tasks/stores", self.folder / "aside"
        shutil.copytree(stores, aside)
        self.call("lab", "collect", self.plan)
        runs = self.json("list")["runs"]
        self.assertEqual((len(runs), list(stores.iterdir())), (2, []))
        # As if it had ended after the journal's record: the runs are not in the store yet, or are.
        shutil.copytree(aside, stores, dirs_exist_ok=True)
        self.call("rm", runs[0]["id"])
        self.call("lab", "collect", self.plan)
        self.assertEqual({run["id"] for run in self.json("list")["runs"]}, {run["id"] for run in runs})
        self.assertEqual(list(stores.iterdir()), [])
        self.assertEqual(self.json("lab", "collect", self.plan)["done"], len([run for run in runs if run["status"] == "finished"]))

    def test_of_adaptive_repetitions_it_says_what_is_made(self):
        self.plan.write_text(self.plan.read_text().replace("repetitions = 2", 'repetitions = {min = 3, max = 40, half_width = "20%"}'))
        done = self.call("lab", "export", self.plan, "--snakemake", self.folder / "snake")
        self.assertIn("this makes the 3 that each cell needs at least", done.stderr)
        self.assertIn("range(1, 4)", (self.folder / "snake/Snakefile").read_text())

    def test_run_takes_in_what_tasks_have_done(self):
        for command in self.shell_commands(self.snakefile())[:3]:
            subprocess.run(["sh", "-c", command], env=self.environment, check=True, capture_output=True, timeout=60)
        before = self.starts()
        self.assertEqual(len(before), 3)
        self.call("lab", "run", self.plan, "--allow-busy", "--quiet", expect=3)  # memory never suffices
        self.assertEqual(len(self.starts()), 8, self.starts())
        self.assertEqual(len(set(self.starts())), 8, "nothing was done twice")

    def test_snakemake_itself_understands_it(self):
        snakemake = shutil.which("snakemake")
        if not snakemake:
            self.skipTest("snakemake (PyPI) is not installed")
        self.snakefile()
        done = subprocess.run([snakemake, "--snakefile", self.folder / "snake/Snakefile", "--directory", self.folder / "snake",
                               "--cores", "2", "--dry-run"], env=self.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout + done.stderr, r"total\s+9")

    def kubernetes(self, *options):
        file = self.folder / "jobs.json"
        self.call("lab", "export", self.plan, "--kubernetes", file, "--image", "registry/lab:1", "--claim", "campaigns", *options)
        return json.loads(file.read_text())

    def check_job(self, job):
        """What the published schema of batch/v1 wants of an Indexed Job."""
        self.assertEqual((job["apiVersion"], job["kind"]), ("batch/v1", "Job"))
        self.assertRegex(job["metadata"]["name"], r"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")
        spec = job["spec"]
        self.assertEqual(spec["completionMode"], "Indexed")
        for name in ("completions", "parallelism", "backoffLimitPerIndex"):
            self.assertIsInstance(spec[name], int)
        pod = spec["template"]["spec"]
        self.assertEqual(pod["restartPolicy"], "Never", "backoffLimitPerIndex needs it")
        self.assertLessEqual(set(pod), {"restartPolicy", "affinity", "containers", "volumes", "nodeSelector"})
        (container,) = pod["containers"]
        self.assertLessEqual(set(container), {"name", "image", "command", "volumeMounts", "resources"})
        mounts = {mount["name"] for mount in container["volumeMounts"]}
        self.assertEqual(mounts, {volume["name"] for volume in pod["volumes"]})
        labels = spec["template"]["metadata"]["labels"]
        for value in labels.values():
            self.assertRegex(value, r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$")
        (term,) = pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        self.assertEqual(term["labelSelector"]["matchLabels"], labels)
        return spec, pod, container

    def test_an_indexed_job_makes_each_run_once(self):
        manifest = self.kubernetes("--program", os.path.abspath(JOULECAST))
        self.assertEqual((manifest["apiVersion"], manifest["kind"], len(manifest["items"])), ("v1", "List", 1))
        spec, pod, container = self.check_job(manifest["items"][0])
        self.assertEqual(spec["completions"], 8)
        self.assertEqual(pod["volumes"][0]["persistentVolumeClaim"], {"claimName": "campaigns"})
        self.assertEqual(container["volumeMounts"][0]["mountPath"], str(self.home))
        for index in range(8):
            command = [word.replace("$(JOB_COMPLETION_INDEX)", str(index)) for word in container["command"]]
            subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=60)
        self.call("lab", "collect", self.plan)
        self.assertEqual((len(self.starts()), len(self.table())), (8, 8))

    def test_environments_are_jobs_of_their_own(self):
        self.write_plan(environments='[environments.a100]\ngpus = [0, 1]\n[environments.h100]\ngpus = [0]\n')
        items = self.kubernetes()["items"]
        self.assertEqual(len({job["metadata"]["name"] for job in items}), 2)
        limits = {}
        for job in items:
            _, pod, container = self.check_job(job)
            limits[pod["nodeSelector"]["joulecast.environment"]] = container["resources"]["limits"]["nvidia.com/gpu"]
        self.assertEqual(limits, {"j-a100": "2", "j-h100": "1"})

    def test_the_client_of_kubernetes_takes_the_job(self):
        try:
            from kubernetes import client
        except ImportError:
            self.skipTest("kubernetes (PyPI) is not installed")
        self.write_plan(environments='[environments.a100]\ngpus = [0]\n')
        written = self.kubernetes()["items"][0]
        api = client.ApiClient()
        job = api.deserialize(json.dumps(written), "V1Job", "application/json")
        self.assertEqual(job.spec.completion_mode, "Indexed")
        self.assertEqual(api.sanitize_for_serialization(job), written, "keys that the client does not know are lost")

    def test_bad_input_is_one_line(self):
        cell = re.search(r"cell_([0-9a-f]{16})", self.snakefile())[1]
        tasks = self.folder / "tasks"
        tasks.write_text(f"{cell} 1 1\n{cell} one 1\n")
        damaged = self.home / "vision.tasks/results"
        damaged.mkdir(parents=True, exist_ok=True)
        for arguments, expected in (
            (["export", self.plan], "--snakemake: or kubernetes says what to write"),
            (["export", self.plan, "--kubernetes", "x.json"], "--image: is needed"),
            (["task", self.plan], "--tasks: with an index"),
            (["task", self.plan, "--tasks", tasks, "--index", "0"], "tasks:2: is no task"),
            (["task", self.plan, "--cell", "0123456789abcdef"], "has no cell 0123456789abcdef any more"),
        ):
            with self.subTest(expected):
                done = self.call("lab", *arguments, expect=2)
                self.assertIn(expected, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        tasks.write_text(f"{cell} 1 1\n")
        self.assertIn("--index: 1 is not one of the 1 tasks", self.call("lab", "task", self.plan, "--tasks", tasks, "--index", "1", expect=2).stderr)
        (damaged / f"{cell}-1-1.json").write_text('{"run"')
        self.assertIn(f"{cell}-1-1.json", self.call("lab", "collect", self.plan, expect=2).stderr)
        self.assertEqual(self.starts(), [])

    def test_a_task_that_is_ended_leaves_no_result(self):
        (self.home / "run.sh").write_text('echo "$@" >> starts; sleep 60')
        cell = re.search(r"cell_([0-9a-f]{16})", self.snakefile())[1]
        with subprocess.Popen([JOULECAST, "lab", "task", self.plan, "--cell", cell], env=self.environment, stderr=subprocess.DEVNULL) as task:
            while not self.starts() and task.poll() is None:
                pass
            task.terminate()
            self.assertEqual(task.wait(60), 143)
        self.assertEqual(list((self.home / "vision.tasks/results").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
