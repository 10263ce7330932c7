"""The engine: what a recorded operation leaves behind, and the walk back through it.

The engine knows arrays and nodes only. :class:`Recorded` is the little of a tensor that it needs,
so that the primitives can be written before :class:`~convkit.autograd.tensor.Tensor`, which has
them as its operators and methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from heapq import heappop, heappush
from itertools import count
from math import prod
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from convkit.autograd.sums import column_sums
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.autograd.tensor import Tensor

# NumPy's stubs call most results Any; as a union they pass, and misspelt attributes don't.
Array: TypeAlias = NDArray[Any] | Any
Operand: TypeAlias = Any
"""A primitive's argument: a tensor, array or number to its caller, an array or number inside."""
Vjp: TypeAlias = Callable[[Array], Array]
Derived: TypeAlias = tuple[Any, ...]
"""What a primitive returns: its value, then for each argument its vjp (None: it has none)."""

P = ParamSpec("P")
T = TypeVar("T")

_recording: ContextVar[bool] = ContextVar("recording", default=True)

# What every operation needs is looked up once.
_is_recording = _recording.get
_new = object.__new__
_ndarray = np.ndarray
# Later operations get smaller numbers, so that a heap gives the latest first.
_next_order = count(0, -1).__next__


class Node:
    """A recorded operation: the way from its result's gradient to those of its arguments."""

    __slots__ = ("__weakref__", "dtype", "grad", "order", "parents", "shape", "vjps")

    def __init__(self, value: Array, parents: list[Node | Recorded | None], vjps: Derived) -> None:
        self.order = _next_order()
        self.parents = parents
        self.vjps: Derived | None = vjps
        self.shape = value.shape
        self.dtype = value.dtype
        self.grad: Array | None = None


class Recorded:
    """What the engine knows of a tensor; ``node`` is None where no operation was recorded."""

    __slots__ = ("__weakref__", "data", "grad", "node", "requires_grad")

    data: Array
    grad: Array | None
    node: Node | None
    requires_grad: bool


# The class of the primitives' results: Tensor, which names itself by `results_are`.
_Result: type[Recorded] = Recorded


