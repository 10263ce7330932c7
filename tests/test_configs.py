"""The experiments in configs/: each begins to learn, and tells the truth about itself."""

import json
import re
import shlex
from pathlib import Path

import pytest

from benchmarks.gates import HELD_BY_TESTS, seeds_of
from benchmarks.trials import CONFIGS, experiments, gates_of, source_of
from convkit.cli import run
from convkit.experiment import spec
from convkit.experiment.session import train
from tests.cli.process import ROOT, convkit

SEARCHES = sorted(path.stem for path in CONFIGS.glob("tune-*.yaml"))
NAMES = sorted({path.stem for path in CONFIGS.glob("*.yaml")} - set(SEARCHES))
FEW_SAMPLES = (
    *("adding-lstm", "adding-gru", "adding-rnn", "copying", "reber", "mackey-glass"),
    *("reverse", "reverse-plain", "sort", "sort-plain", "dates", "dates-transformer", "summaries"),
)
QUICKER = {
    "shapes-cnn": ["data.samples=60"],
    "acrobot-ppo": ["data.test=3", "data.validation=3", "family.rollouts=1"],
    **{name: ["data.samples=200"] for name in FEW_SAMPLES},
}
COUNTS = {3: "three", 5: "five"}
RESULTS = json.loads((ROOT / "benchmarks" / "EXPERIMENTS.json").read_text("utf-8"))


def header(name):
    """Return the lines of a config's first comment, without their signs."""
    text = (CONFIGS / f"{name}.yaml").read_text("utf-8")
    comment = re.match(r"(?:#.*\n)+", text)[0]
    return [line.removeprefix("#").strip() for line in comment.splitlines()]


def paragraphs(name):
    """Return the paragraphs of a config's first comment, each in one line."""
    return [" ".join(part.split()) for part in "\n".join(header(name)).split("\n\n")]


def read(name, *overrides, **options):
    return spec.read_experiment(CONFIGS / f"{name}.yaml", overrides, **options)


def train_source(name, runs):
    """Train for an epoch what a model comes from, if it does."""
    if source := source_of(name):
        train(read(source, "trainer.epochs=1"), root=CONFIGS, runs=runs)


@pytest.mark.parametrize("name", NAMES)
def test_it_begins_to_learn(name, tmp_path):
    train_source(name, tmp_path)
    resolved = read(name, "trainer.epochs=1", *QUICKER.get(name, []), runs=tmp_path)
    outcome = train(resolved, root=CONFIGS, runs=tmp_path)
    assert outcome.status == "finished"
    assert outcome.run.folder == tmp_path / name / "1"
    assert outcome.metrics["train/loss"] >= 0
    expected = [each.metric for each in resolved.experiment.expect]
    assert expected
    assert all(outcome.metrics[metric] is not None for metric in expected)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_line_is_the_command_that_runs_it(name, tmp_path, capsys, monkeypatch):
    command = header(name)[0]
    program, verb, path = command.split()
    assert (program, path) == ("convkit", f"configs/{name}.yaml")
    assert verb == ("explain" if name.startswith("explain-") else "train")
    train_source(name, tmp_path)
    monkeypatch.chdir(ROOT)
    assert not run(["train", path, "--dry-run", "--json", "--runs", str(tmp_path)])
    assert json.loads(capsys.readouterr().out)["config"]["name"] == name
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", NAMES)
def test_what_else_the_header_tells_to_do_can_be_done(name, tmp_path):
    words = " ".join(header(name)[1:])
    changes = re.findall(r"--set ('[^']*'|[^\s:),]+)", words)
    read(name, *(shlex.split(change)[0] for change in changes))
    for command in re.findall(r"convkit (explain [^()]*?\.yaml)", words):
        output = ["-o", tmp_path / "augmented.png"] if "--augment" in command else []
        done = convkit(*command.split(), *output)
        assert done.code == 0, done.stderr
    for other in re.findall(r"[\w-]+\.yaml", words):
        assert (CONFIGS / other).is_file()


@pytest.mark.parametrize("name", experiments())
def test_the_header_says_what_was_reached(name):
    """Three digits of the mean of each of its gates' figures, as the benchmark wrote them down."""
    reached = {each["title"]: each for each in RESULTS["gates"] if each["experiment"] == name}
    assert list(reached) == [gate.title for gate in gates_of(name)]
    assert [each["bound"] for each in reached.values()] == [gate.bound for gate in gates_of(name)]
    start = f"Mean of {COUNTS[len(seeds_of(name))]} seeds: "
    (said,) = [line for line in paragraphs(name) if line.startswith(start)]
    figures = [f"{figure} {each['mean']:.3g}" for figure, each in reached.items()]
    assert said == start + ", ".join(map(plainly, figures))
    seeds = {str(seed) for seed in seeds_of(name)}
    assert all(each["reached"] and set(each["seeds"]) == seeds for each in reached.values())


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
        assert f"| {each['experiment']} | {each['title']} | {each['bound']}" in text
    assert f"{len(RESULTS['gates'])} of {len(RESULTS['gates'])} gates reached" in text


def test_results_are_linked():
    assert "EXPERIMENTS.md" in Path(ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8")


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_can_begin(name):
    program, verb, path = header(name)[0].split()
    assert (program, verb, path) == ("convkit", "tune", f"configs/{name}.yaml")
    done = convkit("tune", path, "--dry-run")
    assert done.code == 0, done.stderr
