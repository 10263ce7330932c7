"""Numbers and matrices as text: reading what a user wrote, writing what reads back the same."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import numpy as np

from convkit.errors import ConvkitError
from convkit.kernels.model import Weights

MAX_DENOMINATOR = 10_000

_DECIMAL = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(rf"({_DECIMAL})(?:/({_DECIMAL}))?")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_NESTED_LISTS = re.compile(r"\[\s*\[(.*)\]\s*,?\s*\]", re.DOTALL)
_STARTS_LIKE_A_NUMBER = re.compile(rf"[\s\[]*(?:{_DECIMAL}|[+-]?(?:nan|inf)\b)", re.IGNORECASE)

# --- reading ---


def parse_number(text: str, where: str) -> float:
    """Return the number that `text` is: whole, decimal, with an exponent, or a fraction ``1/9``.

    Raises
    ------
    ConvkitError
        If it is none, isn't finite, or divides by zero; `where` says where it stands.
    """
    found = _NUMBER.fullmatch(text)
    if not found:
        raise _not_a_number(text, where)
    numerator, denominator = float(found[1]), float(found[2] or 1)
    if denominator == 0:
        raise ConvkitError(f"{where}: '{text}' divides by zero")
    value = numerator / denominator
    if not math.isfinite(value):
        raise ConvkitError(f"{where}: '{text}' is too large", "give a finite number")
    return value


def looks_like_matrix(text: str) -> bool:
    """Return whether `text` means an inline matrix: it starts like a number or has several rows."""
    return ";" in text or "\n" in text or bool(_STARTS_LIKE_A_NUMBER.match(_ascii(text)))


def parse_matrix(text: str, where: str) -> list[list[float]]:
    """Return the rows of a matrix written as ``-1 0 1; -1 0 1; -1 0 1``.

    Rows end at ``;`` or at a line break, numbers at blanks or commas; ``#`` starts a comment.
    A list of lists, as Python and NumPy print it, is read too.

    Raises
    ------
    ConvkitError
        If there is no number, a row has another length than the first, or a word isn't a number.
    """
    rows = [
        [parse_number(word, f"{where} row {row}, column {column}") for column, word in cells]
        for row, cells in enumerate(map(_cells, _rows(text, where)), start=1)
    ]
    if not rows:
        raise ConvkitError(
            f"{where} is empty (0x0)", "write rows of numbers: '0 1 0; 1 -4 1; 0 1 0'"
        )
    return same_lengths(rows, where)


def same_lengths(rows: list[list[float]], where: str) -> list[list[float]]:
    """Return `rows` if all are as long as the first.

    Raises
    ------
    ConvkitError
        If one isn't; the message names the row.
    """
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ConvkitError(
                f"{where} row {number} has {_count(len(row))}, row 1 has {_count(len(rows[0]))}",
                "every row needs as many numbers",
            )
    return rows


def _rows(text: str, where: str) -> list[str]:
    text = re.sub(r"[ \t]*/[ \t]*", "/", _ascii(text))
    if nested := _NESTED_LISTS.fullmatch(text.strip()):
        return re.split(r"\]\s*,?\s*\[", nested[1])
    lines = [line.partition("#")[0].strip().rstrip(";") for line in text.splitlines()]
    lines = [line for line in lines if line.strip()]
    # In a file, '1;2;3' may mean one row of three or three rows of one: don't guess.
    if len(lines) > 1 and any(";" in line for line in lines):
        raise ConvkitError(
            f"{where} ends its rows at line breaks and has ';' inside a line",
            "separate numbers by blanks or commas, and rows either by ';' or by line breaks",
        )
    return [row for line in lines for row in line.split(";")]


def _cells(row: str) -> list[tuple[int, str]]:
    """Split a row into numbered words; an empty word stands between two commas."""
    row = re.sub(r"\s*,\s*|\s+", ",", row.strip())
    return list(enumerate(row.split(","), start=1))


def _ascii(text: str) -> str:
    """Return `text` with the typographic minus sign as the keyboard's."""
    return text.replace("\N{MINUS SIGN}", "-")


def _not_a_number(text: str, where: str) -> ConvkitError:
    if _NOT_FINITE.fullmatch(text):
        return ConvkitError(f"{where}: '{text}' isn't finite", "give a finite number")
    if not text:
        return ConvkitError(f"{where}: a number is missing", "write 0 where nothing should be")
    return ConvkitError(
        f"{where}: '{text}' isn't a number", "numbers look like 2, -0.5, 1e-3 or 1/9"
    )


def _count(numbers: int) -> str:
    return f"{numbers} number{'s' * (numbers != 1)}"


# --- writing ---


def simple_fraction(value: float) -> Fraction | None:
    """Return the fraction that `value` is the float64 of, if its denominator is 10,000 at most."""
    if value.is_integer():
        return Fraction(int(value))
    fraction = Fraction(value).limit_denominator(MAX_DENOMINATOR)
    return fraction if fraction.numerator / fraction.denominator == value else None


def number_text(value: float) -> str:
    """Return the shortest text that reads back as exactly `value`: ``2``, ``1/9``, ``0.1``."""
    if value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    fraction = simple_fraction(value)
    return min([repr(value), str(fraction)] if fraction else [repr(value)], key=len)


def matrix_text(weights: Weights, row_end: str = "\n") -> str:
    """Return 2-D weights as rows of exact numbers, as :func:`parse_matrix` reads them."""
    texts = _texts(weights)
    return row_end.join(" ".join(texts[value] for value in row) for row in weights.tolist())


def readable_cells(weights: Weights) -> list[list[str]]:
    """Return 2-D weights as short words for people: exact where that is short, else decimals."""
    texts = _texts(weights)
    if max(map(len, texts.values())) <= 8:
        return [[texts[value] for value in row] for row in weights.tolist()]
    largest = float(np.abs(weights).max())
    digits = max(3 - math.floor(math.log10(largest)), 0)
    style = f"z.{digits}f" if 1e-4 <= largest <= 1e6 else ".2e"
    return [[format(value, style) for value in row] for row in weights.tolist()]


def _texts(weights: Weights) -> dict[float, str]:
    """Return the text of every different weight: kernels repeat few of them."""
    return {value: number_text(value) for value in np.unique(weights).tolist()}


def parameters_text(parameters: dict[str, Any], separator: str = ",") -> str:
    """Return parameters as they are written behind a name: ``size=3x5,sigma=1.5``."""
    return separator.join(f"{key}={_value_text(value)}" for key, value in parameters.items())


def _value_text(value: Any) -> str:
    if value is None:
        return "auto"
    sides = value if isinstance(value, tuple) else (value,)
    return "x".join(repr(value).removesuffix(".0") for value in map(float, sides))
