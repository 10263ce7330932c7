"""PSNR and SSIM against scikit-image, and the comparison of whole pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from convkit import metrics
from convkit.errors import ConvkitError


def noisy_pair(shape, dtype=np.uint8, white=255.0, seed=0):
    """Return a smooth picture with texture, and the same with noise."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, white, shape[1]).reshape((1, -1) + (1,) * (len(shape) - 2))
    clean = np.clip(ramp + rng.normal(0, white / 20, shape), 0, white)
    noise = np.clip(clean + rng.normal(0, white / 10, shape), 0, white)
    return clean.astype(dtype), noise.astype(dtype)


def reference_ssim(actual, predicted, white):
    """Return scikit-image's SSIM with the settings that it names as those of the paper."""
    return structural_similarity(
        actual,
        predicted,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=white,
        channel_axis=2 if actual.ndim == 3 else None,
    )


KINDS = [(np.uint8, 255.0), (np.uint16, 65535.0), (np.float64, 1.0), (np.float32, 1.0)]


@pytest.mark.parametrize(("dtype", "white"), KINDS)
@pytest.mark.parametrize(
    "shape", [(11, 11), (11, 40), (75, 64), (73, 12), (74, 30), (75, 31), (139, 90, 3), (20, 20, 4)]
)
def test_pictures_agree_with_scikit_image(shape, dtype, white):
    pair = noisy_pair(shape, dtype, white)
    # scikit-image computes float32 in float32.
    wide = [picture.astype(np.float64) for picture in pair]
    assert metrics.ssim(*pair, data_range=white) == pytest.approx(
        reference_ssim(*wide, white), abs=1e-12
    )
    assert metrics.psnr(*pair, data_range=white) == pytest.approx(
        peak_signal_noise_ratio(*wide, data_range=white), rel=1e-12
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(11, 90), st.integers(11, 30), st.integers(0, 10**6))
def test_similarity_is_symmetric_and_at_most_one(height, width, seed):
    actual, predicted = noisy_pair((height, width), seed=seed)
    value = metrics.ssim(actual, predicted, data_range=255)
    assert value == pytest.approx(metrics.ssim(predicted, actual, data_range=255), abs=1e-14)
    assert -1 <= value < 1
    assert metrics.ssim(actual, actual, data_range=255) == pytest.approx(1, abs=1e-14)


def test_equal_pictures_have_infinite_psnr():
    picture, _ = noisy_pair((5, 5))
    assert metrics.psnr(picture, picture, data_range=255) == math.inf


def test_psnr_by_hand():
    # An error of one grey level everywhere: 20 log10(255).
    assert metrics.psnr([[7, 8]], [[8, 7]], data_range=255) == pytest.approx(48.1308036)
    # Black against white.
    assert metrics.psnr(np.uint8([[0]]), np.uint8([[255]]), data_range=255) == 0


@pytest.mark.parametrize("data_range", [1e-200, 1e200])
def test_an_extreme_range_neither_warns_nor_divides_by_zero(data_range):
    actual, predicted = noisy_pair((20, 20), np.float64, data_range * 1e-3)
    assert math.isfinite(metrics.ssim(actual, predicted, data_range=data_range))


@pytest.mark.parametrize("data_range", [0, -255, math.nan, math.inf])
@pytest.mark.parametrize("measure", [metrics.psnr, metrics.ssim])
def test_a_range_must_be_positive(measure, data_range):
    with pytest.raises(ConvkitError, match="data range must be a positive number"):
        measure(*noisy_pair((12, 12)), data_range=data_range)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((10, 40), "10x40 is smaller"),
        ((40, 10, 3), "smaller"),
        ((30,), "HxW"),
        ((2, 30, 30, 3), "HxW"),
    ],
)
def test_ssim_refuses_what_its_window_does_not_fit(shape, words):
    with pytest.raises(ConvkitError, match=words):
        metrics.ssim(np.zeros(shape), np.zeros(shape), data_range=1)


def test_a_picture_is_compared_as_a_whole_and_by_channel():
    actual, predicted = noisy_pair((30, 25, 4))
    overall, channels = metrics.compare_pictures([actual], [predicted], data_range=255)
    assert overall.keys() == {*metrics.MEASURES, *metrics.PICTURE_MEASURES}
    assert overall["mse"] == metrics.mse(actual, predicted)
    assert overall["ssim"] == pytest.approx(reference_ssim(actual, predicted, 255))
    assert len(channels) == 4
    for index, channel in enumerate(channels):
        planes = actual[..., index], predicted[..., index]
        assert channel["mse"] == metrics.mse(*planes)
        assert channel["r2"] == metrics.r2(*planes)
        assert channel["psnr"] == metrics.psnr(*planes, data_range=255)
        assert channel["ssim"] == pytest.approx(reference_ssim(*planes, 255))


@pytest.mark.parametrize("shape", [(12, 13), (12, 13, 1)])
def test_one_channel_is_the_whole(shape):
    actual, predicted = noisy_pair(shape)
    overall, channels = metrics.compare_pictures([actual], [predicted], data_range=255)
    assert channels == []
    assert overall["mse"] == metrics.mse(actual, predicted)


def test_errors_of_frames_are_pooled():
    # Frames of different sizes, as in a TIFF: the larger one weighs more.
    first, second = noisy_pair((12, 14), seed=1), noisy_pair((30, 20), seed=2)
    overall, _ = metrics.compare_pictures(*zip(first, second, strict=True), data_range=255)
    pooled = [np.concatenate([a.ravel(), b.ravel()]) for a, b in zip(first, second, strict=True)]
    assert overall["mse"] == metrics.mse(*pooled)
    assert overall["psnr"] == metrics.psnr(*pooled, data_range=255)
    similarities = [metrics.ssim(*pair, data_range=255) for pair in (first, second)]
    assert overall["ssim"] == pytest.approx(sum(similarities) / 2)


def test_a_small_frame_leaves_the_similarity_undefined():
    actual, predicted = noisy_pair((10, 12, 3))
    overall, channels = metrics.compare_pictures([actual], [predicted], data_range=255)
    assert math.isnan(overall["ssim"])
    assert all(math.isnan(channel["ssim"]) for channel in channels)
    assert overall["psnr"] > 0


def test_without_a_range_there_are_no_measures_of_pictures():
    actual, predicted = noisy_pair((12, 12))
    overall, _ = metrics.compare_pictures([actual], [predicted])
    assert overall == metrics.compare(actual, predicted)


def test_frames_must_match():
    frame = np.zeros((3, 3))
    with pytest.raises(ConvkitError, match="actual has 2, predicted 1"):
        metrics.compare_pictures([frame, frame], [frame])
    with pytest.raises(ConvkitError, match="actual has 3x3 values, predicted 3x4"):
        metrics.compare_pictures([frame], [np.zeros((3, 4))])
    with pytest.raises(ConvkitError, match="no frames"):
        metrics.compare_pictures([], [])


def test_every_measure_shows_its_formula():
    for measure in (metrics.MEASURES | metrics.PICTURE_MEASURES).values():
        assert measure.formula
        assert measure.function.__doc__
