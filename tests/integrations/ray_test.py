"""Tests the recipe for Ray Train, with two workers on this machine."""
import unittest

import libraries

libraries.require("torch", "ray.train")
from support import PackageTest


class Recipe(PackageTest):
    def test_the_workers_of_a_node_are_one_run(self):
        environment = {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "RAY_DEDUP_LOGS": "0", "TMPDIR": "/tmp"}
        libraries.run_example(self, "ray", **environment, RAY_TMPDIR=str(self.folder)[:40])
        run = self.one_run()
        self.assertEqual((run.name, run.status, libraries.progress_of(run)), ("ray", "finished", [("train", "epoch", 3, 3)]))


if __name__ == "__main__":
    unittest.main()
