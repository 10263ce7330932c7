"""Training: it learns, is measured rightly, saves and stops when it should."""

import json
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.data import DATASETS
from convkit.experiment import saving
from convkit.experiment.assembly import restore
from convkit.experiment.checkpoint import read_checkpoint
from convkit.experiment.metrics_log import read_records
from convkit.experiment.session import resume, train_seeds
from convkit.nn import Context
from tests.experiment.small import (
    DEEP,
    IRIS,
    family_of,
    resolved,
    signalled_at,
    trained,
    without_times,
)

DIGITS = """
data: digits
model: [flatten, dense: 64, relu, dense: 10]
loss: cross_entropy
optimizer: {name: adam, lr: 3e-3}
trainer: {epochs: 12}
"""

DIABETES = """
data: {name: diabetes, validation: 0.2}
model: [dense: 1]
loss: mse
optimizer: {name: adam, lr: 0.02}
trainer: {epochs: 40}
"""

CANCER = """
data: breast_cancer
model: [dense: 1]
loss: binary_cross_entropy_with_logits
optimizer: {name: adam, lr: 0.02}
trainer: {epochs: 15}
"""


@pytest.mark.parametrize(
    ("text", "metric", "least"),
    [
        (IRIS, "test/accuracy", 0.93),
        (DIGITS, "test/accuracy", 0.93),
        (CANCER, "test/accuracy", 0.95),
        (DIABETES, "test/r2", 0.35),
    ],
)
def test_it_learns(tmp_path, text, metric, least):
    outcome = trained(text, tmp_path)
    assert outcome.status == "finished"
    assert outcome.metrics[metric] >= least
    records = read_records(outcome.run.metrics)
    assert records[-1]["train/loss"] < records[0]["train/loss"] / 1.5


def test_the_run_directory_says_everything(tmp_path):
    outcome = trained(IRIS, tmp_path, "trainer.epochs=3")
    run = outcome.run
    assert json.loads((run.folder / "summary.json").read_text()) == outcome.summary
    records = read_records(run.metrics)
    assert [record["epoch"] for record in records] == [1, 2, 3]
    assert [record["step"] for record in records] == [6, 12, 18]
    assert records[0].keys() == {
        *("epoch", "step", "lr", "seconds", "samples_per_second"),
        *("train/loss", "train/accuracy", "validation/loss", "validation/accuracy"),
    }
    environment = run.environment()
    assert environment["seed"] == 1
    assert environment["data"]["samples"] == {"train": 90, "validation": 30, "test": 30}
    splits = DATASETS["iris"](validation=0.2)
    assert environment["data"]["sha256"] == splits.digest()
    assert "finished: all 3 epochs are done" in (run.folder / "log.txt").read_text()


def test_the_same_seed_gives_the_same_bits_and_another_one_others(tmp_path):
    first, second, other = (
        trained(IRIS, tmp_path, "trainer.epochs=2", f"seed={seed}").run for seed in (4, 4, 5)
    )
    weights = [read_checkpoint(run.checkpoint("last")).within("model") for run in (first, second)]
    for name, array in weights[0].items():
        assert array.tobytes() == weights[1][name].tobytes()
    different = read_checkpoint(other.checkpoint("last")).within("model")
    assert any((array != different[name]).any() for name, array in weights[0].items())


def test_train_metrics_are_those_of_the_steps(tmp_path):
    """With a learning rate of 0 an epoch's running metrics are those of the whole training part."""
    outcome = trained(IRIS, tmp_path, "trainer.epochs=1", "optimizer={name: sgd, lr: 0}")
    family = restore(outcome.run, "last")
    whole = family.measure(DATASETS["iris"](validation=0.2).train)
    assert outcome.metrics["train/loss"] == pytest.approx(whole["loss"], rel=1e-6)
    assert outcome.metrics["train/accuracy"] == whole["accuracy"]


