"""What can't work is refused before anything is written: all of it at once, with its lines."""

import math

import pytest

from convkit.data import DATASETS
from convkit.errors import ConvkitError
from convkit.nn import Dense
from tests.experiment.small import DEEP, IRIS, family_of, trained


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


# --- what doesn't fit is told with its line ---

MISFITS = """
data: iris
model:
  - dense: 5
  - relu
  - dense: 4
loss: cross_entropy
optimizer:
  name: adam
  schedule: {name: plateau, mode: max}
trainer:
  monitor: train/loss
  early_stopping: {patience: 3, metric: validation/loss}
"""


def problems_of(text, folder, *overrides):
    with pytest.raises(ConvkitError) as caught:
        trained(text, folder, *overrides)
    assert not (folder / "runs").exists()
    return [
        each.message.removeprefix(f"{folder}/experiment.yaml:") for each in caught.value.problems
    ]


def test_all_that_does_not_fit_is_told_at_once(tmp_path):
    first, second, third = problems_of(MISFITS, tmp_path)
    assert first == "6: the model has 4 outputs, but the data have 3 classes"
    assert second.startswith("10: optimizer.schedule: mode is max, but 'train/loss'")
    assert third.startswith("13: trainer.early_stopping.metric: there will be no 'validation/loss'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (IRIS.replace("cross_entropy", "hinge"), "4: loss: hinge tells two classes apart"),
        (DEEP.replace("dense: 1]", "dense: 2]"), "4: loss: mse compares outputs and targets"),
        (f"{IRIS}metrics:\n  - rmse\n", "9: metrics: metric 'rmse' measures values"),
        (f'{IRIS}expect:\n  test/r2: ">1"\n', "9: expect.test/r2: there will be no 'test/r2'"),
        ("data: and\nfamily:\n  name: perceptron\n  positive: maybe\n", "2: family: unknown class"),
        ("data: iris\nfamily: perceptron\n", "2: family: a perceptron tells two classes apart"),
        (IRIS.replace("dense: 16", "conv2d: 3"), "3: layer 1 (conv2d): "),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(tmp_path, text, expected):
    (problem,) = problems_of(text, tmp_path)
    assert problem.startswith(expected)


# --- batches of one ---

NORMALISED = IRIS.replace("relu", "batch_norm")


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ("{batch_size: 89}", "batch_size: 88 or 90"),
        ("{batch_size: 1, accumulate: 16}", "batch_size: 2"),
        ("{batch_size: 89, accumulate: 2}", "batch_size: 88 or 90"),
    ],
)
def test_a_sample_that_would_be_alone_is_refused_where_layers_need_two(tmp_path, settings, hint):
    with pytest.raises(ConvkitError) as caught:
        trained(NORMALISED, tmp_path, f"trainer={settings}")
    assert caught.value.message.startswith(f"{tmp_path}/experiment.yaml:3: layer 2 (batch_norm): ")
    assert "the last of 90 samples is alone in its batch" in caught.value.message
    assert caught.value.hint == hint
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("size", [2, 88, 90, 1000])
def test_the_sizes_that_are_hinted_at_work(tmp_path, size):
    assert trained(NORMALISED, tmp_path, f"trainer={{epochs: 1, batch_size: {size}}}").metrics


def test_a_sample_alone_is_enough_where_it_has_many_positions(tmp_path):
    """And trying that out leaves no trace."""
    model = "model=[{conv2d: 2}, batch_norm, flatten, {dense: 10}]"
    family = family_of(IRIS, tmp_path, "data=digits", model, "trainer={batch_size: 3}")
    assert len(DATASETS["digits"]().train) % 3 == 1
    state = family.model()
    assert not state["layers.1.running_mean"].any()
    *_, (inputs, targets) = family.batches(0)
    assert len(inputs) == 1
    assert math.isfinite(family.learn((inputs, targets), 0.0))


def test_a_layer_that_fails_in_a_step_is_named(tmp_path, monkeypatch):
    call = Dense.__call__

    def failing(self, x, context):
        if self.units == 3 and context.train:
            raise ConvkitError("it can't")
        return call(self, x, context)

    monkeypatch.setattr(Dense, "__call__", failing)
    with pytest.raises(ConvkitError, match=r"experiment\.yaml:3: layer 3 \(dense\): it can't"):
        trained(IRIS, tmp_path)
