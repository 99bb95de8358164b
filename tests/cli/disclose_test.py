"""Tests `joulecast disclose`: each form has what its published schema asks for, and what is unknown stays unknown."""
import json
import pathlib
import re
import unittest

from support import CommandTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUNDLES = ROOT / "tests/golden/inputs/bundles"

KILOWATT_HOUR = 3.6e6  # J

# What model/report_schema.json of BoAmps and the schemas that it names require: key: type, or a set of words.
BOAMPS = {
    "report": ({"task": dict, "measures": list, "infrastructure": dict},
               {"header": dict, "system": dict, "environment": dict, "quality": {"high", "medium", "low"}}),
    "header": ({"reportDatetime": str}, {"reportStatus": {"draft", "final", "corrective", "other"}, "reportId": str, "formatVersionSpecificationUri": str}),
    "task": ({"taskStage": str, "taskFamily": str, "algorithms": list, "dataset": list}, {"measuredAccuracy": float, "taskDescription": str}),
    "algorithm": ({}, {"algorithmName": str, "framework": str, "parametersNumber": float, "epochsNumber": float, "optimizer": str, "quantization": str}),
    "dataset": ({"dataUsage": {"input", "output"}, "dataType": {"tabular", "audio", "boolean", "image", "video", "object", "text", "token", "word", "other"}},
                {"dataQuantity": float}),
    "measure": ({"measurementMethod": str, "powerConsumption": float},
                {"version": str, "cpuTrackingMode": str, "gpuTrackingMode": str, "averageUtilizationCpu": float, "averageUtilizationGpu": float,
                 "measurementDuration": float, "measurementDateTime": str}),
    "infrastructure": ({"infraType": {"publicCloud", "privateCloud", "onPremise", "other"}, "components": list}, {}),
    "component": ({"componentType": str, "nbComponent": int}, {"componentName": str, "memorySize": int}),
    "system": ({"os": str}, {}),
    "environment": ({"country": str}, {"powerSourceCarbonIntensity": float}),
}


