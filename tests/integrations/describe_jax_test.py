"""Describes real JAX functions, and modules of Flax."""
import unittest

import libraries

libraries.require("jax")
import jax
import joulecast
from jax import numpy as jnp

WEIGHTS = [(jnp.zeros((784, 128)), jnp.zeros(128)), (jnp.zeros((128, 10)), jnp.zeros(10))]


def perceptron(weights, x):
    for matrix, bias in weights[:-1]:
        x = jax.nn.relu(x @ matrix + bias)
    matrix, bias = weights[-1]
    return jax.nn.log_softmax(x @ matrix + bias)


class Functions(unittest.TestCase):
    def test_weights_are_an_argument_or_the_function_s_own(self):
        for function, given in ((perceptron, {"parameters": WEIGHTS}), (jax.jit(perceptron), {"parameters": WEIGHTS}),
                                (lambda x: perceptron(WEIGHTS, x), {})):
            network = joulecast.describe(function, input_shape=784, **given)
            self.assertEqual((network.parameters, network.macs, network.depth, network.uncounted), (101_770, 784 * 128 + 1280, 2, {}))

    def test_a_convolution(self):
        def convolved(kernel, x):
            return jax.lax.conv_general_dilated(x, kernel, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))

        network = joulecast.describe(convolved, parameters=jnp.zeros((3, 3, 8, 16)), input_shape=(32, 32, 8))
        self.assertEqual([(layer.kind, layer.macs) for layer in network.layers], [("convolution", 16 * 16 * 16 * 8 * 9)])

    def test_a_scan_counts_each_of_its_turns_and_its_stacked_weights_once(self):
        def deep(weights, x):
            return jax.lax.scan(jax.checkpoint(lambda x, matrix: (jnp.tanh(x @ matrix), None)), x, weights)[0]

        network = joulecast.describe(deep, parameters=jnp.zeros((6, 32, 32)), input_shape=32)
        self.assertEqual((network.parameters, network.macs), (6 * 1024, 6 * 1024))

    def test_a_loop_without_a_known_end_is_noted(self):
        def looped(x):
            return jax.lax.while_loop(lambda state: state.sum() < 5, lambda state: state @ jnp.ones((8, 8)), x)

        network = joulecast.describe(looped, input_shape=8)
        self.assertEqual(network.macs, 64)
        self.assertTrue(any("while" in note for note in network.notes))

    def test_several_inputs(self):
        self.assertEqual(joulecast.describe(lambda a, b: (a * b).sum(-1), input_shape=[(8,), (8,)]).parameters, 0)
        self.assertEqual(joulecast.describe(lambda x: x["a"] @ jnp.ones((8, 3)), inputs=({"a": jnp.zeros((4, 8))},)).macs, 24)

    def test_a_wrong_shape_is_one_line_about_it(self):
        with self.assertRaisesRegex(joulecast.InvalidError, "^input_shape: the function fails on such an input: .*784"):
            joulecast.describe(perceptron, parameters=WEIGHTS, input_shape=7)


class Flax(unittest.TestCase):
    def setUp(self):
        libraries.require("flax")

    def test_an_nnx_module_with_statistics_and_random_numbers(self):
        from flax import nnx

        class Small(nnx.Module):
            def __init__(self, rngs):
                self.convolution = nnx.Conv(1, 32, (3, 3), rngs=rngs)
                self.norm = nnx.BatchNorm(32, rngs=rngs)
                self.dropout = nnx.Dropout(0.1, rngs=rngs)
                self.dense = nnx.Linear(6272, 10, rngs=rngs)

            def __call__(self, x):
                x = nnx.avg_pool(nnx.relu(self.norm(self.convolution(x))), (2, 2), (2, 2))
                return self.dense(self.dropout(x.reshape(x.shape[0], -1)))

        model = Small(nnx.Rngs(0))
        network = joulecast.describe(model, input_shape=(28, 28, 1))
        self.assertEqual((network.name, network.parameters), ("Small", 320 + 64 + 62_730))
        self.assertEqual(network.macs, 28 * 28 * 32 * 9 + 62_720)
        model(jnp.zeros((2, 28, 28, 1)))

    def test_a_linen_module_s_apply(self):
        from flax import linen

        class Small(linen.Module):
            @linen.compact
            def __call__(self, tokens):
                x = linen.Embed(1000, 64)(tokens)
                x = linen.LayerNorm()(x + linen.MultiHeadDotProductAttention(4)(x))
                return linen.Dense(1000)(linen.BatchNorm(use_running_average=True)(x))

        model = Small()
        variables = model.init(jax.random.key(0), jnp.zeros((1, 16), int))
        network = joulecast.describe(model.apply, parameters=variables, input_shape=16)
        self.assertEqual(network.parameters, sum(leaf.size for leaf in jax.tree_util.tree_leaves(variables["params"])))
        self.assertEqual(network.macs, 4 * 16 * 64 * 64 + 2 * 16 * 16 * 64 + 16 * 64 * 1000)


if __name__ == "__main__":
    unittest.main()
