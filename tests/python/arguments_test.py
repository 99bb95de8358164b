"""Wrong arguments of everything that is public: ValueError or TypeError that names the argument, and never anything else.

The functions are found by themselves, so that a new function, or a new argument of an old one, has to be added to CALLS.
"""
import inspect
import math
import unittest

import joulecast
from support import PackageTest

WRONG_NUMBERS = (math.nan, math.inf, -math.inf, -1, 10**400, "many", None.__class__, [1], {}, b"1", True)
WRONG_TEXTS = (3, 1.5, math.nan, b"bytes", ["a", 1], {"a": 1}, object(), True)
WRONG_PATHS = (3.5, object(), {"a": 1}, "zero\0byte")
WRONG_FLAGS = ("yes", 1.5, [], {}, object())
WRONG_FROZEN = (math.nan, 1.5, -1, True, b"backbone", ["backbone"], {}, object(), "the tail", 10**400)
WRONG_LISTS = (3, 1.5, object(), [1], [None], True)
WRONG_MAPPINGS = (3, "abc", [1], object(), {1: 2})
WRONG_SHAPES = (0, -1, 1.5, math.nan, (), "3xbig", "", (3, -1), (3, math.nan), (3, "x"), {}, object(), 10**400)
WRONG_CALLS = (3, "abc", object())

