"""convkit explain, as it is run."""

import json

import numpy as np
import pytest
from PIL import Image

from convkit.data import DATASETS
from tests.cli.process import convkit, on_terminal

TINY = "configs/explain-tiny.yaml"
DIGITS = "configs/digits-resnet.yaml"
FLAT = ["--set", "data=iris", "--set", "augment=[crop: 1]"]
NOISY, SETS = "configs/mlp-houses.yaml", ["--set", "augment=[noise: 1]"]


def test_a_step_in_a_pipe():
    header, *rows = convkit("explain", TINY).rows
    assert header == ["part", "name", "formula", "value"]
    values = {(part, name): value for part, name, _, value in rows}
    weight = "layers.0.weight[0,0]"
    assert float(values["loss", "L"]) > 0
    assert len([row for row in rows if row[0] == "path"]) == 2
    by_paths, gradient = float(values["by paths", weight]), float(values["gradient", weight])
    assert by_paths == pytest.approx(gradient, rel=1e-12)
    old, new = float(values["weight", weight]), float(values["update", weight])
    assert new == pytest.approx(old - 0.5 * gradient, rel=1e-15)


def test_a_step_as_json():
    document = json.loads(convkit("explain", TINY, "--json").text)
    chain = document["backpropagation"]
    assert chain["agrees"] is True
    assert sum(path["product"] for path in chain["paths"]) == pytest.approx(chain["autograd"])
    assert [len(layer["neurons"]) for layer in document["layers"]] == [2, 2, 1]
    neuron = document["layers"][0]["neurons"][0]
    total = sum(w * x for w, x in zip(neuron["weights"], neuron["inputs"], strict=True))
    assert total + neuron["bias"] == pytest.approx(neuron["sum"])
    assert len(document["update"]["weights"]) == 15


@pytest.mark.parametrize("colour", [False, True])
def test_a_step_on_a_terminal(colour):
    screen = on_terminal("explain", TINY, columns=80, colour=colour)
    assert ("\x1b[" in screen) is colour
    for text in (
        "Forward propagation",
        "Loss: mse",
        "w → o11 → o21 → o31 → L",
        "∂L/∂o31 · ∂o31/∂o22 · ∂o22/∂o11 · ∂o11/∂w",
        "the same, but for rounding",
        "η = 0.5",
    ):
        assert text in screen
    if not colour:
        assert max(map(len, screen.splitlines())) <= 80


def test_changes_count():
    document = json.loads(
        convkit("explain", TINY, "--sample", 1, "--weight", "layers.2.bias[1]", "--json",
                "--set", "optimizer.lr=0.25", "--set", "loss=mae").text
    )  # fmt: skip
    assert document["sample"] == 1
    assert document["loss"]["name"] == "mae"
    assert document["update"]["lr"] == 0.25
    assert document["backpropagation"]["weight"] == "layers.2.bias[1]"
    assert document["backpropagation"]["from"] is None
    assert len(document["backpropagation"]["paths"]) == 1


def test_gradients_side_by_side():
    result = convkit("explain", "--gradients", "--steps", 2, "--depth", 6)
    header, *rows = result.rows
    assert header[:3] == ["network", "layer", "weight"]
    assert len(rows) == 4 * 7
    assert result.stderr.count("gradients") == 4
    screen = on_terminal("explain", "--gradients", "--steps", "2", columns=80)
    assert "gradients VANISH" in screen
    assert "█" in screen
    assert max(map(len, screen.splitlines())) <= 80


@pytest.mark.parametrize(
    ("config", "verdict"), [("vanishing-sigmoid", "vanish"), ("vanishing-relu", "flow")]
)
def test_gradients_of_a_config(config, verdict):
    path = f"configs/{config}.yaml"
    document = json.loads(convkit("explain", "--gradients", path, "--steps", 3, "--json").text)
    assert document["verdict"] == verdict
    assert len(document["norms"]) == len(document["losses"]) == 3
    assert len(document["norms"][0]) == len(document["layers"]) == 21
    assert document["ratio"] == document["norms"][0][0] / document["norms"][0][-1]
    screen = on_terminal("explain", "--gradients", path, "--steps", "3", columns=80)
    assert [document["layers"][place] for place in (0, 19, 20)] == [
        *("layers.1.layers.0.weight", "layers.1.layers.38.weight", "layers.2.weight")
    ]
    assert all(f" {place}.weight " in screen for place in ("2.1", "2.39", "3"))


def test_a_perceptron():
    result = convkit("explain", "configs/perceptron-and.yaml")
    header, *rows = result.rows
    assert header == ["epoch", "mistakes", "accuracy", "w(x1)", "w(x2)", "b", "line"]
    assert rows[-1][1] == "0"
    assert rows[-1][-1].startswith("x2 = ")
    assert "a line separates the classes" in result.stderr


def test_a_perceptron_that_never_rests_on_a_terminal():
    screen = on_terminal("explain", "configs/perceptron-xor.yaml", columns=80)
    assert "no line separates" in screen
    assert "⋮" in screen


