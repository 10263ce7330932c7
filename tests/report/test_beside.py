"""Runs beside each other: only what differs, and which is best."""

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.comparison import compare
from convkit.experiment.run import Run
from convkit.report.beside import rows_of, same_data
from tests.report.making import CONFIG, made_run, reached


def compared(*folders):
    return compare([Run(folder) for folder in folders])


def rows(comparison, kind):
    return {row.name: row for row in rows_of(comparison) if row.kind == kind}


def test_only_settings_that_differ(tmp_path):
    first = made_run(tmp_path, "digits/1")
    second = made_run(tmp_path, "digits/2", config=CONFIG.replace("0.001", "0.01"))
    comparison = compared(first, second)
    settings = rows(comparison, "setting")
    assert {name: row.values for name, row in settings.items()} == {"optimizer.lr": [0.001, 0.01]}
    assert rows(comparison, "environment") == {}


def test_a_setting_is_told_by_its_parts_where_it_has_some(tmp_path):
    with_schedule = CONFIG.replace("lr: 0.001", "lr: 0.001, schedule: {name: cosine}")
    without = CONFIG.replace("lr: 0.001", "lr: 0.001, schedule: null")
    comparison = compared(
        made_run(tmp_path, "a/1", config=with_schedule), made_run(tmp_path, "a/2", config=without)
    )
    assert list(rows(comparison, "setting")) == ["optimizer.schedule.name"]


def with_model(*layers):
    return f"{CONFIG}model: [{', '.join(layers)}]\n"


def test_models_of_the_same_layers_are_told_by_what_differs(tmp_path):
    models = [
        with_model("{dense: {units: 8}}", "{relu: {}}"),
        with_model("{dense: {units: 9}}", "{relu: {}}"),
    ]
    comparison = compared(
        *(made_run(tmp_path, f"a/{n}", config=text) for n, text in enumerate(models, start=1))
    )
    settings = rows(comparison, "setting")
    assert {name: row.values for name, row in settings.items()} == {"model.0.dense.units": [8, 9]}


def test_models_of_other_layers_are_told_in_a_line(tmp_path):
    block = "{residual: {body: [{dense: {units: 8, use_bias: true}}, {relu: {}}], shortcut: null}}"
    models = [
        with_model("{dense: {units: 8}}"),
        with_model(block, "{max_pool2d: {pool_size: 2}}"),
        CONFIG,
    ]
    comparison = compared(
        *(made_run(tmp_path, f"a/{n}", config=text) for n, text in enumerate(models, start=1))
    )
    settings = rows(comparison, "setting")
    assert {name: row.values for name, row in settings.items()} == {
        "model": ["dense 8", "residual [dense 8, relu], max_pool2d 2", None]
    }


@pytest.mark.parametrize(
    ("metric", "values", "best"),
    [
        ("test/accuracy", [0.7, 0.9, 0.8], {1}),
        ("test/loss", [0.7, 0.9, 0.8], {0}),
        ("test/r2", [0.7, 0.7, 0.2], {0, 1}),
        ("test/accuracy", [0.7, None, 0.8], {2}),
        ("test/accuracy", [0.7, 0.7, 0.7], set()),
        ("test/accuracy", [0.7, None, None], set()),
    ],
)
def test_the_best(tmp_path, metric, values, best):
    folders = [
        made_run(tmp_path, f"a/{number}", summary=reached(0, metrics={metric: value}))
        for number, value in enumerate(values, start=1)
    ]
    row = rows(compared(*folders), "metric")[metric]
    assert row.values == values
    assert row.best == best


def test_a_metric_that_one_of_them_lacks(tmp_path):
    first = made_run(tmp_path, "a/1", summary=reached(0.5))
    second = made_run(tmp_path, "a/2", summary=None)
    comparison = compared(first, second)
    assert rows(comparison, "metric")["test/accuracy"].values == [0.5, None]
    assert rows(comparison, "run")["status"].values == ["finished", "unfinished"]


def test_other_data_are_told(tmp_path):
    first, second = made_run(tmp_path, "a/1"), made_run(tmp_path, "a/2", sha="bb" * 32)
    comparison = compared(first, second)
    assert not same_data(comparison)
    assert rows(comparison, "environment")["data"].values == ["a" * 12, "b" * 12]
    assert same_data(compared(first, first))


def test_one_run_is_no_comparison(tmp_path):
    with pytest.raises(ConvkitError, match="at least two runs"):
        compared(made_run(tmp_path))