def test_values_are_measured_in_their_own_unit(tmp_path):
    outcome = trained(DIABETES, tmp_path)
    test = DATASETS["diabetes"](validation=0.2).test
    predicted = restore(outcome.run, "last").answer(test.inputs).outputs.astype(np.float64)
    error = test.targets.astype(np.float64) - predicted
    spread = test.targets.astype(np.float64) - test.targets.mean(dtype=np.float64)
    assert outcome.metrics["test/mse"] == pytest.approx(np.mean(error**2), rel=1e-6)
    assert outcome.metrics["test/rmse"] == pytest.approx(np.sqrt(np.mean(error**2)), rel=1e-6)
    assert outcome.metrics["test/mae"] == pytest.approx(np.mean(np.abs(error)), rel=1e-6)
    r2 = 1 - np.sum(error**2) / np.sum(spread**2)
    assert outcome.metrics["test/r2"] == pytest.approx(r2, rel=1e-6)


def test_the_confusion_matrix_counts_actual_by_predicted(tmp_path):
    outcome = trained(IRIS, tmp_path)
    test = DATASETS["iris"](validation=0.2).test
    predicted = restore(outcome.run, "last").answer(test.inputs).classes
    expected = np.zeros((3, 3), int)
    for actual, answer in zip(test.targets, predicted, strict=True):
        expected[actual, answer] += 1
    confusion = outcome.summary["confusion"]
    assert confusion["split"] == "test"
    assert confusion["classes"] == list(test.classes)
    assert confusion["matrix"] == expected.tolist()


# --- accumulated gradients ---


@pytest.mark.parametrize("accumulate", [2, 3, 8])
def test_accumulated_gradients_are_those_of_the_larger_batch(tmp_path, accumulate):
    """90 samples: the last batch is smaller, and so may the last portion of it be."""
    portions = family_of(IRIS, tmp_path, "trainer.batch_size=4", f"trainer.accumulate={accumulate}")
    whole = family_of(IRIS, tmp_path, f"trainer.batch_size={4 * accumulate}")
    assert portions.steps_per_epoch == whole.steps_per_epoch
    for batch, same in zip(portions.batches(0), whole.batches(0), strict=True):
        losses = portions.learn(batch, 0.0), whole.learn(same, 0.0)
        assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    # Adam divides by the size of gradients: rounding of those near 0 is magnified.
    np.testing.assert_allclose(portions.flat.values, whole.flat.values, rtol=1e-3, atol=1e-5)
    assert portions.end_epoch()["loss"] == pytest.approx(whole.end_epoch()["loss"], rel=1e-5)


# --- stopping and choosing ---


def test_early_stopping_waits_for_its_patience(tmp_path):
    outcome = trained(
        IRIS, tmp_path, "trainer={epochs: 100, early_stopping: 3}", "optimizer.lr=0.5"
    )
    assert outcome.status == "stopped early"
    losses = [record["validation/loss"] for record in read_records(outcome.run.metrics)]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 3
    assert outcome.summary["best"] == {
        "metric": "validation/loss",
        "value": losses[best],
        "epoch": best + 1,
    }
    assert outcome.summary["checkpoint"] == {"name": "best", "epoch": best + 1}


def test_the_best_checkpoint_is_that_of_the_best_epoch(tmp_path):
    settings = "trainer={epochs: 20, monitor: validation/accuracy}"
    outcome = trained(IRIS, tmp_path, settings, "optimizer.lr=0.3")
    records = read_records(outcome.run.metrics)
    best = int(np.argmax([record["validation/accuracy"] for record in records]))
    assert outcome.summary["checkpoint"] == {"name": "best", "epoch": best + 1}
    validation = DATASETS["iris"](validation=0.2).validation
    measured = restore(outcome.run, "best").measure(validation)
    assert measured["accuracy"] == records[best]["validation/accuracy"]
    assert measured["loss"] == records[best]["validation/loss"]
    assert outcome.metrics["validation/loss"] == records[best]["validation/loss"]
    assert outcome.metrics["train/loss"] == records[best]["train/loss"]


