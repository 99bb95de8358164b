"""Tests joulecast project and joulecast evaluate online as a user or a script calls them."""
import json
import unittest
import xml.etree.ElementTree

from support import CommandTest


def bundle(folder, name, epochs=40, total=None, watts=lambda t: 100.0, stream=None, **more):
    """A run bundle with epochs of 10 s and the power of one node each second."""
    path = folder / name
    path.mkdir(parents=True)
    run = {"id": name, "source": "made-up", "architecture": "net", "total_work": total or epochs, "work_unit": "epoch",
           "run_start_s": 0, "run_stop_s": epochs * 10.0, "status": "success", **more}
    if stream:
        run["stream"] = stream
    (path / "run.json").write_text(json.dumps(run))
    (path / "power.csv").write_text("time_s,node_w\n" + "".join(f"{t},{watts(t)}\n" for t in range(epochs * 10 + 1)))
    (path / "epochs.csv").write_text("epoch,start_s,end_s\n" +
                                     "".join(f"{i},{i * 10},{i * 10 + 10}\n" for i in range(epochs)))
    return path


class Project(CommandTest):
    def test_tells_total_interval_and_finish(self):
        run = bundle(self.folder, "steady")
        answer = self.json("project", run, "--at", "25%", "--cost-at", 30, "--budget", "35kJ")
        projection = answer["projection"]
        self.assertEqual(projection["epoch"], 9)
        self.assertAlmostEqual(projection["total_j"]["value"], 40000, delta=40)
        self.assertLess(projection["total_j"]["low"], 40000)
        self.assertGreater(projection["total_j"]["high"], 40000)
        self.assertAlmostEqual(projection["remaining_s"]["value"], 300, delta=1)
        self.assertAlmostEqual(projection["cost_at_j"]["value"], 30000, delta=40)
        self.assertAlmostEqual(projection["work_at_budget"]["value"], 35, delta=0.1)
        self.assertTrue(projection["ready"])
        self.assertAlmostEqual(answer["measured_j"], 40000, delta=1)
        self.assertEqual(len(answer["history"]), 40)

    def test_a_doubt_that_the_run_keeps_unsettles_every_projection(self):
        for doubt, reason in (("may_end_early", "the training may stop early"), ("guessed", "only guessed")):
            run = bundle(self.folder, doubt, forecast_doubt=doubt)
            answer = self.json("project", run, "--at", "25%")
            self.assertEqual(answer["forecast_doubt"], doubt)
            self.assertFalse(any(moment["ready"] for moment in answer["history"]))
            projection = answer["projection"]
            at_most = projection["total_j"]["low"] == projection["used_j"]
            self.assertEqual(at_most, doubt == "may_end_early")
            self.assertIn(reason, self.call("project", run).stdout)
        imported = self.json("import", self.folder / "guessed")["runs"][0]["id"]
        self.assertEqual(self.json("show", imported)["forecast_doubt"], "guessed")

    def test_draws_for_people_and_as_svg(self):
        run = bundle(self.folder, "tuned", watts=lambda t: 100.0 if t < 100 else 130.0)
        picture = self.folder / "plot.svg"
        text = self.call("project", run, "--at", "9", "--plot", picture).stdout
        for word in ("total", "remaining", "duration", "measured in the end", "share of the work seen"):
            self.assertIn(word, text)
        self.assertTrue(xml.etree.ElementTree.parse(picture).getroot().tag.endswith("svg"))

    def test_half_finished_run_has_no_end(self):
        run = bundle(self.folder, "half", epochs=12, total=60)
        answer = self.json("project", run)
        self.assertIsNone(answer["measured_j"])
        self.assertAlmostEqual(answer["projection"]["total_j"]["value"], 60000, delta=100)
        self.assertAlmostEqual(answer["projection"]["share"], 0.2)

    def test_prior_is_used_and_washed_out(self):
        run = bundle(self.folder, "steady")
        early = self.json("project", run, "--at", 0, "--prior", "80kJ")["projection"]["total_j"]["value"]
        late = self.json("project", run, "--at", 35, "--prior", "80kJ")["projection"]["total_j"]["value"]
        self.assertGreater(early, 50000)
        self.assertAlmostEqual(late, 40000, delta=200)

    def test_bad_input_is_one_line_and_status_2(self):
        run = bundle(self.folder, "steady")
        unknown = bundle(self.folder, "unknown")
        (unknown / "run.json").write_text(json.dumps({"id": "unknown"}))
        for arguments, word in (((run, "--at", "300%"), "300%"), ((run, "--at", "99"), "epoch 99"),
                                ((run, "--at", "soon"), "soon"), ((run, "--budget", "5"), "--budget"),
                                ((run, "--patience", "3"), "--max-epochs"),
                                ((run, "--patience", "3", "--max-epochs", "50"), "metric"),
                                ((run, "--total-work", "-1"), "-1"), ((unknown,), "total work"),
                                ((), "RUN")):
            answer = self.call("project", *arguments, expect=2)
            self.assertEqual(answer.stdout, "", arguments)
            self.assertEqual(answer.stderr.count("\n"), 1, answer.stderr)
            self.assertIn(word, answer.stderr)

    def test_a_stored_run_knows_how_many_epochs_it_was_to_have(self):
        script = "import time\nfor e in range(1, 5):\n  time.sleep(0.3)\n  print(f'Epoch {e}/12', flush=True)\nraise SystemExit(3)"
        self.call("run", "--", "python3", "-c", script, expect=3)
        answer = self.json("project", "")
        self.assertEqual((answer["total_work"], answer["work_unit"]), (12, "epoch"))
        self.assertIsNone(answer["measured_j"])
        projection = answer["projection"]
        self.assertAlmostEqual(projection["share"], 4 / 12)
        self.assertGreater(projection["total_j"]["value"], projection["used_j"])
        self.assertIn("finish_time", projection)

    def test_says_what_was_shown_while_the_run_was_measured(self):
        script = ("import time\nt = time.time()\nwhile time.time() - t < 1.2: pass\n"  # imports
                  "for e in range(1, 7):\n  print(f'Epoch {e}/6', flush=True)\n  time.sleep(0.5)\n")
        self.call("run", "--interval", "0.1", "--name", "t", "--", "python3", "-c", script)
        shown = self.json("show", "t")
        answer = self.json("project", "t")
        self.assertEqual(len(shown["projections"]), 6)
        for live, recorded in zip(shown["projections"], answer["history"]):
            total = recorded["total_j"]
            # The record keeps times to the microsecond.
            self.assertAlmostEqual(live["share"], recorded["share"], delta=2e-6)
            for figure, name in ((live["total_j"], "value"), (live["low_j"], "low"), (live["high_j"], "high")):
                self.assertAlmostEqual(figure, total[name], delta=1e-5 * total["value"])
            self.assertEqual(live["ready"], recorded["ready"])

    def test_unknown_run_of_the_store(self):
        answer = self.call("project", "nowhere", expect=None)
        self.assertIn(answer.returncode, (1, 2))
        self.assertEqual(answer.stderr.count("\n"), 1, answer.stderr)


