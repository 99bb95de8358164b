"""Two small sets of images that need no download: scikit-learn's handwritten digits, and textures that are generated."""
import math

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.nn import functional

DATASETS = ("digits", "textures")
CLASSES = {"digits": 10, "textures": 8}
TEXTURES = 1797  # as many as there are digits
TEST_SHARE = 0.25


def load(dataset, image_size, seed):
    """Training images, their classes, test images, their classes. Images are N x 1 x image_size x image_size in 0..1. The
    seed chooses which images are for the test; the images are always the same."""
    images, classes = digits(image_size) if dataset == "digits" else textures(image_size)
    train, test = train_test_split(range(len(classes)), test_size=TEST_SHARE, random_state=seed, stratify=classes)
    return images[train], classes[train], images[test], classes[test]


def digits(image_size):
    """8 x 8 pixels, enlarged: more pixels cost more and tell no more, as when photographs are scaled up."""
    bunch = load_digits()
    images = torch.tensor(bunch.images, dtype=torch.float32).unsqueeze(1) / 16
    images = functional.interpolate(images, size=(image_size, image_size), mode="bilinear", align_corners=False)
    return images, torch.tensor(bunch.target)


def textures(image_size):
    """Gratings in four directions, fine and coarse, under noise: the class is direction and fineness, and each image has a
    phase, a contrast and a direction that is a little off."""
    generator = torch.Generator().manual_seed(20260201)

    def random(low, high):
        return low + (high - low) * torch.rand(TEXTURES, 1, 1, generator=generator)

    classes = torch.arange(TEXTURES) % CLASSES["textures"]
    direction = (classes % 4).reshape(-1, 1, 1) * (math.pi / 4) + random(-0.25, 0.25)
    waves = torch.where(classes < 4, 2.5, 3.5).reshape(-1, 1, 1) + random(-0.3, 0.3)  # across the image
    across = torch.linspace(0, 2 * math.pi, image_size)
    x, y = across.reshape(1, 1, -1), across.reshape(1, -1, 1)
    wave = torch.sin(waves * (x * torch.cos(direction) + y * torch.sin(direction)) + random(0, 2 * math.pi))
    noise = torch.randn(TEXTURES, image_size, image_size, generator=generator)
    images = 0.5 + 0.25 * random(0.5, 1) * wave + 0.3 * noise
    return images.clamp(0, 1).unsqueeze(1), classes
