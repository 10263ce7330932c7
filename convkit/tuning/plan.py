"""A search that can begin: what is searched, in which experiment, and how often."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convkit.experiment import spec
from convkit.experiment.spec.kinds import FAILED
from convkit.tuning.search import Direction, Tuning

Values = dict[str, Any]
"""What a trial has drawn: a value for each key that is searched."""


@dataclass(frozen=True)
class Plan:
    """A search that can begin.

    Attributes
    ----------
    tuning : Tuning
    base : Path
        The experiment's YAML.
    origins : dict of str to str
        Where each key of the search stands: ``file:line``.
    directions : tuple of str
        One for each metric: minimize or maximize.
    trials : int
        How many.
    grid : list of dict or None
        The values of each trial, if all of them are known before.
    """

    tuning: Tuning
    base: Path
    origins: Mapping[str, str]
    directions: tuple[Direction, ...]
    trials: int
    grid: Sequence[Values] | None

    def experiment(self, values: Values, seed: int) -> spec.Resolved:
        """Return the experiment with the values of a trial.

        Raises
        ------
        SpecError
            If they don't fit together.
        """
        return spec.read_experiment(self.base, [*self._fixed(), *self._drawn(values), _seed(seed)])

    def _fixed(self) -> Iterator[spec.Override]:
        for key, value in (self.tuning.set or {}).items():
            yield _override(key, value, self.origins.get(f"set.{key}", "set"))

    def _drawn(self, values: Values) -> Iterator[spec.Override]:
        for key, value in values.items():
            yield _override(key, value, self.origins.get(f"search.{key}", "search"))

    def active(self, key: str, values: Values) -> bool:
        """Return whether a key is searched, given what was drawn before it."""
        conditions = self.tuning.search[key].when or {}
        return all(values.get(other, FAILED) == value for other, value in conditions.items())

    @property
    def digest(self) -> str:
        """What tells whether two searches are about the same: how many trials isn't part of it."""
        said = {**vars(self.tuning), "trials": None, "timeout": None, "base": None}
        document = spec.read_experiment(self.base).document
        text = json.dumps([said, document], default=vars, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _override(key: str, value: Any, origin: str) -> spec.Override:
    # JSON is YAML, on one line.
    return spec.Override(f"{key}={json.dumps(value, ensure_ascii=False)}", origin)


def _seed(seed: int) -> spec.Override:
    return spec.Override(f"seed={seed}", "the trial's seed")
