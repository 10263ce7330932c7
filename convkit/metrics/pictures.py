"""Measures of pictures: they know how far white is from black, and who is whose neighbour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from convkit.errors import ConvkitError
from convkit.metrics.values import (
    FloatArray,
    Measure,
    NumberArray,
    checked_pair,
    compare,
    mse,
    shape_name,
    within_float64,
)

Pair = tuple[NumberArray, NumberArray]

SSIM_WINDOW = 11
_SIGMA = 1.5
_K1, _K2 = 0.01, 0.03
# Rows of the similarity map at a time: what is in work fits the processor's cache.
_STRIP = 64

_distance = np.arange(SSIM_WINDOW) - SSIM_WINDOW // 2
_WEIGHTS = np.exp(-(_distance**2) / (2 * _SIGMA**2))
_WEIGHTS /= _WEIGHTS.sum()


def psnr(actual: ArrayLike, predicted: ArrayLike, *, data_range: float) -> float:
    """Return the peak signal-to-noise ratio, ``10 log₁₀(range² / MSE)``.

    Parameters
    ----------
    actual, predicted : array_like
        Pictures of any real dtype and any shape, the same for both.
    data_range : float
        White minus black: 255 for 8-bit pictures, 65535 for 16-bit ones.

    Returns
    -------
    float
        In decibels; infinity for equal pictures.

    Raises
    ------
    ConvkitError
        If the range isn't a positive number, and as :func:`convkit.metrics.mse`.
    """
    _check_data_range(data_range)
    error = mse(actual, predicted)
    return 20 * math.log10(data_range) - 10 * math.log10(error) if error else math.inf


@within_float64()
def ssim(actual: ArrayLike, predicted: ArrayLike, *, data_range: float) -> float:
    """Return the mean structural similarity: 1 for equal pictures, about 0 for unrelated ones.

    Luminance, contrast and structure are compared under a Gaussian window of 11x11 pixels with a
    sigma of 1.5, wherever the whole window lies inside, with K1 = 0.01 and K2 = 0.03 (Z. Wang,
    A. Bovik, H. Sheikh, E. Simoncelli, "Image quality assessment: from error visibility to
    structural similarity", IEEE TIP 13(4), 2004, equation 13 and section III-C).

    Parameters
    ----------
    actual, predicted : array_like of shape (H, W) or (H, W, C)
        Of any real dtype. Channels are compared one by one and averaged.
    data_range : float
        White minus black: 255 for 8-bit pictures, 65535 for 16-bit ones.

    Raises
    ------
    ConvkitError
        If the arrays are no pictures or smaller than the window, the range isn't a positive
        number, and as :func:`convkit.metrics.mse`.
    """
    _check_data_range(data_range)
    first, second = checked_pair(actual, predicted)
    if first.ndim not in (2, 3):
        raise ConvkitError(f"ssim compares pictures of shape HxW or HxWxC, got {shape_name(first)}")
    if not fits_ssim(first):
        raise ConvkitError(
            f"a picture of {shape_name(first)} is smaller than the {SSIM_WINDOW}x{SSIM_WINDOW} "
            "window of ssim"
        )
    planes = zip(_planes(first), _planes(second), strict=True)
    return fmean(_plane_ssim(x, y, data_range) for x, y in planes)


def fits_ssim(picture: NumberArray) -> bool:
    """Return whether the window of :func:`ssim` fits into a picture of shape (H, W[, C])."""
    return all(size >= SSIM_WINDOW for size in picture.shape[:2])


PICTURE_MEASURES = {
    "psnr": Measure(psnr, "10 log₁₀(white² / mse) dB"),
    "ssim": Measure(ssim, "Wang et al. 2004"),
}


class PictureMeasures(NamedTuple):
    """All measures by name: of the whole picture, and of each of its channels."""

    overall: dict[str, float]
    channels: list[dict[str, float]]


def compare_pictures(
    actual: Sequence[NumberArray],
    predicted: Sequence[NumberArray],
    *,
    data_range: float | None = None,
) -> PictureMeasures:
    """Return all measures of two pictures, overall and channel by channel.

    Parameters
    ----------
    actual, predicted : sequence of arrays of shape (H, W) or (H, W, C)
        The frames, as many in both.
    data_range : float, optional
        White minus black. Without it there is no ``psnr`` and no ``ssim``.

    Returns
    -------
    PictureMeasures
        Errors are pooled over all frames; the similarity is the mean of the frames' and channels',
        and NaN if the window doesn't fit into every frame. A picture with one channel has no
        `channels`.

    Raises
    ------
    ConvkitError
        If the numbers of frames or any shapes differ, and as :func:`psnr`.
    """
    if not actual:
        raise ConvkitError("nothing to compare: there are no frames")
    if len(actual) != len(predicted):
        raise ConvkitError(
            f"the numbers of frames differ: actual has {len(actual)}, predicted {len(predicted)}"
        )
    frames = [checked_pair(first, second) for first, second in zip(actual, predicted, strict=True)]
    channels = [_compare_planes(planes, data_range) for planes in _by_channel(frames)]
    if len(channels) == 1:
        return PictureMeasures(channels[0], [])
    overall = _compare_pooled(frames, data_range)
    if data_range is not None:
        overall["ssim"] = fmean(channel["ssim"] for channel in channels)
    return PictureMeasures(overall, channels)


def _by_channel(frames: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Yield for each channel its planes of every frame, (actual, predicted)."""
    planes = ([*zip(_planes(first), _planes(second), strict=True)] for first, second in frames)
    yield from map(list, zip(*planes, strict=True))


def _planes(picture: NumberArray) -> list[NumberArray]:
    if picture.ndim == 2:
        return [picture]
    return [picture[..., channel] for channel in range(picture.shape[2])]


def _compare_planes(planes: Sequence[Pair], data_range: float | None) -> dict[str, float]:
    measures = _compare_pooled(planes, data_range)
    if data_range is not None:
        fits = all(fits_ssim(plane) for plane, _ in planes)
        measures["ssim"] = (
            fmean(ssim(*plane, data_range=data_range) for plane in planes) if fits else math.nan
        )
    return measures


def _compare_pooled(pairs: Sequence[Pair], data_range: float | None) -> dict[str, float]:
    actual, predicted = (
        np.concatenate([picture.ravel() for picture in side]) for side in zip(*pairs, strict=True)
    )
    measures = compare(actual, predicted)
    if data_range is not None:
        measures["psnr"] = psnr(actual, predicted, data_range=data_range)
    return measures


def _check_data_range(data_range: float) -> None:
    if not 0 < data_range < math.inf:
        raise ConvkitError(
            f"the data range must be a positive number, got {data_range:g}",
            "it is white minus black: 255 for 8-bit pictures",
        )


def _plane_ssim(x: NumberArray, y: NumberArray, data_range: float) -> float:
    """Return the mean of the similarity map of two (H, W) planes, computed strip by strip."""
    row_means: list[float] = []
    for top in range(0, len(x) - SSIM_WINDOW + 1, _STRIP):
        rows = slice(top, top + _STRIP + SSIM_WINDOW - 1)
        strips = (np.divide(plane[rows], data_range, dtype=np.float64) for plane in (x, y))
        row_means += _similarity(*strips).mean(axis=1).tolist()
    return fmean(row_means)


def _similarity(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return the similarity of every full window, in the paper's names; white minus black is 1."""
    c1, c2 = _K1**2, _K2**2
    mu_x, mu_y = _window_mean(x), _window_mean(y)
    variance_x = _window_mean(x * x) - mu_x * mu_x
    variance_y = _window_mean(y * y) - mu_y * mu_y
    covariance = _window_mean(x * y) - mu_x * mu_y
    luminance = (2 * mu_x * mu_y + c1) / (mu_x * mu_x + mu_y * mu_y + c1)
    contrast_and_structure = (2 * covariance + c2) / (variance_x + variance_y + c2)
    return luminance * contrast_and_structure


def _window_mean(plane: FloatArray) -> FloatArray:
    """Return the weighted mean under the Gaussian window wherever all of it lies inside."""
    height, width = plane.shape[0] - SSIM_WINDOW + 1, plane.shape[1] - SSIM_WINDOW + 1
    blurred = np.zeros((height, plane.shape[1]))
    for shift, weight in enumerate(_WEIGHTS):
        blurred += weight * plane[shift : shift + height]
    means = np.zeros((height, width))
    for shift, weight in enumerate(_WEIGHTS):
        means += weight * blurred[:, shift : shift + width]
    return means
