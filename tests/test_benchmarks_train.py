"""The training benchmark trains the same on both sides. No time is asserted."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.goals import TRAINING_GOALS, with_goals
from benchmarks.results import Result
from benchmarks.training.cases import CASES, like_mnist
from benchmarks.training.learners import Convkit, channels_first
from benchmarks.training.prepared import assembled, prepare
from benchmarks.training.recipe import recipe
from benchmarks.training.steps import compare_steps, difference
from benchmarks.training.whole_jobs import accuracy, convkit, pytorch
from benchmarks.turns import Ratio
from convkit.nn import LAYERS, Sequential
from tests.cli.process import ROOT, environment

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs PyTorch")

MLP = CASES[0]


@pytest.fixture(scope="module")
def mlp(tmp_path_factory):
    return prepare(MLP, tmp_path_factory.mktemp("mlp"))


def run(*arguments, code=0):
    """Run the benchmark as a process; return what it said on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.train", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    return done.stderr


# --- cases and recipes ---


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_has_a_recipe_that_the_script_can_read(case, tmp_path):
    prepared = prepare(case, tmp_path)
    read = json.loads(prepared.recipe_file.read_text())
    experiment, splits = prepared.assembled().experiment, prepared.assembled().splits
    assert [name for name, _ in read["layers"]] == [layer.name for layer in experiment.model]
    with np.load(read["data"]) as file:
        samples = file["inputs"].shape
        assert len(samples) in (3, 4)
        assert samples[0] == len(file["targets"]) == sum(map(len, splits.parts.values()))
    assert read["test_samples"] == len(splits.test)


def test_a_recipe_refuses_what_the_script_cannot_do(tmp_path):
    text = MLP.config.read_text(encoding="utf-8").replace("  - relu\n", "  - gelu\n")
    config = tmp_path / "digits-gelu.yaml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="no 'gelu'"):
        recipe(assembled(config), tmp_path)


def test_pictures_like_mnist_can_be_learnt():
    drawn = like_mnist()
    pictures, labels = drawn["inputs"].reshape(-1, 28, 28).astype(float), drawn["targets"]
    assert drawn["inputs"].dtype == np.uint8
    means = np.stack([pictures[labels == label].mean(axis=0) for label in range(10)])
    distances = ((pictures[:200, np.newaxis] - means) ** 2).sum(axis=(2, 3))
    assert (distances.argmin(axis=1) == labels[:200]).mean() > 0.5


# --- the same weights ---


def test_a_dense_layer_behind_an_image_keeps_its_meaning(rng):
    flatten, dense = LAYERS["flatten"](), LAYERS["dense"](5)
    Sequential([flatten, dense]).build((3, 4, 2), rng)
    weight, bias = channels_first([flatten, dense], (3, 4, 2))
    images = rng.normal(size=(6, 3, 4, 2))
    ours = images.reshape(6, -1) @ dense.weight.data + dense.bias.data
    theirs = images.transpose(0, 3, 1, 2).reshape(6, -1) @ weight.reshape(5, -1).T + bias
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)


def test_a_kernel_has_its_outputs_first(rng):
    conv = LAYERS["conv2d"](7, (2, 3))
    conv.build((5, 5, 4), rng)
    weight, _ = channels_first([conv], (5, 5, 4))
    assert weight.shape == (7, 4, 2, 3)
    assert weight[6, 3, 1, 2] == conv.weight.data[1, 2, 3, 6]


@pytest.fixture
def rng():
    return np.random.default_rng(3)


# --- the same losses ---


def test_convkit_takes_the_steps_of_its_trainer(mlp):
    learner = Convkit(mlp.assembled().family, 3)
    family = mlp.assembled().family
    batches = zip(range(3), family.batches(0), strict=False)
    expected = [family.learn(batch, number / family.steps_per_epoch) for number, batch in batches]
    assert learner.losses() == expected


def test_the_difference_is_relative_and_the_largest():
    assert difference([1.0, 2.2, 3.0], [1.0, 2.0, 3.0]) == pytest.approx(0.1)
    assert math.isnan(difference([math.nan, 1.0], [1.0, 1.0]))


@needs_torch
@pytest.mark.filterwarnings("ignore")
def test_losses_agree_and_get_a_ratio_only_if_they_do(mlp):
    import torch

    # Its threads wait for each other by spinning, which takes long where others work, too.
    torch.set_num_threads(1)
    compared = dict(compare_steps(mlp, rounds=1, seconds=1))
    assert set(compared) == {"PyTorch", "PyTorch tuned"}
    assert all(figures["ratio"].median > 0 for figures in compared.values())
    other = replace(mlp, recipe=mlp.recipe | {"lr": 2 * mlp.recipe["lr"]})
    for figures in dict(compare_steps(other, rounds=1, seconds=1)).values():
        assert figures["note"].startswith("void: a loss differs by")


# --- whole jobs ---


def test_a_whole_job_says_where_its_accuracy_is(mlp):
    done = subprocess.run(
        convkit(mlp), capture_output=True, text=True, cwd=ROOT, env=environment(), check=True
    )
    assert accuracy(done.stdout) > 0.95


@needs_torch
@pytest.mark.parametrize("tuned", [False, True])
def test_the_script_learns(mlp, tuned, tmp_path):
    shorter = replace(mlp, config=tmp_path / "short.yaml", recipe=mlp.recipe | {"epochs": 5})
    shorter.recipe_file.write_text(json.dumps(shorter.recipe))
    one_thread = environment() | {"OMP_NUM_THREADS": "1"}
    command = pytorch(shorter, tuned=tuned)
    done = subprocess.run(command, capture_output=True, text=True, env=one_thread, check=True)
    assert float(done.stdout) > 0.9


# --- goals, and the program ---


@pytest.mark.parametrize(
    ("part", "case", "goal"),
    [
        ("step", "digits-mlp", 0.35),
        ("step", "digits-cnn", 0.7),
        ("step", "mnist-cnn", 1.2),
        ("step", "shapes-cnn", 1.2),
        ("whole job", "digits-mlp", 0.4),
        ("whole job", "shapes-cnn", 0.4),
    ],
)
@pytest.mark.parametrize("peer", ["PyTorch", "PyTorch tuned"])
def test_goals(part, case, goal, peer):
    ratio = Ratio(0.38, 0.3, 0.4)
    result = Result(part, case, 0, "batch 32", "8x8x1", "convkit", peer, ratio=ratio)
    (aimed,) = with_goals([result], TRAINING_GOALS)
    assert (aimed.goal, aimed.reached) == (goal, goal >= 0.38)


@needs_torch
def test_the_program_writes_what_it_found(tmp_path):
    run("--only", "step digits-mlp", "--rounds", 1, "--threads", 1, "--out", tmp_path)
    document = json.loads((tmp_path / "train.json").read_text())
    assert [(r["operation"], r["kernel"], r["peer"]) for r in document["results"]] == [
        ("step", "digits-mlp", "PyTorch"),
        ("step", "digits-mlp", "PyTorch tuned"),
    ]
    assert all(r["ratio"] for r in document["results"]), document["results"]
    assert "## Steps and whole jobs" in (tmp_path / "train.md").read_text()


@needs_torch
def test_only_runs_what_it_names():
    assert run("--only", "nonesuch", code=1) == "no case matches 'nonesuch'\n"


@pytest.mark.skipif(find_spec("torch") is not None, reason="PyTorch is here")
def test_without_pytorch_there_is_nothing_to_compare():
    assert run(code=1) == "PyTorch is not installed: pip install torch\n"
