"""Variants of an experiment: how they are written, and what they are."""

import pytest

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.variants import parse_over, vary

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
