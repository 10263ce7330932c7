"""What is wrong with an experiment's YAML: all of it at once, each with its line and key."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence

from convkit.errors import ConvkitError


class LocatedError(ConvkitError):
    """One thing that is wrong, and where.

    Attributes
    ----------
    where : str
        ``file:line``, or ``--set`` or another option.
    path : str
        The keys that lead to it, such as ``model.3.conv2d.filters``; empty for the whole.
    """

    def __init__(self, where: str, path: str, message: str, hint: str | None = None) -> None:
        said = ": ".join(part for part in (where, path, message) if part)
        super().__init__(_on_one_line(said), hint)
        self.where = where
        self.path = path


def _on_one_line(text: str) -> str:
    """Return a text that may quote anything with its line breaks and the like as ``\\n``."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class SpecError(ConvkitError):
    """Everything that is wrong with an experiment: one line if it is one thing, else a list."""

    def __init__(self, problems: Sequence[ConvkitError]) -> None:
        self._problems = tuple(sorted(problems, key=_line))
        first, *more = self._problems
        message = f"{len(problems)} things are wrong" if more else first.message
        super().__init__(message, None if more else first.hint)

    @property
    def problems(self) -> tuple[ConvkitError, ...]:
        """What is wrong, from the top of the file to its end."""
        return self._problems

    def __str__(self) -> str:
        if len(self._problems) == 1:
            return super().__str__()
        return "\n- ".join([f"{self.message}:", *map(str, self._problems)])


def _line(problem: ConvkitError) -> int:
    """Sort by line; what comes from the command line, or nowhere, is last."""
    where = problem.where if isinstance(problem, LocatedError) else ""
    line = re.search(r":(\d+)$", where)
    return int(line[1]) if line else sys.maxsize


def in_short(value: object, longest: int = 60) -> str:
    """Return how messages quote what was received: ``'fast'``, ``true``, ``[3, 3]``, a mapping.

    >>> in_short([True, "a", None])
    "[true, 'a', nothing]"
    """
    match value:
        case None:
            text = "nothing"
        case bool():
            text = str(value).lower()
        case list() | tuple():
            text = f"[{', '.join(in_short(part) for part in value[:longest])}]"
        case dict():
            text = f"a mapping of {listed(value)}" if value else "an empty mapping"
        case _:
            text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}…"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """Return ``a``, ``a and b``, or ``a, b and c``.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    *others, last = words
    return f"{', '.join(others)} {joint} {last}" if others else last
