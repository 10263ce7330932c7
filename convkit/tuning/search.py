"""What a search says, once it has been read: the fields are the keys of its YAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from convkit.errors import ConvkitError
from convkit.experiment.spec.schema import check_name
from convkit.tuning.dimension import Dimension

Method = Literal["grid", "random", "bayesian", "gaussian_process", "cma"]
Pruner = Literal["none", "median", "successive_halving", "hyperband"]
Direction = Literal["minimize", "maximize"]

COUNTED = ("parameters", "seconds")
"""What can be weighed beside metrics; less is better."""

EACH_EPOCH = ("train/", "validation/")
"""How metrics begin that are known while a trial runs."""


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
        PyTorch and SciPy, cma is CMA-ES, which draws choices at random.
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
        for place, keys in (("search", self.search), ("set", self.set or {})):
            if "seed" in keys:
                raise ConvkitError(
                    f"{place} can't have seed: each trial's own follows from its number",
                    f"seed: {self.seed} beside search:, and seeds_per_trial: 3 to have several",
                )
        self._check_goal()

    def _check_goal(self) -> None:
        if not self.metrics:
            raise ConvkitError("metric must name at least one, got none")
        if len(set(self.metrics)) < len(self.metrics):
            raise ConvkitError("metric names one twice", "leave one out")
        if self.pruner != "none":
            self._check_pruned(self.metrics)
        if self.method == "cma" and len(self.metrics) > 1:
            raise ConvkitError(
                f"method cma needs a single metric, got {len(self.metrics)}", "method: bayesian"
            )
        given = self.direction
        if isinstance(given, tuple) and len(given) != len(self.metrics):
            raise ConvkitError(
                f"direction must be one for each metric: {len(self.metrics)}, got {len(given)}"
            )

    def _check_pruned(self, metrics: tuple[str, ...]) -> None:
        if len(metrics) > 1:
            raise ConvkitError(
                f"pruner {self.pruner} needs a single metric, got {len(metrics)}", "pruner: none"
            )
        if not metrics[0].startswith(EACH_EPOCH):
            raise ConvkitError(
                f"pruner {self.pruner} needs a metric of each epoch, got {metrics[0]}",
                "metric: validation/loss, or pruner: none",
            )

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics."""
        return (self.metric,) if isinstance(self.metric, str) else self.metric
