"""Compares what a training step needs beyond weights, optimizer state and inputs with PyTorch's, at batch 32.

    python3 bench/peers/compare_memory.py build/release/bench [--models tinyvgg,char_gpt]

PyTorch's side is the greatest sum of the tensors that are allocated within one eager step and not yet freed, by its own
profiler, after two steps that warm up: gradients and activations, but not what its libraries allocate for themselves.
Stator's side is the arena, which holds all that a step needs; bench_memory tells it.
"""
import argparse
import json
import pathlib
import subprocess

import torch
from torch.profiler import ProfilerActivity, profile

import torch_worker
import workloads

BATCH = 32


def torch_peak(model):
    """Bytes of the tensors that are alive at the worst moment of a step, and were not before it."""
    step = torch_worker.train_step(f"train_step/{model}/batch:{BATCH}", torch_worker.Mode("eager"))
    step(2)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watched:
        step(1)
    events = sorted((event for event in watched.profiler.kineto_results.events() if event.name() == "[memory]"),
                    key=lambda event: event.start_ns())
    held = least = most = 0  # at its least once the last step's gradients are gone
    for event in events:
        held += event.nbytes()
        least, most = min(least, held), max(most, held)
    return most - least


def stator_arena(folder, model):
    """Bytes of the step's arena."""
    command = [str(next(pathlib.Path(folder).rglob("bench_memory"))), f"--benchmark_filter=memory/{model}/",
               "--benchmark_format=json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return 1e6 * report["benchmarks"][0]["arena_mb"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="build folder that holds bench_memory")
    parser.add_argument("--models", default="mlp,mnist_convnet,tinyvgg,cifar_resnet,char_gpt,char_lstm")
    options = parser.parse_args()
    torch.manual_seed(0)
    print(f"PyTorch {torch.__version__}, eager; MB of a training step at batch {BATCH} beyond weights and state")
    for model in options.models.split(","):
        theirs, ours = torch_peak(model), stator_arena(options.folder, model)
        print(f"{model:14}  PyTorch {1e-6 * theirs:9.2f}  Stator {1e-6 * ours:9.2f}  Stator / PyTorch {ours / theirs:5.2f}",
              flush=True)


if __name__ == "__main__":
    main()
