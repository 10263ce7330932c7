"""What is said of what is wrong: all at once, each with its line, its key and the way out."""

from __future__ import annotations

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.spec import SpecError

from .catalogue import SHORT, read

BASE = "data: digits\nmodel: [relu]\nloss: mse\noptimizer: sgd\n"


def problems_of(folder, text, *overrides):
    with pytest.raises(SpecError) as caught:
        read(folder, text, *overrides)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("optimizer: {name: sgd, lr: fast}", "optimizer.lr: expected a number, got 'fast'"),
        (
            "model: [conv2d: {filters: -3}]",
            "model.0.conv2d.filters: filters must be at least 1, got -3",
        ),
        (
            "model: [conv2d: {filters: 3, kernel_size: [3]}]",
            "model.0.conv2d.kernel_size: expected a whole number or a list of two whole numbers, "
            "got [3]",
        ),
        (
            "model: [conv2d: {filters: 3, padding: smae}]",
            "model.0.conv2d.padding: expected 'valid', 'same', a whole number or a list of two "
            "whole numbers, got 'smae' (did you mean 'same'?)",
        ),
        (
            "model: [{dense: 3, relu: }]",
            "model.0: an item is one layer, got 2 keys: dense, relu (indent its arguments below "
            "it, or begin each layer with '- ')",
        ),
        (
            "model: [{name: dense, units: 3}]",
            "model.0: an item is one layer, got 2 keys: name, units (write - dense: {…})",
        ),
        ("model: [rleu]", "model.0: unknown layer 'rleu' (did you mean 'relu'?)"),
        ("model: [dens: 3]", "model.0.dens: unknown layer 'dens' (did you mean 'dense'?)"),
        (
            "model: [dense]",
            "model.0.dense: dense needs 'units': a whole number (how many there are)",
        ),
        (
            "model: [dense: {unit: 3}]",
            "model.0.dense.unit: unknown key 'unit' of dense (did you mean 'units'?)",
        ),
        ("model: [dense: ten]", "model.0.dense.units: expected a whole number, got 'ten'"),
        (
            "model: [dense: '3']",
            "model.0.dense.units: expected a whole number, got '3' (leave out the quotes)",
        ),
        ("model: [dense: true]", "model.0.dense.units: expected a whole number, got true"),
        ("model: [dense: 3.0]", "model.0.dense.units: expected a whole number, got 3.0"),
        ("model: [dense: null]", "model.0.dense: dense needs 'units'"),
        (
            "model: [dense: 99999999999999999999]",
            "model.0.dense.units: expected a whole number, got 99999999999999999999",
        ),
        ("model: [dropout: .nan]", "model.0.dropout.rate: expected a number, got nan"),
        ("model: [dropout: 1e999]", "model.0.dropout.rate: expected a number, got inf"),
        (
            "model: [dense: {units: 3, use_bias: yes}]",
            "model.0.dense.use_bias: expected true or false, got 'yes' (write true)",
        ),
        (
            "model: [dense: {units: 3, kernel_init: zeroes}]",
            "model.0.dense.kernel_init: unknown initializer 'zeroes' (did you mean 'zeros'?)",
        ),
        (
            "model: [dense: {units: 3, kernel_init: {name: normal, sdt: 1}}]",
            "model.0.dense.kernel_init.sdt: unknown key 'sdt' of normal (did you mean 'std'?)",
        ),
        ("model: [relu: 3]", "model.0.relu: expected nothing, got 3 (relu takes no arguments)"),
        (
            "model: [relu: {a: 3}]",
            "model.0.relu.a: unknown key 'a' of relu (it takes no arguments)",
        ),
        (
            "model: [residual: [dense: 0]]",
            "model.0.residual.body.0.dense.units: units must be at least 1, got 0",
        ),
        (
            "model: [3]",
            "model.0: expected a layer: its name, or its name with its arguments, got 3",
        ),
        ("model: relu", "model: expected a list, each item begun with '- ', got 'relu'"),
        ("model: []", "model: the family supervised needs 'model' (such as model: [flatten"),
        ("loss: cros_entropy", "loss: unknown loss 'cros_entropy' (did you mean 'cross_entropy'?)"),
        ("loss:", "loss: the family supervised needs 'loss' (such as loss: cross_entropy)"),
        ("loss: {nam: mse}", "loss.nam: unknown key 'nam' (did you mean 'name'?)"),
        ("optimizer: {adam: 1}", "optimizer.adam: 'adam' is no key here (write {name: adam, …})"),
        (
            "optimizer: {lr: 1}",
            "optimizer: the optimizer needs a 'name' (choose one of: sgd, adam)",
        ),
        (
            "optimizer: {name: 3}",
            "optimizer: expected the name of an optimizer (one of: sgd or adam)",
        ),
        (
            "optimizer: [adam]",
            "optimizer: expected an optimizer: its name, or a mapping of its name and arguments, "
            "got ['adam']",
        ),
        (
            "optimizer: {name: sgd, schedule: {name: step, size: 0}}",
            "optimizer.schedule.size: size must be at least 1, got 0",
        ),
        (
            "data: {name: csv}",
            "data: csv needs 'path': text (the file)",
        ),
        (
            "data: {name: csv, path: 3}",
            "data.path: expected text, got 3 (put it in quotes)",
        ),
        ("trainer: {epochs: 0}", "trainer.epochs: epochs must be at least 1, got 0"),
        ("trainer: {epoch: 3}", "trainer.epoch: unknown key 'epoch' of trainer (did you mean 'ep"),
        ("trainer: [3]", "trainer.epochs: expected a whole number, got [3]"),
        (
            "trainer: {monitor: validation/acuracy}",
            "trainer.monitor: unknown metric 'validation/acuracy' "
            "(did you mean 'validation/accuracy'?)",
        ),
        (
            "trainer: {early_stopping: {metric: loss, patience: 3}}",
            "trainer.early_stopping.metric: a metric is a split and a name, got 'loss'",
        ),
        (
            "trainer: {early_stopping: {min_delta: 1}}",
            "trainer.early_stopping: early stopping needs 'patience': a whole number",
        ),
        (
            "metrics: [acuracy]",
            "metrics.0: unknown metric 'acuracy' (did you mean 'accuracy'?)",
        ),
        ("seed: -1", "seed: seed must be at least 0, got -1"),
        ("name: a/b", "name: name must be made of letters, digits, '-', '_' and '.', got 'a/b'"),
        ("name: 3", "name: expected text, got 3 (put it in quotes)"),
        ("sed: 3", "sed: unknown key 'sed' of experiment (did you mean 'seed'?)"),
        ("family: supervize", "family: unknown family 'supervize' (did you mean 'supervised'?)"),
        (
            "expect: {test/accuracy: 0.9}",
            "expect.test/accuracy: expected a comparison with a number, got '0.9' "
            '(write ">=0.9"; comparisons are >= <= == > <)',
        ),
        (
            "expect: {tset/accuracy: '>1'}",
            "expect.tset/accuracy: unknown metric 'tset/accuracy' (d",
        ),
        ("expect: [a]", "expect: expected a mapping of metrics to comparisons"),
    ],
)
def test_a_beginner_is_told_what_and_where(tmp_path, line, said):
    key = line.partition(":")[0]
    kept = [old for old in BASE.splitlines() if not old.startswith(f"{key}:")]
    text = "\n".join([*kept, line, ""])
    (problem,) = problems_of(tmp_path, text)
    assert problem.startswith(f"a.yaml:{len(kept) + 1}: {said}")


