"""convkit runs: real runs and damaged ones, in a pipe and on a terminal."""

import importlib.util
import json
import re
import subprocess
import sys

import pytest

from tests.cli.process import convkit, environment, on_terminal
from tests.report.making import CONFIG, FINISHED, made_run, reached, record

HAS_MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None


@pytest.fixture
def several(tmp_path):
    """A folder with runs that ended in every way."""
    runs = tmp_path / "runs"
    made_run(runs, "digits/1", summary=reached(0.7))
    made_run(runs, "digits/2", summary=reached(0.9), config=CONFIG.replace("0.001", "0.01"))
    made_run(runs, "digits/10", summary=FINISHED | {"status": "interrupted", "metrics": {}})
    made_run(runs, "moons/1", summary=FINISHED | {"status": "diverged"})
    made_run(runs, "moons/2", summary=None)
    return tmp_path


# --- list ---


def test_a_list_in_a_pipe(several):
    header, *rows = convkit("runs", "list", cwd=several).rows
    assert header[:4] == ["run", "status", "epochs", "test/accuracy"]
    assert header[-2:] == ["seconds", "started"]
    assert [row[:4] for row in rows] == [
        ["runs/digits/1", "finished", "2", "0.7"],
        ["runs/digits/2", "finished", "2", "0.9"],
        ["runs/digits/10", "interrupted", "2", ""],
        ["runs/moons/1", "diverged", "2", "0.75"],
        ["runs/moons/2", "unfinished", "2", ""],
    ]


def test_listing_is_what_is_done_if_nothing_else_is_said(several):
    assert convkit("runs", cwd=several).text == convkit("runs", "list", cwd=several).text
    assert convkit("runs", "--name", "moons", cwd=several).rows[1][0] == "runs/moons/1"


def test_a_list_as_json(several):
    result = convkit("runs", "list", "--sort", "test/accuracy", "--json", cwd=several)
    lines = json.loads(result.text)
    assert [line["run"] for line in lines[:2]] == ["runs/digits/2", "runs/moons/1"]
    assert lines[0]["metrics"] == {"test/accuracy": 0.9}
    assert set(lines[0]) == {
        *("run", "name", "status", "epochs", "seconds", "started", "metrics", "problem"),
    }


def test_only_some_runs(several):
    assert len(convkit("runs", "list", "--name", "moons", cwd=several).rows) == 3
    assert convkit("runs", "list", "runs/moons", cwd=several).rows[1][0] == "runs/moons/1"
    assert len(convkit("runs", "list", several / "runs").rows) == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--name", "moon"], ["unknown experiment 'moon'", "did you mean 'moons'?"]),
        (["--sort", "test/acc"], ["unknown column 'test/acc'", "did you mean 'test/accuracy'?"]),
        (["nowhere"], ["there is no folder 'nowhere'"]),
    ],
)
def test_what_there_is_not(several, arguments, words):
    convkit("runs", "list", *arguments, cwd=several).assert_refused(*words)


def test_no_runs_at_all(tmp_path):
    result = convkit("runs", "list", cwd=tmp_path)
    assert (result.code, result.text) == (0, "run\tstatus\tepochs\tseconds\tstarted\n")
    assert "no runs in 'runs'" in result.stderr
    assert convkit("runs", "list", "--json", cwd=tmp_path).text == "[]\n"


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_list_fits_the_terminal(several, columns):
    text = on_terminal("runs", "list", cwd=several, columns=columns)
    assert max(map(len, text.splitlines())) <= columns
    assert "runs/digits/10" in text
    assert "interrupted" in text
    assert ("2026-01-02 03:04" in text) == (columns == 140)
    assert ("also gets" in text) == (columns < 140)


def test_damage_is_said_and_hides_nothing(several):
    (several / "runs" / "digits" / "2" / "summary.json").write_text("{")
    result = convkit("runs", "list", cwd=several)
    assert len(result.rows) == 6
    assert ["runs/digits/2", "unreadable"] in [row[:2] for row in result.rows]
    assert result.stderr.count("\n") == 1
    assert "runs/digits/2/summary.json' is no JSON" in result.stderr


