"""The tensor: an array that remembers how it came about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from convkit.autograd import (
    arithmetic,
    elementary,
    engine,
    indexing,
    linear,
    reductions,
    shapes,
)
from convkit.autograd.engine import Array, Operand, Recorded
from convkit.autograd.reductions import Axes
from convkit.errors import ConvkitError


class Tensor(Recorded):
    """An array that remembers how it came about, so that gradients find their way back.

    Tensors don't change: every operation makes a new one, and ``x += y`` is ``x = x + y``. The
    arrays of recorded results are read-only. What is allowed, between a ``backward()`` and the next
    use, is to change the array of a leaf through ``data``, as optimizers do; never between an
    operation and the ``backward()`` through it. Operations save arrays, not copies: the gradient
    would be that of other numbers, and nothing would tell.

    Parameters
    ----------
    data : array_like
        An array is taken as it is, not copied. Python's floating-point numbers become float32.
    requires_grad : bool
        Whether ``backward()`` of what is computed from this shall leave a gradient in ``grad``.

    Attributes
    ----------
    data : numpy.ndarray
    grad : numpy.ndarray or None
        Gradients add up here, in place, until it is set to None or filled with zeros.
    requires_grad : bool

    Raises
    ------
    ConvkitError
        If a gradient is required of something else than floating-point numbers.

    >>> x = Tensor([1.0, 2.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    array([2., 4.], dtype=float32)
    """

    __slots__ = ()

    # So that `array + tensor` is the tensor's business, not that of NumPy's broadcasting.
    __array_ufunc__ = None

    def __init__(self, data: Operand, requires_grad: bool = False) -> None:
        self.data = _as_array(data)
        self.grad = None
        self.node = None
        self.requires_grad = requires_grad
        if requires_grad and self.data.dtype.kind != "f":
            raise ConvkitError(
                f"only floating-point tensors can require a gradient, this is {self.data.dtype}",
                "convert it first: astype(np.float32)",
            )

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.data.dtype

    @property
    def T(self) -> Tensor:  # noqa: N802
        """The tensor with its axes reversed."""
        return shapes.transpose(self)

    def backward(self, grad: Operand = None) -> None:
        """Add to ``grad`` of every leaf the derivative of this value by it.

        The graph behind this tensor is freed on the way.

        Parameters
        ----------
        grad : array_like, optional
            The derivative of the loss by this value; 1 if this is a single number.

        Raises
        ------
        ConvkitError
            If there is no graph, if it was walked before, or if `grad` is missing or has another
            shape.
        """
        if not self.requires_grad:
            raise ConvkitError(
                "backward() of a tensor without a graph: nothing it was computed from requires "
                "a gradient, or it was computed under no_grad()",
                "make the leaves with requires_grad=True",
            )
        engine.backward(self, self._seed(grad))

    def _seed(self, grad: Operand) -> Array:
        data = self.data
        if grad is None:
            if data.size != 1:
                raise ConvkitError(
                    f"backward() of a tensor of shape {data.shape} needs the gradient by it",
                    "reduce it to one number (sum, mean), or pass grad of the same shape",
                )
            return np.ones_like(data)
        array = np.asarray(grad.data if isinstance(grad, Tensor) else grad, dtype=data.dtype)
        if array.shape != data.shape:
            raise ConvkitError(f"grad has shape {array.shape}, but the tensor has {data.shape}")
        return array

    def detach(self) -> Tensor:
        """Return the same array (not a copy) without its history."""
        return Tensor(self.data)

    def numpy(self) -> Array:
        """Return the array (not a copy)."""
        return self.data

    def item(self) -> Any:
        """Return the only element as a Python number.

        Raises
        ------
        ConvkitError
            If there are more or none.
        """
        if self.data.size != 1:
            raise ConvkitError(f"item() of a tensor of shape {self.shape}: it isn't one number")
        return self.data.item()

    def astype(self, dtype: Any) -> Tensor:
        """Return the tensor in another type; gradients pass if it is a floating-point one."""
        if np.dtype(dtype).kind != "f":
            return Tensor(self.data.astype(dtype))
        return shapes.astype(self, dtype=dtype)

    __add__ = __radd__ = arithmetic.add
    __mul__ = __rmul__ = arithmetic.multiply
    __sub__ = arithmetic.subtract
    __truediv__ = arithmetic.divide
    __pow__ = arithmetic.power
    __matmul__ = linear.matmul
    __neg__ = arithmetic.negate
    __abs__ = abs = elementary.absolute

    def __rsub__(self, other: Operand) -> Tensor:
        return arithmetic.subtract(other, self)

    def __rtruediv__(self, other: Operand) -> Tensor:
        return arithmetic.divide(other, self)

    def __rpow__(self, other: Operand) -> Tensor:
        return arithmetic.power(other, self)

    def __rmatmul__(self, other: Operand) -> Tensor:
        return linear.matmul(other, self)

    clip = arithmetic.clip
    exp = elementary.exp
    log = elementary.log
    sqrt = elementary.sqrt

    def sum(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        """Return the sum over all axes, one or several."""
        return reductions.sum(self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        """Return the mean over all axes, one or several."""
        return reductions.mean(self, axis=axis, keepdims=keepdims)

    def var(self, axis: Axes = None, keepdims: bool = False, ddof: int = 0) -> Tensor:
        """Return the variance over all axes, one or several; the divisor is n - `ddof`."""
        return reductions.var(self, axis=axis, keepdims=keepdims, ddof=ddof)

    def max(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        """Return the maximum over all axes, one or several; ties share the gradient equally."""
        return reductions.max(self, axis=axis, keepdims=keepdims)

    def min(self, axis: Axes = None, keepdims: bool = False) -> Tensor:
        """Return the minimum over all axes, one or several; ties share the gradient equally."""
        return reductions.min(self, axis=axis, keepdims=keepdims)

    def flatten(self, start: int = 0) -> Tensor:
        """Return the tensor with the axes from `start` on made one."""
        return shapes.flatten(self, start=start)

    def reshape(self, *shape: int | tuple[int, ...]) -> Tensor:
        """Return the tensor in another shape: ``reshape(2, -1)`` or ``reshape((2, -1))``."""
        return shapes.reshape(self, shape=_unpacked(shape))

    def transpose(self, *axes: int | tuple[int, ...]) -> Tensor:
        """Return the tensor with its axes in another order: ``transpose(0, 2, 1)``."""
        return shapes.transpose(self, axes=_unpacked(axes) or None)

    def __getitem__(self, key: Any) -> Tensor:
        return indexing.index(self, key=_plain_key(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        raise _changed_in_place("x[...] = value", "take where(mask, value, x)")

    def __iter__(self) -> Iterator[Tensor]:
        return (self[position] for position in range(len(self)))

    def __len__(self) -> int:
        return len(self.data)

    def _in_place(self, other: Operand) -> Any:
        """Leave ``x += y`` to ``x = x + y``, unless that would lose a leaf to the optimizer."""
        if self.requires_grad and self.node is None:
            raise _changed_in_place("x += value or the like", "write y = x + value")
        return NotImplemented

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ipow__ = __imatmul__ = _in_place

    def __lt__(self, other: Operand) -> Array:
        return self.data < _data_of(other)

    def __le__(self, other: Operand) -> Array:
        return self.data <= _data_of(other)

    def __gt__(self, other: Operand) -> Array:
        return self.data > _data_of(other)

    def __ge__(self, other: Operand) -> Array:
        return self.data >= _data_of(other)

    def __eq__(self, other: object) -> Array:  # type: ignore[override]
        return self.data == _data_of(other)

    def __ne__(self, other: object) -> Array:  # type: ignore[override]
        return self.data != _data_of(other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return bool(self.data)

    def __float__(self) -> float:
        return float(self.item())

    def __repr__(self) -> str:
        array = repr(self.data).removeprefix("array(").removesuffix(")")
        return f"Tensor({array}{', requires_grad=True' if self.requires_grad else ''})"


def _as_array(data: Operand) -> Array:
    given = _data_of(data)
    array = np.asarray(given)
    if array.dtype.kind not in "fiub":
        raise ConvkitError(
            f"a tensor holds real numbers, got {type(given).__name__} of type {array.dtype}"
        )
    # Python's numbers have no type of their own: float64 is only what NumPy makes of them.
    is_typed = isinstance(given, np.ndarray | np.generic)
    return array if is_typed or array.dtype.kind != "f" else array.astype(np.float32)


def _data_of(operand: Any) -> Any:
    return operand.data if isinstance(operand, Tensor) else operand


def _plain_key(key: Any) -> Any:
    return tuple(map(_data_of, key)) if isinstance(key, tuple) else _data_of(key)


def _unpacked(numbers: tuple[Any, ...]) -> tuple[int, ...]:
    """Return the numbers, given one by one or as one tuple."""
    return tuple(numbers[0]) if numbers and isinstance(numbers[0], tuple | list) else numbers


def _changed_in_place(what: str, way_out: str) -> ConvkitError:
    return ConvkitError(
        f"{what}: a tensor can't be changed in place, recorded operations may need it as it was",
        f"{way_out}, or change the array x.data after backward()",
    )


engine.results_are(Tensor)
