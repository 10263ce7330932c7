"""``convkit compare`` as a process: its table, its documents, its refusals, and Ctrl-C."""

import csv
import io
import json
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.process import ROOT, convkit, environment, on_terminal

CONFIG = """
data: {name: moons, samples: 60}
model: [{dense: 4}, tanh, {dense: 2}]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 2, batch_size: 16}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "moons.yaml"
    path.write_text(CONFIG, "utf-8")
    return path


def compare(config, *arguments):
    runs = config.parent / "runs"
    return convkit("compare", config, "--runs", runs, "--jobs", "1", *arguments)


def test_a_row_for_each_value(config):
    done = compare(config, "--over", "optimizer=sgd,{name: adam, lr: 0.1}")
    assert done.code == 0, done.stderr
    header, *rows = [line.split("\t") for line in done.text.splitlines()]
    assert header == [
        *("optimizer", "status", "train/loss", "train/accuracy"),
        *("test/loss", "test/accuracy", "gap", "seconds"),
    ]
    assert [row[0] for row in rows] == ["sgd", "{name: adam, lr: 0.1}"]
    for row in rows:
        assert float(row[6]) == pytest.approx(float(row[3]) - float(row[5]))
    assert "2/2 optimizer=" in done.stderr
    assert (config.parent / "runs" / "moons" / "2" / "summary.json").is_file()


def test_json_csv_and_quiet_say_the_same(config):
    document = json.loads(compare(config, "--over", "seed=1,2", "--json").text)
    assert [each["settings"] for each in document] == [{"seed": "1"}, {"seed": "2"}]
    table = list(csv.DictReader(io.StringIO(compare(config, "--over", "seed=1,2", "--csv").text)))
    for said, row in zip(document, table, strict=True):
        assert said["metrics"]["test/loss"] == float(row["test/loss"])
    folders = compare(config, "--over", "seed=1,2", "-q")
    assert len(folders.text.split()) == 2
    assert folders.stderr == ""


def test_several_seeds_have_deviations(config):
    done = compare(config, "--over", "optimizer.lr=0.1", "--seeds", "2", "--json")
    (only,) = json.loads(done.text)
    assert len(only["runs"]) == 2
    assert only["deviations"]["train/loss"] > 0


def test_a_terminal_gets_a_short_table(config):
    over = ["--over", "optimizer=sgd,adam"]
    runs = ["--runs", config.parent / "runs", "-j", 1]
    shown = on_terminal("compare", config, *runs, *over, "--seeds", 2, columns=120)
    table = shown.rpartition("2/4")[2]
    assert "±" in table
    assert "status" not in table  # since all of them finished
    diverging = ["--set", "model.1=relu", "--over", "optimizer={name: sgd, lr: 1e30},adam"]
    shown = on_terminal("compare", config, *runs, *diverging, columns=120, code=1)
    assert "status" in shown
    assert re.search(r"sgd, lr: 1e30} +diverged", shown)


def test_divergence_is_told_and_counts(config):
    rates = "optimizer={name: sgd, lr: 1e30},adam"
    done = compare(config, "--set", "model.1=relu", "--over", rates, "--json")
    assert done.code == 1
    assert [each["status"] for each in json.loads(done.text)] == ["diverged", "finished"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is nothing to vary"),
        (["--over", "seed"], "expected KEY=VALUE,VALUE after --over, got 'seed'"),
        (["--over", "optimzer=adam"], "did you mean 'optimizer'?"),
        (["--over", "optimizer=adma"], "did you mean 'adam'?"),
        (["--over", "seed=1", "--seeds", "0"], "--seeds must be at least 1, got 0"),
        (["--over", "seed=1", "-j", "0"], "--jobs must be at least 1, got 0"),
        (["--over", "seed=1", "--json", "--csv"], "contradict each other"),
        (["--over", "model.2.dense=2,3"], "the model has 3 outputs, but the data have 2 classes"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_trained(config, arguments, message):
    done = convkit("compare", config, "--runs", config.parent / "runs", *arguments)
    done.assert_refused(message)
    assert not (config.parent / "runs").exists()


def test_ctrl_c_saves_what_was_running_and_ends(config):
    config.write_text(CONFIG.replace("epochs: 2", "epochs: 1000000"), "utf-8")
    runs = config.parent / "runs"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "convkit",
            "compare",
            config,
            "--runs",
            runs,
            "--over",
            "seed=1,2,3",
        ],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    while not list(runs.glob("moons/*/metrics.jsonl")) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (130, "")
    assert stderr.splitlines()[-1].startswith("error: interrupted")
    begun = list(runs.glob("moons/*/summary.json"))
    assert begun
    assert {json.loads(each.read_text())["status"] for each in begun} == {"interrupted"}
    assert all(list(each.parent.glob("checkpoints/last.safetensors")) for each in begun)
