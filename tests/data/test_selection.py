"""Some classes, a few samples, wrong labels: as told, the rest untouched, the same everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.data import DATASETS, Shares
from convkit.data.selection import Selection
from convkit.errors import ConvkitError
from tests.data.making import classified, measured

DIGITS = DATASETS["digits"]


def rows(dataset):
    """Return the samples as bytes, to be looked for in others."""
    return [sample.tobytes() for sample in dataset.inputs]


def test_only_classes_keeps_these_and_numbers_them_as_named():
    whole, some = DIGITS(test=0.0).train, DIGITS(only_classes=[7, "3"], test=0.0).train
    assert some.classes == ("7", "3")
    for number, digit in enumerate((7, 3)):
        kept = some.inputs[some.targets == number]
        np.testing.assert_array_equal(kept, whole.inputs[whole.targets == digit])


def test_only_classes_holds_for_every_part():
    splits = DIGITS(only_classes=[5, 6], validation=0.2)
    assert all(set(part.targets) == {0, 1} for part in splits.parts.values())
    assert sum(map(len, splits.parts.values())) == 182 + 181  # as the file's source tells


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(0, 99), st.integers(0, 9))
def test_a_limit_takes_of_every_class_its_share(counts, percent, seed):
    data, limit = classified(counts), max(len(counts), sum(counts) * percent // 100)
    few = Selection(limit=limit).to_train_on(data, Shares(seed=seed))
    kept = np.bincount(few.targets, minlength=len(counts))
    assert kept.sum() == limit
    assert (kept >= 1).all()
    assert (np.abs(kept - np.array(counts) * limit / sum(counts)) < len(counts)).all()


def test_a_limit_of_equal_classes_takes_equally_many():
    few = Selection(limit=25).to_train_on(classified([30] * 5), Shares())
    assert np.bincount(few.targets).tolist() == [5] * 5


def test_a_smaller_limit_takes_fewer_of_the_same():
    ten, hundred, whole = (rows(DIGITS(limit=limit).train) for limit in (10, 100, None))
    assert set(ten) < set(hundred) < set(whole)
    assert len(ten) == 10
    assert set(rows(DIGITS(limit=10, seed=1).train)) != set(ten)


def test_a_limit_without_classes_or_chance():
    regression = measured(20)
    some = Selection(limit=6).to_train_on(regression, Shares(seed=4)).inputs[:, 0]
    assert len(set(some)) == 6
    assert list(some) != list(range(6))
    first = Selection(limit=6).to_train_on(regression, Shares(shuffle=False))
    assert first.inputs[:, 0].tolist() == list(range(6))


def test_validation_and_test_stay_as_they_are():
    plain, spoilt = DIGITS(validation=0.2), DIGITS(validation=0.2, limit=50, wrong_labels=0.5)
    for name in ("validation", "test"):
        assert spoilt.parts[name].digest() == plain.parts[name].digest()


def test_wrong_labels_are_exactly_so_many_and_all_wrong():
    right, wrong = DIGITS(limit=300).train, DIGITS(limit=300, wrong_labels=0.2).train
    np.testing.assert_array_equal(right.inputs, wrong.inputs)
    spoilt = right.targets != wrong.targets
    assert spoilt.sum() == 60
    ahead = (wrong.targets - right.targets)[spoilt] % 10
    assert set(ahead) == set(range(1, 10))
    assert (DIGITS(limit=300, wrong_labels=1.0).train.targets != right.targets).all()


def test_which_are_chosen_is_pinned():
    """Raw bits of PCG64 never change: neither may these."""
    data = classified([6, 6])
    few = Selection(limit=4, wrong_labels=0.25).to_train_on(data, Shares(seed=7))
    places = [rows(data).index(row) for row in rows(few)]
    assert places == [2, 5, 6, 7]
    assert few.targets.tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"only_classes": ["ten"]}, "unknown class 'ten' in data 'digits'"),
        ({"only_classes": []}, "only_classes must name a class"),
        ({"only_classes": [1, "1"]}, "only_classes names '1' 2 times"),
        ({"limit": 0}, "limit must be at least 1, got 0"),
        ({"limit": 9}, "limit must be from 10, one for each class, to 1438"),
        ({"limit": 1439}, "to 1438, which data 'digits' has to train on, got 1439"),
        ({"wrong_labels": 20}, "wrong_labels must be a share from 0 to 1, got 20"),
        ({"wrong_labels": 0.1, "only_classes": [4]}, "wrong_labels needs a second class"),
    ],
)
def test_what_cannot_be_taken_is_refused(settings, message):
    with pytest.raises(ConvkitError, match=message):
        DIGITS(**settings)


@pytest.mark.parametrize("settings", [{"only_classes": ["a"]}, {"wrong_labels": 0.1}])
def test_values_have_no_classes(settings):
    (option,) = settings
    with pytest.raises(ConvkitError, match=f"{option} is about classes"):
        DATASETS["diabetes"](**settings)
