"""How numbers and sums are written for people: ``0.5·1 − 0.25·(−2) + 0.1``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST_TERMS = 12
"""Terms of a sum that are written out; of a longer one, as many and how many there are more."""


def short(value: float, digits: int = 4) -> str:
    """Return a number with some significant digits.

    >>> short(-0.123456)
    '−0.1235'
    """
    sign = "−" if value < 0 else ""
    return f"{sign}{abs(value):.{digits}g}"


def factor(value: float, digits: int = 4) -> str:
    """Return a number as it stands in a product: in parentheses if it is negative."""
    text = short(value, digits)
    return f"({text})" if value < 0 else text


def product(values: Iterable[float]) -> str:
    """Return a product written out.

    >>> product([0.5, -2.0])
    '0.5 · (−2)'
    """
    return " · ".join(map(factor, values))


def summed(values: Sequence[float]) -> str:
    """Return a sum written out.

    >>> summed([0.5, -2.0, 1.0])
    '0.5 − 2 + 1'
    """
    terms = [(value < 0, short(abs(value))) for value in values]
    return _joined(terms)


def weighted_sum(weights: Sequence[float], inputs: Sequence[float], bias: float | None) -> str:
    """Return ``w·x + … + b`` with its numbers.

    >>> weighted_sum([0.5, -0.25], [1.0, -2.0], 0.1)
    '0.5·1 − 0.25·(−2) + 0.1'
    """
    terms = [
        (weight < 0, f"{short(abs(weight))}·{factor(value)}")
        for weight, value in zip(weights, inputs, strict=True)
    ]
    return _joined(terms if bias is None else [*terms, (bias < 0, short(abs(bias)))])


def _joined(terms: list[tuple[bool, str]]) -> str:
    """Join terms, each of which says whether it is subtracted."""
    more = len(terms) - MOST_TERMS
    if more > 1:
        terms = [*terms[: MOST_TERMS - 1], (False, f"… {more} more terms …"), terms[-1]]
    (negative, first), *others = terms
    start = f"−{first}" if negative else first
    return start + "".join(f" {'−' if minus else '+'} {text}" for minus, text in others)
