"""The convolution of an image with a kernel: checking what is asked for, then planning it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convkit.conv.borders import Border
from convkit.conv.plan import Plan, make_plan
from convkit.conv.problem import Problem
from convkit.errors import ConvkitError
from convkit.geometry import Pads, SameRule, axis_pads

Pad = int | str | Sequence[int]
Pair = int | tuple[int, int]


def convolve(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    pad: Pad = 0,
    pad_mode: str = "zero",
    pad_value: float | Sequence[float] = 0.0,
    stride: Pair = 1,
    dilation: Pair = 1,
    flip: bool = False,
) -> NDArray[np.floating]:
    """Slide a kernel over an image, multiply element by element and sum.

    This is correlation, as in convolutional networks: ``out[y, x] = sum over i, j of
    kernel[i, j] * image[y*s - P + i*d, x*s - P + j*d]``. ``flip=True`` turns the kernel by 180
    degrees first, which is convolution in the mathematical sense.

    Parameters
    ----------
    image : (H, W) or (H, W, C) array
        Any real dtype.
    kernel : (kh, kw) array, or a bank (out, in, kh, kw)
        One kernel is applied to each channel alone. A bank sums over the channels and needs C = in.
    pad : int, (top, bottom, left, right), or 'valid', 'same', 'full'
        Pixels added around the image. With an even kernel ``same`` adds the extra pixel at the
        bottom and right, as PyTorch does.
    pad_mode : str
        ``zero``, ``constant``, ``edge`` (aaa|abcd|ddd), ``symmetric`` (cba|abcd|dcb),
        ``reflect101`` (dcb|abcd|cba), ``wrap`` (bcd|abcd|abc), or what a peer calls it.
    pad_value : float or one float a channel
        For ``constant``.
    stride, dilation : int or (y, x)
    flip : bool

    Returns
    -------
    (H', W') or (H', W', C) array
        float32 for images of up to 16 bits and float32, else float64. Whole numbers are exact as
        far as that dtype can hold them. A bank gives (H', W', out).

    Raises
    ------
    ConvkitError
        If a shape, dtype or number can't be used; the message says which and why.

    Examples
    --------
    >>> import numpy as np
    >>> convolve(np.arange(1, 26).reshape(5, 5), np.ones((3, 3)))
    array([[ 63.,  72.,  81.],
           [108., 117., 126.],
           [153., 162., 171.]])
    """
    pixels = as_image(image)
    border = Border.named(pad_mode, pad_value)
    weights = as_kernel(kernel, flip=flip)
    plan = plan_convolution(
        pixels, weights, pad=pad, border=border, stride=stride, dilation=dilation
    )
    flat = np.ndim(image) == 2 and weights.ndim == 2
    out = plan.run(pixels)
    plan.remember()
    return out[:, :, 0] if flat else out


def plan_convolution(
    pixels: NDArray[Any],
    weights: NDArray[np.float64],
    *,
    pad: Pad = 0,
    border: Border | None = None,
    stride: Pair = 1,
    dilation: Pair = 1,
    same_rule: SameRule = "torch",
    strategy: str | None = None,
) -> Plan:
    """Plan the correlation of an (H, W, C) image; ``plan.run(pixels)`` computes it.

    Raises
    ------
    ConvkitError
        As :func:`convolve`.
    """
    border = border or Border()
    stride, dilation = _both("stride", stride), _both("dilation", dilation)
    _check_channels(pixels, weights, border)
    problem = Problem(
        shape=(pixels.shape[0], pixels.shape[1], pixels.shape[2]),
        dtype=pixels.dtype,
        kernel=weights,
        pads=resolve_pads(
            pad, pixels.shape, weights.shape[-2:], stride=stride, dilation=dilation, rule=same_rule
        ),
        border=border,
        stride=stride,
        dilation=dilation,
    )
    return make_plan(problem, strategy)


def as_image(image: ArrayLike) -> NDArray[Any]:
    """Return an image as an (H, W, C) array of a real dtype, without a copy where possible.

    Raises
    ------
    ConvkitError
        If it has another number of axes, no pixels, or isn't made of real numbers.
    """
    try:
        pixels = np.asarray(image)
    except (TypeError, ValueError) as error:
        raise ConvkitError(f"an image is an array of numbers: {error}") from error
    if pixels.ndim not in (2, 3):
        raise ConvkitError(
            f"an image has the shape (H, W) or (H, W, C), got {pixels.shape}",
        )
    if pixels.size == 0:
        raise ConvkitError(f"an image needs at least one pixel, got the shape {pixels.shape}")
    if pixels.dtype.kind not in "biuf":
        raise ConvkitError(f"an image is made of real numbers, got the dtype {pixels.dtype}")
    return pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]


def as_kernel(kernel: ArrayLike, *, flip: bool = False) -> NDArray[np.float64]:
    """Return a kernel as a float64 array (kh, kw) or (out, in, kh, kw), flipped if asked to.

    Raises
    ------
    ConvkitError
        If it is ragged, empty, of another number of axes, or holds what isn't a finite number.
    """
    try:
        weights = np.asarray(kernel, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ConvkitError(f"a kernel is a rectangle of numbers: {error}") from error
    if weights.ndim not in (2, 4) or weights.size == 0:
        raise ConvkitError(
            f"a kernel has the shape (kh, kw), a bank (out, in, kh, kw), got {weights.shape}"
        )
    if not np.isfinite(weights).all():
        raise ConvkitError("a kernel needs finite numbers, got NaN or infinity")
    return weights[..., ::-1, ::-1] if flip else weights


def resolve_pads(
    pad: Pad,
    shape: Sequence[int],
    kernel: Sequence[int],
    *,
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    rule: SameRule = "torch",
) -> Pads:
    """Return the four pads that a number, a word or four numbers stand for.

    Raises
    ------
    ConvkitError
        If it is none of these.
    """
    if isinstance(pad, str):
        (top, bottom), (left, right) = (
            axis_pads(pad, n, k, stride=s, dilation=d, rule=rule)
            for n, k, s, d in zip(shape[:2], kernel, stride, dilation, strict=True)
        )
        return Pads(top, bottom, left, right)
    if isinstance(pad, Sequence):
        if len(pad) != 4:
            raise ConvkitError(f"pads are top, bottom, left, right, got {tuple(pad)}")
        return Pads(*pad)
    return Pads(pad, pad, pad, pad)


def _both(name: str, value: Pair) -> tuple[int, int]:
    """Return (y, x), for which one number may stand."""
    try:
        y, x = value if isinstance(value, Iterable) else (value, value)
        return index(y), index(x)
    except (TypeError, ValueError):
        raise ConvkitError(
            f"{name} must be one whole number or two (y, x), got {value!r}"
        ) from None


def _check_channels(pixels: NDArray[Any], weights: NDArray[np.float64], border: Border) -> None:
    channels = pixels.shape[2]
    if weights.ndim == 4 and weights.shape[1] != channels:
        raise ConvkitError(
            f"the bank wants {weights.shape[1]} input channels (its shape is {weights.shape}), "
            f"the image has {channels}"
        )
    if len(border.value) not in (1, channels):
        raise ConvkitError(
            f"{len(border.value)} pad values for an image of {channels} channel(s)",
            "give one for all, or one for each",
        )
