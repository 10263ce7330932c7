"""Runs beside each other."""

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.comparison import compare, describe, list_runs
from convkit.experiment.plain import dumps
from convkit.experiment.run import create_run
from tests.experiment.small import signalled_at, trained
from tests.experiment.test_prediction import IRIS


@pytest.fixture
def two(tmp_path):
    first = trained(IRIS, tmp_path).run
    changes = "model=[{dense: 8}, tanh, {dense: 3}]", "optimizer.lr=0.01", "trainer.epochs=4"
    return first, trained(IRIS, tmp_path, *changes).run


def test_what_differs_is_told_by_its_path(two):
    comparison = compare(two)
    assert comparison.differences["optimizer.lr"] == [0.05, 0.01]
    assert comparison.differences["trainer.epochs"] == [10, 4]
    assert comparison.differences["model"] == ["dense 8, relu, dense 3", "dense 8, tanh, dense 3"]
    assert not any(path.startswith(("loss", "data", "seed")) for path in comparison.differences)
    losses = [run.summary()["metrics"]["test/loss"] for run in two]
    assert comparison.metrics["test/loss"] == losses


def test_a_list_of_all(two, tmp_path, monkeypatch):
    signalled_at(monkeypatch, 6)
    trained(IRIS.replace("data: iris", "name: other\ndata: iris"), tmp_path)
    create_run("young", two[0].config.read_text(), {}, tmp_path / "runs")
    infos = list_runs(tmp_path / "runs")
    assert [(info.run.name, info.run.number, info.status, info.epochs) for info in infos] == [
        ("experiment", 1, "finished", 10),
        ("experiment", 2, "finished", 4),
        ("other", 1, "interrupted", 1),
        ("young", 1, "unfinished", 0),
    ]
    assert [info.run.number for info in list_runs(tmp_path / "runs", "experiment")] == [1, 2]
    assert infos[2].metrics.keys() == {"train/loss", "train/accuracy"}
    assert all(dumps(info.state()) for info in infos)


def test_one_run_is_no_comparison(two):
    with pytest.raises(ConvkitError, match="at least two runs"):
        compare(two[:1])


def test_an_edited_config_is_named(two):
    two[0].config.write_text("a: [")
    with pytest.raises(ConvkitError, match=r"config\.yaml' is no experiment"):
        describe(two[0])
