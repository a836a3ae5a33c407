"""What the JAX networks are made of: layers as functions of a dictionary of arrays, losses, optimizers.

Images are [N, H, W, C]."""
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

DRAWS = np.random.default_rng(1)


def normal(*shape, scale=1.0):
    return (scale * DRAWS.standard_normal(shape)).astype(np.float32)


# --- layers: what starts their parameters, and what they do ----------------------------------------------------------


def linear_start(inputs, outputs):
    return {"weight": normal(inputs, outputs, scale=inputs**-0.5), "bias": np.zeros(outputs, np.float32)}


def linear(p, x):
    return x @ p["weight"] + p["bias"]


def kernel_start(size, channels, out):
    return normal(size, size, channels, out, scale=(size * size * channels)**-0.5)


def convolution_start(size, channels, out):
    return {"kernel": kernel_start(size, channels, out), "bias": np.zeros(out, np.float32)}


def convolve(kernel, x, stride=1, padding=0):
    return lax.conv_general_dilated(x, kernel, (stride, stride), [(padding, padding)] * 2,
                                    dimension_numbers=("NHWC", "HWIO", "NHWC"))


def convolution(p, x, padding=0):
    return convolve(p["kernel"], x, padding=padding) + p["bias"]


def max_pool(x, size=2, stride=2, padding=0):
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, size, size, 1), (1, stride, stride, 1), around)


def norm_start(channels):
    return {"scale": np.ones(channels, np.float32), "shift": np.zeros(channels, np.float32)}


def running_start(channels):
    return {"mean": np.zeros(channels, np.float32), "variance": np.ones(channels, np.float32)}


def batch_norm(p, running, x, training):
    """The result, and the running statistics after it."""
    mean, variance = running["mean"], running["variance"]
    if training:
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        running = {"mean": 0.9 * running["mean"] + 0.1 * mean, "variance": 0.9 * running["variance"] + 0.1 * variance}
    return (x - mean) * (lax.rsqrt(variance + 1e-5) * p["scale"]) + p["shift"], running


def layer_norm(p, x):
    mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * p["scale"] + p["shift"]


def dropout(key, x, probability, shape):
    return x * jax.random.bernoulli(key, 1 - probability, shape) / (1 - probability)


def lstm_start(inputs, hidden):
    return {"input": linear_start(inputs, 4 * hidden), "hidden": linear_start(hidden, 4 * hidden)}


def lstm(p, x):
    """x [steps, N, inputs] -> outputs [steps, N, hidden], the last hidden state. What reads x is one product."""
    start = jnp.zeros((x.shape[1], p["hidden"]["weight"].shape[0]))

    def cell(state, gates):
        h, c = state
        i, f, g, o = jnp.split(gates + linear(p["hidden"], h), 4, -1)
        c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
        h = nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    (last, _), outputs = lax.scan(cell, (start, start), linear(p["input"], x))
    return outputs, last


# --- losses ----------------------------------------------------------------------------------------------------------


def nll_loss(scores, label):
    return -jnp.mean(jnp.take_along_axis(scores, label[..., None], -1))


def cross_entropy(logits, label):
    return nll_loss(nn.log_softmax(logits), label)


def mse_loss(x, y):
    return jnp.mean((x - y)**2)


# --- optimizers: (what starts their state, (parameters, gradients, state) -> (parameters, state)) --------------------

each = jax.tree_util.tree_map


def sgd(lr, momentum=0.0, weight_decay=0.0, nesterov=False):
    def update(p, g, m):
        if weight_decay:
            g = each(lambda p, g: g + weight_decay * p, p, g)
        if momentum:
            m = each(lambda m, g: momentum * m + g, m, g)
            g = each(lambda m, g: g + momentum * m, m, g) if nesterov else m
        return each(lambda p, g: p - lr * g, p, g), m
    return (lambda p: each(jnp.zeros_like, p) if momentum else ()), update


def adam(lr, weight_decay=0.0, beta1=0.9, beta2=0.999, eps=1e-8):
    """With decay apart from the gradient (AdamW), where there is any."""
    def update(p, g, state):
        m, v, t = state
        t = t + 1
        m = each(lambda m, g: beta1 * m + (1 - beta1) * g, m, g)
        v = each(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, g)
        c1, c2 = 1 - beta1**t, 1 - beta2**t
        step = each(lambda p, m, v: p * (1 - lr * weight_decay) - lr * (m / c1) / (jnp.sqrt(v / c2) + eps), p, m, v)
        return step, (m, v, t)
    return (lambda p: (each(jnp.zeros_like, p), each(jnp.zeros_like, p), jnp.zeros((), jnp.float32))), update


def adadelta(lr, rho=0.9, eps=1e-6):
    def update(p, g, state):
        v, u = state
        v = each(lambda v, g: rho * v + (1 - rho) * g * g, v, g)
        d = each(lambda g, v, u: jnp.sqrt(u + eps) / jnp.sqrt(v + eps) * g, g, v, u)
        u = each(lambda u, d: rho * u + (1 - rho) * d * d, u, d)
        return each(lambda p, d: p - lr * d, p, d), (v, u)
    return (lambda p: (each(jnp.zeros_like, p), each(jnp.zeros_like, p))), update


def clipped(gradients, max_norm):
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree_util.tree_leaves(gradients)))
    return each(lambda g: g * jnp.minimum(max_norm / (norm + 1e-6), 1.0), gradients)