class Disclose(CommandTest):
    def setUp(self):
        super().setUp()
        self.call("import", BUNDLES)

    def disclose(self, form, *arguments, **options):
        return self.call("disclose", *arguments, "--format", form, **options).stdout

    def valid(self, name, value):
        required, allowed = BOAMPS[name]
        self.assertLessEqual(set(required), set(value), name)
        for key, one in value.items():
            self.assertIn(key, required | allowed, name)
            expected = (required | allowed)[key]
            if isinstance(expected, set):
                self.assertIn(one, expected)
            else:
                self.assertIsInstance(one, (int, float) if expected is float else expected, key)

    def test_boamps_has_what_its_schema_asks_for(self):
        for arguments in (["steady"], ["gap", "changing"], ["nodes"], ["no_epochs", "--data", "image", "--task", "vision", "--infrastructure", "onPremise"],
                          ["energy_only", "--training-type", "fine-tuning"]):
            report = json.loads(self.disclose("boamps", *arguments))
            self.valid("report", report)
            for name in ("header", "task", "infrastructure", "system", "environment"):
                if name in report:
                    self.valid(name, report[name])
            for name, parts in (("measure", report["measures"]), ("algorithm", report["task"]["algorithms"]), ("dataset", report["task"]["dataset"]),
                                ("component", report["infrastructure"]["components"])):
                self.assertGreaterEqual(len(parts), 1)
                for part in parts:
                    self.valid(name, part)
            self.assertRegex(report["header"]["reportDatetime"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")

    def test_boamps_has_the_energy_of_show_and_what_is_not_in_it(self):
        report = json.loads(self.disclose("boamps", "steady", "gap"))
        for measure, run in zip(report["measures"], ("steady", "gap")):
            self.assertAlmostEqual(measure["powerConsumption"] * KILOWATT_HOUR, self.json("show", run)["energy_j"]["total"], places=4)
        for words in ("measured", "dram", "readings cover 77 % of the time of run gap", "cooling"):
            self.assertIn(words, report["task"]["taskDescription"])
        self.assertNotIn("quality", report, "with the memory missing its error is not known")

    def test_spdx_is_a_graph_whose_references_lead_somewhere(self):
        document = json.loads(self.disclose("spdx", "steady", "gap", "--model", "my \"model\""))
        self.assertEqual(document["@context"], "https://spdx.org/rdf/3.0.1/spdx-context.jsonld")
        graph = {element["type"]: element for element in document["@graph"]}
        self.assertEqual(set(graph), {"CreationInfo", "SoftwareAgent", "ai_AIPackage", "SpdxDocument"})
        known = {element.get("spdxId") or element["@id"] for element in document["@graph"]}
        for element in document["@graph"]:
            for key in ("creationInfo", "createdBy", "rootElement", "element"):
                named = element.get(key, [])
                self.assertLessEqual(set([named] if isinstance(named, str) else named), known)
        self.assertRegex(graph["CreationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        package = graph["ai_AIPackage"]
        self.assertEqual(package["name"], 'my "model"')
        self.assertIn("not counted: dram", package["comment"])
        parts = package["ai_energyConsumption"]["ai_trainingEnergyConsumption"]
        for part, run in zip(parts, ("steady", "gap"), strict=True):
            self.assertRegex(part["ai_energyQuantity"], r"^\d+(\.\d*)?$")
            self.assertEqual(part["ai_energyUnit"], "kilowattHour")
            self.assertAlmostEqual(float(part["ai_energyQuantity"]) * KILOWATT_HOUR, self.json("show", run)["energy_j"]["total"], delta=0.01)

    def test_spdx_says_which_stage_it_was(self):
        package = json.loads(self.disclose("spdx", "steady", "--training-type", "fine-tuning"))["@graph"][2]
        self.assertIn("ai_finetuningEnergyConsumption", package["ai_energyConsumption"])

    def test_the_models_of_spdx_read_it(self):
        try:
            import spdx_python_model
        except ImportError:
            self.skipTest("pip install spdx-python-model")
        model = spdx_python_model.v3_0_1
        (self.folder / "model.json").write_text(self.disclose("spdx", "steady", "gap"))
        elements = model.SHACLObjectSet()
        with open(self.folder / "model.json", encoding="utf-8") as file:
            model.JSONLDDeserializer().read(file, elements)
        package = next(element for element in elements.foreach() if isinstance(element, model.ai_AIPackage))
        self.assertEqual(len(package.ai_energyConsumption.ai_trainingEnergyConsumption), 2)

    def test_huggingface_has_grams_or_nothing(self):
        card = self.disclose("huggingface", "steady", "--country", "FR", "--training-type", "pre-training")
        self.assertTrue(card.startswith("---\nco2_eq_emissions:\n  emissions: "))
        matter = dict(re.findall(r"^  (\w+): (.*)$", card, re.MULTILINE))
        self.assertEqual(list(matter), ["emissions", "source", "training_type", "geographical_location", "hardware_used"])
        self.assertAlmostEqual(float(matter["emissions"]), self.json("show", "steady", "--country", "FR")["carbon"]["emissions_g"], places=4)
        self.assertEqual(json.loads(matter["training_type"]), "pre-training")
        self.assertEqual(json.loads(matter["geographical_location"]), "France")
        self.assertIn("not counted: dram", json.loads(matter["source"]))
        unknown = self.disclose("huggingface", "gap")
        self.assertNotIn("  emissions: ", unknown)
        self.assertIn("**Carbon emitted:** unknown\n", unknown)

    def test_a_name_stays_a_text_of_yaml(self):
        card = self.disclose("huggingface", "steady", "--country", "FR", "--model", "a: b # c")
        for line in card.split("---")[1].strip().splitlines()[2:]:
            json.loads(line.partition(": ")[2])

    def test_annex_xi_names_the_points_and_the_parts(self):
        text = self.disclose("annex-xi", "steady", "gap", "--model", "net")
        for words in ("Annex XI, section 1, point 2", "Model: net\n", "(d) Computational resources", "(e) Known or estimated energy consumption",
                      "dram not counted", "steady (steady run)", "finished", "failed"):
            self.assertIn(words, text)

    def test_unknown_energy_is_said_or_refused(self):
        bundle = self.folder / "blind"
        bundle.mkdir()
        (bundle / "run.json").write_text(json.dumps({"id": "blind", "run_start_s": 0, "run_stop_s": 10, "source": "made-up"}))
        (bundle / "power.csv").write_text("time_s\n0\n10\n")
        self.call("import", bundle)
        self.assertIn("Training: unknown", self.disclose("annex-xi", "blind"))
        self.assertNotIn("ai_energyConsumption", self.disclose("spdx", "blind"))
        self.assertNotIn("  emissions: ", self.disclose("huggingface", "blind", "--country", "FR"))
        refused = self.call("disclose", "blind", "--format", "boamps", expect=2)
        self.assertEqual(len(refused.stderr.splitlines()), 1)
        self.assertIn("blind", refused.stderr)

    def test_bad_requests(self):
        for arguments in (["steady", "steady"], ["nothing"], ["steady", "--format", "pdf"], ["steady", "--training-type", "x"], ["steady", "--intensity", "-1"]):
            done = self.call("disclose", *arguments, expect=2)
            self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1), done.stderr)

    def test_a_file(self):
        target = self.folder / "model.spdx.json"
        self.call("disclose", "steady", "--format", "spdx", "-o", target)
        self.assertEqual(json.loads(target.read_text())["@graph"][2]["name"], "steady run")


if __name__ == "__main__":
    unittest.main()
