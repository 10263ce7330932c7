"""Variants trained beside each other, and what came out of them."""

import json
from pathlib import Path

import pytest

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.outcome import Outcome
from convkit.experiment.results import Result, headline, train_variants
from convkit.experiment.run import Run
from convkit.experiment.session import train
from convkit.experiment.variants import Variant, parse_over, vary
from convkit.processes import Workers

CONFIG = """
data: {name: moons, samples: 60}
model: [{dense: 4}, tanh, {dense: 2}]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 2, batch_size: 16}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "moons.yaml"
    path.write_text(CONFIG, "utf-8")
    return path


def test_variants_come_out_as_each_alone_does(config, tmp_path):
    variants = vary(config, ["seed=5"], [parse_over("optimizer.lr=0.01,0.1")])
    told = []
    results = train_variants(
        variants,
        seeds=2,
        workers=Workers(2),
        root=tmp_path,
        runs=tmp_path / "runs",
        done=lambda variant, outcome: told.append((variant.settings["optimizer.lr"], outcome)),
    )
    assert [len(result.outcomes) for result in results] == [2, 2]
    assert sorted(lr for lr, _ in told) == ["0.01", "0.01", "0.1", "0.1"]
    for result in results:
        for seed, outcome in enumerate(result.outcomes, start=5):
            alone = spec.read_experiment(
                config, [f"optimizer.lr={result.variant.settings['optimizer.lr']}", f"seed={seed}"]
            )
            metrics = train(alone, root=tmp_path, runs=tmp_path / "alone").metrics
            assert outcome.metrics == metrics
            assert json.loads((outcome.run.folder / "summary.json").read_text())["seed"] == seed


def test_what_cannot_begin_is_said_in_one_line(config, tmp_path):
    variants = vary(
        config, ["data={name: csv, path: nothing.csv, target: x}"], [parse_over("seed=1")]
    )
    with pytest.raises(ConvkitError, match=r"nothing\.csv"):
        train_variants(variants, seeds=1, workers=Workers(1), root=tmp_path, runs=tmp_path / "runs")


def result(*metrics, status="finished", settings=None):
    outcomes = [
        Outcome(Run(Path("runs/x") / str(number)), status, {"metrics": each, "seconds": 2.0})
        for number, each in enumerate(metrics, start=1)
    ]
    return Result(Variant(settings or {}, None), outcomes)


def test_means_deviations_and_the_gap():
    one = result(
        {"train/loss": 1.0, "train/accuracy": 0.9, "test/loss": 2.0, "test/accuracy": 0.5},
        {"train/loss": 2.0, "train/accuracy": 1.0, "test/loss": 2.0, "test/accuracy": 0.7},
    )
    assert one.metrics["train/accuracy"] == pytest.approx(0.95)
    assert one.deviations["test/accuracy"] == pytest.approx(0.02**0.5)
    assert one.gap == pytest.approx(0.95 - 0.6)


def test_the_gap_of_an_error_is_how_much_larger_it_is():
    one = result(
        {"train/loss": 1.0, "train/rmse": 1.0, "validation/loss": 5.0, "validation/rmse": 4}
    )
    assert one.gap == pytest.approx(3)


def test_a_missing_number_has_no_mean_and_no_gap():
    one = result({"train/loss": 1.0, "test/loss": None}, {"train/loss": 1.0, "test/loss": 1.0})
    assert one.metrics["test/loss"] is None
    assert one.gap is None
    assert result({"train/loss": 1.0}).gap is None


def test_what_an_agent_reaches_while_it_explores_is_no_measure_for_a_gap():
    assert result({"train/return": 40.0, "test/return": 460.0}).gap is None


def test_the_worst_seed_tells_the_status():
    good, bad = result({"train/loss": 1.0}), result({"train/loss": 1.0}, status="diverged")
    both = Result(good.variant, [*good.outcomes, *bad.outcomes])
    assert (good.status, both.status) == ("finished", "diverged")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["train/loss", "test/loss", "test/accuracy"], "test/accuracy"),
        (["train/loss", "validation/loss"], "validation/loss"),
        (["train/loss"], None),
    ],
)
def test_which_metric_tells_most(names, told):
    assert headline(dict.fromkeys(names, 1.0)) == told
