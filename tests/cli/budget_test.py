"""Tests joulecast budget against the published equations, solved here by search instead of in closed form."""
import math
import unittest

from support import CommandTest

GOLDEN = (math.sqrt(5) - 1) / 2


def lowest(f, low, high):
    """The place of the minimum of a function with one minimum (golden section)."""
    for _ in range(200):
        width = GOLDEN * (high - low)
        if f(high - width) < f(low + width):
            high = low + width
        else:
            low = high - width
    return (low + high) / 2


def hoffmann(n, d, _):
    return 1.69 + 406.4 / n**0.34 + 410.7 / d**0.28


def besiroglu(n, d, _):
    return 1.8172 + 482.01 / n**0.3478 + 2085.43 / d**0.3658


def frantar_t5(n, d, s):
    steps = d / (128 * 512)
    return (16.79 * (1 - s)**0.722 + 45.02) * n**-0.245 + (1.053e4 / steps)**0.203 + 0.651


def frantar_vit(n, d, s):
    return (294.4 * (1 - s)**0.821 + 468.2) * n**-0.392 + (2.37e8 / d)**0.890 + 4.517


LAWS = {"chinchilla": hoffmann, "chinchilla-refit": besiroglu, "sparse-t5": frantar_t5, "sparse-vit": frantar_vit}
PATCHES = {"sparse-vit": 196}  # tokens of an image


class BudgetTest(CommandTest):
    def test_every_model_is_the_best_that_the_arithmetic_pays_for(self):
        plan = self.json("budget", "100kWh", "--gpu", "A100-SXM4-80GB", "--sparsity", "0.5,0.875",
                         *(part for law in LAWS for part in ("--law", law)))["plans"][0]
        self.assertEqual(len(plan["models"]), 1 + 1 + 5 + 5)
        for model in plan["models"]:
            law, sparsity = LAWS[model["law"]], model["sparsity"]
            work = 6 * PATCHES.get(model["law"], 1)
            if model["zeros"] == "skipped":
                work *= 0.25 + 0.5 * (1 - 0.75 * sparsity) + 0.25 * (1 - sparsity)

            def loss(log_size):
                whole = math.exp(log_size)
                return law(whole * (1 - sparsity), plan["flop"]["value"] / (work * whole), sparsity)

            size = math.exp(lowest(loss, math.log(1e3), math.log(1e15)))
            self.assertAlmostEqual(model["parameters"] / size, 1, places=5)
            self.assertAlmostEqual(model["loss"]["value"], loss(math.log(size)), places=9)

    def test_curves_pass_through_the_plan(self):
        plan = self.json("budget", "72h", "--gpu", "A100-SXM4-80GB")["plans"][0]
        for curve in plan["curves"]:
            same = [m for m in plan["models"]
                    if (m["law"], m["sparsity"], m["zeros"]) == (curve["law"], curve["sparsity"], "computed")][0]
            for points in (curve["by_budget"], curve["by_size"]):
                losses = [point["loss"]["value"] for point in points]
                self.assertAlmostEqual(losses[len(losses) // 2], same["loss"]["value"], places=9)
            self.assertEqual(min(p["loss"]["value"] for p in curve["by_size"]), same["loss"]["value"])
            falling = [p["loss"]["value"] for p in curve["by_budget"]]
            self.assertEqual(falling, sorted(falling, reverse=True))

    def test_a_wrong_value_is_named(self):
        for arguments, said in ((["100"], "100: not an energy, a time or a sum of money"),
                                (["100kWh", "--size", "7X"], "--size: '7X' is not a number"),
                                (["100kWh", "--mfu", "40"], "--mfu: must be above 0 and at most 1, not 40"),
                                (["100kWh", "--kwh-price", "nan"], "--kwh-price"),
                                (["9USD"], "give --gpu-hour-price, --kwh-price or both"),
                                (["100kWh", "--law", "kaplan"], "--law: 'kaplan' is not known")):
            done = self.call("budget", *arguments, "--gpu", "A100-SXM4-80GB", expect=2)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
