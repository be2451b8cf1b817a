"""Ray Data's pipeline over the images of a folder: read → map (crops) → map_batches (model) → write JSON.

    python classify.py FOLDER WEIGHTS.onnx single|ten

The model is the PyTorch module of ../pytorch. Prints one JSON line an image: file, top1, at (ms), as it was
scored; then a summary.
"""

import glob
import io
import json
import logging
import os
import sys
import tempfile
import time

import numpy
import ray
import torch

PYTORCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "pytorch")
sys.path.insert(0, PYTORCH)

from crops import cut_crops  # noqa: E402
from googlenet import GoogLeNet  # noqa: E402


class Classify:
    def __init__(self, weights):
        torch.set_num_threads(1)
        self.model = GoogLeNet(weights).eval().to(memory_format=torch.channels_last)

    def __call__(self, batch):
        crops = numpy.stack(batch["crops"])
        with torch.inference_mode():
            scores = self.model(torch.from_numpy(crops.reshape(-1, 224, 224, 3)))
        top1 = scores.view(len(crops), -1, 1000).mean(1).argmax(1).numpy()
        at = numpy.full(len(crops), time.time() * 1000)
        return {"file": batch["file"], "top1": top1, "at": at}


def main(folder, weights, policy):
    cores = os.cpu_count() or 1
    ray.init(
        num_cpus=cores,
        include_dashboard=False,
        logging_level=logging.ERROR,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": PYTORCH}},
    )
    ray.data.DataContext.get_current().enable_progress_bars = False

    def cut(row):
        return {"file": os.path.basename(row["path"]), "crops": cut_crops(io.BytesIO(row["bytes"]), policy)}

    with tempfile.TemporaryDirectory() as output:
        (
            ray.data.read_binary_files(folder, include_paths=True, override_num_blocks=4 * cores)
            .map(cut, num_cpus=0.5)
            .map_batches(
                Classify,
                fn_constructor_args=(weights,),
                batch_size=8 if policy == "single" else 1,
                compute=ray.data.ActorPoolStrategy(size=cores),
                num_cpus=0.5,
            )
            .write_json(output)
        )
        for path in glob.glob(f"{output}/*.json"):
            with open(path) as lines:
                sys.stdout.writelines(line.rstrip("\n") + "\n" for line in lines)
    print(json.dumps({"summary": {"ray": ray.__version__, "actors": cores}}))


main(*sys.argv[1:])
