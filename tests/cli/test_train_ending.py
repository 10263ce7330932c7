"""convkit train that doesn't come to its end: interrupted, and diverged."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.process import COMMAND, convkit, environment
from tests.cli.training import LONG

DIVERGING = """\
name: diverging
data: {name: moons, samples: 60, validation: 0, test: 0}
model: [{dense: 8}, {dense: 1}]
loss: mse
optimizer: {name: sgd, lr: 1e25}
trainer: {epochs: 5, batch_size: 16}
seed: 1
"""


# --- divergence ---


def test_divergence_says_where_and_what_to_do(tmp_path):
    (tmp_path / "diverging.yaml").write_text(DIVERGING)
    result = convkit("train", "diverging.yaml", cwd=tmp_path)
    assert result.code == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("error: training diverged: ")
    for word in ("step ", "epoch 1", "layer ", "(hint: ", "lr"):
        assert word in last
    document = json.loads(convkit("train", "diverging.yaml", "--json", cwd=tmp_path).stdout)
    assert document["status"] == "diverged"


def test_a_schedule_that_explodes_diverges(tmp_path):
    schedule = "lr: 0.1, schedule: {name: step, step_size: 1, gamma: 1e200}"
    (tmp_path / "diverging.yaml").write_text(DIVERGING.replace("lr: 1e25", schedule))
    result = convkit("train", "diverging.yaml", cwd=tmp_path)
    assert result.code == 1
    assert result.stderr.splitlines()[-1].startswith("error: training diverged: ")


# --- interruption ---


def interrupted(folder, *arguments, number=signal.SIGINT):
    """Train, send a signal once a few epochs are over; return the exit code and both streams."""
    with subprocess.Popen(
        [*COMMAND, "train", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(),
        text=True,
    ) as process:
        said = ""
        while said.count("\n") < 4:
            said += process.stderr.readline()
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
    return process.returncode, stdout, said + stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX has them")
def test_ctrl_c_saves_and_the_command_it_tells_goes_on(tmp_path):
    # Every epoch gets its line, however many there are.
    (tmp_path / "long.yaml").write_text(LONG)
    code, stdout, stderr = interrupted(tmp_path, "long.yaml", "-v")
    assert (code, stdout) == (130, "")
    last = stderr.splitlines()[-1]
    assert "interrupted: stopped after step " in last
    (resume,) = re.findall(r"\(hint: convkit (.*)\)", last)
    assert resume == "train --resume runs/long/1"
    # What a resumed run does to the last bit, tests/experiment says; here it goes on at all.
    done = len((tmp_path / "runs/long/1/metrics.jsonl").read_text().splitlines())
    code, stdout, stderr = interrupted(tmp_path, *resume.split()[1:], "-v")
    assert code == 130
    assert f"going on after epoch {done}\n" in stderr
    assert f"epoch {done + 1:6}/100000" in stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX has them")
def test_json_tells_the_run_even_if_interrupted(tmp_path):
    (tmp_path / "long.yaml").write_text(LONG)
    code, stdout, stderr = interrupted(tmp_path, "long.yaml", "--json", "-v")
    document = json.loads(stdout)
    assert (code, document["status"], document["run"]) == (130, "interrupted", "runs/long/1")
    assert document["reason"] in stderr
    code, stdout, _ = interrupted(tmp_path, "long.yaml", "--seeds", "2", "--json", "-v")
    (run,) = json.loads(stdout)["runs"]
    assert (code, run["status"]) == (130, "interrupted")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX has them")
def test_quiet_tells_the_run_even_if_interrupted(tmp_path):
    (tmp_path / "long.yaml").write_text(LONG)
    with subprocess.Popen(
        [*COMMAND, "train", "long.yaml", "--quiet"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
        text=True,
    ) as process:
        metrics = tmp_path / "runs/long/1/metrics.jsonl"
        while not (metrics.exists() and metrics.stat().st_size):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout) == (130, "runs/long/1\n")
    assert stderr.startswith("error: interrupted: ")