def test_a_hundred_runs_are_all_listed(tmp_path):
    records = [record(epoch, train_loss=1 / epoch) for epoch in range(1, 201)]
    for number in range(1, 101):
        summary = reached(number / 100) if number % 2 else None
        made_run(tmp_path / "runs", f"many/{number}", records=records, summary=summary)
    assert len(convkit("runs", "list", cwd=tmp_path).rows) == 101


def test_a_list_loads_nothing_heavy(several):
    command = [sys.executable, "-X", "importtime", "-m", "convkit", "runs", "list"]
    result = subprocess.run(
        command, capture_output=True, text=True, cwd=several, env=environment(), check=True
    )
    loaded = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "convkit.report.listing" in loaded
    assert not {"numpy", "yaml", "rich", "pydantic", "matplotlib", "PIL"} & loaded


# --- show ---


def test_epochs_in_a_pipe(several):
    header, *rows = convkit("runs", "show", "moons/2", cwd=several).rows
    assert header == ["epoch", "step", "train/loss", "seconds", "samples_per_second"]
    assert rows == [["1", "10", "0.9", "0.5", "99.0"], ["2", "20", "0.5", "0.5", "99.0"]]


def test_all_of_it_as_json(several):
    shown = json.loads(convkit("runs", "show", "runs/digits/1/", "--json", cwd=several).text)
    assert shown["status"] == "finished"
    assert shown["config"]["optimizer"] == {"name": "adam", "lr": 0.001}
    assert len(shown["records"]) == 2
    assert shown["environment"]["python"] == "3.11.7"
    assert shown["summary"]["metrics"] == {"test/accuracy": 0.7}


def test_all_of_it_on_a_terminal(several):
    records = [record(epoch, train_loss=1 / epoch) for epoch in range(1, 41)]
    summary = reached(0.5, checkpoint={"name": "best", "epoch": 17})
    made_run(several / "runs", "long/1", records=records, summary=summary)
    text = on_terminal("runs", "show", "long", cwd=several, columns=80)
    table = text[text.index("\nepochs\n") :]
    assert max(map(len, table.splitlines())) <= 80
    for words in ("name: digits", "python: 3.11.7", "13 of 40 epochs", "best checkpoint", "0.5"):
        assert words in text
    shown = [line.split()[0] for line in text.splitlines() if line.strip()[:1].isdigit()]
    assert {"1", "17", "40"} <= set(shown)
    assert "finished after 2 epochs, 1.5 s: all 2 epochs are done" in text


def test_an_escape_in_a_file_does_not_reach_the_terminal(several):
    environment = json.dumps({"python": "\x1b[31m", "\x9b31m": 1}, ensure_ascii=False)
    (several / "runs/digits/1/environment.json").write_text(environment)
    text = on_terminal("runs", "show", "digits/1", cwd=several)
    assert "python: \\x1b[31m" in text
    assert not {"\x1b", "\x9b"} & set(text)


def test_a_run_is_found_from_within(several):
    place = several / "runs" / "digits" / "1"
    assert len(convkit("runs", "show", ".", cwd=place).rows) == 3


def test_the_newest_run_of_an_experiment_is_named(several):
    result = convkit("runs", "show", "runs/digits", cwd=several)
    assert result.code == 0
    assert result.stderr == "runs/digits: its newest run is runs/digits/10\n"
    assert convkit("runs", "show", "runs/digits", "-q", cwd=several).stderr == ""


# --- what is no run, for every command ---

COMMANDS = [["runs", "show"], ["runs", "plot"], ["evaluate"], ["predict"]]


def asked(command, run, cwd):
    return convkit(*command, run, *(["x.csv"] if command == ["predict"] else []), cwd=cwd)


@pytest.mark.parametrize("command", COMMANDS[1:], ids=" ".join)
def test_every_command_wants_a_run(several, command):
    asked(command, "digist", several).assert_refused("no such run", "did you mean 'digits'?")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("digist", ["no such run: 'digist'", "did you mean 'digits'?"]),
        ("runs/digist/1", ["did you mean 'runs/digits/1'?"]),
        ("digits/3", ["no such run: 'digits/3'", "did you mean 'digits/"]),
        ("", ["no such run: ''", "convkit runs list"]),
        ("runs", ["no such run: 'runs'"]),
    ],
)
def test_a_name_that_is_no_run(several, name, words):
    convkit("runs", "show", name, cwd=several).assert_refused(*words)


