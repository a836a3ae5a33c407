"""The networks as PyTorch modules, each with its loss and optimizer."""
import dataclasses
import typing

import torch
import torch.nn as nn
import torch.nn.functional as F

from workloads import HIDDEN, LENGTH, VOCABULARY, WIDTH


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


def vgg_block(channels, padding):
    return [nn.Conv2d(channels, 10, 3, padding=padding), nn.ReLU(), nn.Conv2d(10, 10, 3, padding=padding), nn.ReLU(),
            nn.MaxPool2d(2)]


def tinyvgg(padding=0):
    features = 2560 if padding else 1690
    return nn.Sequential(*vgg_block(3, padding), *vgg_block(10, padding), nn.Flatten(), nn.Linear(features, 3))


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


def resnet18():
    widths = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
    stages = [block for i, o, stride in widths for block in (Residual(i, o, stride), Residual(o, o, 1))]
    return nn.Sequential(normed(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1), *stages, nn.AdaptiveAvgPool2d(1),
                         nn.Flatten(), nn.Linear(512, 1000))


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
    def __init__(self, width=128, heads=4, layers=4):
        super().__init__()
        self.tok, self.pos = nn.Embedding(VOCABULARY, width), nn.Embedding(LENGTH, width)
        for embedding in (self.tok, self.pos):
            nn.init.normal_(embedding.weight, std=0.02)
        self.blocks = nn.Sequential(*(GptBlock(width, heads) for _ in range(layers)))
        self.ln = nn.LayerNorm(width)

    def forward(self, tokens):
        x = self.tok(tokens) + self.pos.weight
        return F.linear(self.ln(self.blocks(x)), self.tok.weight)


class CharLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(VOCABULARY, WIDTH)
        self.rnn = nn.LSTM(WIDTH, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, VOCABULARY)

    def forward(self, tokens):
        return self.head(self.rnn(self.emb(tokens))[0])


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(WIDTH, HIDDEN)

    def forward(self, x):
        return self.lstm(x)[0]


class LstmClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(WIDTH, HIDDEN, batch_first=True), nn.Linear(HIDDEN, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[1][0].squeeze(0))


def character_loss(logits, following):
    return F.cross_entropy(logits.flatten(0, 1), following.flatten())


@dataclasses.dataclass
class Model:
    network: typing.Callable
    loss: typing.Callable
    optimizer: type
    settings: dict  # of the optimizer
    max_norm: float | None = None  # that the gradients are clipped to
    convolutional: bool = False


MODELS = {
    "linear_regression": Model(lambda: nn.Linear(1, 1), F.mse_loss, torch.optim.SGD, {"lr": 0.01}),
    "mlp": Model(Mlp, F.cross_entropy, torch.optim.Adam, {"lr": 0.01}),
    "mnist_convnet": Model(ConvNet, F.nll_loss, torch.optim.Adadelta, {"lr": 0.5}, convolutional=True),
    "tinyvgg": Model(tinyvgg, F.cross_entropy, torch.optim.Adam, {"lr": 1e-3}, convolutional=True),
    "padded_vgg": Model(lambda: tinyvgg(1), F.cross_entropy, torch.optim.Adam, {"lr": 1e-3}, convolutional=True),
    "cifar_resnet": Model(cifar_resnet, F.cross_entropy, torch.optim.SGD,
                          {"lr": 0.1, "momentum": 0.9, "weight_decay": 5e-4, "nesterov": True}, convolutional=True),
    "resnet18": Model(resnet18, F.cross_entropy, torch.optim.SGD,
                      {"lr": 0.1, "momentum": 0.9, "weight_decay": 1e-4}, convolutional=True),
    "char_gpt": Model(CharGpt, character_loss, torch.optim.AdamW, {"lr": 1e-3}, max_norm=1.0),
    "char_lstm": Model(CharLstm, character_loss, torch.optim.Adam, {"lr": 2e-3}, max_norm=1.0),
    "lstm": Model(Recurrent, F.mse_loss, torch.optim.Adam, {"lr": 1e-3}),
    "lstm_classifier": Model(LstmClassifier, F.cross_entropy, torch.optim.Adam, {"lr": 0.01}),
}
