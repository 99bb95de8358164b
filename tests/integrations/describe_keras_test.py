"""Describes real Keras models, on PyTorch unless $KERAS_BACKEND says otherwise."""
import os
import unittest

import libraries

os.environ.setdefault("KERAS_BACKEND", "torch")
libraries.require("keras", os.environ["KERAS_BACKEND"])
import joulecast
import keras
import numpy
from keras import layers


@keras.saving.register_keras_serializable(package="joulecast_test")
class Block(layers.Layer):
    """A transformer's block, of layers and one weight of its own."""

    def __init__(self, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.attention = layers.MultiHeadAttention(4, 16, dropout=dropout)
        self.norm = layers.LayerNormalization()
        self.wide = layers.Dense(128, activation="gelu")
        self.narrow = layers.Dense(64)

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")
        self.attention.build(shape, shape)
        self.norm.build(shape)
        self.wide.build(shape)
        self.narrow.build((*shape[:-1], 128))
        self.built = True

    def call(self, x):
        x = x + self.attention(x, x)
        return x + self.scale * self.narrow(self.wide(self.norm(x)))


class Projected(layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 7))

    def call(self, x):
        return keras.ops.matmul(x, self.kernel)


class Described(unittest.TestCase):
    def test_networks_of_keras_have_their_published_figures(self):
        # Trainable parameters of keras.io/api/applications' models; Keras' ResNet has its strides in the 1x1 convolutions.
        for name, parameters, like in (("VGG16", 138_357_544, "vgg16"), ("MobileNetV2", 3_504_872, "mobilenet_v2"),
                                       ("EfficientNetB0", 5_288_548, "efficientnet_b0"), ("ResNet50", 25_583_592, None)):
            with self.subTest(name):
                network = joulecast.describe(getattr(keras.applications, name)(weights=None), input_shape=(224, 224, 3))
                self.assertEqual((network.parameters, network.uncounted), (parameters, {}))
                if like:
                    self.assertEqual((network.macs, network.depth), (joulecast.describe(like).macs, joulecast.describe(like).depth))

    def test_an_unbuilt_model_is_counted_and_stays_unbuilt(self):
        model = keras.Sequential([layers.Dense(128, activation="relu"), layers.Dropout(0.1), layers.Dense(10, activation="softmax")])
        network = joulecast.describe(model, input_shape=784)
        self.assertEqual((network.parameters, network.macs), (101_770, 784 * 128 + 1280))
        self.assertEqual([layer.operation for layer in network.layers], ["dense", "relu", "dropout", "dense", "softmax"])
        self.assertFalse(model.built)

    def test_sequences(self):
        model = keras.Sequential([layers.Input((50,)), layers.Embedding(1000, 64), layers.Bidirectional(layers.LSTM(64, return_sequences=True)),
                                  layers.GRU(32), layers.Dense(1)])
        network = joulecast.describe(model, input_shape=50)
        self.assertEqual(network.parameters, model.count_params())
        self.assertEqual([(layer.kind, layer.macs) for layer in network.layers[:3]],
                         [("embedding", 0), ("recurrent", 50 * 2 * 4 * 64 * 128), ("recurrent", 50 * 3 * 32 * 160)])

    def test_attention_counts_whether_it_is_fused_or_not(self):
        products = 4 * 10 * 64 * 64 + 2 * 4 * 10 * 10 * 16 + 2 * 10 * 64 * 128
        for dropout in (0.0, 0.1):
            with self.subTest(dropout=dropout):
                model = keras.Sequential([layers.Input((10, 64)), Block(dropout)])
                network = joulecast.describe(model, input_shape=(10, 64))
                self.assertEqual((network.parameters, network.macs), (model.count_params(), products))

    def test_products_in_layers_of_ones_own(self):
        model = keras.Sequential([layers.Input((20,)), Projected()])
        network = joulecast.describe(model, input_shape=20)
        self.assertEqual([(layer.kind, layer.parameters, layer.macs) for layer in network.layers], [("dense", 140, 140)])

    def test_a_layer_for_each_step(self):
        model = keras.Sequential([layers.Input((7, 4)), layers.TimeDistributed(layers.Dense(5))])
        network = joulecast.describe(model, input_shape=(7, 4))
        self.assertEqual([(layer.kind, layer.parameters, layer.macs) for layer in network.layers], [("dense", 25, 7 * 20)])

    def test_what_no_rule_covers_is_named(self):
        model = keras.Sequential([layers.Input((7, 8, 8, 4)), layers.ConvLSTM2D(5, 3)])
        network = joulecast.describe(model, input_shape=(7, 8, 8, 4))
        self.assertEqual((network.uncounted, network.parameters), ({"ConvLSTM2D": 1}, model.count_params()))

    def test_convolutions_of_ones_own(self):
        class Own(layers.Layer):
            def build(self, shape):
                self.kernel = self.add_weight(shape=(3, 3, shape[-1], 6))
                self.position = self.add_weight(shape=(1, 6, 6, 6))

            def call(self, x):
                return keras.ops.conv(x, self.kernel) + self.position

        network = joulecast.describe(keras.Sequential([layers.Input((8, 8, 4)), Own()]), input_shape=(8, 8, 4))
        self.assertEqual([(layer.kind, layer.parameters, layer.macs) for layer in network.layers],
                         [("convolution", 9 * 4 * 6, 36 * 6 * 36), ("elementwise", 216, 0)])

    def test_a_separable_convolution_is_two(self):
        model = keras.Sequential([layers.Input((16, 16, 8)), layers.SeparableConv2D(4, 3, padding="same", activation="relu")])
        network = joulecast.describe(model, input_shape=(16, 16, 8))
        self.assertEqual([(layer.kind, layer.macs) for layer in network.layers], [("depthwise", 256 * 9 * 8), ("pointwise", 256 * 32), ("elementwise", 0)])
        self.assertEqual(network.parameters, model.count_params())

    def test_frozen_layers_count_and_statistics_do_not(self):
        model = keras.Sequential([layers.Input((8,)), layers.Dense(4), layers.BatchNormalization()])
        model.trainable = False
        self.assertEqual(joulecast.describe(model, input_shape=8).parameters, 36 + 8)

    def test_a_model_is_as_before(self):
        model = keras.Sequential([layers.Input((8,)), layers.Dense(4), layers.BatchNormalization(), layers.Dropout(0.5)])
        kept = [numpy.array(value) for value in model.get_weights()]
        joulecast.describe(model, input_shape=8)
        self.assertTrue(all(numpy.array_equal(one, other) for one, other in zip(kept, model.get_weights())))
        self.assertEqual(model(numpy.zeros((3, 8))).shape, (3, 4))

    def test_a_batch_of_the_loader_will_do(self):
        model = keras.Sequential([layers.Input((8,)), layers.Dense(4)])
        self.assertEqual(joulecast.describe(model, inputs=numpy.zeros((16, 8), "float32")).macs, 32)

    def test_a_wrong_shape_is_one_line_about_it(self):
        model = keras.Sequential([layers.Input((8,)), layers.Dense(4)])
        with self.assertRaisesRegex(joulecast.InvalidError, "^input_shape: the model fails on such an input: "):
            joulecast.describe(model, input_shape=(3, 3))


if __name__ == "__main__":
    unittest.main()
