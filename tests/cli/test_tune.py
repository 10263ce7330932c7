"""``convkit tune`` as a process: what it prints, writes and refuses, and how it goes on."""

import csv
import io
import json
import signal
import subprocess
import sys
import time

import pytest
import rich.console

from convkit.cli.console import Console
from convkit.cli.tune_views import Live
from convkit.tuning.entry import Entry
from convkit.tuning.reading import read_tuning
from tests.cli.process import ROOT, convkit, environment, on_terminal
from tests.tuning.small import BASE, SEARCH, written


@pytest.fixture
def search(tmp_path):
    return written(tmp_path)


def tune(search, *arguments):
    return convkit("tune", search, "--runs", search.parent / "runs", "-j", "1", *arguments)


def test_the_best_first_and_a_config_that_trains(search):
    done = tune(search)
    header, *rows = done.rows
    assert header == [
        *("trial", "validation/loss", "optimizer.lr", "model.0.dense.units", "seconds")
    ]
    losses = [float(row[1]) for row in rows]
    assert len(losses) == 4
    assert losses == sorted(losses)
    assert "4/4 trial 3: complete, validation/loss" in done.stderr
    best = search.parent / "runs" / "search" / "best.yaml"
    trained = convkit("train", best, "--runs", search.parent / "again", "--json")
    assert trained.code == 0, trained.stderr
    assert json.loads(trained.text)["metrics"]["validation/loss"] == losses[0]
    page = (best.parent / "report.html").read_text("utf-8")
    assert "random search to minimize validation/loss; trials: 4 complete" in page


def test_the_best_config_finds_what_lies_beside_the_base(tmp_path):
    rows = [f"{x},{2 * x}" for x in range(30)]
    (tmp_path / "table.csv").write_text("\n".join(["x,y", *rows]), "utf-8")
    base = BASE.replace("{name: moons, samples: 60,", "{name: csv, path: table.csv, target: y,")
    base = base.replace("{dense: 2}]", "{dense: 1}]").replace("cross_entropy", "mse")
    tune(written(tmp_path, base=base), "--trials", "1")
    best = tmp_path / "runs" / "search" / "best.yaml"
    assert convkit("train", best, "--runs", tmp_path / "again", cwd=tmp_path).code == 0


def test_json_csv_and_quiet(search):
    document = json.loads(tune(search, "--json").text)
    assert document["counts"]["complete"] == 4
    table = list(csv.DictReader(io.StringIO(tune(search, "--csv").text)))
    assert [row["state"] for row in table] == ["complete"] * 4
    for row, said in zip(table, document["trials"], strict=True):
        assert float(row["validation/loss"]) == said["metrics"]["validation/loss"]
    quiet = tune(search, "-q")
    assert (quiet.text.strip(), quiet.stderr) == (str(search.parent / "runs" / "search"), "")


def test_the_same_command_goes_on_with_more_trials(search):
    first = json.loads(tune(search, "--trials", "2", "--json").text)
    more = tune(search, "--json")
    assert "goes on: 2 of 4 trials are done" in more.stderr
    assert json.loads(more.text)["trials"][:2] == first["trials"]


def test_what_would_be_tried(search):
    done = tune(search, "--dry-run")
    assert done.rows[1:] == [
        ["optimizer.lr", "0.001 to 0.1, by orders of magnitude", ""],
        ["model.0.dense.units", "2 to 8", ""],
    ]
    assert list(csv.reader(io.StringIO(tune(search, "--dry-run", "--csv").text))) == done.rows
    document = json.loads(tune(search, "--dry-run", "--json").text)
    assert document["search"] == {
        "optimizer.lr": {"float": [0.001, 0.1], "log": True},
        "model.0.dense.units": {"int": [2, 8]},
    }
    lacking = tune(search, "--dry-run", "--set", "set={data.validation: 0.0}")
    lacking.assert_refused("no validation split")
    assert not (search.parent / "runs").exists()


def test_on_a_terminal(search):
    runs = search.parent / "runs"
    text = on_terminal("tune", search, "--runs", runs, "--trials", "2", "-j", "1", columns=60)
    assert "2 complete" in text
    assert "convkit train" in text


def test_progress_has_room_on_a_narrow_terminal(search):
    live = Live(Console(), read_tuning(search))
    live.began([], 4)
    for number, state in enumerate(("pruned", "failed")):
        live._running.add(number)
        live.ended(Entry(number, state, {}, seconds=99.0))
    live._running |= {2, 3}
    narrow = rich.console.Console(width=60, file=io.StringIO())
    narrow.print(live._table())
    *said, bar = narrow.file.getvalue().splitlines()
    words = " ".join(" ".join(said).split())
    assert words == "2 of 4 trials, 2 running, 1 pruned, 1 failed, about 1:39 min left"
    assert set(bar) <= set("━╸╺ ")


def test_what_fails_stays_above_the_live_table(tmp_path):
    search = written(tmp_path, SEARCH.replace("{int: [2, 8]}", "[2, 99999999]"))
    text = on_terminal(
        *("tune", search, "--runs", tmp_path / "runs", "-j", "1", "--set", "method=random")
    )
    warnings = [line for line in text.splitlines() if line.startswith("warning: trial")]
    assert warnings
    assert f"{len(warnings)} failed" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--trials", "0"], "trials must be at least 1, got 0"),
        (["--trials", "few"], "trials"),
        (["--set", "methd=grid"], "did you mean 'method'?"),
        (["--set", "method=baysian"], "did you mean 'bayesian'?"),
        (["--name", "a/b"], "name must be made of letters"),
        (["-j", "0"], "--jobs must be at least 1, got 0"),
        (["--storage", "nosql://x"], "can't use the storage 'nosql://x'"),
        (["--storage", "study.db"], "a storage is a URL, got 'study.db'"),
        (["--json", "--csv"], "contradict each other"),
    ],
)
def test_what_makes_no_sense_is_refused(search, arguments, message):
    done = convkit("tune", search, "--runs", search.parent / "runs", *arguments)
    done.assert_refused(message)


def test_a_part_that_the_data_lack_is_told_before_any_trial(tmp_path):
    done = tune(
        written(tmp_path, SEARCH.replace("validation/loss", "validation/accuracy")),
        "--set",
        "set={data.validation: 0.0}",
    )
    done.assert_refused("no validation split")


def test_no_trial_that_ends_is_an_answer(tmp_path):
    search = written(tmp_path, SEARCH.replace("{int: [2, 8]}", "{int: [99999998, 99999999]}"))
    done = tune(search, "--trials", "2")
    assert done.code == 1
    assert "no trial came to its end" in done.stderr


def test_ctrl_c_gives_back_what_was_running(tmp_path):
    search = written(tmp_path, SEARCH + "set: {trainer.epochs: 1000000}\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "convkit", "tune", search, "--runs", tmp_path / "runs", "-j", "1"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    trials = tmp_path / "runs" / "search" / "trials"
    while not list(trials.glob("*/*/metrics.jsonl")) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (130, "")
    assert "the same command goes on" in stderr
    done = json.loads(tune(search, "--dry-run", "--json").text)
    assert done["trials"] == 4
