"""What an experiment promises: ``expect: {test/accuracy: ">=0.985"}``, and whether it held."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NewType

from convkit.errors import ConvkitError, did_you_mean, unknown

MetricName = NewType("MetricName", str)
"""A metric by its split and name: ``validation/loss``."""

SPLITS = ("train", "validation", "test")

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
"""What an expectation can say; of two that begin alike the longer comes first."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BOUND = re.compile(rf"({'|'.join(COMPARISONS)})\s*({_NUMBER})")


@dataclass(frozen=True)
class Expectation:
    """One bound on a metric.

    Attributes
    ----------
    metric : str
        Such as ``test/accuracy``.
    comparison : str
        A key of :data:`COMPARISONS`.
    bound : float
    """

    metric: MetricName
    comparison: str
    bound: float

    def holds(self, value: float) -> bool:
        """Return whether a value is within the bound; NaN never is."""
        return COMPARISONS[self.comparison](value, self.bound)

    def __str__(self) -> str:
        return f"{self.metric} {self.comparison} {self.bound:g}"


@dataclass(frozen=True)
class Unmet:
    """An expectation that doesn't hold.

    Attributes
    ----------
    expectation : Expectation
    value : float or None
        What was measured; None if it wasn't.
    """

    expectation: Expectation
    value: float | None

    def __str__(self) -> str:
        said = "it was not measured" if self.value is None else f"it is {self.value:.6g}"
        return f"expected {self.expectation}, but {said}"


def check_expectations(
    expect: Iterable[Expectation], metrics: Mapping[str, float | None]
) -> list[Unmet]:
    """Return the expectations that don't hold for what was measured.

    Parameters
    ----------
    expect : iterable of Expectation
    metrics : dict of str to float
        Values by full name, such as ``test/accuracy``.
    """
    return [
        Unmet(each, value)
        for each in expect
        for value in [metrics.get(each.metric)]
        if value is None or not each.holds(value)
    ]


def parse_bounds(metric: MetricName, text: str) -> list[Expectation]:
    """Return what ``">=0.985"`` or ``">=0.2, <0.4"`` expects of a metric.

    Raises
    ------
    ConvkitError
        If a part is no comparison with a number.
    """
    expectations = []
    for part in text.split(","):
        match = _BOUND.fullmatch(part.strip())
        if match is None:
            raise ConvkitError(
                f"expected a comparison with a number, got '{part.strip()}'", _remedy(part.strip())
            )
        expectations.append(Expectation(metric, match[1], float(match[2])))
    return expectations


def _remedy(part: str) -> str:
    number = re.search(_NUMBER, part)
    if part.startswith("=>"):
        sign = ">="
    elif part.startswith(("=<", "≤")):
        sign = "<="
    elif part.startswith("=") and not part.startswith("=="):
        sign = "=="
    else:
        sign = next((sign for sign in COMPARISONS if part.startswith(sign)), ">=")
    example = f'write "{sign}{number[0]}"' if number else 'write ">=0.9"'
    return f"{example}; comparisons are {' '.join(COMPARISONS)}"


def check_metric(text: str, names: Iterable[str]) -> MetricName:
    """Return `text` if it is a split and one of the metrics' names: ``test/accuracy``.

    Raises
    ------
    ConvkitError
        If it isn't.
    """
    names = list(names)
    split, slash, name = text.partition("/")
    every = [f"{split}/{name}" for split in SPLITS for name in names]
    if not slash:
        near = did_you_mean(text, every)
        raise ConvkitError(
            f"a metric is a split and a name, got '{text}'", near or "such as test/accuracy"
        )
    if text not in every:
        if near := did_you_mean(text, every, least=0.75):
            raise ConvkitError(f"unknown metric '{text}'", near)
        raise unknown("metric", name, names) if split in SPLITS else unknown("split", split, SPLITS)
    return MetricName(text)
