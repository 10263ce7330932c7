"""The search itself: trials are taken, trained in processes of their own, and noted."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import assemble
from convkit.processes import KilledError, Workers, executor_for, result_of, submit
from convkit.tuning.entry import OVER, Entry
from convkit.tuning.ownership import SIGN_OF_LIFE
from convkit.tuning.plan import Plan
from convkit.tuning.storage import JOURNAL, Place, database
from convkit.tuning.study import Claim, Study
from convkit.tuning.trial import Finished, Job, Reports, run_trial

LOOK = 0.5
"""Seconds after which it is looked around, even if nothing has ended."""


class Watcher(Protocol):
    """Is told how a search goes."""

    def began(self, entries: list[Entry], total: int) -> None:
        """The search begins, or goes on; these trials are known."""

    def took(self, claim: Claim) -> None:
        """A trial begins."""

    def ended(self, entry: Entry) -> None:
        """A trial is over."""

    def killed(self, error: ConvkitError, count: int) -> None:
        """A process was killed; what ran is repeated, so many at once."""

    def looked(self) -> None:
        """Time has passed."""


def search(
    plan: Plan,
    folder: Path,
    *,
    storage: str | None,
    workers: Workers,
    watcher: Watcher,
) -> Study:
    """Run all trials of a study that are left, and return it.

    Parameters
    ----------
    plan : Plan
    folder : Path
        The study's.
    storage : str or None
        A database's URL; a journal in the folder if None.
    workers : Workers
        Who does the work.
    watcher : Watcher

    Raises
    ------
    ConvkitError
        If the storage can't be used, or holds another search.
    KeyboardInterrupt
        After Ctrl-C; the trials that were running wait anew.
    """
    check_measured(plan)
    name = plan.tuning.name
    place = database(storage, name) if storage else Place(str((folder / JOURNAL).resolve()), name)
    _check_reports(plan, place, workers)
    epochs = plan.experiment({}, plan.tuning.seed).experiment.trainer.epochs
    study = Study(plan, folder, place, epochs)
    try:
        _Searching(plan, folder, study, watcher).run(workers)
    finally:
        study.close()
    return study


def check_measured(plan: Plan) -> None:
    """Load the base's data and make its model, and check that what counts will be measured.

    Raises
    ------
    ConvkitError
        If something doesn't fit, or a metric's split is missing: every trial would fail.
    """
    base = plan.experiment({}, plan.tuning.seed)
    assembly = assemble(base.experiment, plan.base.parent, base.origins)
    for metric in plan.tuning.metrics:
        split, slash, name = metric.partition("/")
        if not slash:
            continue
        if split not in assembly.splits.parts:
            raise ConvkitError(
                f"there will be no '{metric}', since the data have no {split} split",
                f"give them one: set: {{data.{split}: 0.2}}",
            )
        if name not in assembly.family.measured:
            measured = ", ".join(assembly.family.measured)
            raise ConvkitError(f"there will be no '{metric}'", f"what is measured is {measured}")


def _check_reports(plan: Plan, place: Place, workers: Workers) -> None:
    """Check that workers can tell the storage how a trial goes."""
    if plan.tuning.pruner != "none" and workers.cluster is not None and place.is_sqlite:
        raise ConvkitError(
            f"with pruner {plan.tuning.pruner} a cluster's workers report to the storage, and "
            "SQLite is for one machine",
            "leave out --storage, or take a server's such as postgresql://…, or pruner: none",
        )


class _Searching:
    """A search while it runs."""

    def __init__(self, plan: Plan, folder: Path, study: Study, watcher: Watcher) -> None:
        self._plan = plan
        self._folder = folder
        self._study = study
        self._watcher = watcher
        self._running: dict[Future[Finished], Claim] = {}
        self._told: set[int] = set()
        self._shown = monotonic()

    def run(self, workers: Workers) -> None:
        """Take trials and note what comes out, until none is left or time is up.

        Where a process is killed, as the system does when memory runs out, it goes on with half as
        many at once; a trial that is killed alone has failed.
        """
        known = self._study.entries()
        self._told |= {entry.number for entry in known if entry.state in OVER}
        self._watcher.began(known, self._plan.trials)
        timeout = self._plan.tuning.timeout
        end = None if timeout is None else monotonic() + timeout
        while True:
            try:
                with executor_for(workers) as executor, self._giving_back():
                    return self._share(executor, workers, end)
            except KilledError as error:
                workers = replace(workers, count=max(1, workers.count // 2))
                self._watcher.killed(error, workers.count)

    def _share(self, executor: Executor, workers: Workers, end: float | None) -> None:
        """Keep the workers busy, and wait for what others have taken: they may die of it."""
        while True:
            while len(self._running) < workers.count and not _over(end):
                claim = self._study.claim()
                if claim is None:
                    self._study.tidy()
                    break
                self._begin(claim, executor)
            if not self._running and (_over(end) or self._study.is_over()):
                return self._tell()
            self._look(workers)

    def _begin(self, claim: Claim, executor: Executor) -> None:
        try:
            job = self._job(claim)
        except spec.SpecError as error:
            # Values that don't fit each other, though each one fits the base.
            self._study.finish(claim, _failed(str(error.problems[0])))
            return
        try:
            future = submit(executor, run_trial, job)
        except KilledError:
            self._study.give_back(claim)
            raise
        self._running[future] = claim
        self._watcher.took(claim)

    def _job(self, claim: Claim) -> Job:
        tuning, seed = self._plan.tuning, self._study.seed(claim.number)
        experiments = tuple(
            self._plan.experiment(claim.values, seed + further)
            for further in range(tuning.seeds_per_trial)
        )
        epochs = experiments[0].experiment.trainer.epochs
        metric, number = tuning.metrics[0], claim.trial.number
        pruned = tuning.pruner != "none"
        reports = Reports(self._study.place, number, metric, tuning.pruner, epochs)
        root, runs = self._plan.base.parent.resolve(), (self._folder / "trials").resolve()
        return Job(experiments, root, runs, tuning.metrics, reports if pruned else None)

    def _look(self, workers: Workers) -> None:
        """Wait a moment, note what has ended, and show that this process lives."""
        if self._running:
            done, _ = wait(self._running, LOOK, FIRST_COMPLETED)
            for future in done:
                finished = self._outcome(future, workers)
                self._study.finish(self._running.pop(future), finished)
        else:
            sleep(LOOK)
        if monotonic() - self._shown > SIGN_OF_LIFE:
            self._study.show_life(list(self._running.values()))
            self._shown = monotonic()
        self._tell()

    def _outcome(self, future: Future[Finished], workers: Workers) -> Finished:
        try:
            return result_of(future)
        except KilledError as error:
            # Processes of one machine end together: which one was killed can't be told.
            if workers.cluster is None and len(self._running) > 1:
                raise
            return _failed(error.message)

    def _tell(self) -> None:
        """Tell what is new, whoever has done it."""
        for entry in self._study.entries(besides=self._told):
            if entry.state in OVER:
                self._told.add(entry.number)
                self._watcher.ended(entry)
        self._watcher.looked()

    @contextmanager
    def _giving_back(self) -> Iterator[None]:
        """Let what was running wait anew if the search is broken off."""
        try:
            yield
        except (KeyboardInterrupt, ConvkitError):
            for claim in self._running.values():
                self._study.give_back(claim)
            self._running.clear()
            raise


def _failed(reason: str) -> Finished:
    return Finished("failed", None, reason, [], 0.0)


def _over(end: float | None) -> bool:
    return end is not None and monotonic() >= end