class EvaluateOnline(CommandTest):
    def setUp(self):
        super().setUp()
        self.root = self.folder / "runs"
        tuned = lambda t: 100.0 if t < 100 else 130.0
        bundle(self.root / "deep" / "er", "x-ac-net-1", watts=tuned, stream="AC")
        bundle(self.root / "deep", "x-dc-net-1", watts=tuned, stream="DC")
        bundle(self.root, "other", epochs=20, architecture="small", gpu_power_limit_w=150)

    def test_json_has_every_method_and_group(self):
        answer = self.json("evaluate", "online", self.root)
        self.assertEqual(answer["runs"], 2)
        keys = {"name", "runs", "median_ape", "mean_ape", "p90_ape", "rmse_kj", "observed_fraction", "coverage",
                "interval_width"}
        for methods in [answer["methods"]] + [group["methods"] for group in answer["groups"]]:
            for method in methods:
                self.assertLessEqual(keys, method.keys())
        named = {method["name"]: method for method in answer["methods"]}
        self.assertEqual(list(named), ["first-epoch", "step-power", "step-energy", "adaptive-first", "adaptive", "mlco2"])
        self.assertIsNone(named["step-power"]["coverage"])
        self.assertEqual(named["adaptive"]["coverage"], 1)
        self.assertEqual(named["mlco2"]["runs"], 1)
        self.assertAlmostEqual(named["mlco2"]["median_ape"], 50, delta=0.1)  # 150 W against 100 W
        self.assertEqual([(g["source"], g["architecture"], g["nodes"]) for g in answer["groups"]],
                         [("made-up", "net", 1), ("made-up", "small", 1)])
        self.assertEqual([row["share"] for row in answer["by_share"]][-3:], [0.1, 0.2, 0.5])

    def test_step_can_be_told(self):
        early = self.json("evaluate", "online", self.root, "--stabilising-epoch", 1, "--window", 3)
        late = self.json("evaluate", "online", self.root, "--stabilising-epoch", 11, "--window", 3)
        error = lambda answer: answer["groups"][0]["methods"][2]["median_ape"]
        self.assertAlmostEqual(error(early), 100 * 9 / 49, delta=0.5)
        self.assertLess(error(late), 0.1)

    def test_table_for_people(self):
        text = self.call("evaluate", "online", self.root).stdout
        for word in ("adaptive-first", "made-up / net", "covered", "by the share of the work", "step-energy s=10 w=5"):
            self.assertIn(word, text)

    def test_bad_input(self):
        (self.folder / "empty").mkdir()
        for arguments, word in ((("online",), "ROOT"), (("online", self.folder / "empty"), "no run bundle"),
                                (("online", self.folder / "nowhere"), "nowhere"),
                                (("online", self.root, "--stabilising-epoch", "x"), "--stabilising-epoch"),
                                (("online", self.root, "--window", "0"), "--window"), ((), "subcommand")):
            answer = self.call("evaluate", *arguments, expect=2)
            self.assertEqual(answer.stdout, "")
            self.assertEqual(answer.stderr.count("\n"), 1, answer.stderr)
            self.assertIn(word, answer.stderr)

    def test_a_broken_bundle_is_named_with_its_line(self):
        (self.root / "other" / "epochs.csv").write_text("epoch,start_s,end_s\n0,0,ten\n")
        answer = self.call("evaluate", "online", self.root, expect=2)
        self.assertRegex(answer.stderr, r"epochs\.csv:2")


if __name__ == "__main__":
    unittest.main()