def test_pictures_before_and_after_augmentation(tmp_path):
    path = tmp_path / "grid.png"
    arguments = ["explain", "--augment", "configs/digits-resnet.yaml", "--count", 3, "-o", path]
    done = convkit(*arguments)
    assert (done.code, done.text) == (0, f"{path}\n"), done.stderr
    assert done.stderr == "3 pictures, each as it is and 9 times changed\n"
    with Image.open(path) as image:
        pixels = np.asarray(image)
    # Each of 8x8 pixels is 6x6 large, between lines of 2.
    assert pixels.shape == (3 * 50 + 2, 10 * 50 + 2)
    digits = DATASETS["digits"]().train.inputs[:3, ..., 0]
    shown = [pixels[50 * row + 2 : 50 * row + 50 : 6, 2:50:6] for row in range(3)]
    np.testing.assert_allclose(np.stack(shown) / 255, digits, atol=0.5 / 255)
    convkit(*arguments).assert_refused("exists", "--force")
    document = json.loads(convkit(*arguments, "--force", "--json", "--set", "seed=9").text)
    assert document == {
        "output": str(path),
        "rows": 3,
        "columns": 10,
        "augment": ["rotate", "scale", "shift"],
    }
    with Image.open(path) as image:
        assert not np.array_equal(np.asarray(image), pixels)


def test_augmentation_on_a_terminal():
    screen = on_terminal("explain", "--augment", "configs/digits-resnet.yaml", columns=80)
    lines = screen.splitlines()
    assert max(map(len, lines)) <= 80
    assert {"░", "▒", "█"} <= set(screen)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["nothing to explain", "explain-tiny.yaml"]),
        (["configs/explain-tinny.yaml"], ["no such file", "explain-tiny.yaml"]),
        (["configs/digits-cnn.yaml"], ["layer 1 (conv2d)", "--gradients"]),
        (["configs/digits-mlp.yaml"], ["too large", "--gradients"]),
        ([TINY, "--sample", "9"], ["no sample 9", "0 to 3"]),
        ([TINY, "--sample", "one"], ["'one' is not a whole number"]),
        ([TINY, "--weight", "layers.0.wieght[0,0]"], ["did you mean 'layers.0.weight'?"]),
        ([TINY, "--set", "optimzer.lr=1"], ["optimizer"]),
        ([TINY, "--steps", "3"], ["--steps is for --gradients"]),
        ([TINY, "--plot", "a.png"], ["--plot is for a perceptron's line"]),
        (["configs/perceptron-and.yaml", "--sample", "1"], ["--sample is for networks"]),
        (["--gradients", "--weight", "a"], ["--weight has nothing to do with --gradients"]),
        (["--gradients", "--set", "seed=2"], ["--set changes a config"]),
        (["--gradients", TINY, "--depth", "3"], ["--depth is for four networks"]),
        (["--gradients", "--depth", "0"], ["from 2 to 200, got 0"]),
        (["--gradients", "--steps", "0"], ["at least 1, got 0"]),
        (
            ["--gradients", "configs/perceptron-and.yaml"],
            ["not of a perceptron", "configs/vanishing-relu.yaml"],
        ),
        (["--gradeints"], ["--gradients"]),
        (["--augment"], ["no augmentation to show", "digits-resnet.yaml"]),
        (["--augment", DIGITS], ["pictures need a file", "-o"]),
        (["--augment", DIGITS, "-o", "a.pgn"], ["unknown output format '.pgn'", "'.png'"]),
        (["--augment", DIGITS, "-o", "a.png", "--count", "0"], ["at least 1, got 0"]),
        (["--augment", DIGITS, "-o", "a.png", "--set", "augment=[]"], ["has no augmentation"]),
        (["--augment", DIGITS, "-o", "a.png", *FLAT], ["crop takes pictures", "iris"]),
        (["--augment", NOISY, "-o", "a.png", *SETS], ["shows pictures", "have the shape 3"]),
        (["--augment", DIGITS, "--gradients"], ["--gradients has nothing to do with --augment"]),
        (["--augment", DIGITS, "--sample", "1"], ["--sample has nothing to do with --augment"]),
        ([DIGITS, "--count", "3"], ["--count is for --augment"]),
        ([TINY, "-o", "a.png"], ["--output is for --augment and --attention", "--plot"]),
    ],
)
def test_what_is_refused(arguments, words):
    convkit("explain", *arguments).assert_refused(*words)


def test_a_picture_is_not_overwritten(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "lines.png"
    path.write_bytes(b"mine")
    arguments = ["explain", "configs/perceptron-and.yaml", "--plot", path]
    convkit(*arguments).assert_refused("exists", "--force")
    assert path.read_bytes() == b"mine"
    assert convkit(*arguments, "--force").code == 0
    assert path.read_bytes().startswith(b"\x89PNG")
