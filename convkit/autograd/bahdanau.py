"""Additive attention: an LSTM that looks, before each step, at another sequence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from convkit.autograd.activations import logistic
from convkit.autograd.engine import Array, Derived, Operand, primitive, shared
from convkit.autograd.heads import padding
from convkit.autograd.recurrent import Unrolled
from convkit.autograd.sums import column_sums, row_maxima, row_sums


class Look(NamedTuple):
    """What a step found in the other sequence.

    Attributes
    ----------
    energies : (n, keys, width) array
        ``tanh(keys + query)``.
    weights : (n, keys) array
        How much each key counts; each row adds up to 1.
    found : (n, features) array
        The mean of the values with these weights.
    """

    energies: Array
    weights: Array
    found: Array


class Gates(NamedTuple):
    """An LSTM's gates at a step, in PyTorch's order, and the tanh of the cell state it leaves."""

    i: Array
    f: Array
    g: Array
    o: Array
    tanh_c: Array


def look(query: Array, keys: Array, values: Array, v: Array, mask: Array | None) -> Look:
    """Return what is found for a query: ``softmax(v · tanh(keys + query)) @ values``.

    Parameters
    ----------
    query : (n, width)
    keys : (n, keys, width)
    values : (n, keys, features)
    v : (width,)
    mask : (n, keys) or None
        What is added to the scores: -∞ where there is only padding.
    """
    energies = keys + query[:, np.newaxis]
    np.tanh(energies, out=energies)
    scores = energies @ v
    if mask is not None:
        scores += mask
    weights = np.exp(scores - row_maxima(scores))
    weights /= row_sums(weights)
    return Look(energies, weights, np.matmul(weights[:, np.newaxis], values)[:, 0])


def cell(gates: Array, c: Array) -> tuple[Array, Array, Gates]:
    """Return the hidden and the cell state that an LSTM's step leaves, and its gates.

    Parameters
    ----------
    gates : (n, 4·units)
        The sums that go into them: i, f, g, o.
    c : (n, units)
    """
    units = c.shape[1]
    i, f = np.split(logistic(gates[:, : 2 * units]), 2, axis=1)
    g, o = np.tanh(gates[:, 2 * units : -units]), logistic(gates[:, -units:])
    c = f * c + i * g
    tanh_c = np.tanh(c)
    return o * tanh_c, c, Gates(i, f, g, o, tanh_c)


def bahdanau_lstm(
    x: Operand,
    u: Operand,
    state: tuple[Operand, Operand],
    keys: Operand,
    values: Operand,
    w_query: Operand,
    v: Operand,
    *,
    lengths: Array | None = None,
    record: list[Array] | None = None,
) -> Unrolled:
    """Take sequences through an LSTM that looks at another sequence before each step.

    What it finds for its own state goes into its gates beside the input (Bahdanau, Cho and Bengio
    2015, appendix A, with an LSTM for the GRU)::

        weights = softmax(v · tanh(keys + h w_query))
        found = weights · values
        i, f, g, o = split(x + [h, found] u)
        c' = sigmoid(f) c + sigmoid(i) tanh(g)
        h' = sigmoid(o) tanh(c')

    Parameters
    ----------
    x : (n, steps, 4·units)
        What the inputs make of the gates, with the bias: of all steps it is one product.
    u : (units + features, 4·units)
    state : (h, c), (n, units) each
        Before the first step.
    keys : (n, keys, width)
        What the values are found by: made of them once, for all steps.
    values : (n, keys, features)
    w_query : (units, width)
    v : (width,)
    lengths : (n,) integers, optional
        How many keys of each sample there are; those behind them are padding.
    record : list, optional
        Gets the weights, (n, 1, steps, keys).

    Returns
    -------
    Unrolled
        Outputs are (n, steps, units + features): the hidden state that each step leaves, beside
        what was found before it.
    """
    made = _bahdanau_lstm(x, u, *state, keys, values, w_query, v, lengths=lengths, record=record)
    units, outputs = w_query.shape[0], u.shape[0]
    return Unrolled(made[..., :outputs], (made[:, -1, :units], made[:, -1, outputs:]))


@primitive
def _bahdanau_lstm(
    x: Operand,
    u: Operand,
    h: Operand,
    c: Operand,
    keys: Operand,
    values: Operand,
    w_query: Operand,
    v: Operand,
    *,
    lengths: Array | None,
    record: list[Array] | None,
) -> Derived:
    """Return the hidden state, what was found, and the cell state of each step, side by side."""
    samples, steps, _ = x.shape
    units = h.shape[1]
    mask = None
    if lengths is not None:
        mask = padding(lengths, samples, keys.shape[1], keys.dtype)
    # Before each step the state, and what was found for it; behind the last, its state only.
    operands = np.empty((steps + 1, samples, len(u)), x.dtype)
    operands[0, :, :units] = h
    cells = np.empty((steps + 1, *c.shape), x.dtype)
    cells[0] = c
    looks, gates = [], []
    for step, operand in enumerate(operands[:-1]):
        looks.append(look(operand[:, :units] @ w_query, keys, values, v, mask))
        operand[:, units:] = looks[-1].found
        after, cells[step + 1], passed = cell(x[:, step] + operand @ u, cells[step])
        operands[step + 1, :, :units] = after
        gates.append(passed)
    if record is not None:
        record.append(np.stack([each.weights for each in looks], axis=1)[:, np.newaxis])

    @shared
    def grads(grad: Array) -> tuple[Array, ...]:
        return _backward(grad, operands, cells, looks, gates, (u, keys, values, w_query, v))

    parts = operands[1:, :, :units], operands[:-1, :, units:], cells[1:]
    value = np.concatenate(parts, axis=2).transpose(1, 0, 2)
    return (value, *(lambda grad, at=at: grads(grad)[at] for at in range(8)))


def _backward(
    grad: Array,
    operands: Array,
    cells: Array,
    looks: list[Look],
    gates: list[Gates],
    constants: tuple[Array, ...],
) -> tuple[Array, ...]:
    """Return the gradients of :func:`_bahdanau_lstm` by all of its operands.

    Walking back, a step hands on only what the one before it needs; the gradients of the weights
    are products over all steps at once.
    """
    u, keys, values, w_query, v = constants
    steps, samples, units = len(looks), len(keys), len(w_query)
    incoming = np.ascontiguousarray(grad.transpose(1, 0, 2))
    x_grad = np.empty((steps, samples, u.shape[1]), grad.dtype)
    found_grad = np.empty((steps, samples, values.shape[2]), grad.dtype)
    scores_grad = np.empty((steps, samples, keys.shape[1]), grad.dtype)
    query_grad = np.empty((steps, samples, len(v)), grad.dtype)
    keys_sum, v_grad = np.zeros_like(keys), np.zeros_like(v)
    bent = np.empty_like(keys)
    h_grad, c_grad = np.zeros_like(cells[0]), np.zeros_like(cells[0])
    for step in reversed(range(steps)):
        h_grad = h_grad + incoming[step, :, :units]
        c_grad = c_grad + incoming[step, :, len(u) :]
        c_grad = _cell_back(h_grad, c_grad, gates[step], cells[step], x_grad[step])
        operand_grad = x_grad[step] @ u.T
        np.add(operand_grad[:, units:], incoming[step, :, units : len(u)], out=found_grad[step])
        each = looks[step]
        slope = np.matmul(values, found_grad[step][:, :, np.newaxis])[:, :, 0]
        slope -= row_sums(slope * each.weights)
        np.multiply(slope, each.weights, out=scores_grad[step])
        # The slope of tanh is 1 - energies²: what the 1 makes of the sums needs no pass of its own.
        np.multiply(each.energies, scores_grad[step][:, :, np.newaxis], out=bent)
        v_grad += column_sums(bent.reshape(-1, len(v)))
        bent *= each.energies
        keys_sum += bent
        np.subtract(row_sums(scores_grad[step]), bent.sum(axis=1), out=query_grad[step])
        query_grad[step] *= v
        h_grad = operand_grad[:, :units] + query_grad[step] @ w_query.T
    rows = operands[:-1].reshape(-1, len(u))
    weights = np.stack([each.weights for each in looks], axis=1)
    return (
        x_grad.transpose(1, 0, 2),
        rows.T @ x_grad.reshape(-1, u.shape[1]),
        h_grad,
        c_grad,
        (scores_grad.sum(axis=0)[:, :, np.newaxis] - keys_sum) * v,
        weights.swapaxes(1, 2) @ found_grad.transpose(1, 0, 2),
        rows[:, :units].T @ query_grad.reshape(-1, len(v)),
        v_grad,
    )


def _cell_back(h_grad: Array, c_grad: Array, gates: Gates, c: Array, out: Array) -> Array:
    """Write the gradient of a step's sums into `out`; return that of the cell state before it."""
    i, f, g, o, tanh_c = gates
    units = c.shape[1]
    c_grad = c_grad + h_grad * o * (1 - tanh_c * tanh_c)
    out[:, :units] = c_grad * g * i * (1 - i)
    out[:, units : 2 * units] = c_grad * c * f * (1 - f)
    out[:, 2 * units : -units] = c_grad * i * (1 - g * g)
    out[:, -units:] = h_grad * tanh_c * o * (1 - o)
    return c_grad * f
