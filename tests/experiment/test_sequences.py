"""Experiments on sequences: learning, resuming, and going on with a series."""

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.experiment.evaluation import evaluate, read_data
from convkit.experiment.forecast import forecast, horizon_of
from convkit.experiment.prediction import Predictor
from convkit.experiment.session import resume
from tests.cli.process import convkit
from tests.experiment.small import signalled_at, trained
from tests.experiment.test_resume import assert_same

STACKED = """
data: {name: reber, samples: 60}
model: [lstm: {units: 4, layers: 2, dropout: 0.3, bidirectional: true, mask_value: 0}, dense: 2]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 2, batch_size: 16, monitor: train/loss}
"""

STEPWISE = """
data: {name: copying, samples: 60, delay: 2, length: 2, symbols: 3}
model: [gru: {units: 8, return_sequences: true}, dense: 4]
loss: cross_entropy
optimizer: {name: adam, lr: 0.02}
trainer: {epochs: 1, batch_size: 16}
"""

SERIES = """
data: {name: time_series, path: series.csv, target: x, window: 5, horizon: 2}
model: [gru: 8, dense: 1]
loss: mse
metrics: [nrmse]
optimizer: {name: adam, lr: 0.02, schedule: cosine}
trainer: {epochs: 30, batch_size: 16}
"""


def wave(start, steps):
    return np.sin(0.4 * np.arange(start, start + steps))


def write_series(path, values):
    path.write_text("t,x\n" + "".join(f"{t},{x}\n" for t, x in enumerate(values)))


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    folder = tmp_path_factory.mktemp("series")
    write_series(folder / "series.csv", wave(0, 200))
    write_series(folder / "later.csv", wave(300, 12))
    return folder, trained(SERIES, folder, root=folder).run


@pytest.fixture
def predictor(series):
    return Predictor.from_run(series[1])


@pytest.mark.parametrize("step", [2, 3, 5])
def test_resuming_gives_the_same_bits(tmp_path, monkeypatch, step):
    whole = trained(STACKED, tmp_path).run
    with monkeypatch.context() as patch:
        signalled_at(patch, step)
        outcome = trained(STACKED, tmp_path)
    assert outcome.status == "interrupted"
    resume(outcome.run)
    assert_same(outcome.run, whole)


def test_the_class_of_each_step(tmp_path):
    run = trained(STEPWISE, tmp_path).run
    predictor = Predictor.from_run(run)
    inputs = np.eye(5, dtype=np.float32)[np.array([[0, 2, 3, 4, 3, 3]])]
    prediction = predictor.predict(inputs)
    steps = prediction.classes[0].split()
    assert len(steps) == 6
    assert set(steps) <= {"a", "b", "c", "blank"}
    assert prediction.probabilities is None
    labels = np.argmax(prediction.outputs, axis=-1)
    assert steps == [prediction.signature.classes[label] for label in labels[0]]
    metrics = evaluate(run).metrics["test"]
    assert 0 <= metrics["accuracy"] <= 1
    np.save(tmp_path / "one.npy", inputs)
    done = convkit("predict", run.folder, tmp_path / "one.npy")
    assert done.rows == [["input", "prediction"], [str(tmp_path / "one.npy"), " ".join(steps)]]


def test_a_table_is_read_as_windows_of_its_rows(series, predictor):
    folder = series[0]
    prediction = predictor.predict_sources([str(folder / "later.csv")])
    assert prediction.names == [f"{folder / 'later.csv'}:{row}" for row in range(5, 13)]
    by_hand = predictor.predict(wave(300, 5).astype(np.float32).reshape(1, 5, 1))
    np.testing.assert_allclose(prediction.outputs[0], by_hand.outputs[0], rtol=1e-5)


def test_a_forecast_goes_on_from_itself(series, predictor):
    folder, run = series
    told = forecast(predictor, [str(folder / "later.csv")], 4, horizon_of(run))
    assert told.names == ["+1", "+2", "+3", "+4"]
    known = wave(300, 12).astype(np.float32).tolist()
    for step in range(4):
        window = np.array(known[12 + step - 6 : 12 + step - 1], np.float32)
        value = float(predictor.predict(window.reshape(1, 5, 1)).outputs[0, 0])
        assert told.outputs[step, 0] == pytest.approx(value, rel=1e-5)
        known.append(value)
    assert np.abs(told.outputs[:, 0] - wave(312, 4)).max() < 0.2


def test_other_rows_of_the_same_kind_can_be_measured(series):
    folder, run = series
    write_series(folder / "other.csv", wave(500, 40))
    dataset = read_data(run, str(folder / "other.csv"))
    assert dataset.inputs.shape == (40 - 5 - 2 + 1, 5, 1)
    assert evaluate(run, data={"other": dataset}).metrics["other"]["nrmse"] < 0.2


def test_on_the_command_line(series):
    folder, run = series
    done = convkit("predict", run.folder, folder / "later.csv", "--steps", 3)
    assert [row[0] for row in done.rows] == ["input", "+1", "+2", "+3"]
    few = folder / "few.csv"
    write_series(few, wave(0, 4))
    short = convkit("predict", run.folder, few)
    short.assert_refused("has 4 rows, but the model takes 5 one after another")


def test_what_a_forecast_needs(series, predictor):
    few = series[0] / "five.csv"
    write_series(few, wave(0, 5))
    for sources, steps, message in (
        ([str(few)], 1, "has 5 rows, but 6 are needed to tell the next one 2 steps ahead"),
        ([str(few), str(few)], 1, "--steps goes on with one table, got 2"),
        ([str(few)], 0, "--steps must be at least 1, got 0"),
    ):
        with pytest.raises(ConvkitError, match=message):
            forecast(predictor, sources, steps, 2)


def test_only_a_series_of_its_own_past_goes_on(series, tmp_path):
    folder, run = series
    both = SERIES.replace("target: x", "target: x, features: [t, x]").replace("30", "1")
    write_series(tmp_path / "series.csv", wave(0, 40))
    other = trained(both, tmp_path, root=tmp_path).run
    with pytest.raises(ConvkitError, match="only x is forecast, but to go on from there t, x are"):
        forecast(Predictor.from_run(other), [str(folder / "later.csv")], 2, horizon_of(run))
    with pytest.raises(
        ConvkitError, match=r"--steps goes on with a time series, but run .* 'reber'"
    ):
        horizon_of(trained(STACKED, tmp_path, "trainer.epochs=1").run)
