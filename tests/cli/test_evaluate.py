"""convkit evaluate: what a run has trained, measured again."""

import json

import pytest

from tests.cli.process import convkit, on_terminal

DIGITS = """\
name: digits
data: {name: digits, validation: 0.1}
model: [flatten, dense: 10]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 3, monitor: validation/accuracy}
seed: 1
"""
FLOWERS = """\
name: flowers
data: iris
model: [dense: 3]
loss: cross_entropy
optimizer: {name: adam, lr: 0.05}
trainer: {epochs: 3}
seed: 1
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate")
    for name, text in {"digits": DIGITS, "flowers": FLOWERS}.items():
        (folder / f"{name}.yaml").write_text(text)
        result = convkit("train", f"{name}.yaml", "-q", "--no-plots", cwd=folder)
        assert result.text == f"runs/{name}/1\n", result.stderr
    (folder / "five.csv").write_text(
        "species,petal width (cm),petal length (cm),sepal width (cm),sepal length (cm)\n"
        "setosa,0.2,1.4,3.5,5.1\nsetosa,0.3,1.4,3.0,4.9\nvirginica,2.5,6.0,3.3,6.3\n"
    )
    return folder


def summary(place, name):
    return json.loads((place / f"runs/{name}/1/summary.json").read_text())


def test_metrics_in_a_pipe_are_those_of_the_training(place):
    result = convkit("evaluate", "runs/digits/1", cwd=place)
    header, samples, loss, accuracy = result.rows
    assert header == ["metric", "train", "validation", "test"]
    assert samples == ["samples", "1258", "180", "359"]
    trained = summary(place, "digits")["metrics"]
    assert float(loss[3]) == trained["test/loss"]
    assert float(accuracy[2]) == trained["validation/accuracy"]
    assert result.stderr == ""


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_one_split(place, split):
    header, *_ = convkit("evaluate", "digits", "--split", split, cwd=place).rows
    assert header == ["metric", split]


def test_json_holds_the_confusion(place):
    document = json.loads(
        convkit("evaluate", "digits", "--split", "test", "--json", cwd=place).text
    )
    assert document["run"] == "runs/digits/1"
    assert (
        document["confusion"]["test"]["matrix"] == summary(place, "digits")["confusion"]["matrix"]
    )
    assert document["samples"] == {"test": 359}


@pytest.mark.parametrize("name", ["best", "last"])
def test_a_checkpoint(place, name):
    document = json.loads(
        convkit("evaluate", "digits", "--checkpoint", name, "--json", cwd=place).text
    )
    assert document["checkpoint"] == name


def test_the_confusion_on_a_terminal(place):
    text = on_terminal("evaluate", "digits/1", cwd=place, columns=80)
    assert max(map(len, text.splitlines())) <= 80
    matrix = summary(place, "digits")["confusion"]["matrix"]
    right = sum(matrix[label][label] for label in range(10))
    assert f"test: {right} of 359 right" in text
    for label, row in enumerate(matrix):
        cells = [str(count) if count else "·" for count in row]
        found = f"{row[label] / sum(row):.1%}"
        assert [str(label), *cells, found] in [line.split() for line in text.splitlines()]


def test_a_terminal_says_why_the_training_part_differs_from_what_training_said(place):
    said = "train: with the weights of the checkpoint"
    assert said in on_terminal("evaluate", "digits", cwd=place, columns=80)
    assert said not in on_terminal("evaluate", "digits", "--split", "test", cwd=place, columns=80)
    assert said not in convkit("evaluate", "digits", cwd=place).text


def test_a_narrow_terminal_gets_the_mistakes(place):
    text = on_terminal("evaluate", "digits/1", cwd=place, columns=50)
    assert max(map(len, text.splitlines())) <= 50
    assert "actual   predicted   times" in text


def test_other_data(place):
    result = convkit("evaluate", "flowers", "--data", "five.csv", cwd=place)
    assert result.rows[0] == ["metric", "five.csv"]
    assert result.rows[1] == ["samples", "3"]
    assert float(result.rows[3][1]) in (0.0, 1 / 3, 2 / 3, 1.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--split", "tset"], ["unknown split 'tset'", "did you mean 'test'?"]),
        (["--checkpoint", "bst"], ["unknown checkpoint 'bst'", "did you mean 'best'?"]),
        (["--split", "validation"], ["no validation split", "there is: train, test"]),
        (["--data", "none.csv"], ["no such file: 'none.csv'"]),
        (["--data", "five.csv", "--split", "test"], ["--split is one of the run's own data"]),
    ],
)
def test_what_there_is_not(place, arguments, words):
    convkit("evaluate", "flowers/1", *arguments, cwd=place).assert_refused(*words)


def test_data_that_lack_a_column(place):
    (place / "short.csv").write_text("species,petal width (cm)\nsetosa,0.2\n")
    convkit("evaluate", "flowers/1", "--data", "short.csv", cwd=place).assert_refused(
        "unknown column 'sepal length (cm)'"
    )
