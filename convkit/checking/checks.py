"""Everything that is checked, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from convkit.checking import calculation, installation, training
from convkit.checking.failure import CheckFailedError

CHECKS: dict[str, Callable[[], str]] = {
    "versions": installation.versions,
    "libraries": installation.libraries,
    "linear algebra": installation.linear_algebra,
    "image formats": installation.image_formats,
    "convolution": calculation.convolutions,
    "gradients": calculation.primitives,
    "layers": calculation.layers,
    "training": training.learning,
    "resuming": training.resuming,
}
"""What is tried, by name: it returns what there is to say, or fails."""

Status = Literal["ok", "failed", "missing"]


@dataclass(frozen=True)
class Result:
    """How a check went.

    Attributes
    ----------
    check : str
    status : {"ok", "failed", "missing"}
        Only what failed is wrong; an extra may be missing.
    message : str
        What there is to say.
    seconds : float
        How long it took.
    """

    check: str
    status: Status
    message: str
    seconds: float


def run_checks(tell: Callable[[str], None] = lambda _: None) -> Iterator[Result]:
    """Yield how each check goes, then a line for each extra.

    Parameters
    ----------
    tell : callable
        Is told the name of each check before it begins.
    """
    for name, check in CHECKS.items():
        tell(name)
        yield _tried(name, check)
    for extra in installation.EXTRAS:
        name = f"extra '{extra.name}'"
        if extra.version is None:
            yield Result(name, "missing", f"{extra.purpose}: {extra.command}", 0.0)
        else:
            yield Result(name, "ok", f"{extra.library} {extra.version}: {extra.purpose}", 0.0)


def _tried(name: str, check: Callable[[], str]) -> Result:
    began = perf_counter()
    status: Status = "failed"
    try:
        message = check()
        status = "ok"
    except CheckFailedError as error:
        message = str(error)
    # A broken installation breaks in any way; the report is there to say how, for every check.
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
    return Result(name, status, message, perf_counter() - began)
