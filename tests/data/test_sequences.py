"""Sequences: tasks whose answers follow from what is shown, and series over time."""

import re
import subprocess
import sys

import numpy as np
import pytest

from convkit.data import DATASETS, windows
from convkit.errors import ConvkitError
from tests.cli.process import ROOT


def drawn(name, **settings):
    return DATASETS[name](test=0.0, **settings).train


def test_adding_asks_for_the_sum_of_what_is_marked():
    data = drawn("adding", samples=500, steps=11)
    values, markers = data.inputs[..., 0], data.inputs[..., 1]
    assert set(np.unique(markers)) == {0, 1}
    np.testing.assert_array_equal(markers[:, :5].sum(axis=1), 1)
    np.testing.assert_array_equal(markers[:, 5:].sum(axis=1), 1)
    np.testing.assert_allclose((values * markers).sum(axis=1), data.targets[:, 0], rtol=1e-6)
    assert values.min() >= 0
    assert values.max() < 1
    # Every place is marked, and the sum of two uniform numbers has the variance 1/6.
    assert markers.any(axis=0).all()
    assert np.mean((data.targets - 1) ** 2) == pytest.approx(1 / 6, abs=0.02)


def test_copying_names_the_first_symbols_after_the_sign():
    data = drawn("copying", samples=50, delay=4, length=3, symbols=5)
    blank, sign = 5, 6
    assert data.sample_shape == (10, 7)
    np.testing.assert_array_equal(data.inputs.sum(axis=2), 1)
    for inputs, labels in zip(data.inputs.argmax(axis=2), data.targets, strict=True):
        shown = inputs.tolist()
        assert max(shown[:3]) < blank
        assert shown[3:] == [blank, blank, blank, sign, blank, blank, blank]
        assert labels.tolist() == [blank] * 7 + shown[:3]
    assert data.classes == ("a", "b", "c", "d", "e", "blank")


INNER = "B(?:TS*X{rest}|PT*V(?:V|P{rest}))E".format(rest="(?:XT*VP)*(?:S|XT*VV)")


def test_reber_strings_are_of_the_grammar():
    data = drawn("reber", samples=800)
    letters = np.array([*"BTPSXVE"])
    strings = set()
    for inputs, label in zip(data.inputs, data.targets, strict=True):
        length = int(inputs.sum())
        assert inputs[:length].sum(axis=1).tolist() == [1] * length
        string = "".join(letters[inputs[:length].argmax(axis=1)])
        assert re.fullmatch(f"B{data.classes[label]}{INNER}", string), string
        strings.add(string[2:])
    assert {"BTXSE", "BPVVE", "BTSXSE", "BTXXVVE", "BPTVVE"} <= strings
    assert np.bincount(data.targets).min() > 300


def delayed_euler(units, tau, fineness):
    """Return the Mackey-Glass series by the simplest method there is, in tiny steps."""
    delay = round(tau * fineness)
    series = [0.0] * delay + [1.2]
    for step in range(units * fineness):
        late = series[step]
        series.append(series[-1] + (0.2 * late / (1 + late**10) - 0.1 * series[-1]) / fineness)
    return np.array(series[delay::fineness])


def test_mackey_glass_solves_its_equation():
    data = drawn("mackey_glass", samples=100, window=10, horizon=6, skip=0)
    assert data.inputs[0, 0, 0] == np.float32(1.2)
    assert data.inputs[0, 5, 0] == pytest.approx(1.2 * np.exp(-0.5), rel=1e-6)
    ours = np.concatenate([data.inputs[0, :, 0], data.inputs[1:, -1, 0]])
    np.testing.assert_allclose(ours, delayed_euler(108, 17, 200), atol=1e-3)


def test_the_target_lies_the_horizon_ahead():
    data = drawn("mackey_glass", samples=30, window=4, horizon=6, skip=50)
    now = data.inputs[:, -1]
    np.testing.assert_array_equal(data.targets[:-6], now[6:])


