"""Fine-tunes one of the paper's five architectures on a folder of images: first the head on frozen features, then all.

    python3 train_keras.py --architecture resnet50 --data images --batch-size 32 --image-size 128

The folder has one folder of images for each class. Needs Keras 3 and TensorFlow, which reads the images; another backend
may train ($KERAS_BACKEND). The weights of ImageNet are downloaded by Keras the first time; --weights none begins with random
ones.
"""
import argparse
import json
from pathlib import Path

import keras
from keras import applications

ARCHITECTURES = {
    "mobilenet_v2": (applications.MobileNetV2, applications.mobilenet_v2.preprocess_input),
    "nasnet_mobile": (applications.NASNetMobile, applications.nasnet.preprocess_input),
    "xception": (applications.Xception, applications.xception.preprocess_input),
    "resnet50": (applications.ResNet50, applications.resnet.preprocess_input),
    "vgg16": (applications.VGG16, applications.vgg16.preprocess_input),
}


def load(arguments):
    sets = keras.utils.image_dataset_from_directory(
        arguments.data, validation_split=0.3, subset="both", seed=arguments.seed, batch_size=arguments.batch_size,
        image_size=(arguments.image_size, arguments.image_size), label_mode="categorical")
    return *sets, len(sets[0].class_names)


def make(arguments, classes):
    architecture, prepare = ARCHITECTURES[arguments.architecture]
    shape = (arguments.image_size, arguments.image_size, 3)
    weights = None if arguments.weights == "none" else arguments.weights
    backbone = architecture(include_top=False, weights=weights, input_shape=shape, pooling="avg")
    images = keras.Input(shape)
    features = backbone(prepare(images))
    hidden = keras.layers.Dense(256, activation="relu")(features)
    return keras.Model(images, keras.layers.Dense(classes, activation="softmax")(hidden)), backbone


def fit(model, backbone, frozen, rate, epochs, initial, train, validation, patience):
    """`epochs` counts from the beginning of the whole training, as Keras wants it."""
    backbone.trainable = not frozen
    model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy",
                  metrics=["accuracy", keras.metrics.F1Score(average="macro", name="f1")])
    stop = keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
    return model.fit(train, validation_data=validation, initial_epoch=initial, epochs=epochs, verbose=2,
                     callbacks=[] if frozen else [stop])


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--architecture", choices=ARCHITECTURES, required=True)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=50, help="at most, of both phases together")
    parser.add_argument("--frozen-epochs", type=int, default=10)
    parser.add_argument("--patience", type=int, default=5, help="epochs without a better loss before it stops")
    parser.add_argument("--weights", choices=["imagenet", "none"], default="imagenet")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="write quality.json there")
    return parser.parse_args()


def main():
    arguments = parse()
    keras.utils.set_random_seed(arguments.seed)
    train, validation, classes = load(arguments)
    model, backbone = make(arguments, classes)
    fit(model, backbone, True, 1e-3, arguments.frozen_epochs, 0, train, validation, arguments.patience)
    history = fit(model, backbone, False, 1e-5, arguments.epochs, arguments.frozen_epochs, train, validation,
                  arguments.patience)
    _, accuracy, f1 = model.evaluate(validation, verbose=0)
    result = {"epochs": arguments.frozen_epochs + len(history.epoch), "accuracy": accuracy, "f1": f1}
    print(" ".join(f"{name}={value:.4g}" for name, value in result.items()), flush=True)
    if arguments.output:
        (arguments.output / "quality.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
