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
        Job("in/photo.JPG", ("photo.box.png",), ".png"),
        Job("in/data.npy", ("data.box.npy",), ".npy"),
    ]


def test_one_text_matrix_goes_to_standard_output_several_to_files():
    assert Destination().jobs(given("a.csv"), "box") == [Job("a.csv", ("-",), ".csv")]
    assert [job.targets for job in Destination().jobs(given("a.csv", "b.csv"), "box")] == [
        ("a.box.csv",),
        ("b.box.csv",),
    ]


def test_a_format_overrules_the_suffix():
    assert Destination(suffix=".npy").jobs(given("a.png"), "box")[0].targets == ("a.box.npy",)
    assert Destination("-", suffix=".tif").jobs(given("a.png"), "box")[0].suffix == ".tif"


def test_maps_stand_before_the_suffix_and_share_an_array():
    maps = ("gaussian:size=3", "box")
    (job,) = Destination("a.jpg").jobs(given("a.png"), "bank", maps)
    assert job.targets == ("a.gaussian-size3.jpg", "a.box.jpg")
    (job,) = Destination("a.npy").jobs(given("a.png"), "bank", maps)
    assert job.targets == ("a.npy",)
    with pytest.raises(ConvkitError, match="2 feature maps"):
        Destination("-").jobs(given("a.png"), "bank", maps)


def test_inputs_of_one_stem_keep_their_suffix():
    jobs = Destination().jobs(given("a.jpg", "a.png", "b.png"), "box")
    assert [job.targets[0] for job in jobs] == ["a.jpg.box.png", "a.png.box.png", "b.box.png"]


def test_no_result_overwrites_any_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "a.box.png"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ConvkitError, match="is an input"):
        Destination(force=True).jobs(given("a.png", "a.box.png"), "box")
    with pytest.raises(ConvkitError, match="is an input"):
        Destination("a.png", force=True).jobs(given("a.box.png"), "bank", ("box", "blur"))


def test_a_format_beside_another_suffix_is_refused():
    with pytest.raises(ConvkitError, match="different things"):
        Destination("a.png", suffix=".npy").jobs(given("b.png"), "box")


def test_a_file_is_no_folder_for_results(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConvkitError, match="not a folder"):
        Destination(folder=tmp_path / "file").jobs(given("a.png"), "box")


def test_two_results_of_one_name_are_refused():
    with pytest.raises(ConvkitError, match="both"):
        Destination().jobs(given("x/a.png", "y/a.png"), "box")


def test_the_input_is_never_overwritten(tmp_path):
    image = tmp_path / "a.png"
    image.write_bytes(b"")
    (tmp_path / "link.png").symlink_to(image)
    for name in ("a.png", "link.png"):
        with pytest.raises(ConvkitError, match="is an input"):
            Destination(str(tmp_path / name), force=True).jobs(given(str(image)), "box")
