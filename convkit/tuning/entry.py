"""What is known of a trial, out of what a storage holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from convkit.tuning.plan import Values
from convkit.tuning.samplers import label_choices
from convkit.tuning.search import Tuning

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

State = Literal["waiting", "running", "complete", "pruned", "failed"]

STATES: dict[State, str] = {
    "waiting": "WAITING",
    "running": "RUNNING",
    "complete": "COMPLETE",
    "pruned": "PRUNED",
    "failed": "FAIL",
}
"""Our words for Optuna's."""

FINISHED = "finished"
"""What is noted of a trial in the storage: what came out."""

OVER: tuple[State, ...] = ("complete", "pruned", "failed")


@dataclass(frozen=True)
class Entry:
    """What is known of a trial.

    Attributes
    ----------
    number : int
    state : {"waiting", "running", "complete", "pruned", "failed"}
    values : dict
        By key; empty while it waits.
    results : tuple of float or None
        One for each metric; what a pruned one had reached.
    reason : str
        Why it ended.
    runs : list of str
    seconds : float or None
    """

    number: int
    state: State
    values: Values
    results: tuple[float, ...] | None = None
    reason: str = ""
    runs: list[str] = field(default_factory=list)
    seconds: float | None = None

    @classmethod
    def of(cls, number: int, trial: FrozenTrial, tuning: Tuning) -> Entry:
        """Return what a storage knows of a trial."""
        said = trial.user_attrs.get(FINISHED, {})
        results = said.get("values")
        return cls(
            number=number,
            state=next(state for state, name in STATES.items() if name == trial.state.name),
            values=values_of(trial.params, tuning),
            results=tuple(results) if results is not None else None,
            reason=said.get("reason", ""),
            runs=list(said.get("runs", [])),
            seconds=said.get("seconds"),
        )


def values_of(params: dict[str, Any], tuning: Tuning) -> Values:
    """Return the values that stand behind those in a storage."""
    search = tuning.search
    return {
        key: label_choices(search[key])[value] if search[key].choice is not None else value
        for key, value in params.items()
    }
