"""A perceptron's lines, against a perceptron written in a few lines here."""

import sys
from pathlib import Path

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.explaining.perceptron import Line, follow
from convkit.explaining.plotting import check_plot, plot_lines


def followed(data, epochs=100, **trainer):
    return follow(
        spec.experiment_from_document(
            {
                "name": "it",
                "data": data,
                "family": "perceptron",
                "trainer": {"epochs": epochs, **trainer},
                "seed": 1,
            }
        ),
        Path(),
    )


def test_it_learns_as_rosenblatt_says():
    lines = followed("and", shuffle=False)
    weights, bias = np.zeros(2), 0.0
    for line in lines.lines[1:]:
        mistakes = 0
        for inputs, answer in zip(lines.inputs, 2 * lines.answers - 1, strict=True):
            if answer * (weights @ inputs + bias) <= 0:
                weights, bias = weights + answer * inputs, bias + answer
                mistakes += 1
        assert (line.mistakes, line.weights.tolist(), line.bias) == (mistakes, [*weights], bias)
    assert lines.lines[-1].mistakes == 0
    assert lines.lines[-1].accuracy == 1


def test_it_stops_when_it_makes_no_mistake():
    lines = followed("and")
    assert lines.finished
    assert [line.epoch for line in lines.lines] == list(range(len(lines.lines)))
    assert all(line.mistakes for line in lines.lines[1:-1])


def test_xor_never_comes_to_rest():
    lines = followed("xor", 30)
    assert not lines.finished
    assert len(lines.lines) == 31
    assert max(line.accuracy for line in lines.lines) <= 0.75
    assert "no line separates" in lines.explanation


@pytest.mark.parametrize(
    ("weights", "bias", "equation"),
    [
        ([1.0, 1.0], -1.5, "x2 = −x1 + 1.5"),
        ([2.0, 1.0], -2.0, "x2 = −2·x1 + 2"),
        ([-1.0, 2.0], 0.0, "x2 = 0.5·x1"),
        ([0.0, 2.0], -1.0, "x2 = 0.5"),
        ([2.0, 0.0], -1.0, "x1 = 0.5"),
        ([-2.0, 0.0], 0.0, "x1 = 0"),
        ([0.0, 0.0], 1.0, "none"),
        ([1.0, 0.0, -2.0], 3.0, "a − 2·c + 3 = 0"),
    ],
)
def test_equations(weights, bias, equation):
    names = ("x1", "x2") if len(weights) == 2 else ("a", "b", "c")
    assert Line(3, 1, 0.5, np.array(weights), bias).equation(names) == equation


def test_a_missing_extra_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.backend_bases", raising=False)
    with pytest.raises(ConvkitError, match="--plot needs matplotlib") as error:
        check_plot(tmp_path / "lines.png", force=False)
    assert error.value.hint == "pip install 'convkit[plot]'"


def test_a_picture_shows_the_points_and_the_lines(tmp_path):
    pytest.importorskip("matplotlib")
    lines, path = followed("and"), tmp_path / "lines.svg"
    plot_lines(lines, path)
    drawing = path.read_text()
    assert "<svg" in drawing
    assert "after epoch" in drawing or "<use" in drawing
    with pytest.raises(ConvkitError, match="exists"):
        plot_lines(lines, path)
    with pytest.raises(ConvkitError, match="unknown format of a plot 'pgn'"):
        plot_lines(lines, tmp_path / "lines.pgn")


def test_more_inputs_are_no_picture(tmp_path):
    pytest.importorskip("matplotlib")
    lines = followed({"name": "breast_cancer", "standardize": True}, 2)
    with pytest.raises(ConvkitError, match="has 30"):
        plot_lines(lines, tmp_path / "lines.png")
