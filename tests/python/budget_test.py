"""What a budget pays for, against the law's own arithmetic."""
import unittest

import joulecast
from support import PackageTest


class Budget(PackageTest):
    def test_it_is_spent_as_the_figures_say(self):
        planned = joulecast.budget("100kWh", "A100-SXM4-80GB", gpus=8, mfu=0.4, power=350, host_power=50, pue=1.25, law="chinchilla-refit")
        plan, = planned.plans
        self.assertEqual((plan.gpu, plan.gpu_count), ("A100-SXM4-80GB", 8))
        self.assertAlmostEqual(plan.energy_j.value / 3.6e8, 1, places=9)
        self.assertAlmostEqual(plan.duration_s.value, 3.6e8 / (8 * (350 + 50) * 1.25), places=3)
        self.assertAlmostEqual(plan.flop.value / (8 * 312e12 * 0.4 * plan.duration_s.value), 1, places=6)
        model, = plan.models
        self.assertAlmostEqual(6 * model.parameters * model.data / plan.flop.value, 1, places=6)
        self.assertLess(model.smallest_as_good, model.parameters)
        self.assertGreater(model.largest_as_good, model.parameters)
        self.assertIsNone(plan.cost)

    def test_several_gpus_the_best_first_and_a_size_of_ones_own(self):
        planned = joulecast.budget("72h", ["A100-SXM4-80GB", "H100 SXM 80GB"], size="1B", sparsity=0.5, country="FR")
        self.assertEqual([plan.gpu for plan in planned.plans], ["H100 SXM 80GB", "A100-SXM4-80GB"])
        chosen = planned.plans[0].models[-1]
        self.assertTrue(chosen.chosen_by_user)
        self.assertAlmostEqual(chosen.parameters, 1e9)
        self.assertGreater(planned.plans[0].emissions.mass_g, 0)
        self.assertIn("72 h", repr(planned))
        self.assertIn("72 h", planned._repr_html_())

    def test_money_needs_a_price(self):
        with self.assertRaisesRegex(joulecast.InvalidError, "gpu_hour_price") as caught:
            joulecast.budget("2000EUR", "A100-SXM4-80GB")
        self.assertNotIn("--", str(caught.exception))
        plan, = joulecast.budget("2000EUR", "A100-SXM4-80GB", gpu_hour_price=2).plans
        self.assertAlmostEqual(plan.duration_s.value, 1000 * 3600, places=3)
        self.assertAlmostEqual(plan.cost.value, 2000, places=6)


if __name__ == "__main__":
    unittest.main()
