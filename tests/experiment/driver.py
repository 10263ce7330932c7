"""Trains in a process of its own: a new run, or on with the one that there is.

``python -m tests.experiment.driver FOLDER``
"""

import sys
from pathlib import Path

from convkit.experiment import saving, trainer
from convkit.experiment.run import runs_in
from convkit.experiment.session import resume
from tests.experiment.small import DROPOUT, trained

# Written at every look, also within an epoch, so that many a kill hits a file that is written.
saving.LEAST_SECONDS = 0.0
trainer.LOOKS_PER_SECOND = 200
OVERRIDES = (
    "trainer.epochs=60",
    "trainer.early_stopping=30",
    "trainer.checkpoint={every_epochs: 2, every_minutes: 1e-6}",
    "optimizer.schedule.patience=5",
)


def main(folder: Path) -> None:
    runs = runs_in(folder / "runs")
    if runs:
        resume(runs[-1])
    else:
        trained(DROPOUT, folder, *OVERRIDES)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
