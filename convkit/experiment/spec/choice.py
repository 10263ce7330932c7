"""Something picked from a table, as an experiment holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class From(NamedTuple):
    """Says from which table a :class:`Choice` or a name comes.

    Attributes
    ----------
    table : str
        ``layer``, ``loss``, ``optimizer`` …
    """

    table: str


@dataclass(frozen=True)
class Choice:
    """Something picked from a table by its name, with a value for every one of its arguments.

    Attributes
    ----------
    name : str
        Its name in the table.
    items : tuple of (str, Any)
        Its arguments: plain data, and choices (or tuples of them) where one stands in another.
    where : str
        ``file:line`` of its name, and the options that changed it, for messages; no part of what
        it is.
    """

    name: str
    items: tuple[tuple[str, Any], ...] = ()
    where: str = field(default="", compare=False)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments by name, in the order of the signature."""
        return dict(self.items)
