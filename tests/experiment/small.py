"""Small experiments to train in tests, and ways to stop them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from convkit.experiment import spec
from convkit.experiment.session import train
from convkit.families import Supervised

# Dropout, momentum, a plateau and patience: everything that a resumed run has to remember.
DROPOUT = """
data: {name: iris, validation: 0.2}
model: [dense: 16, batch_norm, relu, dropout: 0.3, dense: 3]
loss: cross_entropy
optimizer: {name: adam, lr: 0.05, schedule: {name: plateau, patience: 0, gamma: 0.5}}
trainer: {epochs: 20, batch_size: 16, early_stopping: 4}
seed: 3
"""

TIMES = {"seconds", "samples_per_second"}
"""What differs between two runs that do the same."""


def resolved(text: str, folder: Path, *overrides: str) -> spec.Resolved:
    path = folder / "experiment.yaml"
    path.write_text(text)
    return spec.read_experiment(path, overrides)


def trained(text, folder, *overrides, **options):
    return train(resolved(text, folder, *overrides), runs=folder / "runs", **options)


def without_times(record):
    return {name: value for name, value in record.items() if name not in TIMES}


def signalled_at(monkeypatch, step, number=signal.SIGINT, family=Supervised):
    """Send this process a signal while a step is taken."""
    learn = family.learn
    taken = 0

    def counted(self, batch, progress):
        nonlocal taken
        taken += 1
        if taken == step:
            os.kill(os.getpid(), number)
        return learn(self, batch, progress)

    monkeypatch.setattr(family, "learn", counted)
