"""What is learnt from the training part, and undone on predictions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convkit.data import DATASETS, Dataset, Preprocessing, Shares, split
from convkit.errors import ConvkitError
from tests.data.making import classified, measured


def test_training_gets_mean_0_and_deviation_1():
    splits = DATASETS["diabetes"]()
    prepared = splits.prepared()
    for values in (prepared.train.inputs, prepared.train.targets):
        assert np.abs(values.mean(axis=0, dtype=np.float64)).max() < 1e-5
        assert np.abs(values.std(axis=0, dtype=np.float64) - 1).max() < 1e-5
    assert prepared.train.inputs.dtype == np.float32
    by_hand = (splits.test.inputs - splits.train.inputs.mean(0)) / splits.train.inputs.std(0)
    assert np.allclose(prepared.test.inputs, by_hand, atol=1e-4)


def test_no_other_part_has_a_say():
    splits = split(measured(20), Shares(0.2, 0.2))
    fitted = Preprocessing.fitted(splits.train, standardize=True)
    assert np.allclose(fitted.inputs.mean, splits.train.inputs.mean(axis=0))
    assert not np.allclose(fitted.inputs.mean, measured(20).inputs.mean(axis=0))


@given(arrays(np.float32, (6, 2), elements=st.floats(-1e6, 1e6, width=32)))
def test_undoing_gives_targets_back(targets):
    data = Dataset("made", np.zeros((6, 1), np.float32), targets)
    fitted = Preprocessing.fitted(data, standardize=True)
    back = fitted.undo_targets(fitted.apply_targets(targets))
    size = np.abs(targets).max(axis=0) + 1e-30
    assert (np.abs(back - targets) <= 1e-5 * size).all()


def test_classes_are_left_alone():
    data = classified([5, 5])
    fitted = Preprocessing.fitted(data, standardize=True)
    assert fitted.apply_targets(data.targets) is data.targets
    assert fitted.undo_targets(data.targets) is data.targets


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9, -3.7e-20])
def test_a_constant_column_becomes_0(value):
    inputs = np.column_stack([np.full(7, value), np.arange(7)]).astype(np.float32)
    data = Dataset("made", inputs, np.zeros((7, 1), np.float32))
    prepared = Preprocessing.fitted(data, standardize=True).apply(data)
    assert (prepared.inputs[:, 0] == 0).all()
    assert (prepared.targets == 0).all()
    assert np.isfinite(prepared.inputs).all()


def test_a_deviation_too_small_for_float32_divides_nothing():
    tiny = np.array([[0], [1e-45]], np.float32)
    data = Dataset("made", tiny, np.zeros((2, 1), np.float32))
    assert np.isfinite(Preprocessing.fitted(data, standardize=True).apply(data).inputs).all()


def test_pictures_are_scaled_by_channel():
    rng = np.random.default_rng(0)
    inputs = (rng.random((9, 4, 4, 3)) * [1, 10, 100]).astype(np.float32)
    data = Dataset("made", inputs, np.zeros(9, np.int64), ("a",))
    prepared = Preprocessing.fitted(data, standardize=True).apply(data)
    assert np.allclose(prepared.inputs.std(axis=(0, 1, 2)), 1, atol=1e-5)


def test_gaps_are_filled_with_the_mean_of_training():
    inputs = np.array([[1, 5], [3, np.nan], [np.nan, 7]], np.float32)
    data = Dataset("made", inputs, np.zeros((3, 1), np.float32))
    fitted = Preprocessing.fitted(data, standardize=False, fill_missing=True)
    assert fitted.apply(data).inputs.tolist() == [[1, 5], [3, 6], [2, 7]]
    both = Preprocessing.fitted(data, standardize=True, fill_missing=True)
    assert both.apply(data).inputs[2, 0] == 0
    # Of 1 and 3 the deviation is 1: what is missing doesn't count.
    assert both.apply(data).inputs[:2, 0].tolist() == [-1, 1]


def test_a_column_without_any_value_is_refused():
    inputs = np.array([[1, np.nan], [3, np.nan]], np.float32)
    data = Dataset("made", inputs, np.zeros((2, 1), np.float32), features=("a", "b"))
    with pytest.raises(ConvkitError, match="column 'b' of data 'made' has no value in training"):
        Preprocessing.fitted(data, standardize=True, fill_missing=True)


def test_nothing_to_do_copies_nothing():
    data = classified([3, 3])
    assert Preprocessing().apply_inputs(data.inputs) is data.inputs
    assert Preprocessing().state() == {}


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("fill", [True, False])
@pytest.mark.parametrize("make", [classified, measured])
def test_a_stored_state_does_the_same(standardize, fill, make):
    data = classified([9, 9]) if make is classified else measured(18)
    data = replace(data, inputs=np.where(data.inputs > 1, np.nan, data.inputs)) if fill else data
    fitted = Preprocessing.fitted(data, standardize=standardize, fill_missing=fill)
    again = Preprocessing.from_state(fitted.state())
    for apply in ("apply_inputs", "apply_targets", "undo_targets"):
        values = data.inputs if apply == "apply_inputs" else data.targets
        first, second = getattr(fitted, apply)(values), getattr(again, apply)(values)
        assert np.array_equal(first, second)
        assert first.dtype == second.dtype


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"input.mean": [0.0]}, "unknown entry 'input.mean'"),
        ({"inputs.mean": [0.0]}, "lacks half of 'inputs'"),
        ({"targets.mean": [0.0], "targets.scale": [1.0, 1.0]}, "lacks half of 'targets'"),
    ],
)
def test_a_bad_state_is_refused(state, words):
    with pytest.raises(ConvkitError, match=words):
        Preprocessing.from_state({name: np.array(values) for name, values in state.items()})


def test_another_number_of_columns_is_refused():
    fitted = Preprocessing.fitted(measured(5), standardize=True)
    with pytest.raises(ConvkitError, match="inputs have 2 columns, but training had 3"):
        fitted.apply_inputs(np.zeros((4, 2), np.float32))
