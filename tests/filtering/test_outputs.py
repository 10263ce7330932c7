"""Where results go."""

from pathlib import Path

import pytest

from convkit.errors import ConvkitError
from convkit.filtering.outputs import Destination, Job, slug
from convkit.images import Found


def given(*paths):
    return [Found(Path(path), Path(Path(path).name)) for path in paths]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sobel-h", "sobel-h"),
        ("gaussian:size=7,sigma=1.5", "gaussian-size7-sigma1.5"),
        ("box+sobel-h", "box+sobel-h"),
        ("../evil", "evil"),
        ("///", "kernel"),
    ],
)
def test_names_become_parts_of_file_names(name, expected):
    assert slug(name) == expected


def test_pictures_become_png_and_numbers_stay_numbers():
    jobs = Destination().jobs(given("in/photo.JPG", "in/data.npy"), "box")
    assert jobs == [
        Job("in/photo.JPG", "photo.box.png", ".png"),
        Job("in/data.npy", "data.box.npy", ".npy"),
    ]


def test_one_text_matrix_goes_to_standard_output_several_to_files():
    assert Destination().jobs(given("a.csv"), "box") == [Job("a.csv", "-", ".csv")]
    assert [job.target for job in Destination().jobs(given("a.csv", "b.csv"), "box")] == [
        "a.box.csv",
        "b.box.csv",
    ]


def test_a_format_overrules_the_suffix():
    assert Destination(suffix=".npy").jobs(given("a.png"), "box")[0].target == "a.box.npy"
    assert Destination("-", suffix=".tif").jobs(given("a.png"), "box")[0].suffix == ".tif"


def test_maps_stand_before_the_suffix():
    assert Job("a.png", "out/a.png", ".png").target_for("gaussian:size=3") == (
        "out/a.gaussian-size3.png"
    )


def test_two_results_of_one_name_are_refused():
    with pytest.raises(ConvkitError, match="both"):
        Destination().jobs(given("x/a.png", "y/a.jpg"), "box")


def test_the_input_is_never_overwritten(tmp_path):
    image = tmp_path / "a.png"
    image.write_bytes(b"")
    (tmp_path / "link.png").symlink_to(image)
    for name in ("a.png", "link.png"):
        with pytest.raises(ConvkitError, match="the input itself"):
            Destination(str(tmp_path / name), force=True).jobs(given(str(image)), "box")