def results_are(tensor: type[Recorded]) -> None:
    """Say of which class the primitives' results shall be."""
    global _Result  # noqa: PLW0603
    _Result = tensor


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing within this context (of this thread only).

    >>> from convkit.autograd import Tensor
    >>> weight = Tensor([1.0, 2.0], requires_grad=True)
    >>> with no_grad():
    ...     (weight * 3).requires_grad
    False
    """
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


def primitive(function: Callable[P, Derived]) -> Callable[P, Tensor]:
    """Turn a function on arrays, which returns its value and its vjps, into one on tensors.

    Positional arguments are the operands: tensors, arrays, numbers or None. Keyword arguments are
    settings, passed on as they are. The function returns its value followed by one vjp
    (vector-Jacobian product) per operand: ``grad -> array``, where `grad` is the derivative of the
    loss by the value, and the array that by the operand. A vjp may leave the shape broadcast: the
    engine sums it back. It is called at most once, and only if its operand wants a gradient; an
    operand that can't have one (labels, indices) has None. Neither may change what it was given,
    and the value may be a view of an operand but not the operand itself: it becomes read-only.

    >>> @primitive
    ... def multiply(x, y):
    ...     return x * y, lambda grad: grad * y, lambda grad: grad * x

    Raises
    ------
    ConvkitError
        By the function on tensors, where NumPy finds that shapes or indices don't fit: with the
        operation's name and all shapes.
    """

    name = function.__name__.strip("_")

    @wraps(function)
    def operation(*operands: P.args, **settings: P.kwargs) -> Any:
        arrays: list[Any] = []
        parents: list[Node | Recorded | None] = []
        wanted = False
        for operand in operands:
            if isinstance(operand, Recorded):
                arrays.append(operand.data)
                if operand.requires_grad:
                    parents.append(operand.node or operand)
                    wanted = True
                    continue
            else:
                arrays.append(_plain(operand))
            parents.append(None)
        try:
            derived = function(*arrays, **settings)
        except (ValueError, IndexError) as error:
            raise _misfit(name, arrays, error) from error
        value = derived[0]
        result = _new(_Result)
        # NumPy turns results of no dimension into scalars.
        result.data = value = value if type(value) is _ndarray else np.asarray(value)
        result.grad = None
        if wanted and _is_recording():
            result.requires_grad = True
            result.node = Node(value, parents, derived[1:])
            # Operations save it: nobody may write into it. By keyword that takes thrice as long.
            value.setflags(False)  # type: ignore[call-arg]
        else:
            result.requires_grad = False
            result.node = None
        return result

    return operation


def shared(function: Callable[[Array], T]) -> Callable[[Array], T]:
    """Let several vjps of one operation share what they compute from the gradient.

    All vjps of an operation are called with the same gradient, once: it is computed for the first.
    """
    results: list[T] = []

    def computed(grad: Array) -> T:
        if not results:
            results.append(function(grad))
        return results[0]

    return computed


def backward(root: Recorded, grad: Array) -> None:
    """Add to every leaf's ``grad`` what `grad`, the derivative by the root's value, makes there.

    The nodes are visited from the latest to the earliest, each once all of its gradient has
    arrived, and let go of on the way: the graph can be walked only once.
    """
    if root.node is None:
        _add_to_leaf(root, grad)
        return
    root.node.grad = grad
    pending = [(root.node.order, root.node)]
    while pending:
        node = heappop(pending)[1]
        grad, parents, vjps = node.grad, node.parents, node.vjps
        if vjps is None:
            raise _walked_before()
        node.grad = node.vjps = None
        node.parents = []
        for parent, vjp in zip(parents, vjps, strict=False):
            if parent is None:
                continue
            if vjp is None:
                raise _without_vjp()
            share = vjp(grad)
            if not isinstance(parent, Node):
                _add_to_leaf(parent, share)
                continue
            if share.shape != parent.shape or share.dtype is not parent.dtype:
                share = fitted(share, parent.shape, parent.dtype)
            if parent.grad is None:
                parent.grad = share
                heappush(pending, (parent.order, parent))
            else:
                # Not in place: the first share may be an array that others hold too.
                parent.grad = parent.grad + share


def fitted(grad: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Sum a gradient over the axes along which its operand was broadcast; undo a wider type."""
    extra = grad.ndim - len(shape)
    if extra > 0 and grad.shape[extra:] == shape and 0 not in shape:
        grad = column_sums(grad.reshape(-1, prod(shape)))
    elif grad.shape != shape:
        stretched = (axis for axis in range(-len(shape), 0) if shape[axis] != grad.shape[axis])
        grad = grad.sum(axis=(*range(extra), *stretched), keepdims=True)
    return grad.reshape(shape).astype(dtype, copy=False)


def _add_to_leaf(leaf: Recorded, share: Array) -> None:
    data = leaf.data
    if share.shape != data.shape:
        share = fitted(share, data.shape, data.dtype)
    if leaf.grad is None:
        leaf.grad = np.array(share, dtype=data.dtype)
    else:
        leaf.grad += share


def _plain(operand: Any) -> Any:
    """Return what isn't a tensor as an array, or as a number that leaves the others' type alone."""
    if type(operand) is _ndarray or operand is None:
        return operand
    # NumPy's scalars would widen float32, Python's numbers don't.
    if isinstance(operand, np.generic):
        return operand.item()
    if isinstance(operand, (int, float)):
        return operand
    return _Result(operand).data  # type: ignore[call-arg]


def _misfit(name: str, arrays: list[Any], error: ValueError | IndexError) -> ConvkitError:
    if isinstance(error, ConvkitError):
        return error
    shapes = [str(np.shape(array)) for array in arrays if array is not None]
    what = f"shape{'s' * (len(shapes) > 1)} {' and '.join(shapes)}"
    return ConvkitError(f"{name} of {what}: {str(error).strip()}")


def _without_vjp() -> ConvkitError:
    return ConvkitError(
        "a gradient is required of an operation's argument that has none",
        "labels, indices, limits and given statistics are constants: use detach()",
    )


def _walked_before() -> ConvkitError:
    return ConvkitError(
        "backward() has been here before: a graph is freed as it is walked",
        "compute the value anew, or add the losses and call backward() once on their sum",
    )
