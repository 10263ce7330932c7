"""Variants in one picture: descents over their surfaces, others by their curves."""

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.experiment.results import train_variants
from convkit.experiment.variants import parse_over, vary
from convkit.processes import Workers
from convkit.report import variants as report

pytest.importorskip("matplotlib")

DESCENT = """
data: rosenbrock
family: {name: descent, steps: 5}
optimizer: {name: sgd, lr: 0.001}
trainer: {epochs: 2}
"""
MOONS = """
data: {name: moons, samples: 40}
model: [{dense: 4}, relu, {dense: 2}]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 2, batch_size: 8}
"""


@pytest.fixture
def results_of(tmp_path):
    def results(text, over):
        config = tmp_path / "it.yaml"
        config.write_text(text, "utf-8")
        variants = vary(config, [], [parse_over(over)])
        return train_variants(
            variants, seeds=1, workers=Workers(1), root=tmp_path, runs=tmp_path / "runs"
        )

    return results


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """Return the figures that are saved."""
    figures = []
    for module in ("convkit.report.variants.save", "convkit.report.curves.save_figure"):
        monkeypatch.setattr(module, lambda figure, *_, **__: figures.append(figure))

    def draw(results):
        report.draw(results, tmp_path / "it.png")
        return figures[-1]

    return draw


def paths(axes):
    """Return the points of each line that has a label of its own."""
    return {
        line.get_label(): line.get_xydata()
        for line in axes.lines
        if not line.get_label().startswith("_")
    }


def test_each_surface_has_its_own_panel(results_of, drawn):
    over_valley, over_beale = drawn(results_of(DESCENT, "data=rosenbrock,beale")).axes
    (way,) = paths(over_valley).values()
    assert way.shape == (11, 2)
    assert way[0].tolist() == [-1.5, 2.0]
    assert paths(over_beale)["data beale"][0].tolist() == [1.0, 1.5]
    assert (over_valley.get_xlim(), over_beale.get_xlim()) == ((-2, 2), (-1, 4.5))


def test_a_descent_that_diverged_at_once_is_named_only(results_of, drawn):
    (axes,) = drawn(results_of(DESCENT, "optimizer.lr=0.001,1e9")).axes
    assert {label: len(way) for label, way in paths(axes).items()} == {
        "lr 0.001": 11,
        "lr 1e9 (diverged)": 0,
    }


@pytest.mark.parametrize("others", [["adam"], ["adam", "rmsprop"]])
def test_a_run_that_diverged_at_once_does_not_spoil_the_others_curves(results_of, drawn, others):
    optimizers = ",".join(["{name: sgd, lr: 1e30}", *others])
    for axes in drawn(results_of(MOONS, f"optimizer={optimizers}")).axes:
        assert len(axes.lines) == len(others)
        assert all(np.isfinite(line.get_ydata()).all() for line in axes.lines)


def test_too_many_lines_are_refused_but_not_of_descents(results_of, tmp_path):
    config = tmp_path / "it.yaml"
    for text, seeds in ((MOONS, 7), (DESCENT, 20)):
        config.write_text(text, "utf-8")
        variants = vary(config, [], [parse_over("optimizer.lr=0.1,0.2")])
        if text is MOONS:
            with pytest.raises(ConvkitError, match="14 lines in one picture"):
                report.check_room(variants, seeds)
        else:
            report.check_room(variants, seeds)
