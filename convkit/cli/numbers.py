"""Numbers in options."""

from __future__ import annotations


def number(text: str, option: str) -> float:
    """Return a finite number; fractions such as 1/9 are numbers."""
    from convkit.kernels import parse_number

    return parse_number(text.strip(), option)
