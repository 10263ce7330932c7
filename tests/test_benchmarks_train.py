"""The training benchmark trains the same on both sides. No time is asserted."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.goals import TRAINING_GOALS, with_goals
from benchmarks.results import Result
from benchmarks.training.cases import CASES, like_mnist
from benchmarks.training.layers import modules
from benchmarks.training.learners import Convkit, ConvkitAgent, PyTorch, drop_nothing
from benchmarks.training.prepared import assembled, prepare
from benchmarks.training.recipe import recipe
from benchmarks.training.steps import compare_steps, difference
from benchmarks.training.twins import twin_of
from benchmarks.training.weights import weights
from benchmarks.training.whole_jobs import compare_jobs, convkit, figure, pytorch
from benchmarks.turns import Ratio
from convkit.data import Pipeline
from convkit.data.augmentation import AUGMENTATIONS
from convkit.families.agents.rollout import Rollout, advantages
from convkit.nn import LAYERS, Sequential
from convkit.optim import Optimizer
from tests.cli.process import ROOT, environment

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs PyTorch")

BY_NAME = {case.name: case for case in CASES}

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Return what prepares a case by its name, once."""
    return cache(lambda name: prepare(BY_NAME[name], tmp_path_factory.mktemp(name)))


@pytest.fixture
def mlp(prepared):
    return prepared("digits-mlp")


