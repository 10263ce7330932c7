"""An encoder, which makes a code of a sample, and a decoder, which makes a sample of a code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convkit.autograd import Tensor, no_grad
from convkit.errors import ConvkitError
from convkit.families.misfit import MisfitError
from convkit.families.network import EVALUATION_BATCH
from convkit.nn import Context, Layer, Module, Reshape, Row, Sequential, View
from convkit.nn.checks import Shape, shape_text
from convkit.nn.layer import blaming
from convkit.workers import one_blas_thread

Array = NDArray[Any]


class Coder(Module):
    """Two networks, the second of which turns around what the first one does.

    Parameters
    ----------
    encoder, decoder : sequence of Layer
        Not yet built. What comes out of the decoder is laid out as a sample is.

    Attributes
    ----------
    limits : (2,) float32 array
        The least and the greatest value that was learnt from, in the data's own unit.
    """

    def __init__(self, encoder: Sequence[Layer], decoder: Sequence[Layer]) -> None:
        for name, layers in {"encoder": encoder, "decoder": decoder}.items():
            if not layers:
                raise ConvkitError(f"{name} must have at least one layer, got none")
        self.encoder = Sequential(encoder)
        self.decoder = Sequential(decoder)
        self.limits = np.zeros(2, np.float32)

    def build(self, shape: Shape, rng: Generator, code: Shape | None = None) -> None:
        """Make the parameters.

        Parameters
        ----------
        shape : tuple of int
            Of a sample.
        rng : Generator
            Draws the weights.
        code : tuple of int, optional
            The shape of a code; by default of what comes out of the encoder.

        Raises
        ------
        ConvkitError
            If something can't go through a layer, or the decoder makes no sample.
        """
        with blaming("encoder", "encoder"):
            encoded = self.encoder.build(shape, rng)
        self._shape, self._code = shape, code or encoded
        with blaming("decoder", "decoder"):
            decoded = self.decoder.build(self._code, rng)
        if prod(decoded) != prod(shape):
            raise MisfitError(
                "family",
                f"the decoder makes {shape_text(decoded)} (={prod(decoded)} numbers) of a code, "
                f"but a sample is {shape_text(shape)} (={prod(shape)})",
                f"end the decoder with dense: {prod(shape)}",
            )
        if decoded != shape:
            self.decoder = Sequential([*self.decoder.layers, Reshape(shape)])

    def try_out(self, samples: Array, context: Context) -> None:
        """Let samples go through the encoder, and as many codes of zeros through the decoder.

        Raises
        ------
        LayerError
            If a layer can't take so many.
        """
        with blaming("encoder", "encoder"):
            self.encoder(Tensor(samples), context)
        with blaming("decoder", "decoder"):
            self.decoder(Tensor(np.zeros((len(samples), *self._code), np.float32)), context)

    @property
    def latent(self) -> int:
        """How many numbers a code has."""
        return prod(self._code)

    def rows(self) -> list[Row]:
        """Return the lines of the summary."""
        start = View.of(self._shape)
        codes = View.of(self._code)
        return [
            Row("", "input", start),
            *self.encoder.rows(start, "encoder"),
            *self.decoder.rows(codes, "decoder"),
        ]

    def shaped(self, codes: Array) -> Array:
        """Return codes (n, latent) as the decoder takes them."""
        return codes.reshape(-1, *self._code).astype(np.float32, copy=False)


def in_batches(function: Callable[[Tensor], Tensor], inputs: Array) -> Array:
    """Return what comes of inputs, a moderate number at a time; nothing is recorded."""
    with evaluating():
        parts = [function(Tensor(part)).data for part in portions(inputs, EVALUATION_BATCH)]
    return np.concatenate(parts)


def portions(samples: Array, size: int) -> Iterator[Array]:
    """Yield so many samples at a time."""
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def normal_codes(count: int, latent: int, rng: Generator) -> Array:
    """Return normally distributed codes, (count, latent) float32."""
    return rng.standard_normal((count, latent), np.float32)


@contextmanager
def evaluating() -> Iterator[None]:
    """Record nothing, let numbers overflow, and keep to one thread."""
    with one_blas_thread(), no_grad(), np.errstate(all="ignore"):
        yield
