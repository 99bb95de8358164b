"""Tests searches, cross-validations and loops of scikit-learn."""
import unittest
import warnings

import libraries

libraries.require("numpy", "sklearn")
import joulecast
import numpy
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, LeaveOneOut, RandomizedSearchCV, cross_val_score
from support import PackageTest

from joulecast.integrations.sklearn import following


class Slow(ClassifierMixin, BaseEstimator):
    """Takes its time to fit, and nothing else."""

    def __init__(self, c=1, breaks=False):
        self.c = c
        self.breaks = breaks

    def fit(self, x, y):
        libraries.pause()
        self.classes_ = numpy.unique(y)
        if self.breaks:
            raise KeyboardInterrupt
        return self

    def predict(self, x):
        return numpy.zeros(len(x))


class Following(PackageTest):
    def setUp(self):
        super().setUp()
        self.x = numpy.random.default_rng(1).random((60, 4))
        self.y = numpy.arange(60) % 2

    def test_searches_and_cross_validations_are_phases(self):
        with joulecast.track("block"), following():
            GridSearchCV(Slow(), {"c": [1, 2, 3]}, cv=4).fit(self.x, self.y)
            RandomizedSearchCV(Slow(), {"c": [1, 2, 3, 4, 5]}, n_iter=2, cv=3).fit(self.x, self.y)
            cross_val_score(Slow(), self.x, self.y, cv=5)
            cross_val_score(Slow(), self.x[:10], self.y[:10], cv=LeaveOneOut())
        self.assertEqual(libraries.progress_of(self.one_run()),
                         [("search", "fit", 12, 12), ("search 2", "fit", 6, 6), ("cross-validation", "fit", 5, 5), ("cross-validation 2", "fit", 10, 10)])

    def test_a_phase_that_the_user_named_keeps_its_name(self):
        with joulecast.track("block") as run, following():
            run.phase("tuning of c")
            GridSearchCV(Slow(), {"c": [1, 2]}, cv=2).fit(self.x, self.y)
            GridSearchCV(Slow(), {"c": [1, 2]}, cv=3).fit(self.x, self.y)
        self.assertEqual(libraries.progress_of(self.one_run()), [("tuning of c", "fit", 4, 4), ("search", "fit", 6, 6)])

    def test_workers(self):
        with following(name="own") as run:
            GridSearchCV(SGDClassifier(), {"alpha": [1e-4, 1e-3]}, cv=5, n_jobs=2).fit(self.x, self.y)
        self.assertEqual(run.status, "finished")
        stored = self.one_run()
        self.assertEqual((stored.name, libraries.progress_of(stored)), ("own", [("search", "fit", 10, 10)]))

    def test_a_halving_search_has_a_phase_for_each_round(self):
        with following():
            HalvingGridSearchCV(Slow(), {"c": [1, 2, 3, 4]}, cv=2, factor=2, min_resources=15).fit(self.x, self.y)
        self.assertEqual([row[1:] for row in libraries.progress_of(self.one_run())], [("fit", 8, 8), ("fit", 4, 4), ("fit", 2, 2)])

    def test_a_search_within_a_fit_is_a_part_of_it(self):
        with following():
            cross_val_score(GridSearchCV(Slow(), {"c": [1, 2]}, cv=2), self.x, self.y, cv=3)
        self.assertEqual(libraries.progress_of(self.one_run()), [("cross-validation", "fit", 3, 3)])

    def test_outside_of_the_block_nothing_is_told(self):
        with joulecast.track():
            with following():
                pass
            GridSearchCV(Slow(), {"c": [1]}, cv=2).fit(self.x, self.y)
        self.assertEqual([phase for phase in self.one_run().phases if phase.work], [])

    def test_the_forecast_is_there_before_the_search_ends(self):
        seen = []

        class Looks(Slow):
            def predict(self, x):
                seen.append(joulecast.current().projection)
                return super().predict(x)

        with joulecast.track(interval=0.02), following():
            GridSearchCV(Looks(), {"c": list(range(40))}, cv=2).fit(self.x, self.y)
        self.assertIsNotNone(seen[60])

    def test_an_interrupted_search(self):
        with self.assertRaises(KeyboardInterrupt):
            with following():
                GridSearchCV(Slow(), {"breaks": [False, True]}, cv=2).fit(self.x, self.y)
        run = self.one_run()
        self.assertEqual((run.status, libraries.progress_of(run)), ("interrupted", [("search", "fit", 2, 4)]))

    def test_a_limit_ends_the_search(self):
        with self.assertRaises(joulecast.Stopped):
            with joulecast.track(interval=0.01) as run, following():
                run.stop_if(projected_j=0.001)
                GridSearchCV(Slow(), {"c": list(range(500))}, cv=2).fit(self.x, self.y)
        self.assertEqual(self.one_run().status, "stopped")

    def test_the_example(self):
        done = libraries.run_example(self, "sklearn")
        self.assertRegex(done.stdout, r"\d [mk]?J")
        search, loop = libraries.runs()
        self.assertEqual(libraries.progress_of(search), [("search", "fit", 18, 18)])
        self.assertEqual(libraries.progress_of(loop), [("train", "epoch", 5, 5)])


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    unittest.main()