# What no argument can be, by function and argument. None: anything goes, for the reason beside it.
CALLS = {
    "track": (lambda **given: joulecast.track(**given), {
        "name": WRONG_TEXTS, "epochs": (*WRONG_NUMBERS, 0), "steps": (*WRONG_NUMBERS, 0), "tags": WRONG_MAPPINGS, "store": WRONG_PATHS,
        "interval": (*WRONG_NUMBERS, 0, 4000), "sensors": WRONG_LISTS, "gpus": (1.5, object(), True, -1, [None], [1.5], [True]), "country": WRONG_TEXTS,
        "region": WRONG_TEXTS, "intensity": WRONG_NUMBERS, "pue": (*WRONG_NUMBERS, 0.5, 1e308), "keep_arguments": WRONG_FLAGS,
        "resume": WRONG_TEXTS, "checkpoint_folder": WRONG_PATHS}),
    "current": (joulecast.current, {}),
    "known_networks": (joulecast.known_networks, {}),
    "describe": (lambda **given: joulecast.describe(**{"model": "resnet50", **given}), {
        "model": (3, None, object(), ["resnet50"], int), "input_shape": WRONG_SHAPES, "inputs": (3, "x"), "parameters": (3, "x"),
        "dimensions": WRONG_MAPPINGS, "classes": (*WRONG_NUMBERS, 0, 1.5), "sequence": (*WRONG_NUMBERS, 0, 1.5), "name": (*WRONG_TEXTS, "x"), "batch": (*WRONG_NUMBERS, 0, 1.5, 1 << 40),
        "optimizer": (*WRONG_TEXTS, "nonsense"), "precision": (*WRONG_TEXTS, "int3", "fp8"), "gpus": (*WRONG_NUMBERS, 0, 1.5),
        "accumulate": (*WRONG_NUMBERS, 0, 1.5), "checkpointing": WRONG_FLAGS, "shard": (*WRONG_NUMBERS, 4, 1.5),
        "freeze": WRONG_FROZEN, "lora": (*WRONG_NUMBERS, 0, 1.5),
        "gpu": (*WRONG_TEXTS, "no such board")}),
    "predict": (lambda **given: joulecast.predict(**{"model": "resnet50", "gpu": "A100-SXM4-80GB", **given}), {
        "model": (3, None, [], [3], object(), "no such network"), "gpu": (3, None, [], [3], object(), "no such board"),
        "batch": (math.nan, math.inf, -1, 10**400, "many", b"x", None, {}, object(), 0, 1.5, [], [0], ["x"], True), "epochs": (*WRONG_NUMBERS, 0), "samples": (*WRONG_NUMBERS, 0),
        "dataset": WRONG_TEXTS, "steps": (*WRONG_NUMBERS, 0), "tokens": (*WRONG_NUMBERS, 0),
        "gpus": (*WRONG_NUMBERS, 0, 1.5), "input_shape": WRONG_SHAPES, "dimensions": WRONG_MAPPINGS,
        "classes": (*WRONG_NUMBERS, 0, 1.5), "sequence": (*WRONG_NUMBERS, 0, 1.5), "precision": (*WRONG_TEXTS, "fp7"), "memory_format": (*WRONG_TEXTS, "chwn"), "compile": WRONG_FLAGS,
        "accumulate": (*WRONG_NUMBERS, 0, 1.5), "checkpointing": WRONG_FLAGS, "shard": (*WRONG_NUMBERS, 4, 1.5),
        "nodes": (*WRONG_NUMBERS, 0, 1.5), "tensor_parallel": (*WRONG_NUMBERS, 0, 1.5), "pipeline_parallel": (*WRONG_NUMBERS, 0, 1.5),
        "interconnect": (*WRONG_TEXTS, "string"), "freeze": WRONG_FROZEN, "lora": (*WRONG_NUMBERS, 0, 1.5),
        "power_limit": (*WRONG_NUMBERS, 0), "optimizer": (*WRONG_TEXTS, "nonsense"),
        "framework": WRONG_TEXTS, "like": (*WRONG_TEXTS, "no such source"), "fitted": WRONG_PATHS, "country": WRONG_TEXTS,
        "region": WRONG_TEXTS, "intensity": WRONG_NUMBERS, "pue": (*WRONG_NUMBERS, 0.5, 1e308), "start": (*WRONG_LISTS, "noon", b"2026-01-01"),
        "facility": WRONG_PATHS, "weather": (*WRONG_PATHS, "weather.csv"), "facility_load": (*WRONG_NUMBERS, 0, 1e3), "grid": (*WRONG_PATHS, "grid.csv"),
        "allow_uncounted": WRONG_FLAGS}),
    "facility": (lambda **given: joulecast.facility(**{"meter": "no such.csv", **given}), {
        "meter": (*WRONG_PATHS, None, ""), "weather": WRONG_PATHS, "output": (*WRONG_PATHS, None, ""), "store": WRONG_PATHS}),
    "probe": (lambda **given: joulecast.probe(**{
        "command": ["true"], **({"model": "resnet50"} if "gpu" in given else {"gpu": "L4"} if "model" in given else {}), **given}), {
        "command": (3, None, "python train.py", b"true", [], [3], [""], ["zero\0byte"], object()), "seconds": (*WRONG_NUMBERS, 0, 1e9),
        "grace": (*WRONG_NUMBERS, 0, 1e9), "name": WRONG_TEXTS, "epochs": (*WRONG_NUMBERS, 0), "steps": (*WRONG_NUMBERS, 0),
        "epoch_regex": (*WRONG_TEXTS, "("), "step_regex": (*WRONG_TEXTS, "("), "tags": WRONG_MAPPINGS, "store": WRONG_PATHS,
        "interval": (*WRONG_NUMBERS, 0, 4000), "sensors": WRONG_LISTS, "price": (*WRONG_TEXTS, "dear"),
        "gpu": (3, [], [3], object(), "no such board"), "model": (3, [], [3], object(), "no such network"), "country": WRONG_TEXTS,
        "region": WRONG_TEXTS, "intensity": WRONG_NUMBERS, "pue": (*WRONG_NUMBERS, 0.5, 1e308), "keep_arguments": WRONG_FLAGS,
        "training": None}),  # those of predict
    "budget": (lambda **given: joulecast.budget(**{"amount": "100kWh", "gpu": "A100-SXM4-80GB", **given}), {
        "amount": (*WRONG_TEXTS, "100", "much", "-3kWh", "nankWh"), "gpu": (3, None, [], [3], object(), "no such board"),
        "gpus": (*WRONG_NUMBERS, 0, 1.5), "precision": (*WRONG_TEXTS, "int3"), "mfu": (*WRONG_NUMBERS, 0, 1.5),
        "power": (*WRONG_NUMBERS, 0), "host_power": WRONG_NUMBERS, "kwh_price": WRONG_NUMBERS, "gpu_hour_price": WRONG_NUMBERS,
        "law": (*WRONG_LISTS, "no such law", []), "sparsity": (*WRONG_NUMBERS[:-4], 1, 2, ["x"], object()),
        "size": (*WRONG_NUMBERS, 0, 1.5, "huge"), "country": WRONG_TEXTS, "region": WRONG_TEXTS, "intensity": WRONG_NUMBERS,
        "pue": (*WRONG_NUMBERS, 0.5, 1e308)}),
    "project": (lambda **given: joulecast.project(**{"run": "no such run", **given}), {
        "run": WRONG_PATHS, "at": WRONG_TEXTS, "total_work": (*WRONG_NUMBERS, 0), "store": WRONG_PATHS}),
    "evaluate": (lambda bundles=None, **given: joulecast.evaluate(*([] if bundles is None else [bundles]), **given), {
        "bundles": WRONG_PATHS, "table": WRONG_PATHS, "test": None,  # needs a table
        "split": None, "methods": None, "seed": None}),
    "runs": (lambda **given: joulecast.runs(**given), {
        "name": WRONG_TEXTS, "tags": WRONG_LISTS, "since": (*WRONG_TEXTS, "yesterday evening"), "until": (*WRONG_TEXTS, "soon"),
        "status": (*WRONG_TEXTS, "asleep"), "host": WRONG_TEXTS, "sort": (*WRONG_TEXTS, "colour"), "reverse": WRONG_FLAGS,
        "limit": (*WRONG_NUMBERS, 1.5), "offset": (*WRONG_NUMBERS, 1.5), "store": WRONG_PATHS}),
    "load": (lambda **given: joulecast.load(**given), {"run": WRONG_TEXTS, "samples": WRONG_FLAGS, "store": WRONG_PATHS}),
    "query": (lambda **given: joulecast.query(**{"sql": "select name from runs", **given}), {
        "sql": WRONG_TEXTS, "limit": (*WRONG_NUMBERS, 0, 1.5), "time_limit": (*WRONG_NUMBERS, 0), "store": WRONG_PATHS}),
    "sync": (lambda **given: joulecast.sync(**{"to": "other.db", **given}), {
        "runs": WRONG_LISTS, "from_": WRONG_PATHS, "to": WRONG_PATHS, "dry_run": WRONG_FLAGS}),
    "report": (lambda **given: joulecast.report(**given), {
        "runs": WRONG_LISTS, "path": WRONG_PATHS, "format": (*WRONG_TEXTS, "pdf"), "price": WRONG_TEXTS, "budget": WRONG_TEXTS,
        "metric": WRONG_TEXTS, "lower_is_better": WRONG_FLAGS, "group": WRONG_TEXTS, "country": WRONG_TEXTS, "region": WRONG_TEXTS,
        "intensity": WRONG_NUMBERS, "pue": (*WRONG_NUMBERS, 0.5, 1e308), "store": WRONG_PATHS}),
    "disclose": (lambda **given: joulecast.disclose(**given), {
        "runs": WRONG_LISTS, "path": WRONG_PATHS, "format": (*WRONG_TEXTS, "pdf"), "model": WRONG_TEXTS, "training_type": WRONG_TEXTS,
        "task": WRONG_TEXTS, "data": WRONG_TEXTS, "infrastructure": WRONG_TEXTS, "country": WRONG_TEXTS, "region": WRONG_TEXTS,
        "intensity": WRONG_NUMBERS, "pue": (*WRONG_NUMBERS, 0.5, 1e308), "store": WRONG_PATHS}),
    "compare": (lambda **given: joulecast.compare(**{"runs": given.pop("table"), "group": "model", **given}), {
        "runs": (3, 1.5, object(), [1]), "group": (*WRONG_TEXTS, "nonsense"), "value": (*WRONG_TEXTS, "nonsense"),
        "by": (*WRONG_TEXTS, "nonsense"), "only": (*WRONG_LISTS, "nonsense"), "distinct": WRONG_FLAGS,
        "alpha": (*WRONG_NUMBERS, 0, 1), "store": WRONG_PATHS}),
    "tradeoff": (lambda **given: joulecast.tradeoff(**{"runs": given.pop("table"), "quality": "f1", **given}), {
        "runs": (3, 1.5, object(), [1]), "quality": (*WRONG_TEXTS, "nonsense"), "cost": (*WRONG_TEXTS, "nonsense"),
        "group": (*WRONG_LISTS, "nonsense"), "only": (*WRONG_LISTS, "nonsense"), "distinct": WRONG_FLAGS, "within": WRONG_NUMBERS,
        "lower_is_better": WRONG_FLAGS, "store": WRONG_PATHS}),
    "recommend": (lambda **given: joulecast.recommend(**{"runs": given.pop("table"), "require": "f1 >= 0.5", **given}), {
        "runs": (3, 1.5, object(), [1]), "require": (*WRONG_LISTS, "nonsense >= many"), "minimise": (*WRONG_TEXTS, "nonsense"),
        "group": (*WRONG_LISTS, "nonsense"), "only": (*WRONG_LISTS, "nonsense"), "distinct": WRONG_FLAGS,
        "baseline": (*WRONG_TEXTS, "no such row"), "predictions": (3, "x", [1], object()), "store": WRONG_PATHS}),
}
METHODS = {
    "epochs": {"iterable": (3, None, object(), 1.5), "total": (*WRONG_NUMBERS, 0, 1e300)},
    "steps": {"iterable": (3, None, object(), 1.5), "total": (*WRONG_NUMBERS, 0, 1e300)},
    "begin_epoch": {"number": (*WRONG_NUMBERS, 1.5)},
    "end_epoch": {"number": (*WRONG_NUMBERS, 1.5)},
    "phase": {"name": WRONG_TEXTS, "unit": WRONG_TEXTS, "total": (*WRONG_NUMBERS, 0)},
    "progress": {"work": WRONG_NUMBERS, "total": (*WRONG_NUMBERS, 0)},
    "epoch_progress": {"steps": WRONG_NUMBERS, "total": (*WRONG_NUMBERS, 0)},
    "metric": {"values": (3, "abc", [1], object(), {1: 2}), "named": None},  # the values: see metric_test.py
    "window": {"name": WRONG_TEXTS},
    "note": {"text": WRONG_TEXTS},
    "at_end": {"call": WRONG_CALLS},
    "stop_if": {"projected_kwh": (*WRONG_NUMBERS, 0), "projected_j": (*WRONG_NUMBERS, 0), "probability": (*WRONG_NUMBERS, 0.1, 2),
                "call": WRONG_CALLS},
    "stop": {},
}
NEEDED = {"progress": {"work": 1}, "epoch_progress": {"steps": 1}, "phase": {"name": "fold"}}