def test_everything_is_told_at_once_from_top_to_bottom(tmp_path):
    text = """\
name: my run
model:
  - conv2d: {filters: 0, kernel_size: 0, paddin: same}
  - rleu
  - dense: {units: 3, use_bias: 1, units: 4}
loss: mse
optimizer: {name: adam, lr: -1, betas: [1], clip: x}
trainer: {epochs: 0, batch_size: 0, accumulate: x, checkpoint: {every_epochs: 0}}
seed: x
"""
    said = problems_of(tmp_path, text, "trainer.epoch=3", "seed.x=3")
    assert [problem.split(": ")[:2] for problem in said] == [
        ["a.yaml:1", "experiment needs 'data'"],
        ["a.yaml:1", "name"],
        ["a.yaml:3", "model.0.conv2d.paddin"],
        ["a.yaml:3", "model.0.conv2d.kernel_size"],
        ["a.yaml:3", "model.0.conv2d.filters"],
        ["a.yaml:4", "model.1"],
        ["a.yaml:5", "'units' is given twice, first in " + said[6].split("in ")[1][:8]],
        ["a.yaml:5", "model.2.dense.use_bias"],
        ["a.yaml:7", "optimizer.betas"],
        ["a.yaml:7", "optimizer.clip"],
        ["a.yaml:7", "optimizer.lr"],
        ["a.yaml:8", "trainer.accumulate"],
        ["a.yaml:8", "trainer.checkpoint.every_epochs"],
        ["a.yaml:8", "trainer.epochs"],
        ["a.yaml:8", "trainer.batch_size"],
        ["a.yaml:9", "seed"],
        ["--set", "trainer.epoch"],
        ["--set", "seed.x"],
    ] or said


