"""``--set``: what can be set, through short forms too, and what is said of what can't."""

from __future__ import annotations

import pytest

from convkit.experiment.spec import SpecError

from .catalogue import SHORT, read


def value_at(document, path):
    for key in path.split("."):
        document = document[int(key) if isinstance(document, list) else key]
    return document


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("optimizer.lr=0.01", "optimizer.lr", 0.01),
        ("optimizer.lr=1e-2", "optimizer.lr", 0.01),
        (" optimizer.lr = 0.01 ", "optimizer.lr", 0.01),
        ("model.0.conv2d.filters=8", "model.0.conv2d.filters", 8),
        ("model.0.conv2d.kernel_size=[5, 3]", "model.0.conv2d.kernel_size", [5, 3]),
        # Through short forms: dropout: 0.25, dense: 10, loss: cross_entropy, early_stopping: 5.
        ("model.3.dropout.rate=0.5", "model.3.dropout.rate", 0.5),
        ("model.4.dense.use_bias=false", "model.4.dense.units", 10),
        ("model.4.dense.use_bias=false", "model.4.dense.use_bias", False),
        ("model.2.residual.body.1.dense=7", "model.2.residual.body.1.dense.units", 7),
        ("model.2.residual.shortcut=[relu]", "model.2.residual.shortcut", [{"relu": {}}]),
        ("model.1=dense: 3", "model.1.dense.units", 3),
        ("loss.label_smoothing=0.1", "loss.label_smoothing", 0.1),
        ("loss.label_smoothing=0.1", "loss.name", "cross_entropy"),
        ("trainer.early_stopping.min_delta=1", "trainer.early_stopping.patience", 5),
        ("trainer.early_stopping=null", "trainer.early_stopping", None),
        ("trainer.early_stopping=", "trainer.early_stopping", None),
        # What isn't written begins with its defaults.
        ("trainer.checkpoint.every_minutes=2", "trainer.checkpoint.every_minutes", 2.0),
        ("optimizer.schedule.name=step", "optimizer.schedule.size", 10),
        ("model.4.dense.kernel_init.name=normal", "model.4.dense.kernel_init.std", 1.0),
        ("optimizer=sgd", "optimizer", {"name": "sgd", "lr": 0.1, "clip": None, "schedule": None}),
        ("data={name: csv, path: a=b.csv}", "data.path", "a=b.csv"),
        ("data.name=csv", "data", None),
        ("model=[relu, dense: 3]", "model.1.dense.units", 3),
        ("expect.test/accuracy=>=0.5", "expect", {"test/accuracy": ">=0.5"}),
        ("expect.train/loss=<1", "expect", {"test/accuracy": ">=0.985", "train/loss": "<1.0"}),
        ("metrics=[mse]", "metrics", ["mse"]),
        ("name=other", "name", "other"),
    ],
)
def test_values_can_be_set(tmp_path, text, path, value):
    if text == "data.name=csv":  # an argument that it needs is still to be given
        document = read(tmp_path, SHORT, text, "data.path=x.csv").document
        assert document["data"] == {"name": "csv", "path": "x.csv", "target": None}
        return
    document = read(tmp_path, SHORT, text).document
    got = value_at(document, path)
    assert got == value
    assert type(got) is type(value)


def test_what_is_set_to_nothing_can_be_set_into(tmp_path):
    text = SHORT.replace("early_stopping: 5", "early_stopping: null")
    resolved = read(tmp_path, text, "trainer.early_stopping.patience=3")
    assert resolved.experiment.trainer.early_stopping.patience == 3


def test_the_last_one_counts(tmp_path):
    overrides = ["seed=2", "trainer={epochs: 4}", "trainer.epochs=5", "seed=3"]
    experiment = read(tmp_path, SHORT, *overrides).experiment
    assert (experiment.seed, experiment.trainer.epochs, experiment.trainer.batch_size) == (3, 5, 32)


def test_all_else_stays(tmp_path):
    plain, changed = read(tmp_path, SHORT), read(tmp_path, SHORT, "model.0.conv2d.filters=8")
    changed.document["model"][0]["conv2d"]["filters"] = 16
    assert changed.document == plain.document


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("optimizr.lr=1", "optimizr.lr: unknown key 'optimizr' of experiment (did you mean 'opt"),
        ("optimizer.lt=1", "optimizer.lt: unknown key 'lt' of adam"),
        ("model.0.conv2d.filter=1", "model.0.conv2d.filter: unknown key 'filter' of conv2d (did"),
        ("model.9.relu=1", "model.9.relu: there is no item '9' among 5 (they are numbered from 0"),
        ("model.-1=relu", "model.-1: there is no item '-1' among 5"),
        ("model.0.dense.units=3", "model.0.dense.units: there is no dense here, but conv2d"),
        ("model.0.conv2.filters=3", "model.0.conv2.filters: unknown layer 'conv2' (did you mean"),
        ("trainer.epochs.x=3", "trainer.epochs.x: there is nothing inside 30, so no 'x'"),
        ("trainer.early.x=3", "trainer.early.x: unknown key 'early' of trainer (choose one of: ep"),
        ("optimizer.schedule.size=3", "optimizer.schedule.size: expected the name of a schedule"),
        ("seed", "expected KEY=VALUE, got 'seed' (such as --set optimizer.lr=0.01)"),
        ("=3", "expected KEY=VALUE, got '=3'"),
        ("", "expected KEY=VALUE, got ''"),
        ("seed=[", "seed: no valid YAML"),
        ("seed=!x", "seed: expected a whole number, got '!x'"),
        ("seed=fast", "seed: expected a whole number, got 'fast'"),
        ("trainer.epochs=0", "trainer.epochs: epochs must be at least 1, got 0"),
        ("loss=mes", "loss: unknown loss 'mes' (did you mean 'mse'?)"),
        ("expect.test/acuracy=>1", "expect.test/acuracy: unknown metric 'test/acuracy'"),
        ("model.relu=1", "model.relu: there is no item 'relu' among 5"),
    ],
)
def test_what_cant_be_set_is_said(tmp_path, text, said):
    with pytest.raises(SpecError) as caught:
        read(tmp_path, SHORT, text)
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"--set: {said}")


def test_keys_cant_be_set_into_what_is_no_list(tmp_path):
    with pytest.raises(SpecError, match=r"--set: model\.0: expected a list"):
        read(tmp_path, SHORT, "model=relu", "model.0=relu")
