"""convkit init: a commented experiment that can be trained, and nothing overwritten."""

import json
import re

import pytest

from convkit.experiment.spec import TEMPLATES, read_experiment
from tests.cli.process import convkit, on_terminal
from tests.cli.test_help import help_of


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_an_experiment_with_the_name_that_was_asked_for(template, tmp_path):
    result = convkit("init", "mine", "--template", template, cwd=tmp_path)
    assert (result.code, result.text, result.stderr) == (0, "mine.yaml\n", "")
    text = (tmp_path / "mine.yaml").read_text()
    assert read_experiment(tmp_path / "mine.yaml").experiment.name == "mine"
    assert "convkit train mine.yaml" in text
    assert not re.search(r"\bFILE\b|my-", text)


@pytest.mark.parametrize(
    "template", ["mlp", "cnn", "regression", "perceptron", "autoencoder", "agent"]
)
def test_what_needs_no_files_of_its_own_can_be_trained(template, tmp_path):
    convkit("init", "mine", "--template", template, cwd=tmp_path)
    result = convkit(
        "train", "mine.yaml", "--set", "trainer.epochs=1", "--set", "expect={}", "-q", cwd=tmp_path
    )
    assert result.rows == [["runs/mine/1"]]


def test_the_default_is_the_first_template(tmp_path):
    texts = [
        convkit("init", "mine", *arguments, "-o", "-").text
        for arguments in ([], ["--template", next(iter(TEMPLATES))])
    ]
    assert texts[0] == texts[1]


def test_help_lists_every_template_with_what_it_is_for():
    text = help_of("init")
    for name, meaning in TEMPLATES.items():
        assert re.search(rf"^ +{name} +{re.escape(meaning)}$", text, re.MULTILINE)


def test_a_pipe_can_be_trained_at_once(tmp_path):
    text = convkit("init", "mine", "-o", "-").stdout
    result = convkit("train", "-", "--dry-run", "--json", stdin=text, cwd=tmp_path)
    assert json.loads(result.stdout)["config"]["name"] == "mine"


@pytest.mark.parametrize("name", ["mine.yaml", "mine.yml", "mine"])
def test_a_suffix_is_no_part_of_the_name(name, tmp_path):
    convkit("init", name, cwd=tmp_path)
    assert read_experiment(tmp_path / "mine.yaml").experiment.name == "mine"


def test_the_file_can_have_another_name_and_place(tmp_path):
    result = convkit("init", "mine", "-o", "a b.yaml", "--json", cwd=tmp_path)
    assert json.loads(result.stdout) == {"config": "a b.yaml"}
    assert "convkit train 'a b.yaml'" in (tmp_path / "a b.yaml").read_text()


def test_nothing_is_overwritten_unasked(tmp_path):
    (tmp_path / "mine.yaml").write_text("precious")
    convkit("init", "mine", cwd=tmp_path).assert_refused("'mine.yaml' exists", "--force")
    assert (tmp_path / "mine.yaml").read_text() == "precious"
    assert convkit("init", "mine", "--force", cwd=tmp_path).code == 0
    assert "precious" not in (tmp_path / "mine.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mine", "--template", "cn"], ["unknown template 'cn'", "'cnn'"]),
        (["mine", "-o", "no/where.yaml"], ["no such folder: 'no'"]),
        (["a/b"], ["'a/b'"]),
        ([""], ["''"]),
        (["mine", "-o", "-", "--json"], ["-o -", "--json"]),
        ([], ["NAME"]),
    ],
    ids=" ".join,
)
def test_a_slip_is_one_line_with_the_way_out(arguments, says, tmp_path):
    convkit("init", *arguments, cwd=tmp_path).assert_refused(*says)
    assert list(tmp_path.iterdir()) == []


def test_a_person_is_told_what_to_do_next(tmp_path):
    text = on_terminal("init", "mine", cwd=tmp_path)
    assert text == "mine.yaml\nnext: convkit train mine.yaml\n"
