"""Training: it learns, is measured rightly, stops when it should, says why it can't go on."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.data import DATASETS
from convkit.errors import ConvkitError
from convkit.experiment.assembly import assemble, restore
from convkit.experiment.checkpoint import first_not_finite, read_checkpoint
from convkit.experiment.metrics_log import read_records
from convkit.experiment.session import resume, train_seeds
from convkit.nn import Context
from tests.experiment.small import resolved, signalled_at, trained, without_times

IRIS = """
data: {name: iris, validation: 0.2}
model: [dense: 16, relu, dense: 3]
loss: cross_entropy
optimizer: {name: adam, lr: 0.02}
trainer: {epochs: 30, batch_size: 16}
seed: 1
"""

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


def family_of(text, folder, *overrides):
    return assemble(resolved(text, folder, *overrides).experiment, folder).family


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


# --- numbers that aren't finite ---

DEEP = """
data: diabetes
model: [dense: 16, relu, dense: 8, dense: 1]
loss: mse
optimizer: {name: sgd, lr: 0.01}
trainer: {epochs: 5}
"""


def test_a_step_that_is_far_too_long(tmp_path):
    outcome = trained(DEEP, tmp_path, "optimizer.lr=1e30")
    divergence = outcome.summary["divergence"]
    assert outcome.status == "diverged"
    assert divergence["step"] == 2
    assert "lr" in divergence["hint"]
    assert divergence["checkpoints"] == {}


def poisoned_at(monkeypatch, layer, step, what):
    """Let a layer of the model put out NaN, or hand back NaN as a gradient, from a step on."""
    from convkit.nn import Dense

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
    from convkit.autograd import primitive

    @primitive
    def identity(x):
        return x.copy(), lambda grad: grad * np.float32(math.nan)

    return identity(x)


@pytest.mark.parametrize(("units", "where"), [(16, "layer 1 (dense)"), (8, "layer 3 (dense)")])
@pytest.mark.parametrize("what", ["output", "gradient"])
def test_the_layer_where_it_began_is_named(tmp_path, monkeypatch, units, where, what):
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    poisoned_at(monkeypatch, units, 25, what)
    outcome = trained(DEEP, tmp_path)
    divergence = outcome.summary["divergence"]
    assert (divergence["what"], divergence["where"]) == (what, where)
    assert (divergence["step"], divergence["epoch"]) == (25, 3)
    assert divergence["value"] == "nan"
    last = divergence["checkpoints"]["last"]
    assert (last["epoch"], last["step"]) == (2, 24)


def test_it_stops_before_the_update(tmp_path, monkeypatch):
    poisoned_at(monkeypatch, 8, 2, "gradient")
    family = family_of(DEEP, tmp_path)
    first, second, *_ = ((x.copy(), y.copy()) for x, y in family.batches(0))
    family.learn(first, 0.0)
    before = family.flat.values.copy()
    with pytest.raises(ConvkitError, match=r"nan in the gradient of layer 3 \(dense\)"):
        family.learn(second, 0.1)
    assert before.tobytes() == family.flat.values.tobytes()


def test_inputs_that_are_no_numbers_are_told_by_sample(tmp_path):
    family = family_of(DEEP, tmp_path)
    inputs, targets = next(family.batches(0))
    inputs[5, 2] = math.nan
    with pytest.raises(ConvkitError, match="nan in the input of sample 5 of the batch"):
        family.learn((inputs, targets), 0.0)


def test_weights_that_became_infinite_are_told(tmp_path):
    family = family_of(DEEP, tmp_path)
    family.network.layers.parameters()["layers.2.weight"].data[0, 0] = math.inf
    batch = next(family.batches(0))
    wanted = pytest.raises(ConvkitError, match=r"infinity in the weights of layer 3 \(dense\)")
    with wanted, np.errstate(all="ignore"):
        family.learn(batch, 0.0)


def test_large_gradients_that_are_finite_are_none(tmp_path):
    """The square of one overflows: that alone is no reason to stop."""
    family = family_of(DEEP, tmp_path, "optimizer.clip_norm=1")
    inputs, targets = next(family.batches(0))
    with np.errstate(all="ignore"):
        family.learn((inputs * np.float32(1e10), targets), 0.0)
    assert np.isfinite(family.flat.values).all()


def test_the_best_model_is_kept_however_soon_it_diverges(tmp_path, monkeypatch):
    poisoned_at(monkeypatch, 8, 40, "output")
    outcome = trained(DEEP, tmp_path)
    best = read_checkpoint(outcome.run.checkpoint("best"))
    assert best.state["position"]["epoch"] == 3
    assert outcome.summary["divergence"]["checkpoints"]["best"]["epoch"] == 3


def test_an_update_that_overflows_is_told_by_its_step(tmp_path):
    """Its gradient was finite: the weights that it made are found when they shall be saved."""
    text = DEEP.replace("sgd, lr: 0.01", "sgd, lr: 1e39")
    outcome = trained(text, tmp_path, "trainer={epochs: 3, batch_size: 400}")
    divergence = outcome.summary["divergence"]
    assert (divergence["what"], divergence["step"], divergence["epoch"]) == ("weights", 1, 1)
    assert outcome.run.checkpoints == {}


def test_no_checkpoint_ever_holds_what_is_not_finite(tmp_path, monkeypatch):
    monkeypatch.setattr("convkit.experiment.saving.LEAST_SECONDS", 0)
    outcome = trained(DEEP, tmp_path, "optimizer.lr=30", "trainer.batch_size=400")
    assert outcome.status == "diverged"
    for path in outcome.run.checkpoints.values():
        assert first_not_finite(read_checkpoint(path).arrays) is None


def test_a_run_that_diverged_is_not_resumed(tmp_path):
    outcome = trained(DEEP, tmp_path, "optimizer.lr=1e30")
    with pytest.raises(ConvkitError, match="has diverged") as caught:
        resume(outcome.run)
    assert "again" in caught.value.hint


# --- what is refused before anything is written ---


@pytest.mark.parametrize(
    ("override", "message", "hint"),
    [
        ("trainer.monitor=validation/loss", "no validation split", "validation: 0.2"),
        ("trainer.monitor=train/accuracy", "there will be no 'train/accuracy'", "loss, mse"),
        ("trainer.monitor=test/loss", "measured once, at the end", "watch validation"),
        ("trainer.early_stopping={patience: 2, metric: validation/r2}", "no validation", "0.2"),
        ('expect={validation/r2: ">0.4"}', "no validation split", "validation: 0.2"),
        ('expect={test/accuracy: ">0.4"}', "there will be no 'test/accuracy'", "r2"),
        ("optimizer.schedule={name: plateau, mode: max}", "mode is max", "mode: min"),
        ("metrics=[accuracy]", "measures classes, but values are predicted", "rmse"),
        ("model=[{dense: 2}]", "the model's outputs are 2", ""),
    ],
)
def test_what_cannot_work_is_refused_before_a_run_is_made(tmp_path, override, message, hint):
    with pytest.raises(ConvkitError) as caught:
        trained(DEEP, tmp_path, override)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")
    assert not (tmp_path / "runs").exists()


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
