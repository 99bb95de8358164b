"""Tests joulecast sensors and doctor on fakes of whole machines."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

JOULECAST = os.environ["JOULECAST"]
BUILD = pathlib.Path(os.environ["JOULECAST_BUILD"])
FIXTURES = pathlib.Path(os.environ["JOULECAST_SOURCE"]) / "tests" / "fixtures" / "sysfs"


def build_tree(root, *fixtures):
    """The manifests of tests/support/fake_tree.hpp."""
    for fixture in fixtures:
        for part in (FIXTURES / fixture).read_text().split("== ")[1:]:
            name, content = part.split("\n", 1)
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)


class Inspecting(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.sys = pathlib.Path(self.folder.name) / "sys"
        self.sys.mkdir()
        self.environment = {k: v for k, v in os.environ.items() if not k.endswith("_VISIBLE_DEVICES")}
        self.environment["JOULECAST_SYSFS"] = str(self.sys)
        self.environment["JOULECAST_NVML_LIBRARY"] = "/nonexistent/libnvidia-ml.so.1"

    def fake_gpus(self, script):
        path = pathlib.Path(self.folder.name) / "gpus.txt"
        path.write_text(script)
        self.environment["JOULECAST_NVML_LIBRARY"] = str(BUILD / "fakes" / "libnvidia-ml.so.1")
        self.environment["JOULECAST_FAKE_NVML"] = str(path)

    def joulecast(self, *arguments):
        return subprocess.run([JOULECAST, *arguments], env=self.environment, capture_output=True, text=True, timeout=60)

    def json_of(self, *arguments):
        result = self.joulecast(*arguments, "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def sensor(self, report, name):
        return next(s for s in report["sensors"] if s["name"] == name)

    def test_live_values_of_a_fake_machine(self):
        self.fake_gpus("gpu uuid=GPU-1 name=NVIDIA_H100 arch=9\npower 0:250\n")
        build_tree(self.sys, "two_sockets.txt")
        report = self.json_of("sensors")
        nvml = {c["name"]: c for c in self.sensor(report, "nvml")["channels"]}
        self.assertAlmostEqual(nvml["gpu0_power"]["value"], 250, delta=1)
        self.assertAlmostEqual(nvml["gpu0_energy"]["value"], 250, delta=120)  # in steps of 100 ms
        self.assertEqual(nvml["gpu0_energy"]["unit"], "W")
        self.assertEqual(nvml["gpu0_energy"]["device"], "GPU-1")
        self.assertEqual(nvml["gpu0_power"]["averaging_window_s"], 1)
        self.assertEqual(nvml["gpu0_energy"]["provenance"], "measured")
        powercap = self.sensor(report, "powercap")
        self.assertTrue(powercap["used"])
        self.assertEqual(powercap["channels"][0]["value"], 0)  # the fake counter stands
        modelled = self.sensor(report, "modelled_cpu")
        self.assertFalse(modelled["used"])
        self.assertIn("powercap measures it", modelled["reason"])

    def test_text_names_unit_period_and_provenance(self):
        text = self.joulecast("sensors").stdout
        for word in ("cpu_modelled_energy", "modelled", "100 ms", "cpu_utilisation", "Not used"):
            self.assertIn(word, text)

    def test_wrong_names_are_one_line_and_status_2(self):
        self.fake_gpus("gpu uuid=GPU-1\n")
        for arguments in (("--sensor", "rapl"), ("--gpu", "3"), ("--gpu", "GPU-2")):
            result = self.joulecast("sensors", *arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
            self.assertIn(arguments[1], result.stderr)

    def test_one_sensor(self):
        report = self.json_of("sensors", "--sensor", "modelled_dram")
        self.assertEqual([s["name"] for s in report["sensors"]], ["modelled_dram"])

    def test_doctor_explains_every_source(self):
        build_tree(self.sys, "two_sockets.txt")
        (self.sys / "bus/pci/devices/0000:01:00.0").mkdir(parents=True)
        (self.sys / "bus/pci/devices/0000:01:00.0/vendor").write_text("0x10de\n")
        (self.sys / "bus/pci/devices/0000:01:00.0/class").write_text("0x030200\n")
        report = self.json_of("doctor")
        components = {c["component"]: c for c in report["components"]}
        self.assertEqual(components["cpu"]["provenance"], "measured")
        self.assertEqual(components["gpu"]["provenance"], "missing")
        self.assertNotIn("node", components)
        sources = {s["name"]: s for s in report["sources"]}
        self.assertIn("apt install nvidia-driver", sources["nvml"]["fix"])
        self.assertEqual(sources["powercap"]["state"], "used")
        self.assertEqual(sources["modelled_cpu"]["state"], "not needed")
        for source in report["sources"]:
            self.assertTrue(source["state"] == "used" or source["reason"], source)
        text = self.joulecast("doctor").stdout
        self.assertIn("missing: nothing here measures it", text)
        self.assertIn("fix: ", text)

    def test_doctor_needs_no_gpu_where_there_is_none(self):
        components = [c["component"] for c in self.json_of("doctor")["components"]]
        self.assertEqual(components, ["cpu", "dram"])

    def test_hidden_gpus_are_told(self):
        self.fake_gpus("gpu uuid=GPU-1\n")
        self.environment["CUDA_VISIBLE_DEVICES"] = "-1"
        nvml = next(s for s in self.json_of("doctor")["sources"] if s["name"] == "nvml")
        self.assertEqual(nvml["state"], "unusable")
        self.assertEqual(nvml["fix"], "unset CUDA_VISIBLE_DEVICES")

    def test_json_into_a_file(self):
        path = pathlib.Path(self.folder.name) / "doctor.json"
        result = self.joulecast("doctor", "--json", str(path))
        self.assertEqual(result.returncode, 0)
        self.assertIn("Sources:", result.stdout)
        self.assertIn("sources", json.loads(path.read_text()))
        self.assertEqual(self.joulecast("doctor", "--json", str(path.parent / "absent" / "x.json")).returncode, 2)


if __name__ == "__main__":
    unittest.main()
