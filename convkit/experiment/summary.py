"""What ``summary.json`` says: how a run ended, and what came out of it."""

from __future__ import annotations

from typing import Any

from convkit.data import Dataset, Splits
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import Assembly
from convkit.experiment.checkpoint import Position, read_checkpoint
from convkit.experiment.metrics_log import Record
from convkit.experiment.run import CheckpointName, Run
from convkit.experiment.trainer import Ending, Trainer
from convkit.families import DivergedError, Family, Origin, confusion_matrix

Summary = dict[str, Any]


def final_summary(run: Run, assembly: Assembly, trainer: Trainer, ending: Ending) -> Summary:
    """Return the summary of a training that came to its end; the model may be put back to its best.

    Validation and test are measured with the checkpoint that counts: the best one where the
    experiment says what to monitor or stops early, else the last.
    """
    family, splits = assembly.family, assembly.splits
    name = counting_checkpoint(assembly.experiment.trainer, run)
    checkpoint = read_checkpoint(run.checkpoint(name))
    family.load_model(checkpoint.within("model"))
    epoch = checkpoint.state["position"]["epoch"]
    return summary_so_far(assembly, trainer, ending) | {
        "checkpoint": {"name": name, "epoch": epoch},
        "metrics": _train_metrics(trainer.log.records, epoch) | _measured(family, splits),
        "confusion": _confusion_of_last(family, splits),
        "remarks": family.remarks(),
    }


def diverged_summary(
    run: Run, assembly: Assembly, trainer: Trainer, diverged: DivergedError
) -> Summary:
    """Return the summary of a training that came to numbers that aren't finite."""
    place = _place(trainer.position, diverged.origin)
    reason = f"{diverged.origin}, step {place['step']} (epoch {place['epoch']})"
    ending = Ending("diverged", reason)
    good = {
        name: {"path": str(path), **read_checkpoint(path).state["position"]}
        for name, path in run.checkpoints.items()
    }
    divergence = diverged.origin.state() | place | {"hint": diverged.hint, "checkpoints": good}
    return summary_so_far(assembly, trainer, ending) | {"divergence": divergence}


def _place(at: Position, origin: Origin) -> dict[str, int]:
    """Return the step that went wrong: what is found in weights, the step before did to them."""
    if origin.what in ("weights", "optimizer"):
        return {"step": at.step, "epoch": at.epoch + (at.batch > 0)}
    return {"step": at.step + 1, "epoch": at.epoch + 1}


def counting_checkpoint(settings: spec.Trainer, run: Run) -> CheckpointName:
    """Return which checkpoint of a run counts, and is tested and asked for predictions.

    A run that broke off before its first ``last`` may have a best one.
    """
    asked = settings.monitor is not None or settings.early_stopping is not None
    there = run.checkpoints
    return "best" if "best" in there and (asked or "last" not in there) else "last"


def failed_summary(
    assembly: Assembly, trainer: Trainer, error: ConvkitError | MemoryError
) -> Summary:
    """Return the summary of a training that something broke off, such as a full disk."""
    reason = error.message if isinstance(error, ConvkitError) else f"out of memory: {error}"
    return summary_so_far(assembly, trainer, Ending("failed", reason))


def summary_so_far(assembly: Assembly, trainer: Trainer, ending: Ending) -> Summary:
    """Return what there is to say of a training, whether or not it can go on."""
    position, best = trainer.position, trainer.best
    return {
        **ending._asdict(),
        "epochs": position.epoch,
        "steps": position.step,
        "seconds": position.seconds,
        "seed": assembly.experiment.seed,
        "parameters": assembly.family.parameters,
        "best": {"metric": best.metric, "value": best.best, "epoch": best.best_epoch},
        "metrics": _latest(trainer.log.records),
    }


def _latest(records: list[Record]) -> Record:
    """Return the metrics of the last epoch."""
    return {name: value for name, value in records[-1].items() if "/" in name} if records else {}


def _train_metrics(records: list[Record], epoch: int) -> Record:
    """Return what was measured while learning in an epoch."""
    return {
        name: value
        for record in records
        if record["epoch"] == epoch
        for name, value in record.items()
        if name.startswith("train/")
    }


def _measured(family: Family, splits: Splits) -> Record:
    return {
        f"{split}/{name}": value
        for split, part in splits.parts.items()
        if split != "train"
        for name, value in family.measure(part).items()
    }


def _confusion_of_last(family: Family, splits: Splits) -> Summary | None:
    """Return how classes were confused in the test split, or in the one that stands in for it."""
    split, part = list(splits.parts.items())[-1]
    return None if (matrix := confusion(family, part)) is None else {"split": split, **matrix}


def confusion(family: Family, dataset: Dataset) -> Summary | None:
    """Return how classes were confused, rows being the actual; None where values are learnt, or
    the class of each step.
    """
    classes = family.signature.classes
    if classes is None or not dataset.labelled:
        return None
    if (predicted := family.answer(dataset.inputs).classes) is None:
        return None
    matrix = confusion_matrix(family.actual(dataset), predicted, len(classes))
    return {"classes": list(classes), "matrix": matrix.tolist()}
