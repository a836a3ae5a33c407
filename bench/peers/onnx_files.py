"""The networks of the predictions as ONNX files, which PyTorch writes: onnx_files.py WORKLOAD FILE.

A file is made by a process of its own, so that a worker that reads it has no PyTorch beside it."""
import hashlib
import os
import pathlib
import subprocess
import sys

import workloads
from protocol import Missing


def path_of(name):
    """The file of a workload, made where there is none yet; $STATOR_ONNX is the folder.

    Errors: Missing for what is no prediction."""
    if not name.startswith("predict/"):
        raise Missing("only predictions")
    here = pathlib.Path(__file__).parent
    source = hashlib.sha256((here / "torch_models.py").read_bytes()).hexdigest()[:8]
    folder = pathlib.Path(os.environ["STATOR_ONNX"])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.replace('/', '_').replace(':', '')}_{source}.onnx"
    if not path.exists():
        partial = path.with_suffix(f".{os.getpid()}")
        subprocess.run([sys.executable, str(here / "onnx_files.py"), name, str(partial)], check=True,
                       stdout=sys.stderr)
        partial.rename(path)
    return str(path)


def write(name, path):
    import torch
    from torch_models import MODELS
    torch.manual_seed(0)
    network = MODELS[workloads.model_of(name)[0]].network().eval()
    torch.onnx.export(network, (torch.from_numpy(workloads.inputs(name)[0]),), path, input_names=["x"],
                      output_names=["y"], dynamo=True, external_data=False, verbose=False)


if __name__ == "__main__":
    write(*sys.argv[1:])
