"""Single results beside their definitions: gradients, layers, convolutions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from convkit.autograd import Tensor, check_grads
from convkit.autograd.samples import samples
from convkit.checking.failure import CheckFailedError, require
from convkit.conv import convolve
from convkit.errors import ConvkitError
from convkit.nn import LAYERS, LOSSES, Context, Layer, Sequential, flatten_parameters

TOLERANCE = 1e-6

NUMPY_BORDERS = {
    "zero": "constant",
    "edge": "edge",
    "symmetric": "symmetric",
    "reflect101": "reflect",
    "wrap": "wrap",
}
"""What NumPy calls the borders of convkit."""


def primitives() -> str:
    """Compare the gradients of every primitive with finite differences."""
    tried = samples(np.random.default_rng(0))
    worst = 0.0
    for name, sample in tried.items():
        try:
            error = check_grads(
                sample.function,
                *sample.arguments,
                rng=np.random.default_rng(1),
                directions=1,
                tolerance=TOLERANCE,
            )
        except ConvkitError as failure:
            raise CheckFailedError(f"{name}: {failure.message}") from failure
        worst = max(worst, error)
    return f"{len(tried)} primitives, worst relative error {worst:.0e}"


def layers() -> str:
    """Compare the gradient of a network of many kinds of layers with finite differences."""
    rng = np.random.default_rng(0)
    network = _network()
    network.build((6, 6, 2), rng, np.float64)
    flat = flatten_parameters(network)
    loss = LOSSES["cross_entropy"]()
    inputs, labels = rng.standard_normal((4, 6, 6, 2)), np.array([0, 1, 2, 1])

    def value() -> Tensor:
        return loss(network(Tensor(inputs), Context(True, np.random.default_rng(3))), labels)

    flat.zero_grads()
    value().backward()
    start, step = flat.values.copy(), 1e-5
    direction = rng.standard_normal(start.shape)
    ends = []
    for sign in (1, -1):
        flat.values[:] = start + sign * step * direction
        ends.append(value().item())
    numeric = (ends[0] - ends[1]) / (2 * step)
    analytic = float(flat.grads @ direction)
    error = abs(analytic - numeric) / float(np.linalg.norm(flat.grads))
    require(error <= TOLERANCE, f"the gradient of a network is wrong: relative error {error:.1e}")
    return f"a network of {len(flat.slices)} parameter arrays, relative error {error:.0e}"


def _network() -> Sequential:
    def made(name: str, **settings: object) -> Layer:
        return LAYERS[name](**settings)

    block = [made("conv2d", filters=4, padding="same"), made("batch_norm"), made("gelu")]
    return Sequential(
        [
            made("conv2d", filters=4, padding="same", use_bias=False),
            made("batch_norm"),
            made("silu"),
            made("residual", body=block),
            made("depthwise_conv2d", kernel_size=3),
            made("avg_pool2d", pool_size=2),
            made("flatten"),
            made("dropout", rate=0.25),
            made("dense", units=5),
            made("layer_norm"),
            made("tanh"),
            made("dense", units=3),
        ]
    )


def convolutions() -> str:
    """Compare convolutions of an image, at every border, with the loop of the definition."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (13, 17), np.uint8)
    kernels = {"whole numbers": rng.integers(-4, 5, (3, 5)), "fractions": rng.random((5, 3)) - 0.5}
    for kind, kernel in kernels.items():
        for border, name in NUMPY_BORDERS.items():
            for stride in (1, 2):
                expected = _by_definition(image, kernel, name, stride)
                found = convolve(image, kernel, pad="same", pad_mode=border, stride=stride)
                error = float(np.abs(found - expected).max() / np.abs(expected).max())
                close = error <= (1e-6 if kind == "fractions" else 0)
                require(close, f"{kind}, border {border}, stride {stride}: error {error:.1e}")
    return f"{len(kernels) * len(NUMPY_BORDERS) * 2} cases, whole numbers exact"


def _by_definition(
    image: NDArray[np.uint8], kernel: NDArray[np.generic], border: str, stride: int
) -> NDArray[np.float64]:
    height, width = kernel.shape
    around = [(height // 2, height // 2), (width // 2, width // 2)]
    padded = np.pad(image.astype(np.float64), around, mode=border)  # type: ignore[call-overload]
    return np.array(
        [
            [
                float((padded[y : y + height, x : x + width] * kernel).sum())
                for x in range(0, image.shape[1], stride)
            ]
            for y in range(0, image.shape[0], stride)
        ]
    )
