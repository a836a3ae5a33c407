"""The workloads by name, as bench/workloads has them, and their inputs as numpy arrays (images N, C, H, W)."""
import re

NAMES = (
    *(f"train_step/{model}" for model in (
        "linear_regression/batch:100", "mlp/batch:32", "mnist_convnet/batch:32", "tinyvgg/batch:32",
        "padded_vgg/batch:32", "cifar_resnet/batch:128", "char_gpt/batch:12", "char_gpt/batch:32",
        "char_lstm/batch:32", "lstm/batch:32", "lstm_classifier/batch:32", "resnet18/batch:8")),
    *(f"predict/{model}" for model in (
        "mlp/batch:1", "mlp/batch:32", "mnist_convnet/batch:1", "mnist_convnet/batch:500", "char_gpt/batch:32",
        "resnet18/batch:1", "resnet18/batch:16")),
    *(f"attention/{shape}/{way}" for shape in ("16x8x64x64", "4x8x256x64", "1x8x1024x64", "1x8x4096x64")
      for way in ("forward", "step")),
    "gelu_gate/16384x1024",
    *(f"matmul/{shape}" for shape in ("128x784x128", "512x512x512", "1024x1024x1024", "2048x2048x2048")),
    *(f"conv2d/{shape}/{way}" for shape in ("32x16x26x26to32", "32x64x56x56to64", "8x256x14x14to256")
      for way in ("forward", "backward")))

# Channels, side, classes.
IMAGES = {"mlp": (1, 28, 10), "mnist_convnet": (1, 28, 10), "tinyvgg": (3, 64, 3), "padded_vgg": (3, 64, 3),
          "cifar_resnet": (3, 32, 10), "resnet18": (3, 224, 1000)}
VOCABULARY, LENGTH = 65, 64  # of the models of characters
STEPS, WIDTH, HIDDEN = 32, 64, 128  # of the LSTMs


def model_of(name):
    """`train_step/mlp/batch:32` -> (mlp, 32)."""
    _, model, rows = name.split("/")
    return model, int(rows.removeprefix("batch:"))


def padding_of(name):
    """Of the convolution: the smallest image has none."""
    return 0 if "26x26" in name else 1


def convolution_inputs(name, normal):
    """x [N, C, H, W], kernel [O, C, 3, 3], bias [O], and the cotangent of the result."""
    rows, channels, side, _, out = map(int, re.findall(r"\d+", name.split("/")[1]))
    out_side = side + 2 * padding_of(name) - 2
    return (normal(rows, channels, side, side), normal(out, channels, 3, 3), normal(out),
            normal(rows, out, out_side, out_side))


def model_inputs(model, rows, normal, whole):
    """What the model reads, and what its loss compares the result with."""
    if model == "linear_regression":
        return normal(rows, 1), normal(rows, 1)
    if model in IMAGES:
        channels, side, classes = IMAGES[model]
        return normal(rows, channels, side, side), whole(classes, rows)
    if model == "lstm":
        return normal(STEPS, rows, WIDTH), normal(STEPS, rows, HIDDEN)
    if model == "lstm_classifier":
        return normal(rows, STEPS, WIDTH), whole(10, rows)
    return whole(VOCABULARY, rows, LENGTH), whole(VOCABULARY, rows, LENGTH)


def inputs(name):
    """The same draws in every process: f32, and i64 for labels and characters."""
    import numpy as np  # here alone: who asks for the names needs none
    draws = np.random.default_rng(0)

    def normal(*shape):
        return draws.standard_normal(shape, dtype=np.float32)

    def whole(below, *shape):
        return draws.integers(0, below, shape)

    kind = name.split("/")[0]
    if kind == "gelu_gate":
        return tuple(normal(16384, 1024) for _ in range(4))
    if kind == "matmul":
        m, k, n = map(int, name.split("/")[1].split("x"))
        return normal(m, k), normal(k, n)
    if kind == "attention":  # queries, keys, values, and what the results should be
        shape = tuple(map(int, name.split("/")[1].split("x")))
        return tuple(normal(*shape) for _ in range(3 if name.endswith("forward") else 4))
    if kind == "conv2d":
        return convolution_inputs(name, normal)
    return model_inputs(*model_of(name), normal, whole)
