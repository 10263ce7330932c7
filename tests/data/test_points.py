"""Gates by their truth tables; clouds of points by their geometry."""

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.errors import ConvkitError


@pytest.mark.parametrize(
    ("name", "truth"),
    [("and", lambda a, b: a and b), ("or", lambda a, b: a or b), ("xor", lambda a, b: a != b)],
)
def test_gates(name, truth):
    splits = DATASETS[name]()
    assert splits.test is None
    points = {tuple(each): int(label) for each, label in zip(*exact(splits.train), strict=True)}
    assert points == {(a, b): int(truth(a, b)) for a in (0, 1) for b in (0, 1)}


def exact(data):
    return data.inputs.tolist(), data.targets.tolist()


def drawn(name, **settings):
    return DATASETS[name](test=0.0, **settings).train


def test_moons_are_half_circles():
    data = drawn("moons", samples=500, noise=0.0)
    upper, lower = (data.inputs[data.targets == k].astype(np.float64) for k in range(2))
    assert np.allclose(np.hypot(*upper.T), 1, atol=1e-6)
    assert (upper[:, 1] >= -1e-6).all()
    assert np.allclose(np.hypot(*(lower - [1, 0.5]).T), 1, atol=1e-6)
    assert (lower[:, 1] <= 0.5 + 1e-6).all()


def test_circles_have_their_radii():
    data = drawn("circles", samples=300, noise=0.0, factor=0.3)
    radii = np.hypot(*data.inputs.T)
    assert np.allclose(radii[data.targets == 0], 1, atol=1e-6)
    assert np.allclose(radii[data.targets == 1], 0.3, atol=1e-6)


def test_spirals_wind_evenly():
    data = drawn("spirals", samples=900, noise=0.0, arms=3, turns=2)
    radii = np.hypot(*data.inputs.T)
    angles = np.arctan2(data.inputs[:, 1], data.inputs[:, 0])
    # What is left of the angle when the arm and the winding are taken off is nothing.
    left = angles - 2 * np.pi * (2 * radii + data.targets / 3)
    assert np.abs(np.exp(1j * left) - 1).max() < 1e-4
    assert data.classes == ("arm 1", "arm 2", "arm 3")
    # As many points inside as outside radius 0.5**0.5, which halves the disc's area.
    assert abs((radii < 0.5**0.5).mean() - 0.5) < 0.06


@pytest.mark.parametrize("name", ["moons", "circles", "spirals"])
def test_noise_has_the_deviation_that_was_asked_for(name):
    still, noisy = (drawn(name, samples=4000, noise=noise, seed=4) for noise in (0.0, 0.25))
    difference = noisy.inputs - still.inputs
    assert abs(difference.std() - 0.25) < 0.01
    assert abs(difference.mean()) < 0.01


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "shapes"])
def test_a_seed_draws_the_same_again(name):
    first, again, other = (drawn(name, samples=30, seed=seed).digest() for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "shapes"])
@pytest.mark.parametrize("samples", [60, 61])
def test_classes_are_of_equal_size(name, samples):
    counts = drawn(name, samples=samples).class_counts().values()
    assert sum(counts) == samples
    assert max(counts) - min(counts) == samples % 2


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("moons", {"samples": 1}, "moons: samples must be at least 2, got 1"),
        ("moons", {"noise": -0.1}, "moons: noise must be 0 or more, got -0.1"),
        ("circles", {"noise": float("nan")}, "circles: noise must be 0 or more, got nan"),
        ("circles", {"factor": 1.0}, "factor must be between 0 and 1, got 1.0"),
        ("spirals", {"arms": 1}, "arms must be at least 2, got 1"),
        ("spirals", {"turns": 0.0}, "turns must be above 0, got 0.0"),
        ("shapes", {"samples": 5}, "shapes: samples must be at least 6, got 5"),
        ("shapes", {"size": 7}, "size must be at least 8 pixels, got 7"),
        ("shapes", {"noise": -1.0}, "noise must be 0 or more"),
        ("shapes", {"samples": 10**9}, "would take .* GB of memory"),
    ],
)
def test_bad_settings(name, settings, words):
    with pytest.raises(ConvkitError, match=words):
        DATASETS[name](**settings)
