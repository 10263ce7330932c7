"""Layers that only lay the numbers out anew."""

from __future__ import annotations

from math import prod

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.nn.checks import Shape, later_steps, shape_text, whole_numbers
from convkit.nn.layer import Layer, Memory, View
from convkit.nn.module import Context


class Flatten(Layer):
    """All numbers of a sample in one row.

    Input: any shape. Output: (features,).
    """

    name = "flatten"

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return x.reshape(x.shape[0], -1)

    def begin(self, samples: int) -> Memory:
        raise later_steps()

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


class Reshape(Layer):
    """The numbers of a sample in another shape.

    Input: any shape with as many numbers. Output: `shape`.

    Parameters
    ----------
    shape : list of int
        Such as [7, 7, 16]; one size may be -1 and is then worked out.
    """

    name = "reshape"

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = whole_numbers("shape", shape, least=-1)
        if 0 in self.shape or self.shape.count(-1) > 1 or not self.shape:
            raise ConvkitError(
                f"shape must be sizes from 1, of which one may be -1, got {list(self.shape)}"
            )

    def __call__(self, x: Tensor, context: Context) -> Tensor:
        return x.reshape(x.shape[0], *self.shape)

    def begin(self, samples: int) -> Memory:
        raise later_steps()

    def output_shape(self, shape: Shape) -> Shape:
        numbers, known = prod(shape), prod(size for size in self.shape if size > 0)
        if numbers % known or (-1 not in self.shape and numbers != known):
            raise ConvkitError(
                f"it can't lay out {shape_text(shape)} (={numbers} numbers) as "
                f"{shape_text(self.shape)}",
                "write -1 for one of the sizes to have it worked out",
            )
        return tuple(numbers // known if size == -1 else size for size in self.shape)

    def view(self, before: View) -> View:
        # Where the numbers lie afterwards has nothing to do with where they were seen.
        return View(self.output_shape(before.shape))
