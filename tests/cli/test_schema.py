"""convkit schema: one JSON document with which editors check what convkit reads."""

import json

import jsonschema
import yaml

from convkit.experiment.spec import json_schema
from tests.cli.process import ROOT, convkit


def test_the_schema_is_printed_and_is_one():
    result = convkit("schema")
    schema = json.loads(result.stdout)
    assert (result.code, result.stderr) == (0, "")
    assert schema == json.loads(json.dumps(json_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)


def test_json_changes_nothing():
    assert convkit("schema", "--json").stdout == convkit("schema").stdout


def test_it_takes_what_train_takes_and_refuses_a_typo():
    checker = jsonschema.Draft202012Validator(json.loads(convkit("schema").stdout))
    text = (ROOT / "configs/digits-cnn.yaml").read_text().replace("3e-3", "0.003")
    assert checker.is_valid(yaml.safe_load(text))
    assert not checker.is_valid(yaml.safe_load(text.replace("filters:", "filtres:")))
    assert not checker.is_valid(yaml.safe_load(text.replace("optimizer", "optimiser")))


def test_it_takes_nothing():
    convkit("schema", "digits").assert_refused("digits")