def test_the_last_checkpoint_counts_if_nothing_is_said(tmp_path):
    outcome = trained(IRIS, tmp_path, "trainer.epochs=5", "optimizer.lr=1")
    assert outcome.summary["checkpoint"] == {"name": "last", "epoch": 5}


def test_validation_may_be_measured_less_often(tmp_path):
    outcome = trained(IRIS, tmp_path, "trainer={epochs: 7, eval_every: 3}")
    measured = ["validation/loss" in record for record in read_records(outcome.run.metrics)]
    assert measured == [False, False, True, False, False, True, True]


def test_the_learning_rate_follows_its_schedule(tmp_path):
    schedule = "optimizer.schedule={name: step, step_size: 2, gamma: 0.1}"
    outcome = trained(IRIS, tmp_path, "trainer.epochs=5", schedule)
    rates = [record["lr"] for record in read_records(outcome.run.metrics)]
    assert rates == pytest.approx([0.02, 0.02, 0.002, 0.002, 0.0002])


def test_the_best_is_chosen_by_what_early_stopping_watches(tmp_path):
    stopping = "early_stopping: {patience: 20, metric: validation/accuracy}"
    outcome = trained(IRIS, tmp_path, f"trainer={{epochs: 20, {stopping}}}", "optimizer.lr=0.3")
    accuracies = [record["validation/accuracy"] for record in read_records(outcome.run.metrics)]
    losses = [record["validation/loss"] for record in read_records(outcome.run.metrics)]
    best = int(np.argmax(accuracies))
    assert best != int(np.argmin(losses))
    assert outcome.summary["best"] == {
        "metric": "validation/accuracy",
        "value": accuracies[best],
        "epoch": best + 1,
    }
    assert outcome.summary["checkpoint"] == {"name": "best", "epoch": best + 1}


def test_monitor_and_early_stopping_may_name_two_metrics(tmp_path):
    stopping = "early_stopping: {patience: 2, metric: train/loss}"
    settings = f"trainer={{epochs: 4, monitor: validation/accuracy, {stopping}}}"
    assert trained(IRIS, tmp_path, settings).summary["best"]["metric"] == "validation/accuracy"


# --- when is saved ---


def epochs_saved(monkeypatch, ticks):
    """Return the epochs after which ``last`` is written, under a clock of our own."""
    epochs = []
    write = saving.write_checkpoint

    def noted(path, checkpoint):
        if path.stem == "last":
            epochs.append(checkpoint.state["position"]["epoch"])
        write(path, checkpoint)

    monkeypatch.setattr(saving, "write_checkpoint", noted)
    monkeypatch.setattr(saving, "monotonic", ticks.__next__)
    return epochs


@pytest.mark.parametrize(("every", "expected"), [(1, [1, 2, 3, 4, 5, 6, 7, 7]), (3, [3, 6, 7])])
def test_epochs_between_two_checkpoints(tmp_path, monkeypatch, every, expected):
    epochs = epochs_saved(monkeypatch, count(step=10))
    trained(IRIS, tmp_path, f"trainer={{epochs: 7, checkpoint: {{every_epochs: {every}}}}}")
    assert epochs == expected


def test_quick_epochs_are_not_all_saved(tmp_path, monkeypatch):
    """A look at the clock takes 0.4 s here; so does every epoch, since it looks once."""
    epochs = epochs_saved(monkeypatch, count(step=0.4))
    trained(IRIS, tmp_path, "trainer.epochs=7")
    assert epochs[-1] == 7
    assert 1 < len(epochs) < 5


# --- several seeds, and observers ---


