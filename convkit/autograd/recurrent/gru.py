"""The gated recurrent unit."""

from __future__ import annotations

from functools import partial

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.autograd.recurrent.unrolling import Steps, Unrolled, Way, Weights, put_back


def gru(
    x: Operand,
    w: Operand,
    u: Operand,
    b: Operand,
    state: tuple[Operand, ...] | None = None,
    *,
    lengths: Array | None = None,
    reverse: bool = False,
) -> Unrolled:
    """Take sequences through gated recurrent units.

    With the gates in PyTorch's order, ``r, z, n = split(x w + b[0])`` and those of the state
    ``r', z', n' = split(h u + b[1])``::

        r, z = sigmoid(r + r'), sigmoid(z + z')
        n = tanh(n + r n')
        h' = (1 - z) n + z h

    (Cho et al. 2014; like PyTorch and Keras with the reset after the product, which is cuDNN's.)

    Parameters
    ----------
    x : (n, steps, features)
    w : (features, 3·units)
    u : (units, 3·units)
    b : (2, 3·units)
    state, lengths, reverse
        As of :func:`~convkit.autograd.recurrent.lstm.lstm`; the state is (h,).

    Raises
    ------
    ConvkitError
        If lengths don't fit.
    """
    h = state[0] if state else None
    states = _gru(x, w, u, b, h, lengths=lengths, reverse=reverse)
    return Unrolled.of(states, reverse)


@primitive
def _gru(
    x: Operand,
    w: Operand,
    u: Operand,
    b: Operand,
    h: Operand,
    *,
    lengths: Array | None,
    reverse: bool,
) -> Derived:
    """Return the hidden states after each step, (steps, units, n)."""
    units = len(u)
    steps = Steps(x, h, units, lengths=lengths, reverse=reverse)
    weights = _stacked(w, u, b)
    gates = np.empty((steps.count, 4, *steps.states[0].shape), x.dtype)
    _forward(steps, weights, gates)
    backward = partial(_backward, steps, weights[:units], gates)
    way = Way(steps, weights, partial(_unstacked, units=units), backward)
    return steps.states[1:], *way.vjps(states=1)


def _forward(steps: Steps, weights: Array, gates: Array) -> None:
    """Go through all steps, and fill in r, z, n and n', the state's part in n."""
    # sigmoid(z) = (1 + tanh(z / 2)) / 2
    halves = np.repeat(np.array([0.5, 0.5, 1, 1], weights.dtype), steps.units)
    transposed = (weights * halves).T
    product = np.empty_like(gates[0, 0])
    half = np.array(0.5, weights.dtype)
    sums = gates.reshape(steps.count, len(halves), -1)
    every = steps.forwards(
        steps.operands, sums, gates[:, :2], gates, steps.states, steps.states[1:]
    )
    for step, operands, products, sigmoids, (r, z, n, of_state), before, after in every:
        np.matmul(transposed, operands, products)
        np.tanh(sigmoids, sigmoids)
        sigmoids *= half
        sigmoids += half
        np.multiply(r, of_state, product)
        n += product
        np.tanh(n, n)
        np.subtract(before, n, product)
        product *= z
        np.add(n, product, after)
        steps.keep(step, steps.states)


def _backward(steps: Steps, u: Array, gates: Array, grad: Array) -> tuple[Array, Array]:
    """Return the gradients of all sums that go into gates, and of the first state."""
    sums_grad, z = _slopes(steps, gates), gates[:, 1]
    flat = sums_grad.reshape(steps.count, u.shape[1], -1)
    h_grad = np.zeros_like(grad[0])
    product = np.empty_like(h_grad)
    every = sums_grad[:, 1:3], sums_grad[:, ::3], sums_grad[:, 2], z, flat, grad
    for step, by_state, by_sum, n_grad, kept, grads, above in steps.backwards(*every):
        h_grad += above
        aside = steps.set_aside(step, h_grad)
        by_state *= h_grad
        by_sum *= n_grad
        np.multiply(h_grad, kept, product)
        np.matmul(u, grads, h_grad)
        h_grad += product
        put_back(aside, h_grad)
    return flat, h_grad


def _slopes(steps: Steps, gates: Array) -> Array:
    """Return the derivatives of the new state by the sums in z and n, of n's sum by r's and n'."""
    r, z, n, of_state = (gates[:, place] for place in range(4))
    slopes = np.empty_like(gates)
    np.multiply(r, 1 - r, out=slopes[:, 0])
    slopes[:, 0] *= of_state
    rest = 1 - z
    np.multiply(rest, z, out=slopes[:, 1])
    slopes[:, 1] *= steps.states[:-1] - n
    np.multiply(rest, 1 - n * n, out=slopes[:, 2])
    slopes[:, 3] = r
    return slopes


def _stacked(w: Array, u: Array, b: Array) -> Array:
    """Return the weights of r, z, n and n': the last two take the input and the state apart."""
    units = len(u)
    weights = np.zeros((units + len(w) + 1, 4 * units), w.dtype)
    both, inputs, state = _columns(units)
    weights[units:-1, inputs] = w
    weights[:units, both], weights[:units, state] = u[:, both], u[:, 2 * units :]
    weights[-1, inputs], weights[-1, state] = b[0], b[1, 2 * units :]
    weights[-1, both] += b[1, both]
    return weights


def _unstacked(weights: Array, units: int) -> Weights:
    """Return the gradients of w, u and b, of what :func:`_stacked` made of them."""
    both, inputs, state = _columns(units)
    of_state = np.concatenate([weights[:, both], weights[:, state]], axis=1)
    return Weights(
        weights[units:-1, inputs], of_state[:units], np.stack([weights[-1, inputs], of_state[-1]])
    )


def _columns(units: int) -> tuple[slice, slice, slice]:
    """Return where r and z stand, what the input goes into, and n'."""
    return slice(2 * units), slice(3 * units), slice(3 * units, None)
