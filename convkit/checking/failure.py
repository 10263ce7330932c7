"""How a check says that something is wrong."""

from __future__ import annotations


class CheckFailedError(Exception):
    """What was computed isn't what it should be; the message says by how much."""


def require(holds: bool, message: str) -> None:
    """Fail with a message unless something holds.

    Raises
    ------
    CheckFailedError
        If it doesn't.
    """
    if not holds:
        raise CheckFailedError(message)
