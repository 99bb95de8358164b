"""Metrics are whatever a training has computed: what is no number is left out and ends nothing."""
import decimal
import fractions
import math
import unittest
import warnings

import joulecast
from support import PackageTest


class Tensor:
    """Behaves as PyTorch's: no number while it has a gradient, and none if it holds several values."""

    def __init__(self, *values, gradient=True):
        self.values, self.gradient = values, gradient

    def detach(self):
        return Tensor(*self.values, gradient=False)

    def item(self):
        if len(self.values) != 1:
            raise RuntimeError("a Tensor with several elements cannot be converted to Scalar")
        return float(self)

    def __float__(self):
        if self.gradient:
            warnings.warn("Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.", UserWarning)
        return float(self.values[0])


class Broken:
    def __float__(self):
        raise MemoryError


class Metric(PackageTest):
    def told(self, metrics):
        """What is stored, and the warnings."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with joulecast.track() as run:
                run.begin_epoch(0)
                for name, value in metrics.items():
                    run.metric({name: value})
        epochs = self.one_run().epochs
        return epochs[0].metrics if epochs else {}, [str(one.message) for one in caught]

    def test_numbers_of_all_kinds(self):
        found, warned = self.told({"tensor": Tensor(0.5), "bool": True, "decimal": decimal.Decimal("0.5"),
                                   "fraction": fractions.Fraction(1, 4), "whole": 3})
        self.assertEqual(found, {"tensor": 0.5, "bool": 1, "decimal": 0.5, "fraction": 0.25, "whole": 3})
        self.assertEqual(warned, [])

    def test_what_is_no_number_is_left_out_with_one_warning(self):
        found, warned = self.told({"none": None, "several": Tensor(1, 2), "huge": 10**400, "nan": math.nan, "inf": -math.inf, "complex": 1j,
                                   "list": [1], "object": object(), "text": "high", "broken": Broken(), "f1": 0.5})
        self.assertEqual(found, {"f1": 0.5})
        self.assertEqual(len(warned), 1)
        self.assertIn("the metric none is no finite number", warned[0])

    def test_a_program_that_turns_warnings_into_errors_goes_on(self):
        done = self.run_program("""
            import joulecast, warnings
            warnings.simplefilter("error")
            with joulecast.track() as run:
                run.metric(f1=None)
        """)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("the metric f1", done.stderr)

    def test_something_else_than_names_and_values_is_an_error(self):
        with joulecast.track() as run:
            for wrong in (3, "f1", [1], {1: 2}):
                with self.assertRaises(TypeError):
                    run.metric(wrong)


if __name__ == "__main__":
    unittest.main()
