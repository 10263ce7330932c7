"""A whole small training: that it learns, and that going on with it changes nothing."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path
from typing import Any

from convkit.checking.failure import require
from convkit.experiment.checkpoint import read_checkpoint
from convkit.experiment.metrics_log import read_records
from convkit.experiment.observer import Silent
from convkit.experiment.outcome import Outcome
from convkit.experiment.run import Run
from convkit.experiment.session import resume, train
from convkit.experiment.spec import read_experiment

LEARNING = """
data: digits
model: [flatten, dense: 64, relu, dense: 10]
loss: cross_entropy
optimizer: {name: adam, lr: 3e-3}
trainer: {epochs: 8}
expect: {test/accuracy: ">=0.93"}
seed: 1
"""

RESUMING = """
data: {name: iris, validation: 0.2}
model: [dense: 16, batch_norm, relu, dropout: 0.3, dense: 3]
loss: cross_entropy
optimizer: {name: adam, lr: 0.02, schedule: cosine}
trainer: {epochs: 6, batch_size: 16}
seed: 1
"""

TIMES = ("seconds", "samples_per_second")
"""What differs between two runs that do the same."""


def learning() -> str:
    """Train a small network on the digits, and return what it reaches."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = _trained(LEARNING, Path(folder))
    accuracy = outcome.metrics["test/accuracy"] or 0.0
    enough = accuracy >= 0.93
    require(enough, f"accuracy on the digits' test split is {accuracy:.4f}, expected >= 0.93")
    return f"digits, 8 epochs: accuracy {accuracy:.4f} in {outcome.summary['seconds']:.2f} s"


def resuming() -> str:
    """Interrupt a training, go on, and compare it bit by bit with one that never stopped."""
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        whole = _trained(RESUMING, Path(first)).run
        outcome = _trained(RESUMING, Path(second), _Interrupter(after=3))
        require(outcome.status == "interrupted", f"Ctrl-C wasn't heard: it has {outcome.status}")
        again = resume(outcome.run).run
        names = [
            name for name in ("last", "best") if _weights(whole, name) != _weights(again, name)
        ]
        require(not names, f"the weights of '{', '.join(names)}' aren't those of the whole run")
        require(_numbers(whole) == _numbers(again), "the metrics aren't those of the whole run")
    return "weights and metrics the same to the last bit"


class _Interrupter(Silent):
    """Presses Ctrl-C at the end of an epoch."""

    def __init__(self, after: int) -> None:
        self._after = after

    def epoch_ended(self, record: dict[str, Any], *, best: bool) -> None:
        if record["epoch"] == self._after:
            signal.raise_signal(signal.SIGINT)


def _trained(text: str, folder: Path, observer: Silent | None = None) -> Outcome:
    config = folder / "check.yaml"
    config.write_text(text, encoding="utf-8")
    return train(read_experiment(config), root=folder, runs=folder / "runs", observer=observer)


def _weights(run: Run, name: Any) -> dict[str, bytes]:
    arrays = read_checkpoint(run.checkpoint(name)).arrays
    return {path: array.tobytes() for path, array in arrays.items()}


def _numbers(run: Run) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in record.items() if name not in TIMES}
        for record in read_records(run.metrics)
    ]
