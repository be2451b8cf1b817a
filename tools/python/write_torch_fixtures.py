"""Writes the small PyTorch files that the specs of their reader use.

    python tools/python/write_torch_fixtures.py libs/model/fixtures/torch
"""

import collections
import pathlib
import sys

import torch


def state_dict():
    """Every way that a float tensor may lie in its storage, and a counter."""
    grid = torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4
    tensors = collections.OrderedDict()
    tensors["float"] = torch.tensor([[1.5, -2.0, 0.25], [3.0, float("inf"), -0.125]])
    tensors["half"] = torch.tensor([1.5, -2.0, 65504.0, 2.0**-24], dtype=torch.float16)
    tensors["brain"] = torch.tensor([1.5, -2.0, 2.0**100], dtype=torch.bfloat16)
    tensors["grid"] = grid
    tensors["transposed"] = grid.t()
    tensors["column"] = grid[:, 1]
    tensors["row"] = grid[1]
    tensors["scalar"] = torch.tensor(7.5)
    tensors["empty"] = torch.zeros(0, 3)
    tensors["größe"] = torch.tensor([9.0])
    tensors["counter"] = torch.tensor(12)
    return tensors


class Doubling(torch.nn.Module):
    def forward(self, x):
        return x * 2


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(state_dict(), folder / "state-dict.pth")
    torch.save(
        state_dict(), folder / "state-dict-legacy.pth", _use_new_zipfile_serialization=False
    )
    weight = torch.ones(1)
    torch.save({"weight": weight.double()}, folder / "double.pth")
    torch.save({"epoch": 3, "model": {"weight": weight}}, folder / "checkpoint.pth")
    torch.save(torch.nn.Identity(), folder / "whole-module.pth")
    torch.save({"weight": weight}, folder / "protocol-4.pth", pickle_protocol=4)
    torch.jit.script(Doubling()).save(folder / "torch-script.pth")


if __name__ == "__main__":
    main()
