"""What a user can get wrong, said so that it can be put right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


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

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


def did_you_mean(word: str, choices: Iterable[str]) -> str | None:
    """Return the hint ``did you mean 'x'?`` for the closest choice, or None if none is close."""
    close = get_close_matches(word.lower(), list(choices), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else None


def unknown(what: str, word: str, choices: Iterable[str]) -> ConvkitError:
    """Build the error for a `word` that is none of `choices`: the closest one, else all of them."""
    known = list(choices)
    hint = did_you_mean(word, known) or f"choose one of: {', '.join(known)}"
    return ConvkitError(f"unknown {what} '{word}'", hint)


def missing(what: str, library: str, extra: str) -> ConvkitError:
    """Build the error for something that needs a library which an extra installs."""
    return ConvkitError(
        f"{what} needs {library}, which isn't installed", f"pip install 'convkit[{extra}]'"
    )
