"""What every recurrent cell goes through: the steps of a batch of sequences, forth and back.

A step's operands stand side by side in one matrix: the state before it, its input, and ones for the
bias. A single product with all weights, stacked in the same order, then gives everything that the
gates need. Matrices are (features, n): so each gate is one contiguous block of rows.

A step is a dozen operations on little matrices, and each costs more in Python than it seems: where
a step looks odd, it is for that. Results are passed by position and numbers as arrays, since by
keyword, and as Python's own, they take NumPy half as long again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from convkit.autograd.engine import Array, Derived, Vjp, shared
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.autograd.tensor import Tensor


class Unrolled(NamedTuple):
    """What a recurrent cell made of sequences.

    Attributes
    ----------
    outputs : Tensor, (n, steps, units)
        The hidden state after each step.
    state : tuple of Tensor, (n, units) each
        All that is needed to go on after the last step: (h,), or (h, c) of an LSTM.
    """

    outputs: Tensor
    state: tuple[Tensor, ...]

    @classmethod
    def of(cls, states: Tensor, reverse: bool, *others: Tensor) -> Unrolled:
        """Return what is told by the hidden states in the order in which they were made.

        Parameters
        ----------
        states : Tensor, (steps, units, n)
        reverse : bool
            Whether they were made from the last to the first.
        others : Tensor, (units, n) each
            What the state holds beside the hidden one.
        """
        outputs = (states[::-1] if reverse else states).transpose(2, 0, 1)
        return cls(outputs, (states[-1].T, *(other.T for other in others)))


class Steps:
    """The operands of every step, and which sequences have ended before it.

    Parameters
    ----------
    x : (n, steps, features)
    h : (n, units) or None
        The state before the first step; zeros if None.
    units : int
    lengths : (n,) integers or None
        How many steps of each sequence count; all if None.
    reverse : bool
        Whether the last step is taken first.
    room : int
        How many matrices are left free behind the last state.

    Attributes
    ----------
    operands : (steps + 1 + room, units + features + 1, n) array
        Those of each step; behind the last, only the state that it leaves.
    states : (steps + 1 + room, units, n) array
        A view of them: the states before each step, then what the last one leaves.
    ended : (steps, n) bools or None
    """

    def __init__(
        self,
        x: Array,
        h: Array | None,
        units: int,
        *,
        lengths: Array | None,
        reverse: bool,
        room: int = 0,
    ) -> None:
        samples, self.count, features = x.shape
        self.reverse = reverse
        self.units = units
        self.operands = np.empty((self.count + 1 + room, units + features + 1, samples), x.dtype)
        self.states = self.operands[:, :units]
        self.states[0] = 0 if h is None else h.T
        self.operands[: self.count, units:-1] = self.in_order(x.transpose(1, 2, 0))
        self.operands[: self.count, -1] = 1
        self.ended = None if lengths is None else self._ended(np.asarray(lengths), samples)

    def in_order(self, steps: Array) -> Array:
        """Return what has an axis of steps first in the order in which they are taken, or back."""
        return steps[::-1] if self.reverse else steps

    def forwards(self, *arrays: Array) -> Iterator[tuple[Any, ...]]:
        """Yield the number of each step, and what each array holds for it.

        It takes a fraction of the time of looking that up in each array.
        """
        return zip(range(self.count), *arrays, strict=False)

    def backwards(self, *arrays: Array) -> Iterator[tuple[Any, ...]]:
        """Yield the same from the last step to the first."""
        turned = (array[self.count - 1 :: -1] for array in arrays)
        return zip(reversed(range(self.count)), *turned, strict=False)

    def keep(self, step: int, *arrays: Array) -> None:
        """Undo a step for the sequences that have ended: their columns stay as they were.

        Parameters
        ----------
        step : int
        arrays : (steps, ., n) arrays
            Each holds at `step` what was before, and behind it what the step made of that.
        """
        if self.ended is not None:
            for array in arrays:
                np.copyto(array[step + 1], array[step], where=self.ended[step])

    def set_aside(self, step: int, *grads: Array) -> list[Array]:
        """Take out the gradients of the sequences that have ended: they pass this step by.

        Whatever is computed of a gradient of zero is zero. Nothing is taken if none has ended.
        """
        if self.ended is None:
            return []
        ended = self.ended[step]
        aside = [grad * ended for grad in grads]
        for grad in grads:
            grad[:, ended] = 0
        return aside

    def _ended(self, lengths: Array, samples: int) -> Array | None:
        if lengths.shape != (samples,) or lengths.min() < 0 or lengths.max() > self.count:
            raise ConvkitError(
                f"lengths must be {samples} whole numbers from 0 to {self.count}, got {lengths}"
            )
        if lengths.min() == self.count:
            return None
        return self.in_order(np.arange(self.count)[:, np.newaxis] >= lengths)


def put_back(aside: list[Array], *grads: Array) -> None:
    """Add what :meth:`Steps.set_aside` took out."""
    for grad, part in zip(grads, aside, strict=False):
        np.add(grad, part, out=grad)


class Weights(NamedTuple):
    """The weights of a cell, or their gradients."""

    w: Array
    u: Array
    b: Array

    def stacked(self) -> Array:
        """Return them in the order of the operands: (units + features + 1, gates)."""
        return np.concatenate([self.u, self.w, self.b[np.newaxis]])

    @classmethod
    def unstacked(cls, weights: Array, units: int) -> Weights:
        """Return what :meth:`stacked` put together."""
        return cls(weights[units:-1], weights[:units], weights[-1])


class Way(NamedTuple):
    """The way back through a cell.

    Attributes
    ----------
    steps : Steps
    weights : (units + features + 1, gates) array
        As the cell multiplies its operands with them.
    unstacked : callable
        From the gradient of these to those of the cell's arguments.
    backward : callable
        From the gradient of the value to those of the sums that go into the gates, (steps, gates,
        n), and of each array of the first state, (units, n).
    """

    steps: Steps
    weights: Array
    unstacked: Callable[[Array], Weights]
    backward: Callable[[Array], tuple[Array, ...]]

    def vjps(self, states: int) -> Derived:
        """Return those of x, w, u, b and so many arrays of the first state."""
        sums_grad = shared(self.backward)
        weights_grad = shared(lambda grad: self.unstacked(self._weights_grad(sums_grad(grad)[0])))

        def of_weights(place: int) -> Vjp:
            return lambda grad: weights_grad(grad)[place]

        def of_state(place: int) -> Vjp:
            return lambda grad: sums_grad(grad)[1 + place].T

        return (
            lambda grad: self._inputs_grad(sums_grad(grad)[0]),
            *map(of_weights, range(3)),
            *map(of_state, range(states)),
        )

    def _weights_grad(self, sums_grad: Array) -> Array:
        """Return the gradient of the stacked weights, in one product over all steps."""
        operands = self.steps.operands[: self.steps.count]
        return (_rows(sums_grad) @ _rows(operands).T).T

    def _inputs_grad(self, sums_grad: Array) -> Array:
        w = self.weights[self.steps.units : -1]
        return self.steps.in_order(np.matmul(w, sums_grad)).transpose(2, 0, 1)


def _rows(matrices: Array) -> Array:
    """Return matrices side by side: (steps, rows, n) -> (rows, steps·n)."""
    return np.moveaxis(matrices, 1, 0).reshape(matrices.shape[1], -1)