class Arguments(PackageTest):
    def setUp(self):
        super().setUp()
        self.table = self.folder / "runs.csv"
        self.table.write_text("model,f1,energy_j\n" + "".join(f"{name},{0.7 + 0.01 * row},{1000 + row}\n" for row in range(4) for name in "ab"))

    def refused(self, call, name, value):
        """The message of the error; a failure where there is none, or one of another kind."""
        try:
            call()
        except (TypeError, ValueError) as error:
            # A name that means nothing, as of a column, may be told instead of the argument.
            if not (isinstance(value, str) and value and value in str(error)):
                self.assertRegex(str(error), rf"\b{name}\b")
            self.assertNotIn("\n", str(error))
            self.assertNotRegex(str(error), r"(^|\s)--[a-z]")
        else:
            self.fail("was taken")

    def test_every_public_function_is_in_the_table(self):
        public = {name for name in joulecast.__all__ if inspect.isfunction(getattr(joulecast, name))}
        self.assertEqual(public, CALLS.keys())
        for name, (_, wrong) in CALLS.items():
            self.assertEqual(list(inspect.signature(getattr(joulecast, name)).parameters), list(wrong), name)

    def test_every_public_method_of_a_run_is_in_the_table(self):
        public = {name: function for name, function in inspect.getmembers(joulecast.Run, inspect.isfunction) if not name.startswith("_")}
        self.assertEqual(public.keys(), METHODS.keys())
        for name, wrong in METHODS.items():
            self.assertEqual(list(inspect.signature(public[name]).parameters)[1:], list(wrong), name)

    def test_wrong_arguments_of_functions(self):
        for name, (function, wrong) in CALLS.items():
            given = {"table": str(self.table)} if name in ("compare", "tradeoff", "recommend") else {}
            for argument, values in wrong.items():
                for value in values or ():
                    with self.subTest(function=name, argument=argument, value=repr(value)[:40]):
                        self.refused(lambda: function(**given, **{argument: value}), argument, value)

    def test_evaluate_checks_its_other_arguments(self):
        for argument, values in (("test", WRONG_PATHS), ("split", (*WRONG_TEXTS, "nonsense")), ("methods", WRONG_LISTS),
                                 ("seed", (*WRONG_NUMBERS, 1.5))):
            for value in values:
                with self.subTest(argument=argument, value=repr(value)[:40]):
                    self.refused(lambda: joulecast.evaluate(table=self.table, **{argument: value}), argument, value)

    def test_wrong_arguments_of_a_run(self):
        with joulecast.track("wrong") as run:
            run.begin_epoch(0)
            for name, wrong in METHODS.items():
                for argument, values in wrong.items():
                    for value in values or ():
                        with self.subTest(method=name, argument=argument, value=repr(value)[:40]):
                            given = {**NEEDED.get(name, {}), argument: value}
                            if name in ("epochs", "steps"):
                                given.setdefault("iterable", range(3))
                            if name == "stop_if" and argument in ("probability", "call"):
                                given["projected_kwh"] = 1
                            if name == "metric":
                                self.refused(lambda: run.metric(value), argument, value)
                            else:
                                self.refused(lambda: getattr(run, name)(**given), argument, value)
        self.assertEqual(run.status, "finished")

    def test_a_loop_may_be_said_to_be_very_long(self):
        with joulecast.track("long") as run:
            self.assertEqual(list(run.steps(iter("abc"), total=1e15)), ["a", "b", "c"])

    def test_a_class_is_no_function(self):
        with self.assertRaisesRegex(TypeError, "class"):
            joulecast.track(Arguments)

    def test_a_wrong_value_of_the_environment_costs_a_warning_and_not_the_training(self):
        import os

        for name, value in (("JOULECAST_INTERVAL", "soon"), ("JOULECAST_INTERVAL", "0"), ("JOULECAST_INTENSITY", "green"),
                            ("JOULECAST_PUE", "0.5"), ("JOULECAST_PUE", "x"), ("JOULECAST_INTENSITY", "nan")):
            with self.subTest(name=name, value=value):
                os.environ[name] = value
                with self.assertWarnsRegex(UserWarning, f"{name}.*is left out"):
                    joulecast.track()
                del os.environ[name]

    def test_a_name_is_not_empty_and_has_no_zero_byte(self):
        self.refused(lambda: joulecast.track("a\0b"), "name", "")
        self.refused(lambda: joulecast.track(tags={"": "x"}), "tags", "")
        with joulecast.track("names") as run:
            self.refused(lambda: run.window(""), "name", "")
            self.refused(lambda: run.phase(" "), "name", "")
            self.refused(lambda: run.metric({"": 1}), "values", "")

    def test_what_is_empty_or_made_of_bytes_is_named(self):
        with self.assertRaisesRegex(joulecast.InvalidError, "runs.*empty"):
            joulecast.compare([], group="a")
        with self.assertRaisesRegex(TypeError, "gpus must be indices or UUIDs, not bytes"):
            joulecast.track(gpus=b"x")


if __name__ == "__main__":
    unittest.main()
