"""Small experiments to train in tests, and ways to stop them."""

from __future__ import annotations

import math
import os
import signal
from pathlib import Path

import numpy as np

from convkit.autograd import Tensor, primitive
from convkit.experiment import spec
from convkit.experiment.assembly import assemble
from convkit.experiment.session import train
from convkit.families import Supervised
from convkit.nn import Dense

# Dropout, momentum, a plateau and patience: everything that a resumed run has to remember.
DROPOUT = """
data: {name: iris, validation: 0.2}
model: [dense: 16, batch_norm, relu, dropout: 0.3, dense: 3]
loss: cross_entropy
optimizer: {name: adam, lr: 0.05, schedule: {name: plateau, patience: 0, gamma: 0.5}}
trainer: {epochs: 20, batch_size: 16, early_stopping: 4}
seed: 3
"""

IRIS = """
data: {name: iris, validation: 0.2}
model: [dense: 16, relu, dense: 3]
loss: cross_entropy
optimizer: {name: adam, lr: 0.02}
trainer: {epochs: 30, batch_size: 16}
seed: 1
"""

DEEP = """
data: diabetes
model: [dense: 16, relu, dense: 8, dense: 1]
loss: mse
optimizer: {name: sgd, lr: 0.01}
trainer: {epochs: 5}
"""

TIMES = {"seconds", "samples_per_second"}
"""What differs between two runs that do the same."""


def resolved(text: str, folder: Path, *overrides: str) -> spec.Resolved:
    path = folder / "experiment.yaml"
    path.write_text(text)
    return spec.read_experiment(path, overrides)


def trained(text, folder, *overrides, **options):
    return train(resolved(text, folder, *overrides), runs=folder / "runs", **options)


def family_of(text, folder, *overrides):
    return assemble(resolved(text, folder, *overrides).experiment, folder).family


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


def poisoned_at(monkeypatch, layer, step, what):
    """Let a layer of the model put out NaN, or hand back NaN as a gradient, from a step on."""
    call = Dense.__call__
    taken = 0

    def spoilt(self, x, context):
        nonlocal taken
        after = call(self, x, context)
        if self.units == layer and context.train:
            taken += 1
            if taken >= step:
                value = np.float32(math.nan)
                if what == "output":
                    return after + Tensor(np.full_like(after.data, value))
                return _with_nan_gradient(after)
        return after

    monkeypatch.setattr(Dense, "__call__", spoilt)


def _with_nan_gradient(x):
    @primitive
    def identity(x):
        return x.copy(), lambda grad: grad * np.float32(math.nan)

    return identity(x)
