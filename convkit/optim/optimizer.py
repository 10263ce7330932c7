"""What all optimizers share: the common options, the step and the saved state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.errors import ConvkitError
from convkit.optim.checks import FloatArray, State, not_negative, same_layout
from convkit.optim.constraints import AddDecay, AddL1, AddL2, ClipNorm, ClipValue
from convkit.optim.schedule import Schedule
from convkit.optim.transform import Transform

SCHEDULE = "schedule."


@dataclass(eq=False)
class Optimizer(ABC):
    """Changes parameters so that the loss falls: a chain of transforms, then ``p ← p - lr u``.

    The chain is: clip by value, clip by norm, add the gradients of the L2 and L1 penalties, what
    the optimizer itself does, and decoupled weight decay. It works in place on flat buffers, so
    that a step is a few NumPy calls however many layers there are, and allocates nothing.

    Parameters
    ----------
    lr : float
        Learning rate: how far a step goes.
    l1 : float
        Strength of the L1 penalty, ``l1 sum|p|``: drives many parameters to nearly 0.
    l2 : float
        Strength of the L2 penalty, ``l2/2 sum p²``: keeps parameters small. PyTorch calls it
        weight_decay in sgd and adam.
    weight_decay : float
        Decoupled weight decay: each step also takes off lr x weight_decay of every parameter, as
        adamw does.
    clip_norm : float, optional
        Shorten the gradient of all parameters together to at most this length.
    clip_value : float, optional
        Limit every single gradient to plus and minus this.
    schedule : Schedule, optional
        How the learning rate changes during the training. By default it stays.

    Raises
    ------
    ConvkitError
        If an argument is out of its range.
    """

    lr: float
    _: KW_ONLY
    l1: float = 0.0
    l2: float = 0.0
    weight_decay: float = 0.0
    clip_norm: float | None = None
    clip_value: float | None = None
    schedule: Schedule | None = None

    def __post_init__(self) -> None:
        self.lr = not_negative("lr", self.lr)
        before = [
            ClipValue(self.clip_value) if self.clip_value is not None else None,
            ClipNorm(self.clip_norm) if self.clip_norm is not None else None,
            AddL2(self.l2) if self.l2 != 0 else None,
            AddL1(self.l1) if self.l1 != 0 else None,
        ]
        after = [AddDecay(self.weight_decay) if self.weight_decay != 0 else None]
        links = chain(before, self.transforms(), after)
        self._chain = [link for link in links if link is not None]
        self.start(np.empty(0))

    @abstractmethod
    def transforms(self) -> list[Transform]:
        """Return the optimizer's own part of the chain.

        Raises
        ------
        ConvkitError
            If an argument is out of its range.
        """

    def start(self, params: FloatArray) -> None:
        """Get ready to change parameters like these, with nothing remembered.

        Parameters
        ----------
        params : array, shape (n,)
            float32 or float64; all memory is of the same dtype.

        Raises
        ------
        ConvkitError
            If it isn't one row of floating-point numbers.
        """
        if params.ndim != 1 or params.dtype.kind != "f":
            raise ConvkitError(
                f"an optimizer works on one row of floats, got {params.dtype} {params.shape}"
            )
        self._scratch = np.empty_like(params)
        self._frozen = np.empty(params.shape, bool)
        self._steps = 0
        for transform in self._chain:
            transform.start(params, self._scratch)
        if self.schedule:
            self.schedule.start()

    def step(self, params: FloatArray, grads: FloatArray, factor: float | FloatArray = 1.0) -> None:
        """Change the parameters in place by one step.

        Parameters
        ----------
        params : array, shape (n,)
        grads : array, shape (n,)
            Overwritten.
        factor : float or array, shape (n,)
            What the learning rate is multiplied by; an array gives each parameter its own. One
            whose factor is 0 is frozen: it stays what it is, and its gradient counts as 0.

        Raises
        ------
        ConvkitError
            If the optimizer wasn't started for so many parameters.
        """
        if not params.shape == grads.shape == self._scratch.shape:
            raise ConvkitError(
                f"the optimizer was started for {self._scratch.size} parameters, but got "
                f"{params.size} with {grads.size} gradients",
                "call start with the parameters first",
            )
        each = isinstance(factor, np.ndarray)
        if each:
            np.equal(factor, 0, out=self._frozen)
            np.copyto(grads, 0, where=self._frozen)
        self._steps += 1
        for transform in self._chain:
            transform.apply(grads, params, self._steps)
        if each:
            np.multiply(grads, factor, out=grads)
        np.multiply(grads, self.lr if each else self.lr * float(factor), out=grads)
        np.subtract(params, grads, out=params)

    def factor(self, progress: float, total: float) -> float:
        """Return what the schedule multiplies the learning rate by; see ``Schedule.factor``."""
        return self.schedule.factor(progress, total) if self.schedule else 1.0

    def observe(self, value: float) -> None:
        """Tell the schedule the measure that it watches, once at the end of every epoch."""
        if self.schedule:
            self.schedule.observe(value)

    def state(self) -> State:
        """Return a copy of all that is remembered between steps, the schedule's included.

        With it, a new optimizer of the same arguments goes on to the same bits.
        """
        state: State = {"step": np.array(self._steps, np.int64)}
        for name, values in self._memory().items():
            state[name] = values.copy()
        if self.schedule:
            state |= {SCHEDULE + name: value for name, value in self.schedule.state().items()}
        return state

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what ``state`` returned; call ``start`` first.

        Raises
        ------
        ConvkitError
            If the state is of another kind of optimizer, of other options or of another model; it
            names all differences. Nothing is changed then.
        """
        same_layout(self.state(), state)
        self._steps = int(state["step"])
        for name, values in self._memory().items():
            np.copyto(values, state[name])
        if self.schedule:
            names = self.schedule.state()
            self.schedule.load_state({name: state[SCHEDULE + name] for name in names})

    @property
    def nbytes(self) -> int:
        """The bytes of what it remembers and of the room in which it works."""
        arrays = [*self._memory().values(), self._scratch, self._frozen]
        return sum(array.nbytes for array in arrays)

    def _memory(self) -> dict[str, FloatArray]:
        return {name: values for link in self._chain for name, values in link.memory.items()}
