"""Classifies the images of a folder and prints one JSON line an image: file, top1, at (ms); then a summary.

    python classify.py FOLDER WEIGHTS.onnx single|ten eager|tuned|compiled

eager     as most people write it: one image after the other, defaults everywhere
tuned     channels_last, decode in threads beside the model, several images a batch
compiled  tuned, and the model through torch.compile
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import torch

from crops import cut_crops
from googlenet import GoogLeNet

IMAGES_A_BATCH = {"single": 8, "ten": 1}


def main(folder, weights, policy, mode):
    model = GoogLeNet(weights).eval()
    if mode != "eager":
        torch.set_num_threads(os.cpu_count() or 1)
        model = model.to(memory_format=torch.channels_last)
    if mode == "compiled":
        model = torch.compile(model)
    names = sorted(os.listdir(folder))
    cut = lambda name: cut_crops(os.path.join(folder, name), policy)
    size = 1 if mode == "eager" else IMAGES_A_BATCH[policy]
    batches = [names[start : start + size] for start in range(0, len(names), size)]
    with torch.inference_mode(), ThreadPoolExecutor(os.cpu_count()) as pool:
        started = time.perf_counter()
        for batch, crops in zip(batches, load(batches, cut, pool, mode)):
            if mode == "compiled":
                # A short last batch would be compiled anew.
                crops += [crops[-1]] * (size - len(batch))
            scores = model(torch.from_numpy(numpy.concatenate(crops)))
            top1 = scores.view(len(crops), -1, 1000).mean(1).argmax(1).tolist()
            at = (time.perf_counter() - started) * 1000
            for name, index in zip(batch, top1):
                print(json.dumps({"file": name, "top1": index, "at": at}))
    facts = {"torch": torch.__version__, "threads": torch.get_num_threads(), "mode": mode}
    print(json.dumps({"summary": facts}))


def load(batches, cut, pool, mode):
    if mode == "eager":
        for batch in batches:
            yield [cut(name) for name in batch]
        return
    # A few batches ahead: enough to keep the model busy, whatever one image costs.
    ahead = []
    for batch in batches:
        ahead.append([pool.submit(cut, name) for name in batch])
        if len(ahead) > 3:
            yield [future.result() for future in ahead.pop(0)]
    for futures in ahead:
        yield [future.result() for future in futures]


main(*sys.argv[1:])
