"""A generator, which makes samples of random numbers, and a discriminator, which judges them."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.random import Generator

from convkit.errors import ConvkitError
from convkit.nn import Layer, Module, Row, Sequential, View
from convkit.nn.checks import Shape, shape_text
from convkit.nn.layer import blaming


class Rivals(Module):
    """Two networks that learn from each other.

    Parameters
    ----------
    generator : sequence of Layer
        Not yet built, as those of the discriminator.
    discriminator : sequence of Layer

    Attributes
    ----------
    latent : int
        How many random numbers a sample is made of; known once they are built.
    """

    def __init__(self, generator: Sequence[Layer], discriminator: Sequence[Layer]) -> None:
        for name, layers in {"generator": generator, "discriminator": discriminator}.items():
            if not layers:
                raise ConvkitError(f"{name} must have at least one layer, got none")
        self.generator = Sequential(generator)
        self.discriminator = Sequential(discriminator)

    def build(self, latent: int, shape: Shape, pack: int, rng: Generator) -> None:
        """Make the parameters.

        Parameters
        ----------
        latent : int
            How many random numbers a sample is made of.
        shape : tuple of int
            Of a sample.
        pack : int
            How many samples are judged at once.
        rng : Generator
            Draws the weights.

        Raises
        ------
        LayerError
            If something can't go through a layer, or the last one makes no sample, or no score.
        """
        self.latent = latent
        self._starts = {
            "generator": View.of((latent,)),
            "discriminator": View.of((*shape[:-1], pack * shape[-1])),
        }
        wanted = {"generator": shape, "discriminator": (1,)}
        for name, network in self._networks.items():
            with blaming(name, name):
                made = network.build(self._starts[name].shape, rng)
                with blaming(str(len(network.layers)), network.layers[-1].name):
                    _check_end(name, made, wanted[name])

    def rows(self) -> list[Row]:
        """Return the lines of the summary."""
        return [
            row
            for name, network in self._networks.items()
            for row in (
                Row(name, "input", self._starts[name]),
                *network.rows(self._starts[name], name),
            )
        ]

    @property
    def _networks(self) -> dict[str, Sequential]:
        return {"generator": self.generator, "discriminator": self.discriminator}


def _check_end(name: str, made: Shape, wanted: Shape) -> None:
    if made == wanted:
        return
    what = "a sample is" if name == "generator" else "a score is"
    end = f"dense: {wanted[0]}" if len(wanted) == 1 else f"reshape: {list(wanted)}"
    raise ConvkitError(
        f"the {name} makes {shape_text(made)}, but {what} {shape_text(wanted)}",
        f"end it with {end}",
    )
