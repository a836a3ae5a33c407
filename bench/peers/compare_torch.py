"""Times Stator's training steps against PyTorch's, in turns within one run: only ratios of such a run count.

    python3 bench/peers/compare_torch.py build/release/bench [--rounds 5] [--threads 1]

PyTorch runs eager, in this process, as its users write it; Stator's steps run in bench_train_step. Both see the same
network, optimizer, batch and dtype. Prints the best and the median of all rounds, and their ratios.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(784, 128), nn.Linear(128, 10)

    def forward(self, image):
        return self.fc2(F.relu(self.fc1(torch.flatten(image, 1))))


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3), nn.Conv2d(16, 32, 3)
        self.drop1, self.drop2 = nn.Dropout2d(0.10), nn.Dropout(0.25)
        self.fc1, self.fc2 = nn.Linear(4608, 64), nn.Linear(64, 10)

    def forward(self, image):
        features = F.max_pool2d(F.relu(self.conv2(F.relu(self.conv1(image)))), 2)
        hidden = self.drop2(F.relu(self.fc1(torch.flatten(self.drop1(features), 1))))
        return F.log_softmax(self.fc2(hidden), 1)


def torch_step(model):
    """The usual training step, on a batch of 32."""
    images, labels = torch.randn(32, 1, 28, 28), torch.randint(10, (32,))
    if model == "mlp":
        net, loss_of = Mlp(), F.cross_entropy
        optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    else:
        net, loss_of = ConvNet(), F.nll_loss
        optimizer = torch.optim.Adadelta(net.parameters(), lr=0.5)
    net.train()

    def step():
        optimizer.zero_grad()
        loss = loss_of(net(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def time_torch(step, seconds):
    """Microseconds of each step within about `seconds`."""
    for _ in range(3):
        step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(1e6 * (time.perf_counter() - start))
    return times


def time_stator(folder, model, threads, seconds):
    """Microseconds per step of ten short repetitions."""
    command = [str(next(pathlib.Path(folder).rglob("bench_train_step"))),
               f"--benchmark_filter=train_step/{model}/batch:32/threads:{threads}",
               "--benchmark_repetitions=10", f"--benchmark_min_time={seconds / 10}", "--benchmark_format=json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [run["real_time"] for run in report["benchmarks"] if run["run_type"] == "iteration"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="build folder that holds bench_train_step")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each side in each round")
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    print(f"PyTorch {torch.__version__} eager, {options.threads} thread(s), {options.rounds} rounds; µs per step")
    for model in ("mlp", "mnist_convnet"):
        step, ours, theirs = torch_step(model), [], []
        for _ in range(options.rounds):
            theirs += time_torch(step, options.seconds)
            ours += time_stator(options.folder, model, options.threads, options.seconds)
        best, median = (min(theirs), min(ours)), (statistics.median(theirs), statistics.median(ours))
        print(f"{model:14}  PyTorch {best[0]:9.1f} / {median[0]:9.1f}   Stator {best[1]:9.1f} / {median[1]:9.1f}   "
              f"PyTorch / Stator {best[0] / best[1]:5.2f} / {median[0] / median[1]:5.2f}   (best / median)")


if __name__ == "__main__":
    main()