def test_several_seeds(tmp_path):
    series = train_seeds(resolved(IRIS, tmp_path), 3, runs=tmp_path / "runs")
    assert [each.summary["seed"] for each in series.outcomes] == [1, 2, 3]
    assert [each.run.number for each in series.outcomes] == [1, 2, 3]
    statistics = series.statistics()["test/loss"]
    values = [each.metrics["test/loss"] for each in series.outcomes]
    assert statistics["values"] == values
    assert statistics["mean"] == pytest.approx(np.mean(values))
    assert statistics["deviation"] == pytest.approx(np.std(values, ddof=1))
    alone = trained(IRIS, tmp_path, "seed=3")
    assert without_times(alone.summary) == without_times(series.outcomes[2].summary)
    assert "seed: 3" in series.outcomes[2].run.config.read_text()


def test_a_metric_that_is_no_number_has_no_mean(tmp_path):
    """R² of a single sample is none."""
    text = "data: {name: houses, test: 0.2}\nmodel: [dense: 1]\nloss: mse\noptimizer: adam"
    series = train_seeds(resolved(text, tmp_path), 2, runs=tmp_path / "runs")
    statistics = series.statistics()
    assert (statistics["test/r2"]["mean"], statistics["test/r2"]["deviation"]) == (None, None)
    assert statistics["test/mse"]["mean"] > 0


def test_an_interruption_ends_the_series(tmp_path, monkeypatch):
    signalled_at(monkeypatch, 190)
    series = train_seeds(resolved(IRIS, tmp_path), 3, runs=tmp_path / "runs")
    assert [each.status for each in series.outcomes] == ["finished", "interrupted"]
    assert series.statistics()["test/loss"]["deviation"] is None


class Notes:
    """An observer that remembers."""

    def __init__(self):
        self.heard = []
        self.records = []
        self.best = []

    def started(self, plan):
        self.heard.append("started")
        self.plan = plan

    def stepped(self, moment):
        self.moment = moment

    def epoch_ended(self, record, *, best):
        self.heard.append("epoch")
        self.records.append(record)
        self.best.append(best)

    def ended(self, outcome):
        self.heard.append("ended")
        self.outcome = outcome


def test_observers_hear_everything(tmp_path):
    notes = Notes()
    outcome = trained(IRIS, tmp_path, "trainer.epochs=3", observer=notes)
    assert notes.heard == ["started", "epoch", "epoch", "epoch", "ended"]
    assert notes.outcome == outcome
    assert notes.records == read_records(outcome.run.metrics)
    losses = [record["validation/loss"] for record in notes.records]
    assert notes.best == [loss == min(losses[: n + 1]) for n, loss in enumerate(losses)]
    plan = notes.plan
    assert (plan.run, plan.epochs, plan.steps_per_epoch) == (outcome.run, 3, 6)
    assert plan.parameters == 4 * 16 + 16 + 16 * 3 + 3
    assert notes.moment.epoch == 1
    assert notes.moment.step >= 1


def test_relative_paths_start_from_the_root_also_when_resumed(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    rows = [f"{x},{2 * x + 1}" for x in range(40)]
    (home / "line.csv").write_text("x,y\n" + "\n".join(rows) + "\n")
    text = """
data: {name: csv, path: line.csv, target: y}
model: [dense: 1]
loss: mse
optimizer: {name: sgd, lr: 0.1}
"""
    signalled_at(monkeypatch, 2)
    outcome = trained(text, tmp_path, root=home)
    monkeypatch.undo()
    monkeypatch.chdir(Path("/"))
    assert resume(outcome.run).metrics["test/r2"] > 0.9


def test_training_says_nothing(tmp_path, capfd):
    trained(DEEP, tmp_path, "optimizer.lr=1e30")
    trained(IRIS, tmp_path, "trainer.epochs=1")
    assert capfd.readouterr() == ("", "")


def test_noise_layers_draw_only_while_training(tmp_path):
    family = family_of(IRIS, tmp_path, "model=[{dense: 8}, {dropout: 0.5}, {dense: 3}]")
    inputs, _ = next(family.batches(0))
    first, second = (family.answer(inputs).outputs for _ in range(2))
    assert first.tobytes() == second.tobytes()
    context = Context(train=True, rng=np.random.default_rng(0))
    assert (family.network.layers(Tensor(inputs), context).data != 0).any()
