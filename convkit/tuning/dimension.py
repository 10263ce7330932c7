"""The values that a key may get: those of a list, or of a range of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from convkit.errors import ConvkitError

# The fields of a dimension are called as types are, and hide them.
_Float: TypeAlias = float
_Int: TypeAlias = int


@dataclass(frozen=True)
class Steps(Sequence[float]):
    """The numbers of a range at equal distances, as one writes them: three times 0.1 is 0.3.

    Parameters
    ----------
    least, most : float
    step : float
    """

    least: float
    most: float
    step: float

    def __len__(self) -> int:
        least, most, step = map(_decimal, (self.least, self.most, self.step))
        return 1 + int((most - least) // step)

    def __getitem__(self, place: Any) -> Any:
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return float(_decimal(self.least) + place % len(self) * _decimal(self.step))


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))


@dataclass(frozen=True)
class Dimension:
    """The values that a key may get: a list of them, or a range of numbers.

    Parameters
    ----------
    choice : list or None
        The values themselves, of any kind.
    float : list of two numbers or None
        The least and the most of a number.
    int : list of two whole numbers or None
        The least and the most of a whole number.
    log : bool
        Whether it is searched by orders of magnitude, as for a learning rate.
    step : float or None
        The numbers of a range are its least and so many times this more; a grid needs it.
    when : dict or None
        Other keys and the value that each must have; else this one keeps what the base says.
    """

    choice: tuple[Any, ...] | None = None
    float: tuple[_Float, _Float] | None = None
    int: tuple[_Int, _Int] | None = None
    log: bool = False
    step: _Float | None = None
    when: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        given = [name for name in ("choice", "float", "int") if getattr(self, name) is not None]
        if len(given) != 1:
            said = " and ".join(given) or "none of them"
            raise ConvkitError(
                f"a key has one of choice, float and int, got {said}",
                "{float: [1e-4, 1e-1], log: true}",
            )
        if self.choice is not None:
            self._check_choice(self.choice)
        else:
            self._check_range(self._range)

    def _check_choice(self, choice: tuple[Any, ...]) -> None:
        if not choice:
            raise ConvkitError("choice must have at least one value, got none")
        for place, value in enumerate(choice):
            if value in choice[:place]:
                raise ConvkitError(f"choice has {value!r} twice", "leave one out")
        if self.log or self.step is not None:
            raise ConvkitError("log and step are for ranges, not for a choice", "leave them out")

    def _check_range(self, bounds: tuple[_Float, _Float]) -> None:
        least, most = bounds
        name = "float" if self.float is not None else "int"
        if not least < most:
            raise ConvkitError(f"{name} must be [least, most], got [{least}, {most}]")
        if self.log and least <= 0:
            raise ConvkitError(f"log needs a range above 0, got {name}: [{least}, {most}]")
        if self.step is None:
            return
        if self.log:
            raise ConvkitError("log and step exclude each other", "leave one of them out")
        if not 0 < self.step <= most - least:
            raise ConvkitError(f"step must be above 0 and within the range, got {self.step}")
        if self.int is not None and self.step != round(self.step):
            raise ConvkitError(f"step of whole numbers must be one, got {self.step}")

    @property
    def _range(self) -> tuple[_Float, _Float]:
        said = self.float if self.float is not None else self.int
        assert said is not None  # one of the three is given
        return said

    @property
    def bounds(self) -> tuple[_Float, _Float]:
        """The least and the most of a range; with a step, the last number that it leads to."""
        if self.step is None:
            return self._range
        numbers = self.grid()
        assert numbers is not None  # with a step there is an end of them
        return numbers[0], numbers[-1]

    def grid(self) -> Sequence[Any] | None:
        """Return all values in order, or None if there is no end of them."""
        if self.choice is not None:
            return self.choice
        if self.int is not None and not self.log:
            least, most = self.int
            return range(least, most + 1, round(self.step or 1))
        return None if self.step is None else Steps(*self._range, self.step)

    def takes(self, value: Any) -> bool:
        """Return whether a value can be drawn."""
        values = self.grid()
        if values is not None:
            return value in values
        least, most = self._range
        return isinstance(value, _Float | _Int) and least <= value <= most

    def ends(self) -> Sequence[Any]:
        """Return the values that show whether the key can take any of them."""
        return self.choice if self.choice is not None else self.bounds