def test_windows_follow_each_other():
    rows = np.arange(10.0).reshape(5, 2)
    assert windows(rows, 3)[:, :, 0].tolist() == [[0, 2, 4], [2, 4, 6], [4, 6, 8]]
    assert windows(rows, 5).shape == (1, 5, 2)


@pytest.fixture
def table(tmp_path):
    rows = "".join(f"2026-01-{day:02},{day},{day * day}\n" for day in range(1, 31))
    (tmp_path / "sales.csv").write_text(f"day,price,sold\n{rows}")
    return tmp_path


def test_a_series_is_read_from_a_table(table):
    splits = DATASETS["time_series"]("sales.csv", window=4, horizon=2, root=table)
    train, test = splits.train, splits.test
    assert (train.features, train.target_names, train.name) == (("sold",), ("sold",), "sales")
    assert train.inputs[0, :, 0].tolist() == [1, 4, 9, 16]
    assert train.targets[:3, 0].tolist() == [36, 49, 64]
    assert test.targets[-1, 0] == 900
    assert len(train) + len(test) == 30 - 4 - 2 + 1
    # The test lies behind all that is learnt from, and has no say in the scale.
    assert test.targets.min() > train.targets.max()
    assert splits.preprocessing.targets.mean == pytest.approx(train.targets.mean(), rel=1e-6)


def test_other_columns_may_help(table):
    data = DATASETS["time_series"]("sales.csv", "3", ["price", "sold"], root=table, window=2)
    assert data.train.inputs[0].tolist() == [[1, 1], [2, 4]]
    assert data.train.targets[0].tolist() == [9]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 29}, "sales.csv' has 30 rows, but two windows of 29 rows and the value 1"),
        ({"target": "solt"}, "sales.csv' (did you mean 'sold'?)"),
        ({"target": "day"}, "sales.csv:2: column 'day': '2026-01-01' is not a number"),
        ({"horizon": 0}, "time_series: horizon must be at least 1, got 0"),
    ],
)
def test_a_series_that_does_not_fit(table, settings, message):
    with pytest.raises(ConvkitError) as error:
        DATASETS["time_series"](**{"path": "sales.csv", "root": table} | settings)
    assert message in str(error.value)


def test_a_gap_in_a_series_is_said_with_its_place(table):
    path = table / "sales.csv"
    path.write_text(path.read_text().replace("9,81", "9,"))
    with pytest.raises(ConvkitError, match=r"sales.csv:10: column 'sold': missing value"):
        DATASETS["time_series"]("sales.csv", root=table)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("adding", {"steps": 1}, "adding: steps must be at least 2, got 1"),
        ("adding", {"samples": 0}, "adding: samples must be at least 1, got 0"),
        ("copying", {"delay": 0}, "copying: delay must be at least 1, got 0"),
        ("copying", {"symbols": 27}, "copying: symbols must be 26 at most, got 27"),
        ("copying", {"samples": 10**9}, "a quarter of this machine's"),
        ("reber", {"samples": 0}, "reber: samples must be at least 1, got 0"),
        ("mackey_glass", {"tau": 0}, "mackey_glass: tau must be at least 0.1, got 0"),
        ("mackey_glass", {"skip": -1}, "mackey_glass: skip must be 0 or more, got -1"),
        ("mackey_glass", {"window": 0}, "mackey_glass: window must be at least 1, got 0"),
    ],
)
def test_settings_out_of_range(name, settings, message):
    with pytest.raises(ConvkitError) as error:
        DATASETS[name](**settings)
    assert message in str(error.value)


def test_the_script_writes_the_tides_again(tmp_path):
    script = ROOT / "sample_data" / "make_tides.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=60)
    written = (tmp_path / "tides.csv").read_bytes()
    assert written == (ROOT / "sample_data" / "tides.csv").read_bytes()
