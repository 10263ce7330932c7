"""Many samples in one picture."""

import numpy as np
import pytest
from PIL import Image

from convkit.errors import ConvkitError
from convkit.experiment.run import Run
from convkit.report.pictures import BETWEEN, film_strip, picture_grid, write_pictures


def test_a_grid_is_filled_row_by_row():
    samples = np.linspace(0, 1, 5, dtype=np.float32).reshape(5, 1, 1, 1)
    grid = picture_grid(samples, columns=3, gap=0, enlarge=1)
    assert grid.dtype == np.uint8
    assert grid[..., 0].tolist() == [[0, 64, 128], [191, 255, BETWEEN]]


def test_gaps_lie_between_samples_and_around_them():
    grid = picture_grid(np.ones((2, 2, 3, 3)), columns=2, gap=1, enlarge=2)
    assert grid.shape == (4 + 2, 2 * 6 + 3, 3)
    ink = np.argwhere(grid[..., 0] == 255)
    assert [*ink.min(axis=0), *ink.max(axis=0)] == [1, 1, 4, 13]
    assert (grid[:, [0, 7, 14]] == BETWEEN).all()
    assert (grid[[0, 5]] == BETWEEN).all()


def test_each_pixel_is_repeated():
    grid = picture_grid(np.array([0.0, 1.0]).reshape(1, 1, 2, 1), gap=0, enlarge=3)
    assert grid[..., 0].tolist() == [[0, 0, 0, 255, 255, 255]] * 3


@pytest.mark.parametrize(("side", "shown"), [(8, 48), (28, 56), (32, 64), (48, 48), (100, 100)])
def test_small_samples_are_enlarged_to_about_48_pixels(side, shown):
    assert picture_grid(np.zeros((1, side, side, 1)), gap=0).shape == (shown, shown, 1)


@pytest.mark.parametrize(
    ("count", "rows", "columns"), [(1, 1, 1), (2, 1, 2), (7, 3, 3), (64, 8, 8)]
)
def test_without_columns_a_grid_is_about_square(count, rows, columns):
    grid = picture_grid(np.zeros((count, 1, 1, 1)), gap=0, enlarge=1)
    assert grid.shape == (rows, columns, 1)


def test_what_is_beyond_black_and_white_is_cut_off():
    samples = np.array([-3.0, 7.0, np.nan, np.inf]).reshape(4, 1, 1, 1)
    assert picture_grid(samples, 4, gap=0, enlarge=1).ravel().tolist() == [0, 255, 0, 255]


def test_a_film_strip_has_a_row_for_each_frame():
    frames = np.arange(6).reshape(3, 2, 1, 1, 1) / 5
    strip = film_strip(frames, gap=0, enlarge=1)
    assert strip[..., 0].tolist() == [[0, 51], [102, 153], [204, 255]]


@pytest.mark.parametrize(
    ("shape", "options", "said"),
    [
        ((2, 4, 4, 2), {}, "samples of 4x4x2"),
        ((2, 5), {}, "samples of 5"),
        ((2, 4, 4, 1), {"columns": 0}, r"columns \(=0\)"),
        ((2, 4, 4, 1), {"gap": -1}, r"gap \(=-1\)"),
        ((2, 4, 4, 1), {"enlarge": 0}, r"enlarge \(=0\)"),
        ((0, 4, 4, 1), {}, "number of samples"),
    ],
)
def test_it_says_what_it_cannot_show(shape, options, said):
    with pytest.raises(ConvkitError, match=said):
        picture_grid(np.zeros(shape), **options)


def test_a_strip_of_no_rows_of_samples():
    with pytest.raises(ConvkitError, match=r"\(rows, columns, h, w, c\)"):
        film_strip(np.zeros((2, 4, 4, 1)))


def test_pictures_are_written_into_the_runs_folder_and_replace_those_of_before(tmp_path):
    run = Run(tmp_path)
    write_pictures(run, {"film": np.ones((1, 1, 48, 48, 1))})
    (path,) = write_pictures(run, {"film": np.zeros((2, 3, 48, 48, 3))})
    assert path == tmp_path / "plots" / "film.png"
    with Image.open(path) as image:
        assert image.mode == "RGB"
        assert image.size == (3 * 50 + 2, 2 * 50 + 2)
