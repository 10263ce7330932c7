"""Convolution and its adjoint, each with its gradients beside it."""

from __future__ import annotations

import numpy as np

from convkit.autograd.convolution.blocks import along_row
from convkit.autograd.convolution.framing import frame
from convkit.autograd.convolution.products import (
    both_gradients,
    correlate,
    kernel_gradient,
    spread,
)
from convkit.autograd.convolution.sweep import NO_PADS, Pads, Size, sweep_over, transposed_sweep
from convkit.autograd.engine import Array, Derived, Operand, primitive
from convkit.autograd.sums import column_sums
from convkit.errors import ConvkitError


@primitive
def conv2d(
    x: Operand,
    w: Operand,
    b: Operand = None,
    *,
    stride: Size = (1, 1),
    pads: Pads = NO_PADS,
    dilation: Size = (1, 1),
    groups: int = 1,
    border: str = "constant",
) -> Derived:
    """Slide kernels over images: at each stop the sum of weights times pixels, plus a bias.

    The kernel isn't turned: to mathematicians this is a cross-correlation.

    Parameters
    ----------
    x : (N, H, W, C)
    w : (kh, kw, C / groups, O)
    b : (O,) or None
    stride, dilation : (int, int)
        Along y and x, in pixels.
    pads : ((top, bottom), (left, right))
        In pixels.
    groups : int
        Each group of input channels makes a group of output channels of its own; with as many
        groups as channels this is a depthwise convolution.
    border : str
        What lies in the padding: ``constant`` (zeros), ``edge``, ``reflect``, ``symmetric``,
        ``wrap``, or another name that :class:`convkit.conv.borders.Border` knows.

    Returns
    -------
    (N, H', W', O)
        Of the size that :func:`convkit.geometry.output_size` says.

    Raises
    ------
    ConvkitError
        If shapes don't belong together, a number is out of range, the kernel doesn't fit, or the
        border is unknown.
    """
    x, w = _agreed(x, w, b, groups)
    around = None if border == "constant" else frame(x.shape[1:3], pads, border)
    if around is not None:
        x, pads = around.around(x), NO_PADS
    sweep = sweep_over(x.shape[1:3], w.shape[:2], stride, pads, dilation)

    beside: list[Array] = []

    def vjp_x(grad: Array) -> Array:
        share, gradient = both_gradients(x, grad, w, sweep, groups)
        beside.append(gradient)
        return share if around is None else around.folded(share)

    def vjp_w(grad: Array) -> Array:
        # A network's first layer wants this one alone.
        return beside[0] if beside else kernel_gradient(x, grad, w, sweep, groups)

    return correlate(x, w, b, sweep, groups), vjp_x, vjp_w, _sum_over_pixels


@primitive
def conv2d_transpose(
    x: Operand,
    w: Operand,
    b: Operand = None,
    *,
    stride: Size = (1, 1),
    pads: Pads = NO_PADS,
    output_padding: Size = (0, 0),
    dilation: Size = (1, 1),
    groups: int = 1,
) -> Derived:
    """Spread every pixel over a window, times the kernel: the adjoint of :func:`conv2d`.

    With the same kernel and settings it leads from the size of a convolution's output back to that
    of its input (Dumoulin and Visin 2016, chapter 4).

    Parameters
    ----------
    x : (N, H, W, C)
    w : (kh, kw, O / groups, C)
        As for the convolution that leads from O channels to C.
    b : (O,) or None
    stride, pads, dilation, groups
        Those of that convolution.
    output_padding : (int, int)
        Rows and columns more, to choose among the sizes that the stride rounds down to the same.

    Returns
    -------
    (N, H', W', O)
        Of the size that :func:`convkit.geometry.transposed_size` says.

    Raises
    ------
    ConvkitError
        If shapes don't belong together, a number is out of range, or nothing is left.
    """
    x, w = _agreed(x, w, b, groups, transposed=True)
    sweep, size = transposed_sweep(
        x.shape[1:3], w.shape[:2], stride, pads, dilation, output_padding
    )
    value = spread(x, w, sweep, size, groups)
    if b is not None:
        value += along_row(b, size[1])

    def vjp_x(grad: Array) -> Array:
        return correlate(grad, w, None, sweep, groups)

    def vjp_w(grad: Array) -> Array:
        return kernel_gradient(grad, x, w, sweep, groups)

    return value, vjp_x, vjp_w, _sum_over_pixels


def _sum_over_pixels(grad: Array) -> Array:
    return column_sums(grad.reshape(-1, grad.shape[3]))


def _agreed(
    x: Array, w: Array, b: Array | None, groups: int, *, transposed: bool = False
) -> tuple[Array, Array]:
    """Return images and kernel in one type, if the shapes belong together."""
    if x.ndim != 4 or w.ndim != 4:
        what, shape = ("images", x.shape) if x.ndim != 4 else ("a kernel", w.shape)
        axes = "(N, H, W, C)" if x.ndim != 4 else "(kh, kw, I, O)"
        raise ConvkitError(f"a convolution takes {what} of shape {axes}, got {shape}")
    outer, inner = w.shape[2] * groups, w.shape[3]
    into, out = (inner, outer) if transposed else (outer, inner)
    if groups < 1 or inner % groups:
        raise ConvkitError(
            f"groups (={groups}) must be at least 1 and divide the kernel's last axis (={inner})"
        )
    if x.shape[3] != into:
        raise ConvkitError(
            f"a kernel of shape {w.shape} with groups={groups} takes images of {into} channels, "
            f"got {x.shape}",
            "axes are (N, H, W, C) and (kh, kw, I, O)",
        )
    if b is not None and np.shape(b) != (out,):
        raise ConvkitError(f"a bias for {out} channels has the shape ({out},), got {np.shape(b)}")
    if x.dtype == w.dtype:
        return x, w
    both = np.result_type(x, w)
    return x.astype(both), w.astype(both)