@pytest.fixture
def torch():
    """PyTorch with one thread: its threads wait by spinning, which takes long beside others."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    return torch


@pytest.fixture
def rng():
    return np.random.default_rng(3)


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


@pytest.mark.parametrize("name", BY_NAME)
def test_every_case_has_a_recipe_that_the_script_can_read(name, prepared):
    case = prepared(name)
    read = json.loads(case.recipe_file.read_text())
    assembly = case.assembled()
    with np.load(read["data"]) as file:
        arrays = dict(file)
    trained = sum(array.size for key, array in arrays.items() if key.startswith("weight_"))
    assert trained == assembly.family.parameters
    for part, dataset in assembly.splits.parts.items():
        for key, array in twin_of(assembly.family).data(dataset).items():
            np.testing.assert_array_equal(arrays[f"{part}_{key}"], array)


@pytest.mark.parametrize(
    ("name", "said", "instead", "message"),
    [
        ("digits-mlp", "  - relu\n", "  - gelu\n", "no 'gelu'"),
        ("digits-mlp", "name: adam", "name: lion", "no 'lion'"),
        ("digits-mlp", "schedule: cosine", "schedule: one_cycle", "no 'one_cycle'"),
        ("denoising-digits", "noise: 0.3", "noise: {amount: 0.3, kind: masking}", "masking noise"),
    ],
)
def test_a_recipe_refuses_what_the_script_cannot_do(name, said, instead, message, tmp_path):
    text = BY_NAME[name].config.read_text(encoding="utf-8")
    assert said in text
    config = tmp_path / "other.yaml"
    config.write_text(text.replace(said, instead), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        recipe(assembled(config), tmp_path)


def test_a_family_that_the_script_does_not_have_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no family 'descent'"):
        twin_of(assembled(ROOT / "configs" / "beale.yaml").family)


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
    weight, bias = weights([flatten, dense], (3, 4, 2), lambda each: each.data)
    images = rng.normal(size=(6, 3, 4, 2))
    ours = images.reshape(6, -1) @ dense.weight.data + dense.bias.data
    theirs = images.transpose(0, 3, 1, 2).reshape(6, -1) @ weight.T + bias
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)


def test_a_dense_layer_before_an_image_keeps_its_meaning(rng):
    layers = [LAYERS["dense"](24), LAYERS["batch_norm"](), LAYERS["reshape"]((3, 4, 2))]
    Sequential(layers).build((5,), rng)
    weight, bias, scale, shift = weights(layers, (5,), lambda each: each.data)
    codes = rng.normal(size=(6, 5))
    ours = (codes @ layers[0].weight.data).reshape(6, 3, 4, 2)
    theirs = (codes @ weight.T).reshape(6, 2, 3, 4)
    np.testing.assert_allclose(theirs.transpose(0, 2, 3, 1), ours, rtol=1e-5, atol=1e-6)
    assert bias.shape == scale.shape == shift.shape == (24,)


def test_a_kernel_has_its_outputs_first(rng):
    conv = LAYERS["conv2d"](7, (2, 3))
    conv.build((5, 5, 4), rng)
    weight, _ = weights([conv], (5, 5, 4), lambda each: each.data)
    assert weight.shape == (7, 4, 2, 3)
    assert weight[6, 3, 1, 2] == conv.weight.data[1, 2, 3, 6]


def test_chains_in_chains_are_told_as_one(rng):
    vgg = LAYERS["vgg"](depth=5, width=4)
    vgg.build((8, 8, 1), rng)
    step, pool = ["Conv2d", "BatchNorm2d", "ReLU"], ["MaxPool2d"]
    assert [name for name, _ in modules([vgg], (8, 8, 1))] == [
        *step,
        *pool,
        *step,
        *pool,
        "Flatten",
        *["Linear", "ReLU", "Dropout"] * 2,
    ]


# --- the same losses, gradients, and figures ---


def test_convkit_takes_the_steps_of_its_trainer(mlp):
    learner = Convkit(mlp.assembled().family, 3)
    family = mlp.assembled().family
    batches = zip(range(3), family.batches(0), strict=False)
    expected = [family.learn(batch, number / family.steps_per_epoch) for number, batch in batches]
    assert learner.losses() == expected


def test_an_agent_learns_what_its_trainer_has_it_learn(prepared):
    case = prepared("cartpole-ppo")
    family = case.assembled().family
    expected = family.learn(next(family.batches(0)), 0.0)
    learner = ConvkitAgent(case.assembled().family, 16)
    assert np.mean([learner.learn(batch, 0.0) for batch in learner.batches]) == expected
    after = learner.family.model()
    assert all((after[name] == array).all() for name, array in family.model().items())


def test_the_difference_is_relative_and_the_largest():
    assert difference([1.0, 2.2, 3.0], [1.0, 2.0, 3.0]) == pytest.approx(0.1)
    assert math.isnan(difference([math.nan, 1.0], [1.0, 1.0]))


@pytest.mark.parametrize(
    ("name", "tuned"),
    [*((name, False) for name in BY_NAME), ("digits-vgg", True), ("gan-digits", True)],
)
@pytest.mark.filterwarnings("ignore")
def test_both_sides_have_the_same_loss_and_gradients(name, tuned, prepared, torch, monkeypatch):
    case = prepared(name)
    family = case.assembled().family
    agent = family.name == "ppo"
    ours = ConvkitAgent(family, 1) if agent else Convkit(family, 1)
    unclipped = case.recipe | {"optimizer": case.recipe["optimizer"] | {"clip_norm": None}}
    theirs = PyTorch(unclipped, ours, tuned=tuned, alike=True)
    drop_nothing(family)
    # The gradients are looked at, and nothing is changed by them.
    monkeypatch.setattr(Optimizer, "step", lambda *_: None)
    monkeypatch.setattr(torch.optim.Adam, "step", lambda *_: None)
    assert difference(ours.losses(), theirs.losses()) < TOLERANCE
    parameters = [each for each in theirs.system.model.parameters() if each.requires_grad]
    grads = list(twin_of(family).weights(family, lambda each: each.grad))
    length = math.sqrt(sum(np.square(grad).sum() for grad in grads))
    for parameter, grad in zip(parameters, grads, strict=True):
        found = parameter.grad.numpy().reshape(grad.shape)
        np.testing.assert_allclose(found, grad, atol=TOLERANCE * length)


APPROXIMATE = {"denoising-digits": 0.05, "vae-digits": 0.02}
"""Where both sides draw numbers of their own to measure."""


@pytest.mark.parametrize("name", [name for name in BY_NAME if not name.startswith("gan")])
@pytest.mark.filterwarnings("ignore")
def test_both_sides_measure_the_same(name, prepared, torch):
    case = prepared(name)
    assembly = case.assembled()
    family, splits, wanted = assembly.family, assembly.splits, BY_NAME[name].figure
    theirs = PyTorch(case.recipe, Convkit(family, 0), tuned=False).system
    # Enough to tell: of episodes, all, since they are short before anything is learnt.
    few = splits.test if family.name == "ppo" else splits.test.take(np.arange(40))
    parts = {
        part: theirs.tensors(tuple(twin_of(family).data(dataset).values()))
        for part, dataset in {"train": splits.train, "test": few}.items()
    }
    found = theirs.measured(theirs.begin(parts)["test"])[wanted]
    assert found == pytest.approx(family.measure(few)[wanted], rel=APPROXIMATE.get(name, 1e-4))


@needs_torch
def test_generated_samples_are_measured_as_convkit_does(torch, prepared, rng):
    from benchmarks.scripts.pytorch.gan import precision, quality
    from convkit.families.likeness import likeness

    points = prepared("gan-ring").assembled().splits.train
    made = points.inputs[:500] + rng.normal(0, 0.05, (500, 2)).astype(np.float32)
    tensors = map(torch.from_numpy, (made, points.inputs, points.targets))
    assert quality(*tensors) == pytest.approx(likeness(points).measure(made)["quality"])
    digits = prepared("gan-digits").assembled().splits.test
    spoilt = digits.inputs + rng.normal(0, 0.2, digits.inputs.shape).astype(np.float32)
    tensors = (torch.from_numpy(each).flatten(1) for each in (spoilt, digits.inputs))
    expected = likeness(digits).measure(spoilt)["precision"]
    assert precision(*tensors) == pytest.approx(expected, abs=0.01)


def test_advantages_are_the_same(torch, prepared, rng):
    from benchmarks.scripts.pytorch.agent import PPO

    steps, n = 30, 4
    ended = rng.random((steps, n)) < 0.2
    values, following = rng.normal(size=(2, steps, n))
    rewards, nothing = np.ones((steps, n)), np.zeros((steps, n))
    rollout = Rollout(nothing, nothing, nothing, rewards, ended, ended)
    rules = {"gamma": 0.9, "gae_lambda": 0.8}
    system = object.__new__(PPO)
    system.recipe = rules
    surprises = torch.from_numpy(rewards + 0.9 * following * ~ended - values)
    found = system.advantages(surprises, torch.from_numpy(ended))
    np.testing.assert_allclose(found, advantages(rollout, values, following, **rules), rtol=1e-6)


def test_pictures_are_augmented_alike_on_average(torch, rng):
    from benchmarks.scripts.pytorch.supervised import augmented

    settings = {"rotate": {"degrees": 30}, "scale": {"ratio": 0.2}, "shift": {"pixels": 1.5}}
    picture = rng.random((1, 8, 8, 1), np.float32)
    many = np.repeat(picture, 6000, axis=0)
    steps = [AUGMENTATIONS[name](**arguments) for name, arguments in settings.items()]
    ours, _ = Pipeline(steps)(many, np.zeros(len(many)), rng)
    torch.manual_seed(1)
    theirs = augmented(torch.from_numpy(many).permute(0, 3, 1, 2), **settings)
    for statistic in (np.mean, np.std):
        expected = statistic(ours[..., 0], axis=0)
        np.testing.assert_allclose(statistic(theirs[:, 0].numpy(), axis=0), expected, atol=0.02)


@needs_torch
@pytest.mark.filterwarnings("ignore")
def test_losses_agree_and_get_a_ratio_only_if_they_do(mlp, torch):
    compared = dict(compare_steps(mlp, rounds=1, seconds=1))
    assert set(compared) == {"PyTorch", "PyTorch tuned"}
    assert all(figures["ratio"].median > 0 for figures in compared.values())
    faster = mlp.recipe["optimizer"] | {"lr": 2 * mlp.recipe["optimizer"]["lr"]}
    other = replace(mlp, recipe=mlp.recipe | {"optimizer": faster})
    for figures in dict(compare_steps(other, rounds=1, seconds=1)).values():
        assert figures["note"].startswith("void: a loss differs by")


# --- whole jobs ---


def test_a_whole_job_says_where_its_figures_are(mlp):
    done = subprocess.run(
        convkit(mlp), capture_output=True, text=True, cwd=ROOT, env=environment(), check=True
    )
    assert figure("accuracy", done.stdout) > 0.95


def test_a_job_that_fails_gets_a_note_and_no_ratio(mlp, tmp_path):
    gone = replace(mlp, config=tmp_path / "gone.yaml")
    compared = dict(compare_jobs(gone, rounds=1, seconds=1))
    assert set(compared) == {"PyTorch", "PyTorch tuned"}
    assert all(found["note"].startswith("void: ") for found in compared.values())
    assert all("gone.yaml" in found["note"] for found in compared.values())


@needs_torch
def test_the_script_learns(mlp, tmp_path):
    shorter = replace(mlp, config=tmp_path / "short.yaml", recipe=mlp.recipe | {"epochs": 5})
    shorter.recipe_file.write_text(json.dumps(shorter.recipe))
    one_thread = environment() | {"OMP_NUM_THREADS": "1"}
    command = pytorch(shorter, tuned=True)
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=one_thread, check=True
    )
    assert json.loads(done.stdout)["accuracy"] > 0.9


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.filterwarnings("ignore")
def test_every_system_can_be_trained_and_measured(name, prepared, torch, tmp_path):
    from benchmarks.scripts.pytorch_train import train

    case = prepared(name)
    size = case.recipe["batch_size"]
    with np.load(case.recipe["data"]) as file:
        few = {
            key: file[key] if key.startswith("weight") else file[key][: 2 * size] for key in file
        }
    np.savez(tmp_path / "few.npz", **few)
    once = {"data": str(tmp_path / "few.npz"), "epochs": 1, "rollouts": 1}
    figures = train(case.recipe | once, tmp_path / "weights.pt", tuned=True)
    assert math.isfinite(figures[BY_NAME[name].figure])
    saved = torch.load(tmp_path / "weights.pt").values()
    first = [torch.from_numpy(few[key]) for key in sorted(few) if key.startswith("weight")]
    assert not all(any(torch.equal(each, other) for other in saved) for each in first)


# --- goals, and the program ---


@pytest.mark.parametrize(
    ("part", "case", "goal"),
    [
        ("step", "digits-mlp", 0.35),
        ("step", "digits-cnn", 0.7),
        ("step", "mnist-cnn", 1.2),
        ("step", "shapes-cnn", 1.2),
        ("step", "adding-lstm", 1.2),
        ("step", "char-transformer", 1.2),
        ("step", "vae-digits", None),
        ("whole job", "digits-mlp", 0.4),
        ("whole job", "shapes-cnn", 0.4),
        ("whole job", "adding-lstm", 0.6),
        ("whole job", "cartpole-ppo", 0.6),
    ],
)
@pytest.mark.parametrize("peer", ["PyTorch", "PyTorch tuned"])
def test_goals(part, case, goal, peer):
    ratio = Ratio(0.38, 0.3, 0.4)
    result = Result(part, case, 0, "batch 32", "8x8x1", "convkit", peer, ratio=ratio)
    (aimed,) = with_goals([result], TRAINING_GOALS)
    assert (aimed.goal, aimed.reached) == (goal, None if goal is None else goal >= 0.38)


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
