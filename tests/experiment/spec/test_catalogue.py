"""Everything that convkit has to choose from can be written in a YAML file."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.spec import (
    TEMPLATES,
    build_family,
    build_layers,
    build_loss,
    build_model,
    build_optimizer,
    catalogue,
    load_data,
    read_experiment,
    template,
)
from convkit.experiment.spec.kinds import FAILED, Leaf, Maybe, Reading, Several
from convkit.experiment.spec.tree import from_plain

ENTRIES = [
    (table.what, name)
    for table in catalogue().tables.values()
    for name in table.entries
    if table.what != "metric"
]


@pytest.mark.parametrize(("what", "name"), ENTRIES)
def test_every_argument_is_described(what, name):
    signature = catalogue().signature(what, name)
    assert signature.doc
    undescribed = [key for key, parameter in signature.parameters.items() if not parameter.doc]
    assert not undescribed


@pytest.mark.parametrize(("what", "name"), ENTRIES)
def test_every_argument_is_plain_or_chosen(what, name):
    def leaves(kind):
        if isinstance(kind, Maybe | Several):
            return leaves(kind.kind)
        return [kind.annotation] if isinstance(kind, Leaf) else []

    for parameter in catalogue().signature(what, name).parameters.values():
        for annotation in leaves(parameter.kind):
            assert not inspect.isclass(annotation) or annotation in (int, float, bool, str)


@pytest.mark.parametrize(("what", "name"), ENTRIES)
def test_every_default_is_what_its_annotation_says(what, name):
    reading = Reading()
    for key, parameter in catalogue().signature(what, name).parameters.items():
        if parameter.default is not None:
            assert parameter.kind.read(parameter.default, key, reading) is not FAILED
    assert reading.problems == []


FIRST = {
    "units": 3,
    "filters": 4,
    "shape": [-1],
    "body": ["relu"],
    "tokens": 5,
    "dim": 2,
    "times": 2,
    "heads": 1,
    "layers": ["relu"],
}


@pytest.mark.parametrize("name", catalogue().tables["layer"].entries)
def test_every_layer_can_be_written_short_and_long(name):
    kind = catalogue().pick("layer")
    required = catalogue().signature("layer", name).required
    arguments = {key: FIRST[key] for key in required}
    forms = [{name: arguments}]
    forms += [{name: arguments[required[0]]}] if len(required) == 1 else []
    forms += [name, {name: None}] if not required else []
    reading = Reading()
    values = [kind.read(from_plain(form, ""), "", reading) for form in forms]
    assert reading.problems == []
    assert all(value == values[0] for value in values)
    assert kind.read(from_plain(kind.plain(values[0]), ""), "", reading) == values[0]
    assert type(kind.make(values[0])) is catalogue().tables["layer"].entries[name]


WITH_FILES = {"csv", "images", "series", "text", "pairs"}
"""Templates for data of one's own."""


def test_templates_build(tmp_path):
    for name in sorted(TEMPLATES.keys() - WITH_FILES):
        file = tmp_path / f"{name}.yaml"
        file.write_text(template(name))
        experiment = read_experiment(file).experiment
        splits = load_data(experiment, tmp_path)
        build_model(experiment, splits.train.sample_shape)
        family = build_family(experiment)
        assert (build_loss(experiment) is not None) == ("loss" in family.parts)
        assert (build_optimizer(experiment) is not None) == ("optimizer" in family.parts)


def test_an_unknown_template_is_said():
    with pytest.raises(ConvkitError, match="unknown template 'cn'") as caught:
        template("cn")
    assert caught.value.hint == "did you mean 'cnn'?"


WRONG = """\
data: {name: csv, path: nowhere.csv}
model:
  - conv2d: 8
  - residual:
      - conv2d: 8
      - relu
      - max_pool2d: 90
  - flatten
loss: cross_entropy
optimizer: adam
"""


def test_shapes_that_dont_fit_are_told_with_their_line(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(WRONG)
    experiment = read_experiment(file).experiment
    with pytest.raises(ConvkitError) as inner:
        build_model(experiment, (8, 8, 1))
    assert str(inner.value).startswith(f"{file}:7: layer 2.3 (max_pool2d): ")
    with pytest.raises(ConvkitError) as first:
        build_model(experiment, (64,))
    assert str(first.value).startswith(f"{file}:3: layer 1 (conv2d): ")
    with pytest.raises(ConvkitError) as data:
        load_data(experiment, tmp_path)
    assert str(data.value).startswith(f"{file}:1: data: ")


def test_an_option_is_told_beside_the_line_that_it_changes(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(WRONG)
    experiment = read_experiment(file, ["data.test=5", "data.limit=3"]).experiment
    with pytest.raises(ConvkitError) as data:
        load_data(experiment, tmp_path)
    assert str(data.value).startswith(f"{file}:1 and --set: data: test must be ")
    experiment = read_experiment(file, ["data={name: digits, test: 5}"]).experiment
    with pytest.raises(ConvkitError) as data:
        load_data(experiment, tmp_path)
    assert str(data.value).startswith("--set: data: test must be ")


def test_repeated_layers_are_told_with_the_line_of_the_one(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(WRONG.replace("residual:", "repeat:\n      times: 3\n      layers:"))
    experiment = read_experiment(file).experiment
    with pytest.raises(ConvkitError) as inner:
        build_model(experiment, (98, 98, 1))
    assert str(inner.value).startswith(f"{file}:7: layer 2.4 (conv2d): ")


def test_layers_are_made_anew_each_time(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(WRONG)
    experiment = read_experiment(file).experiment
    first, second = build_layers(experiment), build_layers(experiment)
    assert all(a is not b for a, b in zip(first, second, strict=True))


def test_initial_weights_are_those_of_the_seed(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("data: digits\nmodel: [dense: 3]\nloss: mse\noptimizer: sgd\nseed: 4\n")
    experiment = read_experiment(file).experiment
    one, two = (build_model(experiment, (5,)).parameters() for _ in range(2))
    other = read_experiment(file, ["seed=5"]).experiment
    three = build_model(other, (5,)).parameters()
    assert all((one[key].data == two[key].data).all() for key in one)
    assert any((one[key].data != three[key].data).any() for key in one)


def test_importing_it_loads_no_numpy():
    code = (
        "import sys, convkit.experiment.spec; print('numpy' in sys.modules, 'yaml' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
