"""The simple recurrent network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.autograd.recurrent.unrolling import Steps, Unrolled, Way, Weights, put_back
from convkit.errors import unknown

Nonlinearity = Literal["tanh", "relu"]


def rnn(
    x: Operand,
    w: Operand,
    u: Operand,
    b: Operand,
    state: tuple[Operand, ...] | None = None,
    *,
    lengths: Array | None = None,
    reverse: bool = False,
    nonlinearity: Nonlinearity = "tanh",
) -> Unrolled:
    """Take sequences through a simple recurrent network, ``h' = tanh(x w + h u + b)``.

    (Elman 1990.)

    Parameters
    ----------
    x : (n, steps, features)
    w : (features, units)
    u : (units, units)
    b : (units,)
        The sum of PyTorch's two.
    state, lengths, reverse
        As of :func:`~convkit.autograd.recurrent.lstm.lstm`; the state is (h,).
    nonlinearity : {"tanh", "relu"}

    Raises
    ------
    ConvkitError
        If the nonlinearity is unknown, or lengths don't fit.
    """
    if nonlinearity not in _NONLINEARITIES:
        raise unknown("nonlinearity", nonlinearity, _NONLINEARITIES)
    h = state[0] if state else None
    states = _rnn(x, w, u, b, h, lengths=lengths, reverse=reverse, nonlinearity=nonlinearity)
    return Unrolled.of(states, reverse)


@primitive
def _rnn(
    x: Operand,
    w: Operand,
    u: Operand,
    b: Operand,
    h: Operand,
    *,
    lengths: Array | None,
    reverse: bool,
    nonlinearity: Nonlinearity,
) -> Derived:
    """Return the hidden states after each step, (steps, units, n)."""
    units = len(u)
    steps = Steps(x, h, units, lengths=lengths, reverse=reverse)
    weights = Weights(w, u, b).stacked()
    transposed = weights.T
    bend, slope = _NONLINEARITIES[nonlinearity]
    for step, operands, after in steps.forwards(steps.operands, steps.states[1:]):
        np.matmul(transposed, operands, after)
        bend(after, out=after)
        steps.keep(step, steps.states)

    def backward(grad: Array) -> tuple[Array, Array]:
        sums_grad = slope(steps.states[1:])
        h_grad = np.zeros_like(grad[0])
        for step, above, gates_grad in steps.backwards(grad, sums_grad):
            h_grad += above
            aside = steps.set_aside(step, h_grad)
            gates_grad *= h_grad
            np.matmul(u, gates_grad, h_grad)
            put_back(aside, h_grad)
        return sums_grad, h_grad

    way = Way(steps, weights, partial(Weights.unstacked, units=units), backward)
    return steps.states[1:], *way.vjps(states=1)


# Each with its slope, which its value tells.
_NONLINEARITIES: dict[str, tuple[Callable[..., Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, lambda value: 1 - value * value),
    "relu": (partial(np.maximum, 0), lambda value: (value > 0).astype(value.dtype)),
}
