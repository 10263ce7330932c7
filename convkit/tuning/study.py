"""A study: its trials by number, each run once to its end, whoever takes part and whatever dies.

Every trial waits in the storage, under its number, before the first begins; who is free takes the
next one. A trial that was taken by a process that then died is given up, and waits anew under the
same number, with the values that it had drawn. What a storage can't do at once for several keys
(to look and to add) may lead to one number waiting twice: who takes the later one drops it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from convkit.errors import ConvkitError
from convkit.tuning.entry import FINISHED, STATES, Entry, values_of
from convkit.tuning.ownership import Owner, Witness, show_life
from convkit.tuning.plan import Plan, Values
from convkit.tuning.samplers import label, pruner, sampler, suggest
from convkit.tuning.storage import Place, load_optuna, open_storage, storage_errors
from convkit.tuning.trial import Finished

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial, Trial

NUMBER, GIVEN_UP = "number", "given up"
"""What is noted of a trial in the storage."""

SEARCH = "search"
"""What is noted of the study: what it is about."""


@dataclass
class Claim:
    """A trial that this process has taken.

    Attributes
    ----------
    number : int
        Its own, from 0: what its seed is derived from.
    values : dict
        What it got for each key that is searched.
    trial : optuna.Trial
    """

    number: int
    values: Values
    trial: Trial


class Study:
    """The trials of a plan.

    Parameters
    ----------
    plan : Plan
    folder : Path
        Its own; made if need be.
    place : Place
        Where it is remembered.
    epochs : int
        Of a trial that isn't ended early.

    Raises
    ------
    ConvkitError
        If the storage can't be used, or remembers another search under this name.
    """

    def __init__(self, plan: Plan, folder: Path, place: Place, epochs: int) -> None:
        self.plan = plan
        self.place = place
        self._owner = Owner(folder)
        self._witness = Witness()
        self._optuna = load_optuna()
        try:
            self._open(epochs)
            self.tidy()
            self._owner.sweep()
        except BaseException:
            self.close()
            raise

    def _open(self, epochs: int) -> None:
        plan, place = self.plan, self.place
        with storage_errors(place):
            self._study = self._optuna.create_study(
                storage=open_storage(place),
                study_name=place.name,
                directions=list(plan.directions),
                pruner=pruner(plan.tuning.pruner, epochs),
                load_if_exists=True,
            )
            self._check_search()

    def close(self) -> None:
        """Leave: what is still running here is for others to repeat."""
        self._owner.leave()

    def _check_search(self) -> None:
        said = self._study.user_attrs.get(SEARCH)
        if said is None:
            self._study.set_user_attr(SEARCH, self.plan.digest)
        elif said != self.plan.digest:
            raise ConvkitError(
                f"the study '{self.place.name}' was begun with another search",
                "give this one another name: --name",
            )

    # --- who does which trial ---

    def claim(self) -> Claim | None:
        """Take the next trial that waits; None if there is none."""
        with storage_errors(self.place):
            while self._in("WAITING"):
                trial = self._study.ask()
                with self._if_ours():
                    if (claim := self._signed(trial)) is not None:
                        return claim
        return None

    def _signed(self, trial: Trial) -> Claim | None:
        """Make a trial ours, unless its number isn't wanted."""
        number = trial.user_attrs.get(NUMBER)
        if number is None or self._is_double(trial, number):
            self._give_up(trial.number, "")
            return None
        self._owner.sign(trial)
        self._study.sampler = sampler(self.plan.tuning.method, self.seed(number))
        return Claim(number, self._draw(trial), trial)

    def is_over(self) -> bool:
        """Return whether no trial waits or runs, here or elsewhere."""
        with storage_errors(self.place):
            return not self._in("WAITING", "RUNNING")

    def _in(self, *states: str) -> list[FrozenTrial]:
        """Return the trials in some of Optuna's states."""
        names = tuple(self._optuna.trial.TrialState[state] for state in states)
        found: list[FrozenTrial] = self._study.get_trials(deepcopy=False, states=names)
        return found

    def _is_double(self, trial: Trial, number: int) -> bool:
        return any(
            other.number < trial.number and other.user_attrs.get(NUMBER) == number
            for other in self._valid()
        )

    def _draw(self, trial: Trial) -> Values:
        """Return a value for each key whose conditions hold."""
        values: Values = {}
        for key, dimension in self.plan.tuning.search.items():
            if self.plan.active(key, values):
                values[key] = suggest(trial, key, dimension)
        return values

    def seed(self, number: int) -> int:
        """Return the seed of a trial: of the first of its trainings, and of who proposes for it."""
        words = np.random.SeedSequence(self.plan.tuning.seed, spawn_key=(number,))
        return int(words.generate_state(1)[0] >> 1)

    def finish(self, claim: Claim, finished: Finished) -> None:
        """Note what came out of a trial, unless it was given up and is repeated elsewhere."""
        trial, state = claim.trial, STATES[finished.state]
        values = list(finished.values or ()) if finished.state == "complete" else None
        with storage_errors(self.place), self._if_ours():
            trial.set_user_attr(FINISHED, finished._asdict())
            self._study.tell(trial, values, state=self._optuna.trial.TrialState[state])

    def _if_ours(self) -> suppress:
        """Let be what another process ended: it took this one for dead."""
        return suppress(self._optuna.exceptions.UpdateFinishedTrialError)

    def give_back(self, claim: Claim) -> None:
        """Let a trial that was taken wait for somebody else."""
        with storage_errors(self.place):
            trials = self._study.get_trials(deepcopy=False)
            self._repeat(trials[claim.trial.number], "interrupted")

    def show_life(self, claims: Sequence[Claim]) -> None:
        """Tell processes on other machines that these trials aren't abandoned."""
        with storage_errors(self.place):
            for claim in claims:
                with self._if_ours():
                    show_life(claim.trial)

    def tidy(self) -> None:
        """Let every number wait that nobody has, or whose process has died."""
        with storage_errors(self.place):
            for trial in self._in("RUNNING"):
                if GIVEN_UP in trial.user_attrs:
                    self._give_up(trial.number, trial.user_attrs[GIVEN_UP])
                elif not self._witness.is_alive(trial):
                    self._repeat(trial, "its process was killed")
            self._fill()

    def _repeat(self, trial: FrozenTrial, reason: str) -> None:
        """Give a running trial up, and let it wait anew with the values it had."""
        if self._give_up(trial.number, reason) and NUMBER in trial.user_attrs:
            number = trial.user_attrs[NUMBER]
            # What was drawn in part is drawn anew, the same.
            params = trial.params if self._is_drawn(trial) else self._point(number)
            self._study.enqueue_trial(params, {NUMBER: number})

    def _is_drawn(self, trial: FrozenTrial) -> bool:
        values = values_of(trial.params, self.plan.tuning)
        return all(
            key in values for key in self.plan.tuning.search if self.plan.active(key, values)
        )

    def _give_up(self, place: int, reason: str) -> bool:
        """End a trial without a result; return whether it was this process that did it."""
        storage, study = self._study._storage, self._study._study_id
        number = storage.get_trial_id_from_study_id_trial_number(study, place)
        try:
            storage.set_trial_user_attr(number, GIVEN_UP, reason)
            storage.set_trial_state_values(number, self._optuna.trial.TrialState.FAIL)
        except self._optuna.exceptions.UpdateFinishedTrialError:
            return False
        return True

    def _fill(self) -> None:
        """Let every number wait that no trial has."""
        present = {trial.user_attrs[NUMBER] for trial in self._valid()}
        for number in range(self.plan.trials):
            if number not in present:
                self._study.enqueue_trial(self._point(number), {NUMBER: number})

    def _point(self, number: int) -> Values:
        if self.plan.grid is None:
            return {}
        search = self.plan.tuning.search
        return {key: label(search[key], value) for key, value in self.plan.grid[number].items()}

    def _valid(self) -> Iterator[FrozenTrial]:
        """Yield the trials that have a number and weren't given up."""
        for trial in self._study.get_trials(deepcopy=False):
            if NUMBER in trial.user_attrs and GIVEN_UP not in trial.user_attrs:
                yield trial

    # --- what is known ---

    @property
    def trials_drawn(self) -> Any:
        """Optuna's own study, for its plots."""
        return self._study

    def entries(self, *, besides: Container[int] = ()) -> list[Entry]:
        """Return all trials by number, besides those that aren't wanted."""
        with storage_errors(self.place):
            found: dict[int, FrozenTrial] = {}
            for trial in self._valid():
                found.setdefault(trial.user_attrs[NUMBER], trial)
        return [
            Entry.of(number, found[number], self.plan.tuning)
            for number in sorted(found)
            if number not in besides
        ]
