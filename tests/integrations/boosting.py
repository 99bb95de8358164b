"""What the three libraries of gradient boosting have in common in their tests."""
import time

import libraries
import numpy
from support import PackageTest

ROUNDS = 12


class BoostingTest(PackageTest):
    def setUp(self):
        super().setUp()
        self.x = numpy.random.default_rng(1).random((200, 5))
        self.y = (self.x.sum(axis=1) > 2.5).astype(int)

    def assert_followed(self, run, metric, rounds=ROUNDS, total=ROUNDS):
        self.assertEqual([row[1:] for row in libraries.progress_of(run)], [("round", rounds, total)])
        self.assertIn(metric, run.epochs[-1].metrics)
        self.assertEqual(run.epochs[-1].index, run.epochs[0].index + rounds - 1)


def slowly(*_):
    """Makes a round long enough to be told of."""
    time.sleep(0.025)
