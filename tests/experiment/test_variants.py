"""Variants of an experiment: how they are written, what they are, and what came out of them."""

import json
from pathlib import Path

import pytest

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.outcome import Outcome
from convkit.experiment.run import Run
from convkit.experiment.session import train
from convkit.experiment.variants import (
    Result,
    Variant,
    headline,
    parse_over,
    train_variants,
    vary,
)
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


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("k=1", ["1"]),
        ("k=1, 2 ,3", ["1", "2", "3"]),
        ("k={a: 1, b: 2},c", ["{a: 1, b: 2}", "c"]),
        ("k=[1, [2, 3]],(4,5)", ["[1, [2, 3]]", "(4,5)"]),
        ("k='a,b',\"c,d\"", ["'a,b'", '"c,d"']),
        ("k=a=b,c", ["a=b", "c"]),
    ],
)
def test_values_are_parted_at_commas_outside_of_brackets(text, values):
    over = parse_over(text)
    assert (over.key, list(over.values)) == ("k", values)


@pytest.mark.parametrize("text", ["k", "=1", "k=", "k=1,", "k=,1", "", "k=1,,2"])
def test_what_is_no_key_with_values_is_refused(text):
    with pytest.raises(ConvkitError, match="expected KEY=VALUE"):
        parse_over(text)


def test_a_value_twice_is_refused():
    with pytest.raises(ConvkitError, match="has the value '1' twice"):
        parse_over("k=1,2,1")


def test_every_combination_is_a_variant(config):
    over = [parse_over("optimizer.lr=0.1,0.2"), parse_over("optimizer=sgd,adam")]
    variants = vary(config, ["seed=7"], over[::-1])
    assert [each.settings for each in variants] == [
        {"optimizer": "sgd", "optimizer.lr": "0.1"},
        {"optimizer": "sgd", "optimizer.lr": "0.2"},
        {"optimizer": "adam", "optimizer.lr": "0.1"},
        {"optimizer": "adam", "optimizer.lr": "0.2"},
    ]
    for each in variants:
        optimizer = each.resolved.experiment.optimizer
        assert optimizer.name == each.settings["optimizer"]
        assert optimizer.arguments["lr"] == float(each.settings["optimizer.lr"])
        assert each.resolved.experiment.seed == 7


def test_all_that_is_wrong_in_any_variant_is_told_once(config):
    with pytest.raises(spec.SpecError) as caught:
        vary(config, [], [parse_over("optimizer=adm,sgd"), parse_over("trainer.epochs=0,1")])
    told = sorted(str(problem) for problem in caught.value.problems)
    assert len(told) == 2
    assert "--over: optimizer.name" in told[0] or "adm" in told[0]
    assert "epochs must be at least 1" in told[1]


def test_a_key_twice_and_too_many_combinations_are_refused(config):
    with pytest.raises(ConvkitError, match="same key twice"):
        vary(config, [], [parse_over("seed=1"), parse_over("seed=2")])
    many = ",".join(map(str, range(1001)))
    with pytest.raises(ConvkitError, match="1,001 variants"):
        vary(config, [], [parse_over(f"seed={many}")])


def test_variants_come_out_as_each_alone_does(config, tmp_path):
    variants = vary(config, [], [parse_over("optimizer.lr=0.01,0.1")])
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
        for seed, outcome in enumerate(result.outcomes):
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


# --- what came out ---


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
