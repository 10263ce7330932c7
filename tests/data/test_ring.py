"""The ring of heaps of points, by its geometry."""

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.errors import ConvkitError


def drawn(**settings):
    return DATASETS["ring"](test=0.0, **settings).train


def test_its_heaps_are_where_they_should_be_and_as_wide():
    data = drawn(samples=8000, modes=8, radius=3.0, noise=0.05)
    for label in range(8):
        points = data.inputs[data.targets == label]
        assert len(points) == 1000
        angle = 2 * np.pi * label / 8
        centre = 3 * np.array([np.cos(angle), np.sin(angle)])
        np.testing.assert_allclose(points.mean(axis=0), centre, atol=0.01)
        np.testing.assert_allclose(points.std(axis=0), 0.05, rtol=0.1)
    assert data.classes == tuple(f"mode {number}" for number in range(1, 9))


def test_a_seed_draws_the_same_again():
    first, again, other = (drawn(samples=30, seed=seed).digest() for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"modes": 0}, "modes must be at least 1, got 0"),
        ({"samples": 7}, "samples must be at least 8, got 7"),
        ({"radius": 0.0}, "radius must be above 0, got 0.0"),
        ({"noise": float("nan")}, "noise must be above 0, got nan"),
    ],
)
def test_bad_settings(settings, words):
    with pytest.raises(ConvkitError, match=f"ring: {words}"):
        DATASETS["ring"](**settings)
