"""How alike samples are, counted by plain loops."""

from math import dist

import numpy as np
import pytest

from convkit.data import DATASETS, Dataset
from convkit.families.likeness import figures, likeness

RNG = np.random.default_rng(0)


def pictures(samples, labels=None, classes=("a", "b", "c")):
    targets = np.zeros((len(samples), 1), np.float32) if labels is None else labels
    return Dataset("pictures", samples, targets, None if labels is None else classes)


def ring():
    return DATASETS["ring"](samples=4000, test=0.0).train


def centre(label):
    return 2 * np.array([np.cos(np.pi * label / 4), np.sin(np.pi * label / 4)])


def test_real_points_are_of_the_highest_quality_that_there_is():
    """Within 3σ in the plane lie 1 - exp(-9/2) of a normal distribution."""
    other = DATASETS["ring"](samples=20000, test=0.0, seed=1).train.inputs
    measured = likeness(ring()).measure(other)
    assert measured == {"modes": 8, "quality": pytest.approx(1 - np.exp(-4.5), abs=0.004)}


def test_points_in_between_are_of_none_and_a_few_points_cover_nothing():
    measure = likeness(ring())
    between = np.tile((centre(0) + centre(1)) / 2, (900, 1))
    # Of 1000 points two are 0.2 %, and one is less.
    near = [centre(label) for label in (2, 2, 5)] + [centre(3)] * 97
    measured = measure.measure(np.concatenate([between, near]))
    assert measured == {"modes": 2, "quality": 0.1}


def test_the_quality_of_points_is_that_of_their_distances():
    real = ring()
    points = real.inputs[:200].astype(np.float64) + RNG.normal(0, 0.04, (200, 2))
    centres = [real.inputs[real.targets == label].mean(axis=0) for label in range(8)]
    near = [min(dist(point, each) for each in centres) <= 3 * 0.02 for point in points]
    measured = likeness(real).measure(points)["quality"]
    assert measured == pytest.approx(np.mean(near), abs=0.02)


def third_neighbour(samples, number):
    others = [dist(samples[number], each) for place, each in enumerate(samples) if place != number]
    return sorted(others)[2]


def test_precision_and_recall_are_those_of_plain_loops():
    labels = np.arange(40) % 3
    real = RNG.normal(size=(40, 2, 2, 1)).astype(np.float32) + labels[:, None, None, None]
    made = 1.5 * RNG.normal(size=(40, 2, 2, 1)).astype(np.float32)
    mine, theirs = made.reshape(40, -1), real.reshape(40, -1)
    precise = [
        any(dist(x, r) <= third_neighbour(theirs, place) for place, r in enumerate(theirs))
        for x in mine
    ]
    recalled = [
        any(dist(x, r) <= third_neighbour(mine, place) for place, x in enumerate(mine))
        for r in theirs
    ]
    nearest = [labels[np.argmin([dist(x, r) for r in theirs])] for x in mine]
    covered = {label for label, good in zip(nearest, precise, strict=True) if good}
    assert 0 < np.mean(precise) < 1
    assert 0 < np.mean(recalled) < 1
    assert likeness(pictures(real.astype(np.float32), labels)).measure(made) == {
        "precision": np.mean(precise),
        "recall": np.mean(recalled),
        "modes": len(covered),
    }


def test_one_picture_again_and_again_is_precise_and_recalls_nothing():
    real = RNG.random((50, 4, 4, 1), np.float32)
    measured = likeness(pictures(real)).measure(np.repeat(real[:1], 50, axis=0))
    assert measured == {"precision": 1, "recall": 1 / 50}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_very_few_samples_can_be_compared(count, seed):
    real = np.random.default_rng(seed).random((count, 2, 2, 1), np.float32)
    assert likeness(pictures(real)).measure(real)["precision"] == 1


def test_the_names_are_known_before():
    real = RNG.random((5, 2, 2, 1), np.float32)
    labels = np.zeros(5, np.int64)
    for dataset in (ring(), pictures(real), pictures(real, labels)):
        measured = likeness(dataset).measure(dataset.inputs)
        assert tuple(measured) == figures(dataset.sample_shape, labelled=dataset.labelled)
