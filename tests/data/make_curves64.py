"""Makes manifest64.json: the loss curves of manifest.json with the same weights and batches in float64. Their distance
from PyTorch's float32 curves says how much rounding alone moves a curve.
`python3 tests/data/make_curves64.py DATA > tests/data/manifest64.json`, with PyTorch; DATA holds `reference/`."""
import json
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear_relu_stack = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x):
        return self.linear_relu_stack(x.flatten(1))


class MnistConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.bn2 = nn.Conv2d(1, 10, 5), nn.Conv2d(10, 20, 5), nn.BatchNorm2d(20)
        self.fc1, self.fc2 = nn.Linear(320, 50), nn.Linear(50, 10)

    def forward(self, x):
        x = F.relu(F.max_pool2d(self.conv1(x), 2))
        x = F.relu(F.max_pool2d(self.bn2(self.conv2(x)), 2))
        return F.log_softmax(self.fc2(F.relu(self.fc1(x.flatten(1)))), 1)


class TinyVgg(nn.Module):
    def __init__(self):
        super().__init__()
        block = lambda i: nn.Sequential(nn.Conv2d(i, 10, 3), nn.ReLU(), nn.Conv2d(10, 10, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.conv_block_1, self.conv_block_2 = block(3), block(10)
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(1690, 3))

    def forward(self, x):
        return self.classifier(self.conv_block_2(self.conv_block_1(x)))


class CharRnn(nn.Module):
    def __init__(self, state):
        super().__init__()
        name = next(k.split(".")[0] for k in state if "weight_ih_l0" in k)
        self.embedding, self.out = [k.split(".")[0] for k in state if k.endswith(".weight") and not k.startswith(name)]
        if state[self.embedding + ".weight"].shape[0] != 65 or state[name + ".weight_ih_l0"].shape[1] != state[self.embedding + ".weight"].shape[1]:
            self.embedding, self.out = self.out, self.embedding
        width, hidden = state[name + ".weight_ih_l0"].shape[1], state[name + ".weight_hh_l0"].shape[1]
        layers = sum("weight_ih_l" in k for k in state)
        cell = nn.LSTM if state[name + ".weight_ih_l0"].shape[0] == 4 * hidden else nn.GRU
        self.cell = name
        setattr(self, name, cell(width, hidden, layers, batch_first=True))
        setattr(self, self.embedding, nn.Embedding(65, width))
        setattr(self, self.out, nn.Linear(hidden, 65))

    def forward(self, x):
        return getattr(self, self.out)(getattr(self, self.cell)(getattr(self, self.embedding)(x))[0])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(32), nn.LayerNorm(32)
        self.qkv, self.proj, self.up, self.down = nn.Linear(32, 96), nn.Linear(32, 32), nn.Linear(32, 128), nn.Linear(128, 32)

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = [y.view(n, t, HEADS, c // HEADS).transpose(1, 2) for y in self.qkv(self.ln1(x)).split(c, 2)]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(n, t, c))
        return x + self.down(F.gelu(self.up(self.ln2(x))))


HEADS = 4


class TinyGpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok, self.pos = nn.Embedding(65, 32), nn.Embedding(32, 32)
        self.blocks = nn.ModuleList([Block(), Block()])
        self.ln, self.head = nn.LayerNorm(32), nn.Linear(32, 65, bias=False)

    def forward(self, x):
        x = self.tok(x) + self.pos(torch.arange(x.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.ln(x))


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "sgd_momentum_wd": lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True, weight_decay=1e-3),
    "adam": lambda p: torch.optim.Adam(p, lr=2e-3),
    "adamw": lambda p: torch.optim.AdamW(p, lr=2e-3, weight_decay=0.05),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=1e-2),
}


def make(name, state):
    if name.startswith("char_"):
        return CharRnn(state)
    return {"mlp": Mlp, "mnist_convnet": MnistConvNet, "tinyvgg": TinyVgg, "tiny_gpt": TinyGpt}[name]()


def curve(folder, optimizer, dtype):
    state = load_file(folder / "model.safetensors")
    model = make(folder.name, state)
    model.load_state_dict(state)
    model = model.to(dtype).eval()
    x, y = (torch.from_numpy(numpy.load(folder / f"{which}.npy")) for which in ("input", "target"))
    x = x.to(dtype) if x.is_floating_point() else x
    optimizer, losses = OPTIMIZERS[optimizer](model.parameters()), []
    for _ in range(20):
        output = model(x)
        loss = F.nll_loss(output, y) if folder.name == "mnist_convnet" else F.cross_entropy(output.flatten(0, -2), y.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


reference, models = pathlib.Path(sys.argv[1]) / "reference", {}
for name, facts in json.loads((reference / "manifest.json").read_text())["models"].items():
    for optimizer, losses in facts["curves_eval_mode"].items():
        again = curve(reference / name, optimizer, torch.float32)
        if max(abs(a - b) / (abs(b) + 1e-3) for a, b in zip(again[:4], losses)) > 1e-3:
            sys.exit(f"{name}, {optimizer}: {again[:4]} instead of {losses[:4]}: another model than the reference's")
    models[name] = {"curves_eval_mode": {o: curve(reference / name, o, torch.float64) for o in OPTIMIZERS}}
json.dump({"torch": torch.__version__, "models": models}, sys.stdout, indent=1)
