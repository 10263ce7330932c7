"""Splits: a partition, in whole numbers told beforehand, the same everywhere."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.data import DATASETS, Shares, split
from convkit.errors import ConvkitError
from tests.data.making import classified, measured

SHARES = st.floats(0, 0.45)


def numbers(splits):
    """Return the numbers of the samples in each part of a regression made by `measured`."""
    return {name: part.inputs[:, 0].astype(int).tolist() for name, part in splits.parts.items()}


@given(st.integers(3, 60), SHARES, SHARES, st.integers(0, 2**32), st.booleans())
def test_a_split_is_a_partition(count, test, validation, seed, shuffle):
    splits = split(measured(count), Shares(test, validation, seed, shuffle=shuffle))
    parts = numbers(splits)
    assert sorted(chain(*parts.values())) == list(range(count))
    for name, share in (("test", test), ("validation", validation)):
        assert (name in parts) == (share > 0)
        # Of fewer, the one that is left to train on may have to come from elsewhere.
        if share > 0 and count >= 20:
            assert abs(len(parts[name]) - count * share) <= 0.5 or len(parts[name]) == 1
    for part in splits.parts.values():
        assert np.array_equal(part.targets[:, 0], part.inputs[:, 0] * 100 + 7)


@given(
    st.lists(st.integers(8, 40), min_size=2, max_size=8),
    st.floats(0, 0.3),
    st.floats(0, 0.3),
    st.integers(0, 99),
)
def test_every_class_has_its_share_within_1(counts, test, validation, seed):
    parts = counted(split(classified(counts), Shares(test, validation, seed)))
    assert sum(parts.values()).tolist() == counts
    for name, share in (("test", test), ("validation", validation)):
        if share > 0:
            exact = np.array(counts) * share
            assert (np.abs(parts[name] - exact) < 1 + 1e-6).all()
            # In all, the nearest whole number, unless rare classes need more.
            needed = np.maximum(np.floor(exact + 1e-9), 1).sum()
            assert parts[name].sum() <= max(needed, exact.sum() + 0.5 + 1e-6)
            assert parts[name].sum() >= exact.sum() - 0.5 - 1e-6
    assert (np.abs(parts["train"] - np.array(counts) * (1 - test - validation)) < 2 + 1e-6).all()


@given(st.lists(st.integers(3, 12), min_size=1, max_size=8), SHARES, SHARES)
def test_every_class_is_in_every_part_however_rare(counts, test, validation):
    parts = counted(split(classified(counts), Shares(test, validation)))
    assert len(parts) == 1 + (test > 0) + (validation > 0)
    assert all((part > 0).all() for part in parts.values())
    assert sum(parts.values()).tolist() == counts


def counted(splits):
    return {name: np.bincount(part.targets) for name, part in splits.parts.items()}


def test_the_numbers_of_digits_by_hand():
    splits = DATASETS["digits"](test=0.2, validation=0.1)
    # 1797 * 0.2 = 359.4 and 1797 * 0.1 = 179.7
    assert [len(part) for part in splits.parts.values()] == [1258, 180, 359]
    # A fifth of 178 182 177 183 181 182 181 179 174 180: 35.6 36.4 35.4 36.6 36.2 36.4 36.2 35.8
    # 34.8 36.0; the four largest remainders (.8 .8 .6 .6) are rounded up, which makes 359.
    assert list(splits.test.class_counts().values()) == [36, 36, 35, 37, 36, 36, 36, 36, 35, 36]


def test_shares_that_float_arithmetic_gets_wrong():
    # 0.29 * 100 is 28.999999999999996
    assert list(split(classified([100, 100]), Shares(0.29)).test.class_counts().values()) == [
        29,
        29,
    ]


def test_proportions_are_those_of_scikit_learn():
    selection = pytest.importorskip("sklearn.model_selection")
    data = classified([7, 33, 160])
    theirs = selection.train_test_split(
        np.arange(200), test_size=0.25, stratify=data.targets, random_state=0
    )
    ours = split(data, Shares(0.25))
    for part, indices in zip((ours.train, ours.test), theirs, strict=True):
        assert np.abs(np.bincount(part.targets) - np.bincount(data.targets[indices])).max() <= 1


def test_the_order_is_pinned():
    # Raw bits of PCG64 never change: neither may these.
    parts = numbers(split(measured(10), Shares(0.3, seed=7)))
    assert parts == {"train": [1, 8, 6, 5, 9, 2, 4], "test": [7, 0, 3]}


def test_seeds_differ_and_repeat():
    first, again, other = (
        numbers(split(measured(50), Shares(0.2, seed=seed))) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_unshuffled_parts_follow_each_other():
    parts = numbers(split(measured(10), Shares(0.2, 0.3, shuffle=False)))
    assert parts == {"train": [0, 1, 2, 3, 4], "validation": [5, 6, 7], "test": [8, 9]}


def test_nothing_to_split_moves_nothing():
    data = measured(5)
    assert split(data, Shares(test=0.0)).train is data


def test_what_is_drawn_has_nothing_to_do_with_the_split():
    """One seed draws the samples and splits them: the two must not know each other."""
    parts = DATASETS["moons"](samples=4000, noise=0.0, seed=3)
    angle = {
        name: np.arctan2(part.inputs[:, 1], part.inputs[:, 0])[part.targets == 0]
        for name, part in parts.parts.items()
    }
    assert abs(np.mean(angle["test"]) - np.mean(angle["train"])) < 0.2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"test": 1.0}, "test must be a share from 0 to below 1, got 1.0"),
        ({"test": -0.1}, "got -0.1"),
        ({"test": float("nan")}, "got nan"),
        ({"test": 0.5, "validation": 0.5}, "take all samples"),
        ({"stratify": True, "shuffle": False}, "stratify needs samples to be shuffled"),
        ({"seed": -1}, "seed must be 0 or more, got -1"),
    ],
)
def test_bad_settings(settings, words):
    with pytest.raises(ConvkitError, match=words):
        split(classified([5, 5]), Shares(**settings))


def test_too_rare_a_class_is_named():
    with pytest.raises(ConvkitError, match=r"class 'c1' of data 'made' has 1 sample, .*stratify"):
        split(classified([10, 1]), Shares(0.2))
    assert len(split(classified([10, 1]), Shares(0.2, stratify=False)).test) == 2


def test_too_few_samples():
    with pytest.raises(ConvkitError, match="has 2 samples, too few for 3 parts"):
        split(measured(2), Shares(0.2, 0.2))


def test_values_are_not_stratified():
    with pytest.raises(ConvkitError, match="values, not classes"):
        split(measured(10), Shares(0.2, stratify=True))
