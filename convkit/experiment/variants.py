"""One experiment with other values: what is written as ``--over``, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple, TypeVar

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import assemble

T = TypeVar("T")
R = TypeVar("R")

OVER = "--over"
MOST_VARIANTS = 1000
OPENING, CLOSING = "[{(", "]})"


class Over(NamedTuple):
    """A key and the values that it takes in turn.

    Attributes
    ----------
    key : str
        Such as ``optimizer.lr``.
    values : tuple of str
        As they would stand in a YAML file.
    """

    key: str
    values: tuple[str, ...]


def parse_over(text: str) -> Over:
    """Read ``KEY=VALUE,VALUE,…``; commas inside brackets, braces and quotes part nothing.

    >>> parse_over("optimizer={name: sgd, lr: 0.1},adam")
    Over(key='optimizer', values=('{name: sgd, lr: 0.1}', 'adam'))

    Raises
    ------
    ConvkitError
        If there is no key, or no value.
    """
    key, equals, values = text.partition("=")
    parts = tuple(part.strip() for part in _parted(values))
    if not equals or not key.strip() or not all(parts):
        raise ConvkitError(
            f"expected KEY=VALUE,VALUE after {OVER}, got '{text}'", f"{OVER} optimizer=sgd,adam"
        )
    if len(set(parts)) < len(parts):
        twice = next(part for part in parts if parts.count(part) > 1)
        raise ConvkitError(f"{OVER} {key.strip()} has the value '{twice}' twice", "leave one out")
    return Over(key.strip(), parts)


def _parted(text: str) -> Iterator[str]:
    """Yield the parts of a text between its commas."""
    depth, quote, part = 0, "", ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in OPENING + CLOSING:
            depth += 1 if letter in OPENING else -1
        elif letter == "," and depth == 0:
            yield part
            part = ""
            continue
        part += letter
    yield part


@dataclass(frozen=True)
class Variant:
    """An experiment with values of its own.

    Attributes
    ----------
    settings : dict of str to str
        Its values by key, as they were given.
    resolved : Resolved
    """

    settings: Mapping[str, str]
    resolved: spec.Resolved


def vary(
    source: str | Path, overrides: Sequence[str | spec.Override], over: Sequence[Over]
) -> list[Variant]:
    """Return an experiment with every combination of values.

    Parameters
    ----------
    source : str or Path
        A YAML file.
    overrides : sequence of str or Override
        What is another in all of them.
    over : sequence of Over

    Raises
    ------
    SpecError
        With everything that is wrong in any of them.
    ConvkitError
        If a key is there twice, or there would be too many combinations.
    """
    keys = [each.key for each in over]
    if len(set(keys)) < len(keys):
        raise ConvkitError(f"{OVER} has the same key twice", "give all its values at once")
    combinations = list(product(*(each.values for each in over)))
    if len(combinations) > MOST_VARIANTS:
        raise ConvkitError(
            f"{OVER} makes {len(combinations):,} variants, more than {MOST_VARIANTS:,}",
            "vary fewer keys at once",
        )

    def variant(values: Sequence[str]) -> Variant:
        settings = dict(zip(keys, values, strict=True))
        own = [spec.Override(f"{key}={value}", OVER) for key, value in settings.items()]
        return Variant(settings, spec.read_experiment(source, [*overrides, *own]))

    return _each(variant, combinations)


def check(variants: Sequence[Variant], root: Path = Path()) -> None:
    """Refuse at once what would fail once others have been trained.

    Raises
    ------
    SpecError
        With everything that can't be loaded, or doesn't fit, in any of them.
    """

    def assembled(variant: Variant) -> None:
        assemble(variant.resolved.experiment, root, variant.resolved.origins)

    _each(assembled, variants)


def _each(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Return what each item is made into, or raise all that is wrong with any, once."""
    made: list[R] = []
    problems: dict[str, ConvkitError] = {}
    for item in items:
        try:
            made.append(work(item))
        except spec.SpecError as error:
            problems |= {str(problem): problem for problem in error.problems}
        except ConvkitError as error:
            problems[str(error)] = error
    if problems:
        raise spec.SpecError(list(problems.values()))
    return made