def test_one_problem_is_one_line_and_several_are_a_list(tmp_path):
    with pytest.raises(SpecError) as one:
        read(tmp_path, SHORT.replace("relu\n", "rleu\n", 1))
    assert str(one.value) == str(one.value.problems[0])
    assert one.value.hint == "did you mean 'relu'?"
    with pytest.raises(SpecError) as two:
        read(tmp_path, SHORT.replace("relu\n", "rleu\n", 1), "seeed=3")
    assert str(two.value).splitlines() == [
        "2 things are wrong:",
        *(f"- {problem}" for problem in two.value.problems),
    ]


def test_any_error_stands_at_least_for_itself():
    error = ConvkitError("wrong", "right")
    assert error.problems == (error,)


def test_what_depends_on_a_refused_argument_is_not_guessed(tmp_path):
    # Without its groups, which are no number, the filters are fine; with the default 1, too.
    said = problems_of(tmp_path, SHORT.replace("padding: same", "groups: x"))
    assert len(said) == 1


def test_arguments_that_dont_fit_each_other_are_told_at_the_first(tmp_path):
    (said,) = problems_of(tmp_path, SHORT.replace("padding: same", "groups: 3"))
    assert "model.0.conv2d.filters: filters (=16) must be divisible by the groups (=3)" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.yaml: it is empty (begin with data: digits"),
        ("# only a comment\n", "a.yaml: it is empty"),
        ("- a\n", "a.yaml:1: expected keys and values, got ['a']"),
        ("digits\n", "a.yaml:1: expected keys and values, got 'digits'"),
        ("null\n", "a.yaml:1: expected keys and values, got nothing"),
        ("a: [\n", "a.yaml:2: no valid YAML"),
    ],
)
def test_files_that_are_no_experiment(tmp_path, text, said):
    (problem,) = problems_of(tmp_path, text)
    assert problem.startswith(said)


@pytest.mark.parametrize("part", ["model: [relu]", "loss: mse", "optimizer: sgd"])
def test_a_family_gets_only_the_parts_it_takes(tmp_path, part):
    text = f"data: digits\nfamily: perceptron\n{part}\n"
    key = part.partition(":")[0]
    assert problems_of(tmp_path, text) == [
        f"a.yaml:3: {key}: the family perceptron takes none (leave it out)"
    ]
