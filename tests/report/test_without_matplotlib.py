"""Without the extra: one line says what installs it."""

import sys

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.comparison import compare
from convkit.experiment.run import Run
from convkit.report import style
from convkit.report.curves import draw_comparison
from convkit.report.plots import draw_plots
from tests.report.making import made_run


@pytest.fixture(autouse=True)
def _without(monkeypatch):
    monkeypatch.setattr(style, "find_spec", lambda _: None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def test_drawing_a_run(tmp_path):
    with pytest.raises(ConvkitError, match=r"matplotlib.*isn't installed.*convkit\[plot\]"):
        draw_plots(Run(made_run(tmp_path)))


def test_drawing_a_comparison(tmp_path):
    runs = [Run(made_run(tmp_path, f"a/{number}")) for number in (1, 2)]
    with pytest.raises(ConvkitError, match=r"--plot needs matplotlib.*convkit\[plot\]"):
        draw_comparison(compare(runs), tmp_path / "a.png")
