"""PyTorch's side: torch_worker.py MODE THREADS.

eager: as its documentation has it. best: images channels-last, the optimizer fused. compile: that, and what can be
through torch.compile.
"""
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

import workloads
from protocol import Missing, serve
from torch_models import MODELS


class Mode:
    def __init__(self, name):
        self.name = name
        self.compiles = name == "compile"

    def compiled(self, function):
        return torch.compile(function) if self.compiles else function

    def layout(self, value):
        """Channels last, of an image or a network, in all modes but eager."""
        return value if self.name == "eager" else value.to(memory_format=torch.channels_last)

    def missing_where_equal(self, differs):
        if self.name == "best" and not differs:
            raise Missing("the same as eager")


def tensors(name):
    return [torch.from_numpy(each) for each in workloads.inputs(name)]


def repeated(step):
    def run(count):
        for _ in range(count):
            step()
    return run


def can_be_fused(optimizer):
    return optimizer is not torch.optim.Adadelta


def train_step(name, mode):
    model = MODELS[workloads.model_of(name)[0]]
    network, (x, target) = model.network(), tensors(name)
    if model.convolutional:
        network, x = mode.layout(network), mode.layout(x)
    fused = mode.name != "eager" and can_be_fused(model.optimizer)
    mode.missing_where_equal(model.convolutional or fused)
    optimizer = model.optimizer(network.parameters(), **model.settings, **({"fused": True} if fused else {}))
    network.train()
    forward = mode.compiled(lambda: model.loss(network(x), target))
    update = optimizer.step if fused else mode.compiled(lambda: optimizer.step())

    def step():
        optimizer.zero_grad()
        forward().backward()
        if model.max_norm:
            nn.utils.clip_grad_norm_(network.parameters(), model.max_norm)
        update()

    return repeated(step)


def predict(name, mode):
    model = MODELS[workloads.model_of(name)[0]]
    mode.missing_where_equal(model.convolutional)
    network, x = model.network().eval(), tensors(name)[0]
    if model.convolutional:
        network, x = mode.layout(network), mode.layout(x)
    return without_gradient(mode, network, x)


def without_gradient(mode, function, *operands):
    forward = mode.compiled(function)

    def run(count):
        with torch.no_grad() if mode.compiles else torch.inference_mode():
            for _ in range(count):
                forward(*operands)
    return run


def convolution(name, mode):
    padding = workloads.padding_of(name)
    x, kernel, bias, dy = tensors(name)
    x, kernel, dy = (mode.layout(each) for each in (x, kernel, dy))
    if name.endswith("forward"):
        return without_gradient(mode, lambda *operands: F.conv2d(*operands, padding=padding), x, kernel, bias)
    return without_gradient(
        mode, lambda dy, x, kernel: torch.ops.aten.convolution_backward(
            dy, x, kernel, [len(bias)], [1, 1], [padding, padding], [1, 1], False, [0, 0], 1, [True] * 3),
        dy, x, kernel)


def attention(name, mode):
    mode.missing_where_equal(False)

    def attend(*operands):
        return F.scaled_dot_product_attention(*operands, is_causal=True)

    if name.endswith("forward"):
        return without_gradient(mode, attend, *tensors(name))
    *operands, target = tensors(name)
    for each in operands:
        each.requires_grad_()
    forward = mode.compiled(lambda: F.mse_loss(attend(*operands), target))

    def step():
        for each in operands:
            each.grad = None
        forward().backward()

    return repeated(step)


def plain(name, mode):
    mode.missing_where_equal(False)
    gate = name.startswith("gelu_gate")
    function = (lambda a, b, c, d: (F.gelu(a * b + c) * torch.sigmoid(d)).mean(-1)) if gate else torch.mm
    return without_gradient(mode, function, *tensors(name))


KINDS = {"train_step": train_step, "predict": predict, "attention": attention, "conv2d": convolution,
         "gelu_gate": plain, "matmul": plain}


def main(mode, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)

    def prepare(name):
        torch.compiler.reset()
        return KINDS[name.split("/")[0]](name, Mode(mode))

    serve(f"PyTorch {torch.__version__}", prepare)


if __name__ == "__main__":
    main(*sys.argv[1:])
