"""``convkit generate``, through the real process: texts in a pipe, samples in a file."""

import json
import signal
import subprocess

import numpy as np
import pytest
from PIL import Image

from convkit.experiment.session import train
from tests.cli.process import COMMAND, convkit, environment
from tests.cli.training import TINY
from tests.experiment.small import resolved

WRITER = """
name: writer
data: {name: markov, steps: 800, length: 10}
family: {name: language_model, embedding: 4}
model: [lstm: {units: 8, return_sequences: true}]
optimizer: {name: adam, lr: 0.02}
trainer: {epochs: 2}
"""
PAINTER = """
name: painter
data: {name: digits, limit: 60}
family:
  name: vae
  encoder: [flatten, dense: 8]
  decoder: [dense: 64, reshape: [8, 8, 1]]
  latent: 2
  likelihood: normal
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 1, batch_size: 30}
"""
POINTS = """
name: points
data: {name: moons, samples: 60}
family:
  name: vae
  encoder: [dense: 4]
  decoder: [dense: 2]
  latent: 2
  likelihood: normal
optimizer: adam
trainer: {epochs: 1}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return what trains an experiment, once, and returns its run's folder."""
    folders = {}

    def folder(config):
        if config not in folders:
            home = tmp_path_factory.mktemp("runs")
            folders[config] = train(resolved(config, home), runs=home).run.folder
        return folders[config]

    return folder


def test_a_text_goes_on_behind_its_prompt(run):
    done = convkit("generate", run(WRITER), "--prompt", "abc", "--length", 20)
    assert done.code == 0
    assert done.text.startswith("abc")
    assert done.text.endswith("\n")
    assert len(done.text) == 24
    assert set(done.text[:-1]) <= set("abcdefgh")


def test_the_seed_decides_and_the_likeliest_leave_nothing_to_it(run):
    def text(*options):
        return convkit("generate", run(WRITER), "--length", 30, "--prompt", "a", *options).text

    assert text() == text("--seed", 0) != text("--seed", 1)
    assert text("--temperature", 0) == text("--top-k", 1, "--seed", 6)


def test_as_json(run):
    done = convkit("generate", run(WRITER), "--prompt", "ab", "--length", 7, "--json")
    document = json.loads(done.text)
    assert document["prompt"] == "ab"
    assert len(document["text"]) == 7


def test_a_reader_that_has_enough_ends_it_quietly(run):
    process = subprocess.Popen(
        [*COMMAND, "generate", run(WRITER), "--length", "100000000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert len(process.stdout.read(10)) == 10  # symbols come as they are made
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_ctrl_c(run):
    process = subprocess.Popen(
        [*COMMAND, "generate", run(WRITER), "--length", "100000000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == b"error: interrupted\n"


def test_samples_become_a_picture(run, tmp_path):
    grid = tmp_path / "grid.png"
    done = convkit("generate", run(PAINTER), "--count", 9, "-o", grid)
    assert (done.code, done.text, done.stderr) == (0, f"{grid}\n", "")
    with Image.open(grid) as picture:
        assert picture.width == picture.height
    again = convkit("generate", run(PAINTER), "--count", 9, "-o", grid)
    again.assert_refused("exists", "--force")


def test_points_become_a_table(run):
    table = convkit("generate", run(POINTS), "--count", 5).rows
    assert table[0] == ["x", "y"]
    assert np.array(table[1:], float).shape == (5, 2)


def test_rows_lead_from_one_sample_to_another(run):
    done = convkit("generate", run(POINTS), "--count", 2, "--interpolate", "--json")
    samples = np.array(json.loads(done.text)["samples"]).reshape(2, 10, 2)
    steps = np.diff(samples, axis=1)  # codes go straight, and this decoder is linear
    np.testing.assert_allclose(steps, np.broadcast_to(steps[:, :1], steps.shape), atol=1e-4)


@pytest.mark.parametrize(
    ("config", "options", "words"),
    [
        (WRITER, ["--prompt", "xyz"], ["has no 'x'", "abcdefgh"]),
        (WRITER, ["--top-k", "0"], ["top-k must be at least 1, got 0"]),
        (WRITER, ["--length", "0"], ["--length must be at least 1, got 0"]),
        (WRITER, ["--count", "3"], ["--count means nothing here", "writes a text"]),
        (PAINTER, [], ["pictures need a file", "-o grid.png"]),
        (PAINTER, ["--prompt", "a"], ["--prompt means nothing here", "draws samples"]),
        (PAINTER, ["-o", "a.csv"], ["samples of 8x8x1 don't fit a table"]),
        (POINTS, ["-o", "a.png"], ["samples of 2 are no pictures", ".csv"]),
        (TINY, [], ["makes nothing new", "'supervised'", "language_model", "vae"]),
    ],
)
def test_what_cannot_be_made(run, config, options, words):
    convkit("generate", run(config), *options).assert_refused(*words)
