"""What a user can get wrong, said so that it can be put right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher


class ConvkitError(ValueError):
    """Something a user can get wrong.

    Parameters
    ----------
    message : str
        What was wrong, the value received, and where it stands. One line.
    hint : str, optional
        The way out. One line.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def problems(self) -> tuple[ConvkitError, ...]:
        """What is wrong, one by one: itself, unless it stands for several."""
        return (self,)

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


def did_you_mean(word: str, choices: Iterable[str], *, least: float = 0.6) -> str | None:
    """Return the hint ``did you mean 'x'?`` for the closest choice, or None if none is close.

    Of choices that are equally close it is the first: list names before their aliases. `least` is
    how close is close, from 0 to 1 for the same word.
    """
    likeness = SequenceMatcher(b=word.lower())

    def likeness_of(choice: str) -> float:
        likeness.set_seq1(choice.lower())
        return likeness.ratio()

    closest = max(choices, key=likeness_of, default=None)
    if closest is None or likeness_of(closest) < least:
        return None
    return f"did you mean '{closest}'?"


def unknown(what: str, word: str, choices: Iterable[str], where: str = "") -> ConvkitError:
    """Build the error for a `word` that is none of `choices`: the closest one, else all of them.

    >>> unknown("key", "widht", ["width", "height"], "in 'a.yaml'").message
    "unknown key 'widht' in 'a.yaml'"
    """
    known = list(choices)
    hint = did_you_mean(word, known) or f"choose one of: {', '.join(known)}"
    return ConvkitError(f"unknown {what} '{word}' {where}".rstrip(), hint)


def missing(what: str, library: str, extra: str) -> ConvkitError:
    """Build the error for something that needs a library which an extra installs."""
    return ConvkitError(
        f"{what} needs {library}, which isn't installed", f"pip install 'convkit[{extra}]'"
    )
