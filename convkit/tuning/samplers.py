"""Who proposes values, and who ends trials early: Optuna's samplers and pruners by our names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from convkit.errors import ConvkitError
from convkit.tuning.dimension import Dimension
from convkit.tuning.search import Method, Pruner
from convkit.tuning.storage import load_optuna

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.trial import Trial

PlainChoice = str | int | float | bool | None


def sampler(method: Method, seed: int) -> BaseSampler:
    """Return who proposes the values of one trial.

    It is made anew for each trial, with a seed of its own: what is proposed depends on that and on
    the trials before, and not on who else proposes at the same time.

    Raises
    ------
    ConvkitError
        If something that it needs isn't installed.
    """
    made: BaseSampler = _SAMPLERS[method](load_optuna().samplers, seed)
    return made


def _tpe(samplers: Any, seed: int) -> Any:
    # Trials that run count as bad ones, so that several at once don't try the same.
    return samplers.TPESampler(seed=seed, constant_liar=True, n_startup_trials=10)


def _gaussian_process(samplers: Any, seed: int) -> Any:
    lacking = [name for name in ("torch", "scipy") if find_spec(name) is None]
    if lacking:
        raise ConvkitError(
            f"method gaussian_process needs {' and '.join(lacking)}",
            f"pip install {' '.join(lacking)}, or method: bayesian",
        )
    return samplers.GPSampler(seed=seed, deterministic_objective=False)


def _cma(samplers: Any, seed: int) -> Any:
    if find_spec("cmaes") is None:
        raise ConvkitError("method cma needs cmaes", "pip install cmaes, or method: bayesian")
    return samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)


_SAMPLERS: dict[Method, Callable[[Any, int], Any]] = {
    # The points of a grid are told to each trial before it begins: nothing is left to propose.
    "grid": lambda samplers, seed: samplers.RandomSampler(seed=seed),
    "random": lambda samplers, seed: samplers.RandomSampler(seed=seed),
    "bayesian": _tpe,
    "gaussian_process": _gaussian_process,
    "cma": _cma,
}


def pruner(name: Pruner, epochs: int) -> BasePruner:
    """Return who ends trials early.

    Parameters
    ----------
    name : str
    epochs : int
        Of a trial that isn't ended.
    """
    pruners = load_optuna().pruners
    made: BasePruner = {
        "none": pruners.NopPruner,
        "median": lambda: pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=epochs // 10),
        "successive_halving": lambda: pruners.SuccessiveHalvingPruner(
            min_resource=max(1, epochs // 27), reduction_factor=3
        ),
        "hyperband": lambda: pruners.HyperbandPruner(
            min_resource=1, max_resource=epochs, reduction_factor=3
        ),
    }[name]()
    return made


def suggest(trial: Trial, key: str, dimension: Dimension) -> Any:
    """Return a value for a key, as the sampler proposes it."""
    if dimension.choice is not None:
        labels = label_choices(dimension)
        return labels[trial.suggest_categorical(key, list(labels))]
    least, most = dimension.bounds
    if dimension.int is not None:
        step = round(dimension.step or 1)
        return trial.suggest_int(key, round(least), round(most), log=dimension.log, step=step)
    return trial.suggest_float(key, least, most, log=dimension.log, step=dimension.step)


def label_choices(dimension: Dimension) -> Mapping[PlainChoice, Any]:
    """Return the values of a choice by what stands for them in a storage, which takes no lists."""
    return {label(dimension, value): value for value in dimension.choice or ()}


def label(dimension: Dimension, value: Any) -> Any:
    """Return what stands for a value in a storage."""
    plain = dimension.choice is None or isinstance(value, PlainChoice)
    return value if plain else json.dumps(value)
