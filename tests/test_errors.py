"""Suggestions, and the order of words."""

import pytest

from convkit.errors import did_you_mean, unknown
from convkit.kernels import parse


@pytest.mark.parametrize(
    ("word", "choices", "hint"),
    [
        ("sobl", ["sobel-h", "sobel-v", "sobel-x"], "did you mean 'sobel-h'?"),
        ("sobl", ["sobel-v", "sobel-h", "sobel-x"], "did you mean 'sobel-v'?"),
        ("sobl-x", ["sobel-h", "sobel-v", "sobel-x"], "did you mean 'sobel-x'?"),
        ("IMG.PNG", ["img1.png"], "did you mean 'img1.png'?"),
        ("xyzzy", ["box"], None),
        ("box", [], None),
    ],
)
def test_the_closest_and_of_equally_close_ones_the_first(word, choices, hint):
    assert did_you_mean(word, iter(choices)) == hint


def test_how_close_is_close():
    assert did_you_mean("nope.png", ["tiny.png"]) == "did you mean 'tiny.png'?"
    assert did_you_mean("nope.png", ["tiny.png"], least=0.85) is None


def test_a_name_comes_before_its_aliases():
    with pytest.raises(ValueError, match="did you mean 'sobel-h'"):
        parse("sobl")


def test_what_is_unknown_is_named_before_its_place():
    error = unknown("key", "a", ["kernel", "scale"], "in 'map.yaml'")
    assert error.message == "unknown key 'a' in 'map.yaml'"
    assert error.hint == "choose one of: kernel, scale"
    assert unknown("key", "a", ["b"]).message == "unknown key 'a'"
