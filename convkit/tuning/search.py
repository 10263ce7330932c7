"""What a search says, once it has been read: the fields are the keys of its YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator

from convkit.errors import ConvkitError
from convkit.experiment.spec.schema import check_name

# The fields of a dimension are called as types are, and hide them.
_Float: TypeAlias = float
_Int: TypeAlias = int

Method = Literal["grid", "random", "bayesian", "gaussian_process", "cma"]
Pruner = Literal["none", "median", "successive_halving", "hyperband"]
Direction = Literal["minimize", "maximize"]


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
            self._check_range(self.bounds)

    def _check_choice(self, choice: tuple[Any, ...]) -> None:
        if not choice:
            raise ConvkitError("choice must have at least one value, got none")
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
    def bounds(self) -> tuple[_Float, _Float]:
        """The least and the most of a range."""
        bounds = self.float if self.float is not None else self.int
        assert bounds is not None  # one of the three is given
        return bounds

    def grid(self) -> list[Any] | None:
        """Return all values in order, or None if there is no end of them."""
        if self.choice is not None:
            return list(self.choice)
        least, most = self.bounds
        step = self.step or (1 if self.int is not None and not self.log else None)
        if step is None:
            return None
        # As many as fit, with room for rounding.
        values = [least + place * step for place in range(1 + int((most - least) / step + 1e-9))]
        return [round(value) for value in values] if self.int is not None else values

    def ends(self) -> list[Any]:
        """Return the values that show whether the key can take any of them."""
        return list(self.choice) if self.choice is not None else list(self.bounds)


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """A search: which keys of an experiment get which values, and what shall come of it.

    Parameters
    ----------
    name : str
        What the search is called, and its folder. If left out, the file's name.
    base : str
        The experiment's YAML, from this file's folder.
    search : dict of str to Dimension
        Keys of the experiment, such as ``optimizer.lr``, and the values that they may get.
    method : str
        Who proposes: bayesian is the tree-structured Parzen estimator (TPE), gaussian_process needs
        PyTorch and SciPy, cma is CMA-ES, for numbers alone.
    metric : str or list of str
        What it is about, such as ``validation/accuracy``; also ``parameters`` and ``seconds``.
        Several are weighed against each other: the best are those that no other one beats in all.
    direction : str or list of str or None
        minimize or maximize; what suits the metric if left out.
    trials : int or None
        How many; by default 40, or all of a grid.
    timeout : float or None
        Seconds after which no trial is begun any more.
    pruner : str
        Who ends trials early that do worse than others at the same epoch.
    seeds_per_trial : int
        With how many seeds each is trained; their mean counts.
    seed : int
        What all that is drawn comes from: a trial's own seed follows from it and from its number.
    set : dict or None
        What is another than the base says in all trials: keys and values.
    """

    base: str
    search: dict[str, Dimension]
    name: Annotated[str, AfterValidator(check_name)] = "tuning"
    method: Method = "bayesian"
    metric: str | tuple[str, ...] = "validation/loss"
    direction: Direction | tuple[Direction, ...] | None = None
    trials: int | None = None
    timeout: float | None = None
    pruner: Pruner = "none"
    seeds_per_trial: int = 1
    seed: int = 0
    set: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if not self.search:
            hint = "optimizer.lr: {float: [1e-4, 1e-1], log: true}"
            raise ConvkitError("search must name at least one key", hint)
        for name, number in (("trials", self.trials), ("seeds_per_trial", self.seeds_per_trial)):
            if number is not None and number < 1:
                raise ConvkitError(f"{name} must be at least 1, got {number}")
        if self.seed < 0:
            raise ConvkitError(f"seed must be at least 0, got {self.seed}")
        if self.timeout is not None and self.timeout <= 0:
            raise ConvkitError(f"timeout must be above 0, got {self.timeout}")
        if not self.metrics:
            raise ConvkitError("metric must name at least one, got none")
        if len(set(self.metrics)) < len(self.metrics):
            raise ConvkitError("metric names one twice", "leave one out")
        if len(self.metrics) > 1 and self.pruner != "none":
            raise ConvkitError(
                f"pruner {self.pruner} needs a single metric, got {len(self.metrics)}",
                "pruner: none",
            )
        given = self.direction
        if isinstance(given, tuple) and len(given) != len(self.metrics):
            raise ConvkitError(
                f"direction must be one for each metric: {len(self.metrics)}, got {len(given)}"
            )

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics."""
        return (self.metric,) if isinstance(self.metric, str) else self.metric
