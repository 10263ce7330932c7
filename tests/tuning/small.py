"""A search that ends in a moment."""

import os
import signal

import pytest

from convkit.tuning.trial import run_trial

pytest.importorskip("optuna")

BASE = """
data: {name: moons, samples: 60, validation: 0.2}
model: [{dense: 4}, tanh, {dense: 2}]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 2, batch_size: 16}
"""

SEARCH = """
base: base.yaml
search:
  optimizer.lr: {float: [1e-3, 1e-1], log: true}
  model.0.dense.units: {int: [2, 8]}
method: random
metric: validation/loss
trials: 4
"""


def written(folder, search=SEARCH, base=BASE):
    """Write both files into a folder; return the search's."""
    (folder / "base.yaml").write_text(base, "utf-8")
    path = folder / "search.yaml"
    path.write_text(search, "utf-8")
    return path


class Silent:
    """A watcher that only keeps what it is told."""

    def __init__(self):
        self.ended_entries = []
        self.left = []

    def began(self, entries, total):
        self.total = total

    def took(self, claim):
        pass

    def ended(self, entry):
        self.ended_entries.append(entry)

    def killed(self, error, count):
        self.left.append(count)

    def looked(self):
        pass


def dying(job):
    """Do a trial, but be killed by the one that has three units."""
    if job.experiments[0].document["model"][0]["dense"]["units"] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_trial(job)
