"""The long short-term memory."""

from __future__ import annotations

from functools import partial

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.autograd.recurrent.unrolling import Steps, Unrolled, Way, Weights, put_back


def lstm(
    x: Operand,
    w: Operand,
    u: Operand,
    b: Operand,
    state: tuple[Operand, ...] | None = None,
    *,
    lengths: Array | None = None,
    reverse: bool = False,
) -> Unrolled:
    """Take sequences through a long short-term memory with a forget gate.

    With the gates in PyTorch's order, ``i, f, g, o = split(x w + h u + b)``::

        c' = sigmoid(f) c + sigmoid(i) tanh(g)
        h' = sigmoid(o) tanh(c')

    (Hochreiter and Schmidhuber 1997; the forget gate is of Gers et al. 2000).

    Parameters
    ----------
    x : (n, steps, features)
    w : (features, 4·units)
    u : (units, 4·units)
    b : (4·units,)
        The sum of PyTorch's two.
    state : (h, c), (n, units) each, or None
        What the sequences have left behind so far; zeros if None.
    lengths : (n,) integers or None
        How many steps of each sequence count. Those behind keep the state, and get no gradient.
    reverse : bool
        Whether the last step is taken first; what has ended then keeps the first state until its
        own last step.

    Returns
    -------
    Unrolled
        With the state (h, c).
    """
    h, c = state or (None, None)
    values = _lstm(x, w, u, b, h, c, lengths=lengths, reverse=reverse)
    return Unrolled.of(values[:-1], reverse, values[-1])


@primitive
def _lstm(
    x: Operand,
    w: Operand,
    u: Operand,
    b: Operand,
    h: Operand,
    c: Operand,
    *,
    lengths: Array | None,
    reverse: bool,
) -> Derived:
    """Return the hidden states after each step, then the last cell state: (steps + 1, units, n)."""
    units = len(u)
    steps = Steps(x, h, units, lengths=lengths, reverse=reverse, room=1)
    # Rolled by one gate, i, f, g, o are o, i, f, g.
    weights = np.roll(Weights(w, u, b).stacked(), units, axis=1)
    cell = Cell(steps, c)
    cell.forward(weights)
    steps.states[-1] = cell.states[-1]

    def unstacked(rolled: Array) -> Weights:
        return Weights.unstacked(np.roll(rolled, -units, axis=1), units)

    way = Way(steps, weights, unstacked, partial(cell.backward, weights[:units]))
    return steps.states[1:], *way.vjps(states=2)


class Cell:
    """What the gates and the cell hold at every step.

    They stand side by side in the order o, i, f, g, c, c being the cell before the step: then the
    sigmoids are neighbours, and i and f next to each other as are what they are multiplied by. Each
    line of the formulas is one operation on a block of memory.

    Parameters
    ----------
    steps : Steps
    c : (n, units) or None
        The cell before the first step.
    """

    def __init__(self, steps: Steps, c: Array | None) -> None:
        count, units, samples = steps.count, steps.units, steps.states.shape[-1]
        values = np.empty((count + 1, 5, units, samples), steps.states.dtype)
        self.steps = steps
        self.gates, self.sigmoids = values[:count, :4], values[:count, :3]
        self.factors, self.others = values[:count, 1:3], values[:count, 3:]
        self.states = values[:, 4]
        self.states[0] = 0 if c is None else c.T
        self.bent = np.empty_like(self.states[1:])

    def forward(self, weights: Array) -> None:
        """Go through all steps."""
        steps, states = self.steps, self.states
        # sigmoid(z) = (1 + tanh(z / 2)) / 2: one tanh serves all gates.
        halves = np.repeat(np.array([0.5, 0.5, 0.5, 1], weights.dtype), steps.units)
        transposed = (weights * halves).T
        products = np.empty_like(self.factors[0])
        made, forgotten = products
        half = np.array(0.5, weights.dtype)
        sums = self.gates.reshape(steps.count, len(halves), -1)
        inner = self.sigmoids, self.factors, self.others, states[1:], self.bent
        outer = self.gates[:, 0], steps.states[1:]
        every = steps.forwards(steps.operands, sums, *inner, *outer)
        for step, operands, gates, sigmoids, factors, others, c, bent, o, h in every:
            np.matmul(transposed, operands, gates)
            np.tanh(gates, gates)
            sigmoids *= half
            sigmoids += half
            np.multiply(factors, others, products)
            np.add(made, forgotten, c)
            np.tanh(c, bent)
            np.multiply(o, bent, h)
            steps.keep(step, steps.states, states)

    def backward(self, u: Array, grad: Array) -> tuple[Array, Array, Array]:
        """Return the gradients of all sums that go into gates, and of the first state, h and c."""
        steps, forget = self.steps, self.factors[:, 1]
        gates_grad, slopes = self._slopes()
        flat = gates_grad.reshape(steps.count, u.shape[1], -1)
        h_grad, c_grad = np.zeros_like(grad[0]), grad[-1].copy()
        product = np.empty_like(h_grad)
        every = (grad, slopes, gates_grad[:, 0], gates_grad[:, 1:], forget, flat)
        for step, above, slope, o_grad, others_grad, kept, sums_grad in steps.backwards(*every):
            h_grad += above
            aside = steps.set_aside(step, h_grad, c_grad)
            np.multiply(h_grad, slope, product)
            c_grad += product
            o_grad *= h_grad
            others_grad *= c_grad
            c_grad *= kept
            np.matmul(u, sums_grad, h_grad)
            put_back(aside, h_grad, c_grad)
        return flat, h_grad, c_grad

    def _slopes(self) -> tuple[Array, Array]:
        """Return the derivatives by the sums in each step, and of the hidden state by the cell.

        The former are (steps, 4, units, n): of the hidden state by the sum in o, and of the cell by
        those in i, f and g.
        """
        o, i = self.gates[:, 0], self.gates[:, 1]
        by_sums = np.square(self.gates)
        np.subtract(self.sigmoids, by_sums[:, :3], out=by_sums[:, :3])
        np.subtract(1, by_sums[:, 3], out=by_sums[:, 3])
        by_sums[:, 0] *= self.bent
        by_sums[:, 1:3] *= self.others
        by_sums[:, 3] *= i
        by_cell = np.square(self.bent)
        np.subtract(1, by_cell, out=by_cell)
        by_cell *= o
        return by_sums, by_cell
