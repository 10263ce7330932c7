"""What convolutions and poolings share: a window that slides over an image."""

from __future__ import annotations

from typing import Literal

from convkit.errors import ConvkitError, unknown
from convkit.geometry import Pads
from convkit.nn.checks import Pair, Shape, check_images, pair
from convkit.nn.layer import Layer
from convkit.window import Window

Padding = int | tuple[int, int] | Literal["valid", "same"]
"""Pixels on each side: of height and width alike or of each, none, or as many as keep the size."""

WORDS = ("valid", "same")


class SlidingLayer(Layer):
    """The base of layers whose windows slide over height and width."""

    _windows: tuple[Window, Window]

    def windows(self, shape: Shape) -> tuple[Window, Window]:
        return self._windows

    def output_shape(self, shape: Shape) -> Shape:
        check_images(shape)
        channels = self.channels(shape[2])
        height, width = self._windows
        return height.size(shape[0]), width.size(shape[1]), channels

    def channels(self, incoming: int) -> int:
        """Return how many channels come out.

        Raises
        ------
        ConvkitError
            If so many can't come in.
        """
        return incoming

    def pads(self, shape: Shape) -> tuple[Pair, Pair]:
        """Return the pixels around an image of `shape`: ((top, bottom), (left, right))."""
        height, width = self._windows
        return height.pads(shape[0]), width.pads(shape[1])


def read_padding(padding: Padding) -> Pads | str:
    """Return a padding as the pixels on each side, or as the word that stands for them.

    Raises
    ------
    ConvkitError
        If it is neither ``valid`` nor ``same`` nor one or two whole numbers from 0.
    """
    if isinstance(padding, str):
        if padding not in WORDS:
            raise unknown("padding", padding, WORDS)
        return padding
    try:
        height, width = pair("padding", padding, least=0)
    except ConvkitError as error:
        hint = "write valid, same, 1, or [1, 2] as height and width"
        raise ConvkitError(error.message, hint) from error
    return Pads(height, height, width, width)
