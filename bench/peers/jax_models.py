"""The networks in JAX, each with its loss and optimizer."""
import dataclasses
import typing

import jax
import jax.numpy as jnp
import numpy as np
from jax import nn

import jax_layers as layers
from workloads import HIDDEN, LENGTH, VOCABULARY, WIDTH


@dataclasses.dataclass
class Model:
    """`forward(parameters, statistics, x, key)` gives the result and the new running statistics; a key of None means
    that layers evaluate."""
    parameters: typing.Any
    forward: typing.Callable
    loss: typing.Callable
    optimizer: tuple
    statistics: typing.Any = ()
    max_norm: float | None = None


def stateless(function):
    """A forward without running statistics, of one that needs no key."""
    return lambda p, statistics, x, key: (function(p, x), statistics)


def mlp():
    p = [layers.linear_start(784, 128), layers.linear_start(128, 10)]

    def forward(p, image):
        return layers.linear(p[1], nn.relu(layers.linear(p[0], image.reshape(len(image), -1))))

    return Model(p, stateless(forward), layers.cross_entropy, layers.adam(0.01))


def mnist_convnet():
    p = {"conv1": layers.convolution_start(3, 1, 16), "conv2": layers.convolution_start(3, 16, 32),
         "fc1": layers.linear_start(4608, 64), "fc2": layers.linear_start(64, 10)}

    def forward(p, statistics, image, key):
        x = layers.max_pool(nn.relu(layers.convolution(p["conv2"], nn.relu(layers.convolution(p["conv1"], image)))))
        keys = jax.random.split(key) if key is not None else None
        if key is not None:
            x = layers.dropout(keys[0], x, 0.10, (len(x), 1, 1, 32))
        x = nn.relu(layers.linear(p["fc1"], x.reshape(len(x), -1)))
        if key is not None:
            x = layers.dropout(keys[1], x, 0.25, x.shape)
        return nn.log_softmax(layers.linear(p["fc2"], x)), statistics

    return Model(p, forward, layers.nll_loss, layers.adadelta(0.5))


def tinyvgg(padding):
    p = {"convolutions": [layers.convolution_start(3, channels, 10) for channels in (3, 10, 10, 10)],
         "classifier": layers.linear_start(2560 if padding else 1690, 3)}

    def forward(p, x):
        for i, convolution in enumerate(p["convolutions"]):
            x = nn.relu(layers.convolution(convolution, x, padding))
            x = layers.max_pool(x) if i % 2 else x
        return layers.linear(p["classifier"], x.reshape(len(x), -1))

    return Model(p, stateless(forward), layers.cross_entropy, layers.adam(1e-3))


def residual_start(channels, out, stride):
    shapes = [(3, channels, out), (3, out, out)] + ([(1, channels, out)] if stride > 1 or channels != out else [])
    return [{"kernel": layers.kernel_start(*shape), "norm": layers.norm_start(out)} for shape in shapes]


