"""The JSON Schema takes what we take, and refuses a typo in any key."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest
import yaml

from convkit.experiment.spec import TEMPLATES, json_schema, template

from .catalogue import CHOICES, SHORT, read


@pytest.fixture(scope="module")
def validator():
    schema = json_schema(choices=CHOICES)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def real():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def plain(text):
    """YAML 1.2 as far as these tests need it: PyYAML takes 1e-3 for text."""
    return yaml.safe_load(text.replace("1e-3", "0.001"))


def test_it_is_json(real):
    assert json.loads(json.dumps(real.schema)) == real.schema


def test_short_and_long_forms_are_valid(tmp_path, validator):
    validator.validate(plain(SHORT))
    validator.validate(read(tmp_path, SHORT).document)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sed": 1},
        {"seed": 1.5},
        {"model": ["rleu"]},
        {"model": [{"dense": {"unit": 3}}]},
        {"model": [{"dense": {"units": "3"}}]},
        {"model": [{"dense": {}}]},
        {"model": ["dense"]},
        {"model": [{"relu": None, "dense": 3}]},
        {"model": [{"residual": ["rleu"]}]},
        {"model": [{"conv2d": {"filters": 3, "padding": "smae"}}]},
        {"model": [{"conv2d": {"filters": 3, "kernel_size": [3]}}]},
        {"loss": "mes"},
        {"optimizer": {"lr": 1}},
        {"optimizer": {"name": "adam", "lt": 1}},
        {"optimizer": {"name": "adam", "schedule": {"name": "step", "sise": 1}}},
        {"data": "csv"},
        {"data": {"name": "csv"}},
        {"trainer": {"epoch": 3}},
        {"trainer": {"monitor": "test/acuracy"}},
        {"expect": {"test/acuracy": ">1"}},
        {"expect": {"test/accuracy": "1"}},
        {"expect": {"test/accuracy": 1}},
        {"metrics": ["acuracy"]},
    ],
)
def test_what_is_wrong_is_invalid(validator, wrong):
    assert not validator.is_valid(plain(SHORT) | wrong)


@pytest.mark.parametrize(
    "right",
    [
        {"model": [{"relu": None}, {"relu": {}}, {"dropout": None}, "dropout"]},
        {"model": [{"dense": {"units": 3, "kernel_init": {"name": "normal", "std": 1}}}]},
        {"trainer": 3},
        {"trainer": {"early_stopping": None, "checkpoint": 5}},
        {"optimizer": {"name": "sgd", "schedule": "step", "clip": None}},
        {"optimizer": None},
        {"expect": {"test/accuracy": [">0.5", "<0.9"], "train/loss": ">=0.1, < .5"}},
        {"data": {"name": "csv", "path": "a", "target": ["b", "c"]}},
    ],
)
def test_what_can_be_read_is_valid(tmp_path, validator, right):
    document = plain(SHORT) | right
    validator.validate(document)
    if right != {"optimizer": None}:
        read(tmp_path, json.dumps(document))


def test_descriptions_and_defaults_are_those_of_the_docstrings(validator):
    dense = validator.schema["$defs"]["layer"]["anyOf"][1]["properties"]["dense"]
    assert dense["description"] == "Every input to every unit."
    arguments = next(form for form in dense["anyOf"] if form.get("type") == "object")
    assert arguments["properties"]["units"]["description"] == "How many there are."
    assert arguments["properties"]["use_bias"]["default"] is True
    assert arguments["required"] == ["units"]
    assert validator.schema["properties"]["seed"]["description"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_valid_and_typos_in_them_are_not(real, name):
    document = plain(template(name).replace("1e-2", "0.01").replace("1e-4", "0.0001"))
    document = json.loads(json.dumps(document).replace('"3e-3"', "0.003"))
    real.validate(document)
    for key in document:
        mutated = copy.deepcopy(document)
        mutated[f"{key}x"] = mutated.pop(key)
        assert not real.is_valid(mutated)
