"""Reading a search: every path is checked against the experiment before anything is tried."""

import pytest

from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.tuning.reading import read_tuning
from tests.tuning.small import SEARCH, written


def search(**lines):
    """Return a search over the given keys, written as YAML."""
    keys = "\n".join(f"  {key}: {value}" for key, value in lines.items())
    return f"base: base.yaml\nmethod: random\nsearch:\n{keys}\n"


def problems(path, *overrides):
    with pytest.raises(ConvkitError) as caught:
        read_tuning(path, overrides)
    return [str(problem) for problem in caught.value.problems]


def test_a_plan_has_what_it_needs(tmp_path):
    plan = read_tuning(written(tmp_path), ["trials=7"])
    assert (plan.tuning.name, plan.trials, plan.directions) == ("search", 7, ("minimize",))
    resolved = plan.experiment({"optimizer.lr": 0.05, "model.0.dense.units": 3}, 11)
    assert resolved.experiment.optimizer.arguments["lr"] == 0.05
    assert resolved.experiment.seed == 11


def test_directions_follow_from_the_metrics(tmp_path):
    path = written(tmp_path, SEARCH + "direction: null\n")
    plan = read_tuning(path, ["metric=[validation/accuracy, parameters, test/loss]"])
    assert plan.directions == ("maximize", "minimize", "minimize")
    assert read_tuning(path, ["direction=maximize"]).directions == ("maximize",)


@pytest.mark.parametrize(
    ("key", "values", "told"),
    [
        ("optimizer.lrr", "{float: [0.1, 1]}", "did you mean 'lr'?"),
        ("model.7.dense.units", "{int: [1, 2]}", "no item '7'"),
        ("optimizer.lr", "{float: [-1, 1]}", "lr"),
        ("optimizer", "[adam, adma]", "did you mean 'adam'?"),
        ("trainer.epochs", "{float: [1.5, 2.5]}", "expected a whole number"),
        ("optimizer.lr", "{flaot: [0.1, 1]}", "did you mean 'float'?"),
        ("optimizer.lr", "{float: [0.1, 1], lg: true}", "unknown key 'lg'"),
    ],
)
def test_a_path_or_value_that_the_experiment_refuses_is_told_with_its_line(
    tmp_path, key, values, told
):
    text = f"base: base.yaml\nmethod: random\nsearch:\n  data.seed: [1, 2]\n  {key}: {values}\n"
    said = problems(written(tmp_path, text))
    assert any("search.yaml:5" in line and told in line for line in said), said


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    text = search(**{"optimizer.lrr": "[1.0]", "trainer.epohcs": "[1]"}) + "metric: test/acuracy\n"
    said = problems(written(tmp_path, text))
    assert len(said) == 3
    assert "did you mean 'test/accuracy'?" in "".join(said)


def test_conditions(tmp_path):
    text = search(
        optimizer="[adam, momentum]",
        **{"optimizer.momentum": "{float: [0.5, 0.9], when: {optimizer: momentum}}"},
    )
    plan = read_tuning(written(tmp_path, text))
    assert plan.active("optimizer.momentum", {"optimizer": "momentum"})
    assert not plan.active("optimizer.momentum", {"optimizer": "adam"})
    without = text.replace(", when: {optimizer: momentum}", "")
    assert any("momentum" in line for line in problems(written(tmp_path, without)))


def test_conditions_in_a_circle_are_told(tmp_path):
    text = search(
        **{
            "optimizer.lr": "{choice: [0.1, 1], when: {data.seed: 1}}",
            "data.seed": "{choice: [1, 2], when: {optimizer.lr: 0.1}}",
        },
    )
    (said,) = problems(written(tmp_path, text))
    assert "'data.seed' is drawn only after 'optimizer.lr'" in said


