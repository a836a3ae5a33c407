"""Times Stator's training steps against PyTorch's, in turns within one run: only ratios of such a run count.

    python3 bench/peers/compare_torch.py build/release/bench [--rounds 5] [--threads 1] [--models tinyvgg,cifar_resnet]

PyTorch runs in this process, as its users write it, eager and through torch.compile; Stator's steps run in
bench_workloads. All see the same network, optimizer, batch and dtype. Prints the best and the median of all rounds,
and the ratio of PyTorch's faster mode to Stator.
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


def vgg_block(channels):
    return [nn.Conv2d(channels, 10, 3), nn.ReLU(), nn.Conv2d(10, 10, 3), nn.ReLU(), nn.MaxPool2d(2)]


def tinyvgg():
    return nn.Sequential(*vgg_block(3), *vgg_block(10), nn.Flatten(), nn.Linear(1690, 3))


def normed(channels, out, kernel, stride):
    return nn.Sequential(nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(out))


class Residual(nn.Module):
    def __init__(self, channels, out, stride):
        super().__init__()
        self.first, self.second = normed(channels, out, 3, stride), normed(out, out, 3, 1)
        self.shortcut = nn.Identity() if channels == out and stride == 1 else normed(channels, out, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


def cifar_resnet():
    return nn.Sequential(normed(3, 16, 3, 1), nn.ReLU(), Residual(16, 16, 1), Residual(16, 32, 2),
                         Residual(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.qkv(self.ln1(x)).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.ln2(x))))


class CharGpt(nn.Module):
    def __init__(self, vocabulary=65, length=64, width=128, heads=4, layers=4):
        super().__init__()
        self.tok, self.pos = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(GptBlock(width, heads) for _ in range(layers)))
        self.ln = nn.LayerNorm(width)

    def forward(self, tokens):
        x = self.tok(tokens) + self.pos.weight
        return F.linear(self.ln(self.blocks(x)), self.tok.weight).flatten(0, 1)


class CharLstm(nn.Module):
    def __init__(self, vocabulary=65, width=64, hidden=128):
        super().__init__()
        self.emb = nn.Embedding(vocabulary, width)
        self.rnn = nn.LSTM(width, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocabulary)

    def forward(self, tokens):
        return self.head(self.rnn(self.emb(tokens))[0]).flatten(0, 1)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 128)

    def forward(self, x):
        return self.lstm(x)[0]


def images(batch, shape, classes):
    return torch.randn(batch, *shape), torch.randint(classes, (batch,))


def text(batch, length, vocabulary):
    return torch.randint(vocabulary, (batch, length)), torch.randint(vocabulary, (batch * length,))


# Network, loss, optimizer, the greatest norm of its gradients, batch, inputs and targets.
MODELS = {
    "mlp": (Mlp, F.cross_entropy, lambda p: torch.optim.Adam(p, lr=0.01), None, 32,
            lambda n: images(n, (1, 28, 28), 10)),
    "mnist_convnet": (ConvNet, F.nll_loss, lambda p: torch.optim.Adadelta(p, lr=0.5), None, 32,
                      lambda n: images(n, (1, 28, 28), 10)),
    "tinyvgg": (tinyvgg, F.cross_entropy, lambda p: torch.optim.Adam(p, lr=1e-3), None, 32,
                lambda n: images(n, (3, 64, 64), 3)),
    "cifar_resnet": (cifar_resnet, F.cross_entropy,
                     lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True), None, 128,
                     lambda n: images(n, (3, 32, 32), 10)),
    "char_gpt": (CharGpt, F.cross_entropy, lambda p: torch.optim.AdamW(p, lr=1e-3, fused=True), 1.0, 12,
                 lambda n: text(n, 64, 65)),
    "char_lstm": (CharLstm, F.cross_entropy, lambda p: torch.optim.Adam(p, lr=2e-3, fused=True), 1.0, 32,
                  lambda n: text(n, 64, 65)),
    "lstm": (Recurrent, F.mse_loss, lambda p: torch.optim.Adam(p, lr=1e-3, fused=True), None, 32,
             lambda n: (torch.randn(32, n, 64), torch.randn(32, n, 128))),
}


def torch_step(model, compiled):
    """The usual training step; `compiled`: network and loss go through torch.compile."""
    network, loss_of, optimizer_of, max_norm, batch, data = MODELS[model]
    inputs, targets = data(batch)
    net = network()
    optimizer = optimizer_of(net.parameters())
    net.train()
    forward = torch.compile(net) if compiled else net

    def step():
        optimizer.zero_grad()
        loss = loss_of(forward(inputs), targets)
        loss.backward()
        if max_norm:
            nn.utils.clip_grad_norm_(net.parameters(), max_norm)
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
    command = [str(next(pathlib.Path(folder).rglob("bench_workloads"))),
               f"--benchmark_filter=train_step/{model}/batch:{MODELS[model][4]}/threads:{threads}",
               "--benchmark_repetitions=10", f"--benchmark_min_time={seconds / 10}", "--benchmark_format=json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [run["real_time"] for run in report["benchmarks"] if run["run_type"] == "iteration"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="build folder that holds bench_workloads")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each side in each round")
    parser.add_argument("--models", default=",".join(MODELS))
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    print(f"PyTorch {torch.__version__}, {options.threads} thread(s), {options.rounds} rounds; µs per step, best / median")
    for model in options.models.split(","):
        steps = {"eager": torch_step(model, False), "compiled": torch_step(model, True)}
        times = {side: [] for side in (*steps, "Stator")}
        for _ in range(options.rounds):
            for side, step in steps.items():
                times[side] += time_torch(step, options.seconds)
            times["Stator"] += time_stator(options.folder, model, options.threads, options.seconds)
        best = {side: min(values) for side, values in times.items()}
        median = {side: statistics.median(values) for side, values in times.items()}
        ratios = [min(t["eager"], t["compiled"]) / t["Stator"] for t in (best, median)]
        print(f"{model:14}" + "".join(f"  {side} {best[side]:9.1f} / {median[side]:9.1f}" for side in times) +
              f"  PyTorch's faster / Stator {ratios[0]:5.2f} / {ratios[1]:5.2f}", flush=True)


if __name__ == "__main__":
    main()
