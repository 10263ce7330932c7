"""Samples drawn, at random and from one to another, and the files they become."""

import numpy as np
import pytest
from PIL import Image

from convkit.errors import ConvkitError
from convkit.families.abilities import Draws
from convkit.report.drawing import STEPS, drawn, interpolated, save_samples

PICTURES = np.random.default_rng(0).random((6, 4, 5, 3))
POINTS = np.random.default_rng(1).standard_normal((5, 2)).astype(np.float32)


class Doubling(Draws):
    """Draws codes that are twice as long as they are."""

    latent = 3

    def decode(self, codes):
        return 2 * codes

    def draw_codes(self, count, rng):
        return rng.standard_normal((count, self.latent)).astype(np.float32)


def test_samples_are_what_random_codes_stand_for():
    expected = 2 * np.random.default_rng(3).standard_normal((4, 3)).astype(np.float32)
    np.testing.assert_array_equal(drawn(Doubling(), 4, np.random.default_rng(3)), expected)


def test_rows_lead_straight_from_one_code_to_another():
    rows = interpolated(Doubling(), 2, np.random.default_rng(3)).reshape(2, STEPS, 3)
    codes = np.random.default_rng(3).standard_normal((4, 3)).astype(np.float32)
    np.testing.assert_array_equal(rows[:, 0], 2 * codes[:2])
    np.testing.assert_array_equal(rows[:, -1], 2 * codes[2:])
    np.testing.assert_allclose(np.diff(rows, 2, axis=1), 0, atol=1e-6)
    assert rows.dtype == np.float32


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".tsv"])
def test_numbers_are_the_same_when_they_are_read_again(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    save_samples(POINTS, path, ["x", "y"], None, force=False)
    if suffix in (".npy", ".npz"):
        read = np.load(path)
        read = read if suffix == ".npy" else read["inputs"]
    else:
        delimiter = {".csv": ",", ".tsv": "\t"}[suffix]
        assert path.read_text().splitlines()[0] == delimiter.join("xy")
        read = np.loadtxt(path, delimiter=delimiter, skiprows=1, dtype=np.float32)
    np.testing.assert_array_equal(read, POINTS)


@pytest.mark.parametrize(("columns", "shape"), [(None, (3, 2)), (6, (6, 1))])
def test_pictures_stand_in_a_grid(tmp_path, columns, shape):
    path = tmp_path / "a.png"
    save_samples(PICTURES, path, [], columns, force=False)
    across, down = shape
    side = {"width": 5, "height": 4}
    with Image.open(path) as picture:
        tile_width = (picture.width - 2) / across - 2
        tile_height = (picture.height - 2) / down - 2
    assert tile_width / tile_height == side["width"] / side["height"]


@pytest.mark.parametrize(
    ("samples", "name", "message"),
    [
        (PICTURES, "a.csv", "samples of 4x5x3 don't fit a table"),
        (POINTS, "a.png", "samples of 2 are no pictures"),
        (PICTURES, "a.xyz", "xyz"),
        (POINTS, "b/a.csv", "no such folder"),
    ],
)
def test_files_that_samples_do_not_fit(tmp_path, samples, name, message):
    with pytest.raises(ConvkitError, match=message):
        save_samples(samples, tmp_path / name, ["x", "y"], None, force=False)
    assert not any(tmp_path.iterdir())
