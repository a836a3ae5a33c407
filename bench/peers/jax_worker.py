"""JAX's side: jax_worker.py MODE THREADS.

jit: the whole step in one jit, its state donated, steps sent off without waiting for each. loop: a hundred steps inside
one jit, for the line through points, where sending off a step is all that one costs.
"""
import os
import sys

MODE, THREADS = sys.argv[1], int(sys.argv[2])
os.environ["JAX_PLATFORMS"] = "cpu"
if THREADS == 1:  # more threads are as many as the cores that the process is held to
    os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

import jax_layers as layers
import workloads
from jax_models import MODELS
from protocol import Missing, serve

jax.config.update("jax_default_prng_impl", "rbg")  # the faster generator of random bits
STEPS_INSIDE = 100


def as_jax(array):
    """Images channels last; whole numbers of 32 bits."""
    if array.ndim == 4:
        array = array.transpose(0, 2, 3, 1)
    return jnp.asarray(array.astype(np.int32) if array.dtype == np.int64 else array)


def copied(tree):
    return jax.tree_util.tree_map(lambda leaf: jnp.array(leaf, copy=True), tree)


def step_of(model, x, target):
    """(parameters, optimizer's state, key, running statistics) -> the same after one step."""
    def step(p, state, key, statistics):
        key, draw = jax.random.split(key)

        def loss(p):
            result, after = model.forward(p, statistics, x, draw)
            return model.loss(result, target), after

        (_, after), gradients = jax.value_and_grad(loss, has_aux=True)(p)
        if model.max_norm:
            gradients = layers.clipped(gradients, model.max_norm)
        p, state = model.optimizer[1](p, gradients, state)
        return p, state, key, after
    return step


def train_step(name):
    model_name = workloads.model_of(name)[0]
    if MODE == "loop" and model_name != "linear_regression":
        raise Missing("only the line is trained inside one jit")
    model = MODELS[model_name]()
    step = step_of(model, *map(as_jax, workloads.inputs(name)))
    inside = STEPS_INSIDE if MODE == "loop" else 1
    many = (lambda *carry: lax.fori_loop(0, inside, lambda _, c: step(*c), carry)) if inside > 1 else step
    compiled = jax.jit(many, donate_argnums=(0, 1, 2, 3))
    p = copied(model.parameters)
    carry = [p, model.optimizer[0](p), jax.random.key(0), copied(model.statistics)]

    def run(count):
        loops = -(-count // inside)
        for _ in range(loops):
            carry[:] = compiled(*carry)
        jax.block_until_ready(carry)
        return loops * inside

    return run


def predict(name):
    model = MODELS[workloads.model_of(name)[0]]()
    return calls(lambda p, statistics, x: model.forward(p, statistics, x, None)[0], copied(model.parameters),
                 copied(model.statistics), as_jax(workloads.inputs(name)[0]))


def calls(function, *operands):
    """Each call waits for its result, as one who predicts does."""
    compiled = jax.jit(function)

    def run(count):
        for _ in range(count):
            jax.block_until_ready(compiled(*operands))

    return run


def convolution(name):
    padding = workloads.padding_of(name)
    x, kernel, bias, dy = workloads.inputs(name)
    x, dy, bias = as_jax(x), as_jax(dy), jnp.asarray(bias)
    kernel = jnp.asarray(kernel.transpose(2, 3, 1, 0))

    def forward(x, kernel, bias):
        return layers.convolve(kernel, x, padding=padding) + bias

    if name.endswith("forward"):
        return calls(forward, x, kernel, bias)
    return calls(lambda x, kernel, bias, dy: jax.vjp(forward, x, kernel, bias)[1](dy), x, kernel, bias, dy)


def attention(name):
    """Heads behind the length, as jax.nn has them."""
    operands = [jnp.asarray(each.transpose(0, 2, 1, 3)) for each in workloads.inputs(name)]

    def forward(q, k, v):
        return nn.dot_product_attention(q, k, v, is_causal=True)

    if name.endswith("forward"):
        return calls(forward, *operands)
    return calls(jax.value_and_grad(lambda q, k, v, target: ((forward(q, k, v) - target) ** 2).mean(), (0, 1, 2)),
                 *operands)


def gelu_gate(name):
    return calls(lambda a, b, c, d: (nn.gelu(a * b + c, approximate=False) * nn.sigmoid(d)).mean(-1),
                 *map(as_jax, workloads.inputs(name)))


def matmul(name):
    return calls(jnp.matmul, *map(as_jax, workloads.inputs(name)))


KINDS = {"train_step": train_step, "predict": predict, "attention": attention, "conv2d": convolution,
         "gelu_gate": gelu_gate, "matmul": matmul}


def prepare(name):
    kind = name.split("/")[0]
    if MODE == "loop" and kind != "train_step":
        raise Missing("only training loops")
    jax.clear_caches()
    return KINDS[kind](name)


if __name__ == "__main__":
    serve(f"JAX {jax.__version__}", prepare)
