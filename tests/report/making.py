"""Run directories as a training leaves them, written by hand."""

import json

FINISHED = {
    "status": "finished",
    "reason": "all 2 epochs are done",
    "epochs": 2,
    "seconds": 1.5,
    "checkpoint": {"name": "last", "epoch": 2},
    "metrics": {"train/loss": 0.5, "train/accuracy": 0.8, "test/loss": 0.6, "test/accuracy": 0.75},
}
CONFIG = "name: digits\noptimizer: {name: adam, lr: 0.001}\ntrainer: {epochs: 2}\n"


def record(epoch, **metrics):
    named = {name.replace("_", "/"): value for name, value in metrics.items()}
    return {"epoch": epoch, "step": 10 * epoch, **named, "seconds": 0.5, "samples_per_second": 99.0}


RECORDS = [record(1, train_loss=0.9), record(2, train_loss=0.5)]


def made_run(
    root, place="digits/1", *, config=CONFIG, records=RECORDS, summary=FINISHED, sha="aa" * 32
):
    """Write a run directory; a summary of None is a run that has not ended."""
    folder = root / place
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(config)
    environment = {
        "started": "2026-01-02T03:04:05+00:00",
        "python": "3.11.7",
        "root": ".",
        "data": {"sha256": sha},
    }
    (folder / "environment.json").write_text(json.dumps(environment))
    lines = [json.dumps(each) + "\n" for each in records]
    (folder / "metrics.jsonl").write_text("".join(lines))
    if summary is not None:
        (folder / "summary.json").write_text(json.dumps(summary))
    return folder


def reached(accuracy, **others):
    """Return the summary of a run that reached an accuracy."""
    return FINISHED | {"metrics": {"test/accuracy": accuracy}} | others