def residual_network(stem, pools, blocks, optimizer):
    """`stem`: kernel size, channels, stride; `blocks`: (channels, out, stride) each."""
    size, width, stem_stride = stem
    p = {"stem": {"kernel": layers.kernel_start(size, 3, width), "norm": layers.norm_start(width)},
         "blocks": [residual_start(*block) for block in blocks],
         "fc": layers.linear_start(blocks[-1][1], 1000 if pools else 10)}
    units = [p["stem"], *(unit for block in p["blocks"] for unit in block)]
    statistics = [layers.running_start(unit["kernel"].shape[-1]) for unit in units]

    def forward(p, statistics, x, key):
        old, new = iter(statistics), []

        def unit(q, x, stride=1):
            kernel = q["kernel"]
            y, running = layers.batch_norm(q["norm"], next(old),
                                           layers.convolve(kernel, x, stride, kernel.shape[0] // 2), key is not None)
            new.append(running)
            return y

        x = nn.relu(unit(p["stem"], x, stem_stride))
        x = layers.max_pool(x, 3, 2, 1) if pools else x
        for block, (_, _, stride) in zip(p["blocks"], blocks):
            y = unit(block[1], nn.relu(unit(block[0], x, stride)))
            x = nn.relu(y + (unit(block[2], x, stride) if len(block) > 2 else x))
        return layers.linear(p["fc"], x.mean((1, 2))), new

    return Model(p, forward, layers.cross_entropy, optimizer, statistics)


def cifar_resnet():
    return residual_network((3, 16, 1), False, [(16, 16, 1), (16, 32, 2), (32, 64, 2)],
                            layers.sgd(0.1, 0.9, 5e-4, nesterov=True))


def resnet18():
    widths = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
    blocks = [block for i, o, stride in widths for block in ((i, o, stride), (o, o, 1))]
    return residual_network((7, 64, 2), True, blocks, layers.sgd(0.1, 0.9, 1e-4))


def gpt_block_start(width):
    return {"ln1": layers.norm_start(width), "qkv": layers.linear_start(width, 3 * width),
            "proj": layers.linear_start(width, width), "ln2": layers.norm_start(width),
            "up": layers.linear_start(width, 4 * width), "down": layers.linear_start(4 * width, width)}


def attend(joined, heads, mask):
    """From queries, keys and values side by side, [N, T, 3 * width]."""
    q, k, v = (part.reshape(*part.shape[:2], heads, -1) for part in jnp.split(joined, 3, -1))
    scores = jnp.einsum("nthd,nshd->nhts", q, k) * q.shape[-1]**-0.5
    weights = nn.softmax(jnp.where(mask, scores, -jnp.inf))
    return jnp.einsum("nhts,nshd->nthd", weights, v).reshape(*joined.shape[:2], -1)


def char_gpt(width=128, heads=4, blocks=4):
    p = {"tok": layers.normal(VOCABULARY, width, scale=0.02), "pos": layers.normal(LENGTH, width, scale=0.02),
         "blocks": [gpt_block_start(width) for _ in range(blocks)], "ln": layers.norm_start(width)}
    mask = np.tril(np.ones((LENGTH, LENGTH), bool))

    def forward(p, tokens):
        x = p["tok"][tokens] + p["pos"]
        for block in p["blocks"]:
            x = x + layers.linear(block["proj"],
                                  attend(layers.linear(block["qkv"], layers.layer_norm(block["ln1"], x)), heads, mask))
            hidden = nn.gelu(layers.linear(block["up"], layers.layer_norm(block["ln2"], x)), approximate=False)
            x = x + layers.linear(block["down"], hidden)
        return layers.layer_norm(p["ln"], x) @ p["tok"].T

    return Model(p, stateless(forward), layers.cross_entropy, layers.adam(1e-3, 0.01), max_norm=1.0)


def char_lstm():
    p = {"emb": layers.normal(VOCABULARY, WIDTH), "rnn": layers.lstm_start(WIDTH, HIDDEN),
         "head": layers.linear_start(HIDDEN, VOCABULARY)}

    def forward(p, tokens):
        outputs, _ = layers.lstm(p["rnn"], p["emb"][tokens.T])
        return layers.linear(p["head"], outputs.swapaxes(0, 1))

    return Model(p, stateless(forward), layers.cross_entropy, layers.adam(2e-3), max_norm=1.0)


def lstm():
    return Model(layers.lstm_start(WIDTH, HIDDEN), stateless(lambda p, x: layers.lstm(p, x)[0]), layers.mse_loss,
                 layers.adam(1e-3))


def lstm_classifier():
    p = {"lstm": layers.lstm_start(WIDTH, HIDDEN), "head": layers.linear_start(HIDDEN, 10)}
    return Model(p, stateless(lambda p, x: layers.linear(p["head"], layers.lstm(p["lstm"], x.swapaxes(0, 1))[1])),
                 layers.cross_entropy, layers.adam(0.01))


def linear_regression():
    return Model(layers.linear_start(1, 1), stateless(layers.linear), layers.mse_loss, layers.sgd(0.01))


MODELS = {"linear_regression": linear_regression, "mlp": mlp, "mnist_convnet": mnist_convnet,
          "tinyvgg": lambda: tinyvgg(0), "padded_vgg": lambda: tinyvgg(1), "cifar_resnet": cifar_resnet,
          "resnet18": resnet18, "char_gpt": char_gpt, "char_lstm": char_lstm, "lstm": lstm,
          "lstm_classifier": lstm_classifier}
