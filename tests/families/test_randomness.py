"""Random numbers: the same for the same purpose, independent for all others."""

import numpy as np
import pytest

from convkit.families.randomness import PURPOSES, generator


def drawn(*key):
    return generator(*key).random(4).tobytes()


def test_the_same_key_draws_the_same_numbers():
    assert drawn(1, "batches", 3) == drawn(1, "batches", 3)


def test_every_other_key_draws_others():
    keys = [
        (seed, purpose, *rest)
        for seed in (0, 1)
        for purpose in PURPOSES
        for rest in ((), (0,), (1,))
    ]
    assert len({drawn(*key) for key in keys}) == len(keys)


@pytest.mark.parametrize(("purpose", "number"), [("weights", 0), ("batches", 1), ("noise", 2)])
def test_results_of_earlier_versions_come_back(purpose, number):
    """A purpose keeps its number, and the number its meaning."""
    sequence = np.random.SeedSequence(7, spawn_key=(number,))
    expected = np.random.Generator(np.random.PCG64(sequence)).random(4)
    np.testing.assert_array_equal(generator(7, purpose).random(4), expected)
