"""What is wrong with one part of an experiment, given the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from convkit.errors import ConvkitError


class MisfitError(ConvkitError):
    """A part of an experiment that doesn't fit the others.

    Attributes
    ----------
    part : str
        Its key in the YAML: ``model``, ``loss``, ``metrics``.
    """

    def __init__(self, part: str, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.part = part


@contextmanager
def blamed_on(part: str) -> Iterator[None]:
    """Say of every error in the block which part it is about.

    Raises
    ------
    MisfitError
        For a ConvkitError.
    """
    try:
        yield
    except ConvkitError as error:
        raise MisfitError(part, error.message, error.hint) from error


def refuse_metrics(family: str, metrics: Sequence[str]) -> None:
    """Refuse metrics that are asked of a family which measures what it measures.

    Raises
    ------
    MisfitError
    """
    with blamed_on("metrics"):
        if metrics:
            raise ConvkitError(f"family '{family}' has measures of its own", "leave it out")
