"""Noise: as much of it as was asked for, within the data's limits."""

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.families.corruption import Noise

LIMITS = np.array([-1, 3], np.float32)
FLAT = np.ones((40, 50), np.float32)


def spoilt(noise, inputs=FLAT, seed=0):
    return noise.spoil(inputs, LIMITS, np.random.default_rng(seed))


def test_gaussian_noise_has_the_deviation_that_was_asked_for():
    noisy = spoilt(Noise(0.3))
    assert noisy.dtype == np.float32
    assert noisy.mean() == pytest.approx(1, abs=0.03)
    assert noisy.std() == pytest.approx(0.3, rel=0.05)
    assert (FLAT == 1).all()


def test_what_is_beyond_the_limits_is_cut_off():
    noisy = spoilt(Noise(5.0))
    assert noisy.min() == -1
    assert noisy.max() == 3


def test_masking_and_salt_and_pepper_spoil_a_share():
    masked, peppered = spoilt(Noise(0.2, "masking")), spoilt(Noise(0.2, "salt_and_pepper"))
    assert np.mean(masked == -1) == pytest.approx(0.2, abs=0.03)
    assert np.mean(masked == 1) == pytest.approx(0.8, abs=0.03)
    for value, share in ((-1, 0.1), (3, 0.1), (1, 0.8)):
        assert np.mean(peppered == value) == pytest.approx(share, abs=0.03)
    assert masked.dtype == peppered.dtype == np.float32


@pytest.mark.parametrize("kind", ["gaussian", "masking", "salt_and_pepper"])
def test_the_same_generator_gives_the_same_noise(kind):
    noise = Noise(0.4, kind)
    assert spoilt(noise).tobytes() == spoilt(noise).tobytes()
    assert spoilt(noise).tobytes() != spoilt(noise, seed=1).tobytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((0.0,), "amount must be more than 0, got 0"),
        ((-1.0,), "amount must be more than 0, got -1"),
        ((1.5, "masking"), "amount must be a share above 0 and up to 1, got 1.5"),
        ((0.0, "salt_and_pepper"), "amount must be a share"),
        ((0.1, "gausian"), "unknown kind of noise 'gausian'"),
    ],
)
def test_what_is_no_noise(arguments, said):
    with pytest.raises(ConvkitError, match=said):
        Noise(*arguments)
