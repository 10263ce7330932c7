"""The experiments in configs/: each begins to learn, and tells the truth about itself."""

import json
import re
import shlex
from pathlib import Path

import pytest

from benchmarks.gates import HELD_BY_TESTS
from benchmarks.trials import CONFIGS, experiments, gates_of
from convkit.experiment import spec
from convkit.experiment.session import train
from tests.cli.process import ROOT, convkit

NAMES = sorted(path.stem for path in CONFIGS.glob("*.yaml"))
QUICKER = {"shapes-cnn": ["data.samples=60"]}
RESULTS = json.loads((ROOT / "benchmarks" / "EXPERIMENTS.json").read_text("utf-8"))


def header(name):
    """Return the lines of a config's first comment, without their signs."""
    text = (CONFIGS / f"{name}.yaml").read_text("utf-8")
    comment = re.match(r"(?:#.*\n)+", text)[0]
    return [line.removeprefix("#").strip() for line in comment.splitlines()]


def read(name, *overrides):
    return spec.read_experiment(CONFIGS / f"{name}.yaml", overrides)


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_to_learn(name, tmp_path):
    resolved = read(name, "trainer.epochs=1", *QUICKER.get(name, []))
    outcome = train(resolved, root=CONFIGS, runs=tmp_path)
    assert outcome.status == "finished"
    assert outcome.run.folder == tmp_path / name / "1"
    assert outcome.metrics["train/loss"] >= 0
    expected = [each.metric for each in resolved.experiment.expect]
    assert expected
    assert all(outcome.metrics[metric] is not None for metric in expected)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_line_is_the_command_that_runs_it(name, tmp_path):
    command = header(name)[0]
    program, verb, path = command.split()
    assert (program, path) == ("convkit", f"configs/{name}.yaml")
    assert verb == ("explain" if name.startswith("explain-") else "train")
    done = convkit("train", path, "--dry-run", "--json", "--runs", tmp_path)
    assert done.code == 0, done.stderr
    assert json.loads(done.stdout)["config"]["name"] == name
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_what_else_the_header_tells_to_do_can_be_done(name):
    words = " ".join(header(name)[1:])
    changes = re.findall(r"--set ('[^']*'|[^\s:),]+)", words)
    read(name, *(shlex.split(change)[0] for change in changes))
    for command in re.findall(r"convkit (explain [^()]*?\.yaml)", words):
        done = convkit(*command.split())
        assert done.code == 0, done.stderr
    for other in re.findall(r"[\w-]+\.yaml", words):
        assert (CONFIGS / other).is_file()


@pytest.mark.parametrize("name", experiments())
def test_the_header_says_what_was_reached(name):
    """Three digits of the mean of each of its gates' figures, as the benchmark wrote them down."""
    reached = {each["figure"]: each for each in RESULTS["gates"] if each["experiment"] == name}
    assert list(reached) == [gate.figure for gate in gates_of(name)]
    assert [each["bound"] for each in reached.values()] == [gate.bound for gate in gates_of(name)]
    (said,) = [line for line in header(name) if line.startswith("Mean of five seeds: ")]
    figures = [f"{figure} {each['mean']:.3g}" for figure, each in reached.items()]
    assert said == f"Mean of five seeds: {', '.join(map(plainly, figures))}"
    assert all(each["reached"] and len(each["seeds"]) == 5 for each in reached.values())


def plainly(figure):
    """Return a figure without an exponent where a number of up to six digits is as good."""
    *words, number = figure.split()
    large = 1000 <= abs(float(number)) < 1e6
    return " ".join([*words, f"{float(number):.0f}" if large else number])


def test_every_experiment_has_a_gate():
    assert sorted(experiments()) == [name for name in NAMES if not name.startswith("explain-")]


def test_the_tests_that_hold_other_gates_are_there():
    for path in [path for paths in HELD_BY_TESTS.values() for path in paths]:
        assert "\ndef test_" in (ROOT / path).read_text("utf-8")


def test_the_results_are_those_of_the_machine_readable_file():
    text = (ROOT / "benchmarks" / "EXPERIMENTS.md").read_text("utf-8")
    for each in RESULTS["gates"]:
        assert f"| {each['experiment']} | {each['figure']} | {each['bound']}" in text
    assert f"{len(RESULTS['gates'])} of {len(RESULTS['gates'])} gates reached" in text


def test_results_are_linked():
    assert "EXPERIMENTS.md" in Path(ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8")
