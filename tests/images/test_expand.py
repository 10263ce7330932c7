"""Files, patterns and folders on a command line."""

import os
from pathlib import Path

import pytest

from convkit.errors import ConvkitError
from convkit.images import expand


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in (
        "b.png",
        "a.JPG",
        "notes.md",
        ".hidden.png",
        "in/c.tif",
        "in/.git/d.png",
        "x[1].png",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*inputs, recursive=False):
    return [found.path.as_posix() for found in expand(inputs, recursive=recursive)]


def test_files_keep_their_order(here):
    assert names("b.png", "a.JPG", "-", "notes.md") == ["b.png", "a.JPG", "-", "notes.md"]


def test_each_once(here):
    assert names("b.png", "./b.png", str(here / "b.png"), "*.png", "-", "-") == [
        "b.png",
        "x[1].png",
        "-",
    ]


def test_folder(here):
    assert names(".") == ["a.JPG", "b.png", "x[1].png"]
    assert names(".", recursive=True) == ["a.JPG", "b.png", "x[1].png", "in/c.tif"]


def test_where_a_file_lies_below_its_folder(here):
    assert [found.below.as_posix() for found in expand(["in", "in/c.tif", "b.png"])] == [
        "c.tif",
        "b.png",
    ]
    assert "in/c.tif" in [found.below.as_posix() for found in expand(["."], recursive=True)]


def test_patterns(here):
    assert names("*.png") == ["b.png", "x[1].png"]
    assert names("**/*.tif") == ["in/c.tif"]
    assert names(f"{here}/?.png") == [f"{here.as_posix()}/b.png"]


def test_a_name_with_brackets_is_no_pattern(here):
    assert names("x[1].png") == ["x[1].png"]


def test_missing_file_is_left_to_reading(here):
    assert names("missing.png") == ["missing.png"]


def test_pattern_without_match(here):
    with pytest.raises(ConvkitError, match=r"no file matches '\*\.bmp'"):
        expand(["*.bmp"])


def test_folder_without_pictures(here):
    (here / "empty").mkdir()
    with pytest.raises(ConvkitError, match="no pictures in 'empty'"):
        expand(["empty"])


def test_pictures_further_down_are_pointed_to(here):
    (here / "up").mkdir()
    (here / "in").rename(here / "up" / "in")
    with pytest.raises(ConvkitError) as caught:
        expand(["up"])
    assert caught.value.hint == "add --recursive"
    assert names("up", recursive=True) == ["up/in/c.tif"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything is readable")
def test_folder_that_can_not_be_read(here):
    Path("locked").mkdir(mode=0)
    with pytest.raises(ConvkitError, match="locked"):
        expand(["locked"])