@pytest.mark.parametrize("overrides", [[], ["set={optimizer.lr: 0.1}"]])
def test_a_key_that_would_go_for_nothing_is_told(tmp_path, overrides):
    lines = {"optimizer.lr": "[0.1, 1.0]", "optimizer": "[adam, lion]"}
    if overrides:
        del lines["optimizer.lr"]
    (said,) = problems(written(tmp_path, search(**lines)), *overrides)
    assert "search.optimizer: replaces 'optimizer.lr', which is put in before it" in said
    turned = search(**dict(reversed(lines.items())))
    assert overrides or read_tuning(written(tmp_path, turned))


def test_what_a_step_never_leads_to_is_not_tried(tmp_path):
    text = search(**{"data.validation": "{float: [0.2, 1.0], step: 0.3}"})
    assert read_tuning(written(tmp_path, text), ["method=grid"]).trials == 3


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("{optimzer: adam}", "did you mean 'optimizer'?"),
        ("{optimizer: sgd}", "'optimizer' never is 'sgd'"),
        ("{data.seed: 1}", "'data.seed' is drawn only after 'optimizer.lr'"),
    ],
)
def test_conditions_that_never_hold_are_refused(tmp_path, condition, told):
    text = search(
        optimizer="[adam, lion]",
        **{"optimizer.lr": f"{{float: [0.1, 1], when: {condition}}}", "data.seed": "[1, 2]"},
    )
    assert any(told in line for line in problems(written(tmp_path, text)))


# --- grids ---


def test_a_grid_has_every_point_once(tmp_path):
    text = search(
        optimizer="[adam, momentum]",
        **{"optimizer.momentum": "{choice: [0.5, 0.9], when: {optimizer: momentum}}"},
    )
    plan = read_tuning(written(tmp_path, text), ["method=grid"])
    assert plan.grid == [
        {"optimizer": "adam"},
        {"optimizer": "momentum", "optimizer.momentum": 0.5},
        {"optimizer": "momentum", "optimizer.momentum": 0.9},
    ]
    assert plan.trials == 3
    assert read_tuning(tmp_path / "search.yaml", ["method=grid", "trials=3"]).grid == plan.grid
    assert "the grid has 3 points, more than 2" in str(
        problems(tmp_path / "search.yaml", "method=grid", "trials=2")
    )


def test_a_grid_that_is_too_large_is_told_with_its_size(tmp_path):
    text = search(**{"data.samples": "{int: [10, 1009]}", "data.seed": "{int: [1, 1000]}"})
    path = written(tmp_path, text)
    assert (
        "the grid has 1,000,000 points, more than 100,000 trials"
        in problems(path, "method=grid")[0]
    )
    assert "more than 5 trials" in problems(path, "method=grid", "trials=5")[0]


def test_a_grid_needs_an_end(tmp_path):
    text = search(**{"optimizer.lr": "{float: [0.1, 1]}"})
    assert "give it a step" in problems(written(tmp_path, text), "method=grid")[0]


# --- what makes two searches the same ---


def test_the_digest_knows_another_search(tmp_path):
    path = written(tmp_path)
    digest = read_tuning(path).digest
    assert read_tuning(path, ["trials=99"]).digest == digest
    assert read_tuning(path, ["seed=1"]).digest != digest
    assert read_tuning(path, ["method=bayesian"]).digest != digest
    base = tmp_path / "base.yaml"
    base.write_text(base.read_text("utf-8").replace("0.01", "0.02"), "utf-8")
    assert read_tuning(path).digest != digest


def test_a_base_that_is_not_there_is_told(tmp_path):
    path = written(tmp_path, SEARCH.replace("base.yaml", "bse.yaml"))
    with pytest.raises(ConvkitError, match=r"bse\.yaml"):
        read_tuning(path)


def test_nothing_to_search_is_told(tmp_path):
    with pytest.raises(spec.SpecError, match="at least one key"):
        read_tuning(written(tmp_path, "base: base.yaml\nsearch: {}\n"))