@pytest.mark.parametrize("command", [["evaluate"], ["predict"]], ids=" ".join)
@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("config.yaml", "[]", "config.yaml' is no experiment"),
        ("config.yaml", "a: [", "config.yaml' is no experiment"),
        ("config.yaml", "name: digits\nmodle: []\n", "config.yaml' was edited"),
    ],
)
def test_a_config_that_was_edited(several, command, file, text, says):
    (several / "runs/digits/1" / file).write_text(text)
    asked(command, "digits/1", several).assert_refused(says)


def test_json_lines_that_are_none(several):
    (several / "runs/digits/1/metrics.jsonl").write_text("no\n{}\n")
    convkit("runs", "show", "digits/1", cwd=several).assert_refused("metrics.jsonl:1")


# --- compare ---


def test_a_comparison_in_a_pipe(several):
    result = convkit("runs", "compare", "digits/1", "digits/2", cwd=several)
    header, *rows = result.rows
    assert header == ["kind", "name", "runs/digits/1", "runs/digits/2"]
    assert [row for row in rows if row[0] in ("setting", "metric")] == [
        ["setting", "optimizer.lr", "0.001", "0.01"],
        ["metric", "test/accuracy", "0.7", "0.9"],
    ]
    assert result.stderr == ""


def test_a_comparison_as_json(several):
    result = convkit("runs", "compare", "digits/1", "moons/2", "--json", cwd=several)
    document = json.loads(result.text)
    assert document["runs"] == ["runs/digits/1", "runs/moons/2"]
    assert document["run"]["status"] == ["finished", "unfinished"]
    assert document["metric"]["test/accuracy"] == [0.7, None]
    assert "the configs of the runs are the same" in result.stderr


def test_a_comparison_on_a_terminal(several):
    text = on_terminal(
        "runs", "compare", "digits/1", "digits/2", cwd=several, colour=True, NO_COLOR=""
    )
    assert re.search(r"\x1b\[1;32m *0\.9\x1b", text)
    plain = on_terminal("runs", "compare", "digits/1", "digits/2", cwd=several, columns=60)
    assert max(map(len, plain.splitlines())) <= 60
    assert "optimizer.lr" in plain


def test_metrics_of_different_data_are_warned_of(several):
    made_run(several / "runs", "digits/11", sha="cc" * 32)
    result = convkit("runs", "compare", "digits/1", "digits/11", cwd=several)
    assert "measured on different data" in result.stderr
    assert ["environment", "data", "a" * 12, "c" * 12] in result.rows


def test_one_run_cannot_be_compared(several):
    convkit("runs", "compare", "digits/1", cwd=several).assert_refused("at least two runs")


# --- plot ---


@pytest.mark.skipif(HAS_MATPLOTLIB, reason="it is installed")
@pytest.mark.parametrize(
    "arguments", [["plot", "digits/1"], ["compare", "digits/1", "digits/2", "--plot", "a.png"]]
)
def test_drawing_without_the_extra(several, arguments):
    result = convkit("runs", *arguments, cwd=several)
    result.assert_refused("needs matplotlib", "pip install 'convkit[plot]'")


@pytest.mark.skipif(not HAS_MATPLOTLIB, reason="it isn't installed")
def test_drawing(several):
    result = convkit("runs", "plot", "digits/1", cwd=several)
    assert (result.code, result.text) == (0, "runs/digits/1/plots/curves.png\n"), result.stderr
    assert (several / "runs/digits/1/plots/curves.png").stat().st_size > 1000
    made_run(several / "runs", "new/1", records=[], summary=None)
    convkit("runs", "plot", "new", "-q", cwd=several).assert_refused("nothing to draw", code=1)


@pytest.mark.skipif(not HAS_MATPLOTLIB, reason="it isn't installed")
def test_drawing_a_comparison(several):
    command = ["runs", "compare", "digits/1", "digits/2", "--plot", "both.png"]
    assert convkit(*command, cwd=several).stderr == "drawn: both.png\n"
    convkit(*command, cwd=several).assert_refused("'both.png' exists", "--force")
    assert convkit(*command, "--force", cwd=several).code == 0
