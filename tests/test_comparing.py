"""What is compared with what: columns, pictures, matrices, and what doesn't fit together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from convkit import metrics
from convkit.comparing import check_measure, compare_files
from convkit.errors import ConvkitError

PRICES = "sample_data/house_prices.csv"


@pytest.fixture
def files(tmp_path):
    """Return a function that writes named files and returns their paths as strings."""

    def write(**contents):
        paths = []
        for name, content in contents.items():
            stem, suffix = name.rsplit("_", 1)
            path = tmp_path / f"{stem}.{suffix}"
            if isinstance(content, str):
                path.write_text(content)
            elif suffix == "npy":
                np.save(path, content)
            else:
                Image.fromarray(content).save(path)
            paths.append(str(path))
        return paths

    return write


def picture(shape, seed=0, dtype=np.uint8):
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, shape, dtype)


def test_columns_of_one_table():
    comparison = compare_files([PRICES], actual="actual", predicted="predicted")
    assert comparison.measures["mse"] == 25_000_000
    assert comparison.about == {
        "actual": {"file": PRICES, "column": "actual"},
        "predicted": {"file": PRICES, "column": "predicted"},
        "count": 5,
        "sum_squared_error": 125_000_000,
    }
    assert [row.error for row in comparison.rows()] == [-5000, 5000, 5000, 5000, -5000]


@pytest.mark.parametrize(("actual", "predicted"), [(None, None), ("4", "5"), ("actual", "5")])
def test_columns_by_role_and_by_number(actual, predicted):
    comparison = compare_files([PRICES], actual=actual, predicted=predicted)
    assert comparison.measures["mse"] == 25_000_000
    assert comparison.about["predicted"]["column"] == "predicted"


@pytest.mark.parametrize(
    ("first", "second", "options"),
    [
        ("price\n1\n2\n", "guess\n1\n4\n", {}),
        ("1\n2\n", "1\n4\n", {}),
        ("1\n2\n", "guess\n1\n4\n", {}),
        ("id,actual\n7,1\n8,2\n", "id;predicted\n7;1\n8;4\n", {}),
        ("id,p\n7,1\n8,2\n", "1\n4\n", {"actual": "p"}),
        ("id,p\n7,1\n8,2\n", "q,p\n1,7\n4,8\n", {"actual": "p", "predicted": "q"}),
    ],
)
def test_one_column_of_each_table(files, first, second, options):
    comparison = compare_files(files(a_csv=first, b_csv=second), **options)
    assert comparison.measures["mse"] == 2
    assert comparison.columns is not None


def test_bare_numbers_in_several_columns_are_a_matrix(files):
    comparison = compare_files(files(a_csv="1,2\n3,4\n", b_csv="1,2\n3,8\n"))
    assert comparison.measures == metrics.compare([[1, 2], [3, 4]], [[1, 2], [3, 8]])
    assert comparison.about["shape"] == [2, 2]
    assert comparison.rows() == []


def test_the_same_column_twice_has_no_error(files):
    (path,) = files(a_csv="x\n1\n2\n")
    assert compare_files([path], actual="x", predicted="x").measures["mse"] == 0


def test_arrays_of_any_type_are_matrices(files):
    actual, predicted = picture((9, 7)), picture((9, 7), seed=1).astype(np.float64) / 3
    comparison = compare_files(files(a_npy=actual, b_npy=predicted))
    assert comparison.measures == metrics.compare(actual, predicted)
    assert comparison.about["data_range"] is None


def test_a_data_range_gives_arrays_the_measures_of_pictures(files):
    paths = files(a_npy=picture((20, 20)), b_npy=picture((20, 20), seed=1))
    measures = compare_files(paths, data_range=255).measures
    assert measures["psnr"] == pytest.approx(10 * math.log10(255**2 / measures["mse"]))
    assert "ssim" in measures


@pytest.mark.parametrize(
    ("shape", "dtype", "white", "channels"),
    [
        ((14, 12), np.uint8, 255, []),
        ((14, 12), np.uint16, 65535, []),
        ((14, 12, 2), np.uint8, 255, ["grey", "alpha"]),
        ((14, 12, 3), np.uint8, 255, ["red", "green", "blue"]),
        ((14, 12, 4), np.uint8, 255, ["red", "green", "blue", "alpha"]),
    ],
)
def test_pictures(files, shape, dtype, white, channels):
    actual, predicted = picture(shape, 0, dtype), picture(shape, 1, dtype)
    comparison = compare_files(files(a_png=actual, b_png=predicted))
    assert comparison.about["data_range"] == white
    assert comparison.measures["mse"] == metrics.mse(actual, predicted)
    assert comparison.measures["ssim"] == metrics.ssim(actual, predicted, data_range=white)
    assert list(comparison.channels) == channels
    for index, channel in enumerate(channels):
        assert comparison.channels[channel]["mse"] == metrics.mse(
            actual[..., index], predicted[..., index]
        )


def test_a_picture_and_an_array(files):
    actual = picture((12, 12, 3))
    comparison = compare_files(files(a_png=actual, b_npy=actual + 1.5))
    assert comparison.measures["mse"] == 2.25
    assert comparison.about["data_range"] == 255
    assert list(comparison.channels) == ["red", "green", "blue"]


def test_channels_of_arrays_are_numbered(files):
    comparison = compare_files(files(a_npy=picture((3, 3, 2)), b_npy=picture((3, 3, 2), seed=1)))
    assert list(comparison.channels) == ["channel 1", "channel 2"]


def test_frames_of_an_animation(files, tmp_path):
    frames = [Image.fromarray(picture((12, 12), seed)) for seed in range(3)]
    paths = [tmp_path / "a.tif", tmp_path / "b.tif"]
    frames[0].save(paths[0], save_all=True, append_images=frames[1:])
    frames[1].save(paths[1], save_all=True, append_images=[frames[0]])
    assert compare_files([str(paths[0])] * 2).about["frames"] == 3
    with pytest.raises(ConvkitError, match="actual has 3, predicted 2"):
        compare_files([str(path) for path in paths])


@pytest.mark.parametrize(
    ("contents", "options", "words"),
    [
        ({"a_csv": "x,y\n1,2\n"}, {}, r"which column of '.*a\.csv' holds the actual values\?"),
        ({"a_csv": "x,y\n1,2\n"}, {"actual": "x"}, "give --predicted COLUMN, one of: x, y"),
        ({"a_csv": "x\n1\n"}, {}, "which column .* one column only: name a second file"),
        ({"a_csv": "1\n", "b_csv": "2\n"}, {"data_range": 1}, "columns have no data range"),
        ({"a_csv": "x,y\n1,2\n"}, {"actual": "z", "predicted": "y"}, "unknown column 'z'"),
        (
            {"a_csv": "x\n1\n2\n3\n", "b_csv": "y\n1\n2\n"},
            {},
            r"b\.csv' ends after row 2, .*a\.csv' has 3: .*a\.csv:4 has no partner",
        ),
        ({"a_csv": "1,2\n3,4\n", "b_csv": "1,2\n"}, {}, "actual has 2x2 values, predicted 1x2"),
        ({"a_png": picture((4, 5)), "b_png": picture((4, 6))}, {}, "4x5 values, predicted 4x6"),
        (
            {"a_png": picture((4, 4, 4)), "b_png": picture((4, 4, 3))},
            {},
            "4x4x4 values, predicted 4x4x3",
        ),
        (
            {"a_png": picture((4, 4)), "b_png": picture((4, 4), 0, np.uint16)},
            {},
            "white is 255 in .*a.png' and 65535 in .*b.png' .*same bit depth",
        ),
        ({"a_png": picture((4, 4))}, {}, "name a second one of the same shape"),
        (
            {"a_npy": np.array([[1, np.nan]]), "b_npy": np.ones((1, 2))},
            {},
            r"actual\[0, 1\] is nan",
        ),
        (
            {"a_npy": np.ones((2, 2)), "b_npy": np.ones((2, 2))},
            {"data_range": -1},
            "data range must be a positive number, got -1",
        ),
    ],
)
def test_what_does_not_fit_together(files, contents, options, words):
    with pytest.raises(ConvkitError, match=words):
        compare_files(files(**contents), **options)


def test_standard_input_cannot_be_both():
    with pytest.raises(ConvkitError, match="can't be both"):
        compare_files(["-", "-"])


def test_one_measure_alone(files):
    paths = files(a_png=picture((12, 12, 3)), b_png=picture((12, 12, 3), seed=1))
    alone = compare_files(paths).only("psnr")
    assert list(alone.measures) == ["psnr"]
    assert [list(measures) for measures in alone.channels.values()] == [["psnr"]] * 3


def test_a_measure_that_is_not_there(files):
    paths = files(a_npy=np.ones((2, 2)), b_npy=np.ones((2, 2)))
    with pytest.raises(ConvkitError, match="--data-range 255"):
        compare_files(paths).only("psnr")
    with pytest.raises(ConvkitError, match="no ssim of columns"):
        compare_files([PRICES]).only("ssim")
    with pytest.raises(ConvkitError, match=r"unknown metric 'rsme' .*'rmse'"):
        check_measure("rsme")
