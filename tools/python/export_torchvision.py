"""Writes a torchvision GoogLeNet of random weights, and what it answers, for the specs of its import.

Needs PyTorch and torchvision (any release of 2020 or later). The weights and running averages are random, but
the same for the same seed and PyTorch:

    python tools/python/export_torchvision.py FOLDER [--seed 1] [--classes 1000] [--legacy]

FOLDER/googlenet.pth   the state_dict, with the auxiliary classifiers; --legacy: as PyTorch before 1.6 wrote it
FOLDER/crops.bin       4 crops as bytes, 224 x 224 x 3 each, red, green, blue
FOLDER/scores.bin      their softmax scores as float32, of torchvision's own transform and net
"""

import argparse
import pathlib

import torch
from torchvision.models import googlenet

CROPS = 4
SIZE = 224
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def normalized(crops):
    """What torchvision's ImageNet transform makes of bytes [N, rows, columns, 3]."""
    return (crops.permute(0, 3, 1, 2).float() / 255 - MEAN) / DEVIATION


def random_crops(count):
    """Blotches of several sizes, so that filters of every layer have something to see."""
    crops = torch.zeros(count, 3, SIZE, SIZE)
    for cells in (2, 7, 28, 224):
        noise = torch.rand(count, 3, cells, cells)
        crops += torch.nn.functional.interpolate(noise, size=SIZE, mode="bilinear")
    return (crops / 4 * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def random_net(classes):
    """A net whose signals stay alive: running averages of random crops, then everything shifted a little."""
    net = googlenet(
        weights=None,
        num_classes=classes,
        aux_logits=True,
        transform_input=True,
        init_weights=False,
    )
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for module in net.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(module.weight)
    # So that scores are far apart, and a small fault shows.
    net.fc.weight.data *= 4
    for norm in norms:
        torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
        torch.nn.init.normal_(norm.bias, 0, 0.2)
        norm.momentum = 1.0
    with torch.no_grad():
        net.train()
        net(normalized(random_crops(8)))
        for norm in norms:
            norm.running_var *= torch.empty_like(norm.running_var).uniform_(0.7, 1.4)
            norm.running_mean += 0.1 * norm.running_var.sqrt() * torch.randn_like(norm.running_mean)
    return net.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--legacy", action="store_true")
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    options.folder.mkdir(parents=True, exist_ok=True)
    net = random_net(options.classes)
    torch.save(
        net.state_dict(),
        options.folder / "googlenet.pth",
        _use_new_zipfile_serialization=not options.legacy,
    )
    crops = random_crops(CROPS)
    with torch.no_grad():
        scores = net(normalized(crops)).softmax(1)
    (options.folder / "crops.bin").write_bytes(crops.numpy().tobytes())
    (options.folder / "scores.bin").write_bytes(scores.numpy().astype("<f4").tobytes())
    largest = ", ".join(f"{score:.3f}" for score in scores.max(1).values.tolist())
    print(f"Wrote {options.folder}; the largest scores are {largest}")


if __name__ == "__main__":
    main()
