"""Reading experiments: short and long forms, defaults, origins."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import FrozenInstanceError

import pytest
import yaml

from convkit.errors import ConvkitError
from convkit.experiment.spec import (
    Checkpoint,
    Choice,
    EarlyStopping,
    Expectation,
    SpecError,
    Trainer,
    experiment_from_document,
    read_experiment,
)

from .catalogue import CHOICES, SHORT, read

LONG = """\
name: digits-cnn
data: {name: digits, test: 0.2, seed: 0}
augment: []
family: {name: supervised}
model:
  - conv2d:
      filters: 16
      kernel_size: 3
      padding: same
      groups: 1
  - relu: {}
  - residual:
      body: [relu: {}, dense: {units: 4, use_bias: true, kernel_init: {name: zeros}}]
      shortcut: null
  - dropout: {rate: 0.25}
  - dense: {units: 10, use_bias: true, kernel_init: {name: zeros}}
loss: {name: cross_entropy, label_smoothing: 0.0}
optimizer: {name: adam, lr: 0.001, betas: [0.9, 0.999], clip: null, schedule: null}
trainer:
  epochs: 30
  batch_size: 64
  accumulate: 1
  shuffle: true
  eval_every: 1
  monitor: null
  early_stopping: {patience: 5, min_delta: 0.0, metric: null}
  checkpoint: {every_epochs: 1, every_minutes: null}
metrics: []
seed: 1
expect: {test/accuracy: [">=0.985"]}
"""


def test_short_and_long_forms_are_equal(tmp_path):
    short, long = read(tmp_path, SHORT), read(tmp_path, LONG)
    assert short.experiment == long.experiment
    assert short.document == long.document


def test_the_document_is_the_long_form(tmp_path):
    # PyYAML reads this text as we do: it holds nothing in which YAML 1.1 and 1.2 differ.
    expected = yaml.safe_load(LONG) | {"expect": {"test/accuracy": ">=0.985"}}
    assert read(tmp_path, SHORT).document == expected


def test_the_experiment_is_typed_and_immutable(tmp_path):
    experiment = read(tmp_path, SHORT).experiment
    assert experiment.name == "digits-cnn"
    assert experiment.data == Choice("digits", (("test", 0.2), ("seed", 0)))
    assert [layer.name for layer in experiment.model.layers] == [
        "conv2d",
        "relu",
        "residual",
        "dropout",
        "dense",
    ]
    assert experiment.model.layers[0].arguments["filters"] == 16
    assert experiment.model.layers[0].where.endswith("a.yaml:4")
    assert experiment.trainer == Trainer(
        epochs=30, batch_size=64, early_stopping=EarlyStopping(5), checkpoint=Checkpoint()
    )
    assert experiment.expect == (Expectation("test/accuracy", ">=", 0.985),)
    with pytest.raises(FrozenInstanceError):
        experiment.seed = 2


def test_reading_the_document_back_gives_the_same_experiment(tmp_path):
    resolved = read(tmp_path, SHORT)
    through_json = json.loads(json.dumps(resolved.document))
    assert experiment_from_document(through_json, choices=CHOICES) == resolved.experiment
    again = read(tmp_path, resolved.yaml)
    assert again.document == resolved.document
    assert yaml.safe_load(resolved.yaml) == resolved.document


def test_every_value_has_an_origin(tmp_path):
    resolved = read(tmp_path, SHORT, "trainer.epochs=3", "optimizer.schedule=step")
    place = f"{tmp_path / 'a.yaml'}:"
    origins = resolved.origins
    assert origins["name"] == f"{place}1"
    assert origins["data.name"] == f"{place}2"
    assert origins["data.test"] == "default"
    assert origins["model.0.conv2d.filters"] == f"{place}4"
    assert origins["model.0.conv2d.groups"] == "default"
    assert origins["model.1.relu"] == f"{place}5"
    assert origins["model.2.residual.body.1.dense.units"] == f"{place}6"
    assert origins["model.2.residual.body.1.dense.kernel_init.name"] == "default"
    assert origins["model.3.dropout.rate"] == f"{place}7"
    assert origins["optimizer.lr"] == f"{place}10"
    assert origins["optimizer.schedule.name"] == "--set"
    assert origins["optimizer.schedule.size"] == "default"
    assert origins["trainer.epochs"] == "--set"
    assert origins["trainer.early_stopping.patience"] == f"{place}11"
    assert origins["expect.test/accuracy"] == f"{place}13"
    assert set(origins) == set(_leaves(resolved.document))


def _leaves(value, path=""):
    """The paths of all scalars, of lists of scalars, and of what is empty."""
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        where = f"{path}.{key}" if path else str(key)
        nested = isinstance(part, dict | list) and part
        if nested and not (isinstance(part, list) and isinstance(part[0], float)):
            yield from _leaves(part, where)
        else:
            yield where


@pytest.mark.parametrize(
    ("file", "name"),
    [("my-run.yaml", "my-run"), ("my run (2).yml", "my-run-2"), ("ü.yaml", "experiment")],
)
def test_the_name_is_the_files_if_left_out(tmp_path, file, name):
    resolved = read(tmp_path, "data: digits\nfamily: perceptron\n", name=file)
    assert resolved.experiment.name == name
    assert resolved.origins["name"] == "default"


def test_a_dash_is_standard_input(monkeypatch):
    class Stdin:
        closed = False
        buffer = io.BytesIO(b"data: digits\nfamily: perceptrn\n")
        isatty = staticmethod(lambda: False)

    monkeypatch.setattr(sys, "stdin", Stdin())
    with pytest.raises(SpecError, match="standard input:2: family: unknown family 'perceptrn'"):
        read_experiment("-", choices=CHOICES)


def test_a_missing_file_is_said_with_its_neighbour(tmp_path):
    (tmp_path / "digits.yaml").touch()
    with pytest.raises(ConvkitError, match=r"did you mean 'digits\.yaml'"):
        read_experiment(tmp_path / "digit.yaml", choices=CHOICES)


def test_choices_inside_are_made_for_constructors_that_take_them_made(tmp_path):
    text = SHORT.replace("lr: 1e-3", "schedule: {name: step, size: 3}")
    experiment = read(tmp_path, text).experiment
    optimizer = CHOICES.pick("optimizer").make(experiment.optimizer)
    assert optimizer.schedule.size == 3
    layers = [CHOICES.pick("layer").make(layer) for layer in experiment.model.layers]
    assert layers[2].body[1].units == 4
    assert layers[2].body[1].kernel_init == {"name": "zeros"}


def test_text_that_looks_like_a_number_stays_text(tmp_path):
    text = "data: {name: csv, path: '1e-3', target: ['no', '010', 'null']}\nfamily: perceptron\n"
    resolved = read(tmp_path, text)
    assert read(tmp_path, resolved.yaml).experiment == resolved.experiment
    assert yaml.safe_load(resolved.yaml) == resolved.document


def test_a_whole_number_is_a_number(tmp_path):
    rate = read(tmp_path, SHORT.replace("dropout: 0.25", "dropout: 0")).experiment.model.layers[3]
    assert rate.arguments == {"rate": 0.0}
    assert isinstance(rate.arguments["rate"], float)
