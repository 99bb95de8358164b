"""Five small convolutional networks after the families that the paper compares. Each is a backbone, which makes 48 to 96
features of an image of any size, and a head, which makes classes of them."""
import torch
from torch import nn


class Network(nn.Module):
    def __init__(self, backbone, features, classes):
        super().__init__()
        self.backbone = nn.Sequential(backbone, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Sequential(nn.Linear(features, 64), nn.ReLU(), nn.Linear(64, classes))

    def forward(self, images):
        return self.head(self.backbone(images))


def convolution(inputs, outputs, kernel=3, stride=1, groups=1):
    """A convolution with what follows it in all these networks."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs), nn.ReLU())


def plain(classes):
    """Three strided convolutions."""
    return Network(nn.Sequential(convolution(1, 16), convolution(16, 32, stride=2), convolution(32, 64, stride=2)), 64, classes)


def vgg(classes):
    """VGG: pairs of convolutions, each pair with a pooling behind it."""
    layers = []
    for inputs, outputs in ((1, 16), (16, 32), (32, 64)):
        layers += [convolution(inputs, outputs), convolution(outputs, outputs), nn.MaxPool2d(2)]
    return Network(nn.Sequential(*layers), 64, classes)


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = convolution(inputs, outputs, stride=stride)
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs))
        same = inputs == outputs and stride == 1
        self.around = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, images):
        return torch.relu(self.second(self.first(images)) + self.around(images))


def resnet(classes):
    """ResNet: convolutions in pairs, each with a way around it."""
    blocks = [Residual(inputs, outputs, stride) for inputs, outputs, stride in
              ((16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2))]
    return Network(nn.Sequential(convolution(1, 16), *blocks), 64, classes)


class InvertedResidual(nn.Module):
    """MobileNet V2: to more channels, each channel by itself, and back to few."""

    def __init__(self, inputs, outputs, stride, expansion=4):
        super().__init__()
        wide = inputs * expansion
        self.inner = nn.Sequential(
            convolution(inputs, wide, kernel=1), convolution(wide, wide, stride=stride, groups=wide),
            nn.Conv2d(wide, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.same = inputs == outputs and stride == 1

    def forward(self, images):
        made = self.inner(images)
        return made + images if self.same else made


def mobilenet(classes):
    blocks = [InvertedResidual(inputs, outputs, stride) for inputs, outputs, stride in
              ((16, 16, 2), (16, 16, 1), (16, 24, 2), (24, 24, 1))]
    return Network(nn.Sequential(convolution(1, 16), *blocks, convolution(24, 96, kernel=1)), 96, classes)


class Dense(nn.Module):
    """DenseNet: each convolution sees what all before it have made."""

    def __init__(self, inputs, growth, count):
        super().__init__()
        self.layers = nn.ModuleList(convolution(inputs + i * growth, growth) for i in range(count))

    def forward(self, images):
        for layer in self.layers:
            images = torch.cat([images, layer(images)], dim=1)
        return images


def densenet(classes):
    blocks, channels = [convolution(1, 16)], 16
    for last in (False, False, True):
        blocks.append(Dense(channels, growth=8, count=4))
        channels += 4 * 8
        if not last:
            blocks += [convolution(channels, channels // 2, kernel=1), nn.AvgPool2d(2)]
            channels //= 2
    return Network(nn.Sequential(*blocks), channels, classes)


ARCHITECTURES = {"plain": plain, "vgg": vgg, "resnet": resnet, "mobilenet": mobilenet, "densenet": densenet}
