"""GoogLeNet (BVLC) as a PyTorch module, with the weights of the zoo's googlenet-12.onnx."""

import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

MODULES = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
MEAN_BGR = (104.0, 117.0, 123.0)


def read_weights(path):
    initializers = onnx.load(path).graph.initializer
    return {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in initializers}


class Conv(nn.Conv2d):
    """A convolution and its ReLU, by the name that its weights have in the file."""

    def __init__(self, weights, name, stride=1):
        weight = weights[f"{name}_w_0"]
        outputs, inputs, size, _ = weight.shape
        super().__init__(inputs, outputs, size, stride=stride, padding=size // 2)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(weights[f"{name}_b_0"])

    def forward(self, x):
        return F.relu(super().forward(x), inplace=True)


class Inception(nn.Module):
    def __init__(self, weights, name):
        super().__init__()
        conv = lambda part: Conv(weights, f"inception_{name}/{part}")
        self.one = conv("1x1")
        self.three = nn.Sequential(conv("3x3_reduce"), conv("3x3"))
        self.five = nn.Sequential(conv("5x5_reduce"), conv("5x5"))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, padding=1), conv("pool_proj"))

    def forward(self, x):
        return torch.cat((self.one(x), self.three(x), self.five(x), self.pool(x)), 1)


class GoogLeNet(nn.Module):
    """uint8 RGB crops [N, 224, 224, 3] in, softmax scores [N, 1000] out."""

    def __init__(self, path):
        super().__init__()
        weights = read_weights(path)
        pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)
        # PyTorch divides alpha by the window's size, as Caffe and ONNX do.
        norm = lambda: nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)
        layers = [Conv(weights, "conv1/7x7_s2", stride=2), pool(), norm()]
        layers += [Conv(weights, "conv2/3x3_reduce"), Conv(weights, "conv2/3x3"), norm(), pool()]
        for name in MODULES:
            layers.append(Inception(weights, name))
            if name in ("3b", "4e"):
                layers.append(pool())
        self.features = nn.Sequential(*layers, nn.AvgPool2d(7))
        self.classifier = nn.Linear(1024, 1000)
        self.classifier.weight = nn.Parameter(weights["loss3/classifier_w_0"])
        self.classifier.bias = nn.Parameter(weights["loss3/classifier_b_0"])
        self.register_buffer("mean", torch.tensor(MEAN_BGR).view(1, 3, 1, 1))

    def forward(self, crops):
        x = crops.permute(0, 3, 1, 2).flip(1).float() - self.mean
        return self.classifier(self.features(x).flatten(1)).softmax(1)
