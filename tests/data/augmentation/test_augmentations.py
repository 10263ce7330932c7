"""Each augmentation: what it does to pictures, beside SciPy or by hand, and what it refuses."""

import inspect

import numpy as np
import pytest
from scipy.ndimage import affine_transform

from convkit.data import AUGMENTATIONS, Dataset, Mixed, Pipeline, misfits
from convkit.data.augmentation.affine import Affines, Rotate, Scale, Shift, warp
from convkit.errors import ConvkitError

SETTINGS = {
    "flip": {},
    "shift": {"pixels": (0.5, 2)},
    "crop": {"padding": 2},
    "rotate": {"degrees": 30},
    "scale": {"ratio": 0.2},
    "noise": {"std": 0.1},
    "cutout": {"size": 3},
    "mixup": {},
}
every = pytest.mark.parametrize("name", AUGMENTATIONS)


def rng(seed=0):
    return np.random.default_rng(seed)


def pictures(count=5, height=6, width=7, channels=2):
    return rng(1).random((count, height, width, channels), np.float32)


def labels(count=5):
    return np.arange(count) % 3


def made(name, **settings):
    return AUGMENTATIONS[name](**{**SETTINGS[name], **settings})


def changed(name, inputs, **settings):
    return made(name, **settings)(inputs, labels(len(inputs)), rng())[0]


# --- all of them ---


def test_every_augmentation_is_tested():
    assert set(SETTINGS) == set(AUGMENTATIONS)


@every
def test_the_docstring_explains_every_argument(name):
    augmentation = AUGMENTATIONS[name]
    assert augmentation.name == name
    for argument in inspect.signature(augmentation).parameters:
        assert f"    {argument} : " in augmentation.__doc__


@every
def test_a_batch_is_changed_and_what_came_in_is_not(name):
    inputs, targets = pictures(), labels()
    before = inputs.copy()
    inputs.setflags(write=False)
    outputs, kept = made(name)(inputs, targets, rng())
    assert (outputs.shape, outputs.dtype) == (inputs.shape, np.float32)
    assert not np.array_equal(outputs, before)
    np.testing.assert_array_equal(np.asarray(kept), labels())


@every
def test_the_same_numbers_make_the_same_batch(name):
    first, second = (changed(name, pictures()) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, made(name)(pictures(), labels(), rng(7))[0])


# --- warps ---


@pytest.mark.parametrize(
    ("padding_mode", "scipys"), [("edge", "nearest"), ("constant", "grid-constant")]
)
def test_a_warp_is_scipys(padding_mode, scipys):
    inputs = pictures(4, 6, 9, 2)
    sources = np.tile(np.eye(3, dtype=np.float32), (4, 1, 1))
    sources[1:, :2] += rng(3).normal(0, 0.6, (3, 2, 3)).astype(np.float32)
    outputs = warp(inputs, sources, padding_mode)
    middle = (np.array([6, 9]) - 1) / 2
    for picture, matrix, output in zip(inputs, sources.astype(np.float64), outputs, strict=True):
        offset = middle + matrix[:2, 2] - matrix[:2, :2] @ middle
        for channel in range(2):
            expected = affine_transform(
                picture[..., channel].astype(np.float64),
                matrix[:2, :2],
                offset,
                order=1,
                mode=scipys,
            )
            np.testing.assert_allclose(output[..., channel], expected, atol=2e-6)
    np.testing.assert_array_equal(outputs[0], inputs[0])


def test_a_quarter_turn_is_numpys():
    quarter = np.array([[[0, -1, 0], [1, 0, 0], [0, 0, 1]]], np.float32)
    inputs = pictures(1, 5, 5, 1)
    np.testing.assert_array_equal(warp(inputs, quarter), np.rot90(inputs, axes=(2, 1)))


def test_rotations_are_within_their_angle():
    matrices = Rotate(20).sources(500, rng()).astype(np.float64)
    np.testing.assert_allclose(np.linalg.det(matrices), 1, atol=1e-6)
    np.testing.assert_allclose(matrices @ matrices.transpose(0, 2, 1), [np.eye(3)] * 500, atol=1e-6)
    angles = np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    assert -20 <= angles.min() < -18
    assert 18 < angles.max() <= 20


def test_factors_are_within_their_ratio():
    factors = 1 / Scale(0.25).sources(500, rng())[:, 0, 0]
    assert 0.75 <= factors.min() < 0.77
    assert 1.23 < factors.max() <= 1.25


def test_pixels_are_within_their_bounds():
    moves = np.abs(Shift((1, 3)).sources(500, rng())[:, :2, 2])
    assert (moves.max(axis=0) <= (1, 3)).all()
    assert (moves.max(axis=0) > (0.9, 2.8)).all()


def test_neighbours_are_interpolated_once():
    """As if the second took its pixels from a picture that the first had made, without loss."""
    parts = [Rotate(30, "edge"), Shift(3, "edge")]
    both = Affines(parts).sources(3, rng())
    drawn = rng()
    turned, moved = (part.sources(3, drawn) for part in parts)
    point = np.array([1.5, -2, 1])
    for one, first, second in zip(both, turned, moved, strict=True):
        np.testing.assert_allclose(one @ point, first @ (second @ point), rtol=1e-5)
    outputs, _ = Pipeline(parts)(pictures(3), labels(3), rng())
    np.testing.assert_array_equal(outputs, warp(pictures(3), both, "edge"))


def test_neighbours_with_other_edges_are_not_joined():
    parts = [Rotate(30, "edge"), Shift(2, "constant")]
    drawn = rng()
    expected = parts[1].change(parts[0].change(pictures(), drawn), drawn)
    outputs, _ = Pipeline(parts)(pictures(), labels(), rng())
    np.testing.assert_array_equal(outputs, expected)


