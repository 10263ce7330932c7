"""Kernels for what smoothing removes: second derivatives, sharpening, relief, stripes."""

from __future__ import annotations

import math

import numpy as np

from convkit.errors import ConvkitError
from convkit.kernels.checks import Size, auto_side, finite, odd_side, positive
from convkit.kernels.model import Weights
from convkit.kernels.smoothing import centred, gaussian, gaussian_profile, identity

LAPLACIAN_4 = ((0, 1, 0), (1, -4, 1), (0, 1, 0))
LAPLACIAN_8 = ((1, 1, 1), (1, -8, 1), (1, 1, 1))
SHARPEN = ((0, -1, 0), (-1, 5, -1), (0, -1, 0))
EMBOSS = ((-2, -1, 0), (-1, 1, 1), (0, 1, 2))


def log(sigma: float = 1.4, size: int | None = None) -> Weights:
    """Laplacian of a Gaussian: edges and blobs.

    Blobs of a radius of 1.4 sigma answer most (Marr and Hildreth 1980). It is the sum of the second
    derivatives along y and x, each separable; a multiple of the Gaussian is taken away so that the
    sampled weights sum to 0. A missing size is ``2 ceil(4 sigma) + 1``, since at 3 sigma the skirt
    still has 4 % of the middle's weight.
    """
    sigma = positive("sigma", sigma)
    side = odd_side(auto_side(4 * sigma) if size is None else size)
    profile = gaussian_profile(side, sigma)
    squares = centred(side) ** 2
    second = (squares - squares @ profile) * profile / sigma**4
    return _not_vanished(np.outer(second, profile) + np.outer(profile, second), sigma)


def dog(sigma: float = 1.0, ratio: float = 1.6, size: int | None = None) -> Weights:
    """Difference of two Gaussians: edges and blobs.

    That of sigma minus that of ratio x sigma: about the negative Laplacian of a Gaussian, to which
    the ratio 1.6 comes closest (Marr and Hildreth 1980). A missing size is
    ``2 ceil(3 ratio sigma) + 1``.
    """
    sigma, ratio = positive("sigma", sigma), positive("ratio", ratio)
    if ratio <= 1:
        raise ConvkitError(f"ratio must be greater than 1, got {ratio:g}", "the usual one is 1.6")
    side = odd_side(auto_side(3 * ratio * sigma) if size is None else size)
    return _not_vanished(gaussian(side, sigma) - gaussian(side, ratio * sigma), sigma)


def unsharp(size: Size | None = None, sigma: float | None = None, amount: float = 1.0) -> Weights:
    """Sharpen: add what a Gaussian blur takes away.

    `amount` times; size and sigma as in gaussian.
    """
    blur = gaussian(size, sigma)
    amount = finite("amount", amount)
    return (1 + amount) * identity((blur.shape[0], blur.shape[1])) - amount * blur


def gabor(
    size: int | None = None,
    *,
    sigma: float = 3.0,
    theta: float = 0.0,
    wavelength: float = 6.0,
    gamma: float = 1.0,
    psi: float = 0.0,
) -> Weights:
    """Stripes under a Gaussian, theta and psi in degrees.

    theta is the direction across the stripes, psi their phase, the wavelength is in pixels:
    ``exp(-(u^2 + gamma^2 v^2) / 2 sigma^2) cos(2 pi u / wavelength + psi)`` with
    ``u = x cos theta + y sin theta`` and ``v = y cos theta - x sin theta``. This is OpenCV's
    getGaborKernel, whose x and y grow to the left and upwards.
    A missing size is ``2 ceil(3 sigma max(1, 1/gamma)) + 1``.
    """
    sigma, gamma = positive("sigma", sigma), positive("gamma", gamma)
    wavelength = positive("wavelength", wavelength)
    turn, phase = math.radians(finite("theta", theta)), math.radians(finite("psi", psi))
    side = odd_side(auto_side(3 * sigma * max(1, 1 / gamma)) if size is None else size)
    x, y = -centred(side), -centred(side)[:, np.newaxis]
    across = x * math.cos(turn) + y * math.sin(turn)
    along = y * math.cos(turn) - x * math.sin(turn)
    envelope = np.exp(-0.5 * ((across / sigma) ** 2 + (gamma * along / sigma) ** 2))
    stripes = np.cos(2 * np.pi * across / wavelength + phase)
    return np.asarray(envelope * stripes, dtype=np.float64)


def _not_vanished(weights: Weights, sigma: float) -> Weights:
    if not weights.any():
        raise ConvkitError(
            f"sigma {sigma:g} leaves only zeros between the pixels", "take a sigma of 0.3 or more"
        )
    return weights
