"""Lets a real Prometheus scrape joulecast exporter, and evaluates what data/monitoring asks of it."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from serving import ServingTest
from support import JOULECAST

SOURCE = pathlib.Path(os.environ.get("JOULECAST_SOURCE", ".")).resolve()
BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))
MONITORING = SOURCE / "data" / "monitoring"
EPOCHS = 'for i in $(seq 600); do sleep 0.2; echo "Epoch $i/600 loss=0.1"; done'


def dashboard_expressions():
    """Every expression, with Grafana's variables as they are in a panel over a few seconds."""
    dashboard = json.loads((MONITORING / "grafana-dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$instance", ".*").replace("$__range", "30s").replace("$__rate_interval", "10s")
            yield panel["title"], expression


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus(ServingTest):
    def start_prometheus(self):
        config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
                  "rule_files": [str(MONITORING / "alerts.yml")],
                  "scrape_configs": [{"job_name": "joulecast", "static_configs": [{"targets": [f"127.0.0.1:{self.port}"]}]}]}
        (self.folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
        self.url = f"http://127.0.0.1:{free_port()}"
        log = open(self.folder / "prometheus.log", "w")
        self.addCleanup(log.close)
        program = subprocess.Popen(["prometheus", f"--config.file={self.folder}/prometheus.yml",
                                    f"--storage.tsdb.path={self.folder}/tsdb", f"--web.listen-address={self.url[7:]}"],
                                   stdout=log, stderr=log)
        self.addCleanup(program.wait)
        self.addCleanup(program.terminate)

    def api(self, path, **parameters):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=30) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        try:
            return self.api("query", query=expression)["result"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from None

    def wait_for(self, condition, what, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if value := condition():
                    return value
            except OSError:
                pass  # not listening yet
            time.sleep(0.3)
        raise AssertionError(f"{what}\n{(self.folder / 'prometheus.log').read_text()[-2000:]}")

    def test_a_real_prometheus(self):
        (self.folder / "gpus.txt").write_text("gpu uuid=GPU-a name=NVIDIA_H100 arch=9\npower 0:300\n"
                                              "gpu uuid=GPU-b arch=9\npower 0:100\nfail all GPU_IS_LOST from=30\n")
        self.environment["JOULECAST_NVML_LIBRARY"] = str(BUILD / "fakes" / "libnvidia-ml.so.1")
        self.environment["JOULECAST_FAKE_NVML"] = str(self.folder / "gpus.txt")
        self.serve()
        self.start_prometheus()
        run = subprocess.Popen([JOULECAST, "run", "--quiet", "--name", "training", "--tag", "budget=10J", "--", "sh", "-c", EPOCHS],
                               env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(run.wait, 30)
        self.addCleanup(run.terminate)

        def up():
            return [t for t in self.api("targets")["activeTargets"] if t["health"] == "up"]
        self.wait_for(up, "the exporter is not scraped")

        # The run's forecast is the last to appear. Then each panel has something to show.
        self.wait_for(lambda: self.query("joulecast_run_projected_energy_high_joules") and self.query("joulecast_run_power_watts"),
                      "the run has no forecast")
        for title, expression in dashboard_expressions():
            self.wait_for(lambda: self.query(expression), f"{title}: {expression} has no result", 20)

        power = self.query('joulecast_power_watts{device="GPU-a"}')[0]["value"][1]
        self.assertAlmostEqual(float(power), 300, delta=60)
        energy = 'joulecast_energy_joules_total{device="GPU-a"}'
        # Over a window with all of its scrapes.
        self.wait_for(lambda: abs(float(self.query(f"rate({energy}[6s])")[0]["value"][1]) - 300) < 60, "the rate is not the power")
        # Units are in OpenMetrics alone: that is what it asked for, and got.
        self.assertEqual(self.api("metadata", metric="joulecast_power_watts")["joulecast_power_watts"][0]["unit"], "watts")

        rules = [rule for group in self.api("rules")["groups"] for rule in group["rules"]]
        self.assertGreaterEqual(len(rules), 7)
        for rule in rules:
            self.query(rule["query"])
            self.assertEqual((rule["health"], rule.get("lastError", "")), ("ok", ""), rule["name"])
        firing = self.wait_for(lambda: {alert["labels"]["alertname"] for alert in self.api("alerts")["alerts"]}
                               >= {"JoulecastRunOverBudget", "JoulecastMeterGone"}, "the alerts do not come")
        self.assertTrue(firing)


class Tools(unittest.TestCase):
    def promtool(self, *arguments, **options):
        done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=120, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_the_alerts_fire_when_they_should(self):
        self.promtool("check", "rules", MONITORING / "alerts.yml")
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(MONITORING / "alerts.yml", folder)
            shutil.copy(SOURCE / "tests" / "fixtures" / "monitoring" / "alerts_test.yml", folder)
            self.assertIn("SUCCESS", self.promtool("test", "rules", pathlib.Path(folder) / "alerts_test.yml"))


class Lint(ServingTest):
    def test_promtool_has_nothing_to_say(self):
        self.serve()
        done = subprocess.run(["promtool", "check", "metrics"], input=self.ask("/metrics")[2], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


class Files(unittest.TestCase):
    def test_they_name_metrics_that_docs_list(self):
        listed = set(re.findall(r"`(joulecast_\w+)", (SOURCE / "docs" / "exporter.md").read_text()))
        used = set()
        for file in ("alerts.yml", "grafana-dashboard.json"):
            used |= set(re.findall(r"\bjoulecast_\w+", (MONITORING / file).read_text()))
        self.assertGreater(len(used), 10)
        self.assertEqual(used - listed, set())


if __name__ == "__main__":
    missing = [name for name in ("prometheus", "promtool") if shutil.which(name) is None]
    if missing:
        print(f"skipped: no {' and no '.join(missing)} here (scripts/install_packages.sh monitoring)")
        sys.exit(77)
    unittest.main()
