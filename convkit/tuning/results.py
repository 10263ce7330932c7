"""What a search found: trials in order, the best of them, and its config."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convkit.experiment import spec
from convkit.files import atomic_write, refusals
from convkit.tuning.entry import Entry
from convkit.tuning.plan import Plan
from convkit.tuning.study import Study

BEST, TRIALS = "best.yaml", "trials.json"
"""Files in a study's folder."""


@dataclass(frozen=True)
class Results:
    """Trials, and what they were about.

    Attributes
    ----------
    plan : Plan
    entries : list of Entry
        By number.
    seeds : list of int
        The first seed of each of them.
    """

    plan: Plan
    entries: list[Entry]
    seeds: list[int]

    @classmethod
    def of(cls, plan: Plan, study: Study) -> Results:
        """Return what a study knows so far."""
        entries = study.entries()
        return cls(plan, entries, [study.seed(entry.number) for entry in entries])

    @property
    def complete(self) -> list[Entry]:
        """The trials that came to their end."""
        return [entry for entry in self.entries if entry.state == "complete"]

    def ranked(self) -> list[Entry]:
        """Return the complete trials, the best first; of several metrics by the first one."""
        sign = _sign(self.plan.directions[0])
        return sorted(self.complete, key=lambda entry: -sign * _results(entry)[0])

    def best(self) -> list[Entry]:
        """Return the best trial or, of several metrics, all that no other one beats in every one.

        Of equal ones that is the earliest.
        """
        if len(self.plan.directions) == 1:
            return self.ranked()[:1]
        return [
            entry
            for entry in self.ranked()
            if not any(self._beats(other, entry) for other in self.complete)
        ]

    def _beats(self, one: Entry, other: Entry) -> bool:
        """Return whether a trial is as good as another in all metrics, and better in one."""
        differences = [
            _sign(direction) * (mine - theirs)
            for direction, mine, theirs in zip(
                self.plan.directions, _results(one), _results(other), strict=True
            )
        ]
        return min(differences) >= 0 and max(differences) > 0

    def config(self, entry: Entry) -> spec.Resolved:
        """Return the experiment of a trial."""
        return self.plan.experiment(entry.values, self.seeds[self.entries.index(entry)])

    def document(self) -> dict[str, Any]:
        """Return all of it as JSON holds it."""
        counts = dict.fromkeys(("complete", "pruned", "failed", "running", "waiting"), 0)
        for entry in self.entries:
            counts[entry.state] += 1
        return {
            "study": self.plan.tuning.name,
            "metrics": list(self.plan.tuning.metrics),
            "directions": list(self.plan.directions),
            "counts": counts,
            "best": [entry.number for entry in self.best()],
            "trials": [
                trial_document(entry, self.plan, seed)
                for entry, seed in zip(self.entries, self.seeds, strict=True)
            ],
        }


def trial_document(entry: Entry, plan: Plan, seed: int) -> dict[str, Any]:
    """Return a trial as JSON holds it."""
    results = entry.results or [None] * len(plan.tuning.metrics)
    return {
        "number": entry.number,
        "state": entry.state,
        "metrics": dict(zip(plan.tuning.metrics, results, strict=True)),
        "values": entry.values,
        "seed": seed,
        "seconds": entry.seconds,
        "reason": entry.reason,
        "runs": entry.runs,
    }


def _results(entry: Entry) -> tuple[float, ...]:
    assert entry.results is not None  # of complete trials
    return entry.results


def _sign(direction: str) -> int:
    return 1 if direction == "maximize" else -1


def write_results(results: Results, folder: Path) -> list[Path]:
    """Write the best config and a table of all trials into a study's folder; return the files.

    Raises
    ------
    ConvkitError
        If the disk refuses.
    """
    text = json.dumps(results.document(), indent=2, ensure_ascii=False) + "\n"
    contents = {TRIALS: text}
    best = results.best()
    if best:
        contents[BEST] = _best_yaml(results, best[0], folder)
    with refusals("make", folder):
        folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with atomic_write(folder / name, force=True) as stream:
            stream.write(content.encode())
    return [folder / name for name in contents]


def _best_yaml(results: Results, entry: Entry, folder: Path) -> str:
    """Return the best config as it is said in a folder, with what is to be said of it above."""
    plan, metrics = results.plan, results.plan.tuning.metrics
    said = ", ".join(
        f"{metric} {value:.6g}" for metric, value in zip(metrics, _results(entry), strict=True)
    )
    lines = [f"# Trial {entry.number} of the study {plan.tuning.name}: {said}"]
    lines += [f"#   {key}: {json.dumps(value)}" for key, value in entry.values.items()]
    resolved = results.config(entry)
    document = resolved.document | {"name": f"{resolved.experiment.name}-tuned"}
    way = os.path.relpath(plan.base.parent.resolve(), folder.resolve())
    return "\n".join(lines) + "\n\n" + spec.to_yaml(_with_paths_from(Path(way), document))


def _with_paths_from(way: Path, document: dict[str, Any]) -> dict[str, Any]:
    """Return a config whose relative paths go another way first."""
    data, model = document["data"], document["model"]
    if isinstance(data, dict) and data.get("path", "-") != "-":
        document = document | {"data": data | {"path": _from(way, data["path"])}}
    if isinstance(model, dict) and spec.is_weights_file(model.get("from") or ""):
        document = document | {"model": model | {"from": _from(way, model["from"])}}
    return document


def _from(way: Path, path: str) -> str:
    return path if path.startswith("~") else str(way / path)