# --- pixels ---


@pytest.mark.parametrize(
    ("direction", "axes"),
    [("horizontal", [(), (2,)]), ("vertical", [(), (1,)]), ("both", [(), (1,), (2,), (1, 2)])],
)
def test_half_of_the_pictures_are_mirrored(direction, axes):
    inputs = np.tile(pictures(1), (400, 1, 1, 1))
    outputs = changed("flip", inputs, direction=direction)
    shares = [np.mean((outputs == np.flip(inputs, axis)).all(axis=(1, 2, 3))) for axis in axes]
    assert sum(shares) == 1
    assert shares == pytest.approx([1 / len(axes)] * len(axes), abs=0.07)


@pytest.mark.parametrize("padding_mode", ["constant", "edge"])
def test_a_crop_is_a_window_of_the_padded_picture(padding_mode):
    inputs = np.tile(pictures(1, 4, 5), (200, 1, 1, 1))
    outputs = changed("crop", inputs, padding=2, padding_mode=padding_mode)
    padded = np.pad(inputs[0], ((2, 2), (2, 2), (0, 0)), mode=padding_mode)
    windows = {padded[y : y + 4, x : x + 5].tobytes() for y in range(5) for x in range(5)}
    assert {output.tobytes() for output in outputs} == windows


def test_a_square_is_covered():
    outputs = changed("cutout", np.ones((500, 6, 7, 2), np.float32), size=3, fill=0.5)
    sizes = set()
    for covered in (outputs == 0.5).all(axis=3):
        rows, columns = covered.any(axis=1), covered.any(axis=0)
        np.testing.assert_array_equal(covered, np.outer(rows, columns))
        sizes.add((int(rows.sum()), int(columns.sum())))
    assert set(np.unique(outputs)) == {np.float32(0.5), np.float32(1)}
    assert sizes == {(height, width) for height in (2, 3) for width in (2, 3)}


def test_noise_has_its_deviation():
    inputs = np.full((50, 6, 7, 2), 3, np.float32)
    outputs = changed("noise", inputs, std=0.5)
    assert outputs.mean() == pytest.approx(3, abs=0.02)
    assert outputs.std() == pytest.approx(0.5, abs=0.02)


# --- mixing ---


def test_samples_and_targets_are_mixed_alike():
    inputs = np.eye(6, dtype=np.float32)
    for seed in range(20):
        outputs, targets = made("mixup", alpha=0.7)(inputs, np.arange(6), rng(seed))
        assert isinstance(targets, Mixed)
        assert 0.5 <= targets.share <= 1
        expected = targets.share * inputs + (1 - targets.share) * inputs[targets.second]
        np.testing.assert_allclose(outputs, expected, rtol=1e-6)


def test_mixed_targets_are_cut_and_blended():
    mixed = Mixed(np.array([1.0, 2, 3]), np.array([5.0, 6, 7]), 0.75)
    part = mixed[1:]
    assert len(part) == 2
    assert np.asarray(part).tolist() == [2, 3]
    assert part.blend(np.sum) == 0.75 * 5 + 0.25 * 13


# --- what doesn't fit ---


PICTURES = Dataset("digits", pictures(3, 8, 8, 1), labels(3), ("0", "1", "2"))
TABLE = Dataset("iris", np.ones((3, 4), np.float32), labels(3), ("a", "b", "c"))
TEXTS = Dataset("text", np.ones((3, 4), np.float32), labels(3), ("a", "b", "c"), symbols=("x", "y"))


@pytest.mark.parametrize("dataset", [PICTURES, TABLE, TEXTS], ids=lambda each: each.name)
@every
def test_only_noise_and_mixup_are_for_tables_and_none_for_texts(name, dataset):
    fits = dataset is PICTURES or (dataset is TABLE and name in ("noise", "mixup"))
    reasons = [error.message for _, error in misfits([made(name)], dataset)]
    assert (not reasons) == fits
    assert all(reason.startswith(f"{name} takes ") for reason in reasons)
    if fits:
        made(name)(dataset.inputs, dataset.targets, rng())


def test_every_misfit_is_told_with_its_place():
    wrong = [made("mixup"), made("crop", padding=8), made("mixup"), made("cutout", size=8)]
    found = {place: error.message for place, error in misfits(wrong, PICTURES)}
    assert list(found) == [1, 2, 3]
    assert "padding (=8) must be smaller than the pictures of data 'digits'" in found[1]
    assert "mixup can be there only once" in found[2]
    assert "size (=8) must be smaller" in found[3]


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("flip", {"direction": "horisontal"}, "unknown direction 'horisontal'.*'horizontal'"),
        ("shift", {"pixels": 0}, "pixels must be above 0, got 0"),
        ("shift", {"pixels": (1, -1)}, r"pixels must be above 0, got \(1, -1\)"),
        ("shift", {"padding_mode": "wrap"}, "unknown padding_mode 'wrap'"),
        ("crop", {"padding": 0}, "padding must be at least 1, got 0"),
        ("rotate", {"degrees": 181}, "degrees must be above 0 and at most 180, got 181"),
        ("rotate", {"degrees": float("nan")}, "degrees must be above 0 .*, got nan"),
        ("scale", {"ratio": 1}, "ratio must be below 1, got 1"),
        ("scale", {"ratio": -0.1}, "ratio must be above 0, got -0.1"),
        ("noise", {"std": 0}, "std must be above 0, got 0"),
        ("cutout", {"size": 0}, "size must be at least 1, got 0"),
        ("mixup", {"alpha": 0}, "alpha must be above 0, got 0"),
    ],
)
def test_what_is_refused(name, settings, message):
    with pytest.raises(ConvkitError, match=message):
        made(name, **settings)
