"""What the core says reaches Python in Python's words: arguments, and no options of the command line."""
import pickle
import re
import unittest
import warnings

import joulecast
from support import PackageTest

OPTION = r"(^|[\s(])--[a-z]"


class Messages(PackageTest):
    def warned(self, **options):
        """What a run with a limit that cannot act warns of at its end."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with joulecast.track(**options) as run:
                run.stop_if(projected_kwh=1)
                list(run.steps(iter([1, 2]))) if options.get("name") == "steps" else None
        return [str(one.message) for one in caught]

    def test_a_limit_that_cannot_act(self):
        self.assertEqual(self.warned(name="steps"), ["joulecast: stop_if could not act: no total known: give epochs or steps"])
        self.assertEqual(self.warned(name="silent"),
                         ["joulecast: stop_if could not act: progress is not understood: no epoch or step was heard; "
                          "run.epochs and run.steps tell of them"])

    def test_notes_name_arguments(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with joulecast.track("notes", epochs=5) as run:
                run.stop_if(projected_kwh=1)
                run.note("trained with --epochs 3")
                list(run.epochs(range(3), total=3))
        said = "epochs= says 5 epochs, the training 3: its own number is used, and no limit acts on the forecast"
        notes = joulecast.load("notes").notes
        self.assertIn(said, notes)
        self.assertEqual([note for note in notes if re.search(OPTION, note)], ["trained with --epochs 3"], "the user's own words stay")
        self.assertIn(said, " ".join(str(one.message) for one in caught))

    def test_many_limits_that_cannot_act_are_one(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with joulecast.track() as run:
                for _ in range(20):
                    run.stop_if(projected_kwh=1)
        self.assertEqual(" ".join(str(one.message) for one in caught).count("could not act"), 1)

    def test_a_network_of_a_framework_has_to_be_described(self):
        for module, base, member in (("torch.nn.modules.module", "Module", "parameters"), ("keras.src.models.model", "Model", "weights")):
            network = type(base, (), {"__module__": module, member: lambda self: []})
            model = type("Mine", (network,), {"__iter__": lambda self: iter([1])})()  # as a Sequential of layers
            for given in (model, [model]):
                with self.assertRaisesRegex(TypeError, r"model must not be Mine: give joulecast\.describe\(model, …\)"):
                    joulecast.predict(given, "RTX 3090")

    def test_predictions_can_be_sent_to_other_processes(self):
        for options in ({"country": "ES"}, {"country": "nowhere"}, {"power_limit": 200}):
            made = joulecast.predict(["resnet50", "vgg16"], ["RTX 3090", "A40"], batch=[32, 64], epochs=3, dataset="cifar10", **options)
            again = pickle.loads(pickle.dumps(made))
            self.assertEqual((str(again), again.to_json()), (str(made), made.to_json()))
            self.assertEqual(pickle.loads(pickle.dumps(made.predictions[0])).total_energy_j.low, made.predictions[0].total_energy_j.low)

    def test_a_limit_that_no_board_takes(self):
        with self.assertRaisesRegex(joulecast.InvalidError, "^power_limit: 0.5 W is less than a tenth of the 350 W of the .*RTX 3090"):
            joulecast.predict("resnet50", "RTX 3090", power_limit=.5)

    def test_errors_name_arguments(self):
        for text, call in (
                ('give input_shape="3x224x224"', lambda: joulecast.predict("resnet50", "A100-SXM4-80GB", dimensions={"a": 1})),
                ("^status: ", lambda: joulecast.runs(status="asleep")),
                ("^like: ", lambda: joulecast.predict("resnet50", "A100-SXM4-80GB", like="nobody"))):
            with self.subTest(text), self.assertRaisesRegex(joulecast.InvalidError, text) as caught:
                call()
            self.assertNotRegex(str(caught.exception), OPTION)

    def test_results_name_arguments(self):
        predictions = joulecast.predict("resnet50", "A100-SXM4-80GB", epochs=3, samples=1000, country="nowhere")
        self.assertNotRegex(str(predictions), OPTION)
        self.assertIn("like=NAME", str(predictions))
        self.assertIn("or intensity)", predictions.predictions[0].emissions.reason)
        self.assertIsNone(predictions.predictions[0].emissions_g)
        table = self.folder / "runs.csv"
        table.write_text("model,dataset,f1,energy_j\n" + "a,x,0.9,100\n" * 3 + "b,y,0.8,90\n" * 3)
        told = str(joulecast.tradeoff(table, quality="f1", group="model"))
        self.assertNotRegex(told, OPTION)
        self.assertIn('only="dataset=..."', told)

    def test_single_runs_say_nothing_of_runs_drawn_anew(self):
        table = self.folder / "single.csv"
        table.write_text("model,f1,energy_j\na,0.9,100\nb,0.89,90\n")
        result = joulecast.tradeoff(table, quality="f1", group="model")
        self.assertEqual([placed.front_share for placed in result.placed], [None, None])
        self.assertIn("how sure that is is not known", " ".join(str(result).split()))

    def test_an_unknown_place_costs_the_emissions_and_not_the_run(self):
        with self.assertWarnsRegex(joulecast._warn.JoulecastWarning, "no emissions: country: 'nowhere' is not in the table"):
            with joulecast.track(country="nowhere") as run:
                pass
        self.assertEqual(run.status, "finished")

    def test_every_kind_of_error_arrives(self):
        with joulecast.track("first"):
            pass
        (self.folder / "no_store.db").write_text("this is no store\n" * 100)
        (self.folder / "wrong.txt").write_text("network\n")
        for kind, call in ((joulecast.InvalidError, lambda: joulecast.load("missing")),
                           (joulecast.MalformedError, lambda: joulecast.describe(self.folder / "wrong.txt")),
                           (joulecast.MalformedError, lambda: joulecast.load("x", store=self.folder / "no_store.db")),
                           (joulecast.UnavailableError, lambda: joulecast.describe(self.folder / "missing.onnx"))):
            with self.assertRaises(kind) as caught:
                call()
            self.assertIs(type(caught.exception), kind)


class Environment(PackageTest):
    def test_the_command_line_s_defaults_hold(self):
        import os

        os.environ.update(JOULECAST_INTERVAL="500ms", JOULECAST_SENSORS="modelled_cpu,machine", JOULECAST_COUNTRY="FR", JOULECAST_PUE="1.5")
        from joulecast.tracker import _options

        options = _options()
        self.assertEqual((options.interval_s, options.sensors, options.country, options.pue), (0.5, ["modelled_cpu", "machine"], "FR", 1.5))
        given = _options(interval=2, sensors="machine", intensity=100, pue=1)
        self.assertEqual((given.interval_s, given.sensors, given.intensity_g_per_kwh, given.pue), (2, ["machine"], 100, 1))
        self.assertEqual(_options(interval="250ms").interval_s, 0.25)
        self.assertEqual(given.country, "")  # a place that is given is not mixed with another
        with joulecast.track("environment"):
            pass
        self.assertEqual({part.component for part in self.one_run().energy.components if part.energy_j is not None}, {"cpu"})

    def test_predict_knows_the_place_too(self):
        import os

        os.environ.update(JOULECAST_INTENSITY="100", JOULECAST_PUE="2")
        one, = joulecast.predict("resnet50", "A100-SXM4-80GB", epochs=1, samples=1000).predictions
        self.assertAlmostEqual(one.emissions_g, one.total_energy_j.value / 3.6e6 * 100 * 2, places=6)


if __name__ == "__main__":
    unittest.main()
