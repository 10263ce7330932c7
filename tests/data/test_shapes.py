"""The shapes by their areas and corners, and the pictures by what can be learnt of them."""

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from convkit.data import DATASETS
from convkit.data.shapes import SHAPES

ARM = math.sqrt(1 - 0.3**2)
AREAS = {
    "circle": math.pi,
    "ring": math.pi * (1 - 0.5**2),
    "triangle": 3 * math.sqrt(3) / 4,
    "square": 2.0,
    "star": 5 * 0.42 * math.sin(math.pi / 5),
    "cross": 2 * (2 * ARM) * 0.6 - 0.6**2,
}


def grid(count):
    """Return the centres of so many cells across -1.1…1.1, and the area of one."""
    edges = np.linspace(-1.1, 1.1, count + 1)
    x, y = np.meshgrid(*[(edges[1:] + edges[:-1]) / 2] * 2)
    return x.astype(np.float32), y.astype(np.float32), (2.2 / count) ** 2


@pytest.mark.parametrize("name", SHAPES)
def test_areas(name):
    x, y, cell = grid(800)
    inside = SHAPES[name](x, y) < 0
    assert inside.sum() * cell == pytest.approx(AREAS[name], rel=2e-3)
    assert not inside[np.hypot(x, y) > 1.001].any()


@pytest.mark.parametrize(("name", "points", "inner"), [("triangle", 3, 0.5), ("star", 5, 0.42)])
def test_stars_are_those_that_pillow_draws(name, points, inner):
    corners = [
        (radius * math.cos(angle), radius * math.sin(angle))
        for k in range(points)
        for radius, angle in (
            (1, 2 * k * math.pi / points),
            (inner, (2 * k + 1) * math.pi / points),
        )
    ]
    x, y, _ = grid(600)
    canvas = Image.new("L", (600, 600))
    pixels = [((a + 1.1) / 2.2 * 600 - 0.5, (b + 1.1) / 2.2 * 600 - 0.5) for a, b in corners]
    ImageDraw.Draw(canvas).polygon(pixels, fill=1)
    distance = SHAPES[name](x, y)
    unlike = (distance < 0) != (np.asarray(canvas) == 1)
    # They may differ on the outline, which Pillow draws with a line around it.
    assert np.abs(distance[unlike]).max() < 2 * 2.2 / 600


@pytest.mark.parametrize("name", SHAPES)
def test_the_distance_is_a_distance_near_the_outline(name):
    """Across most of the outline it grows by what one moves: that makes the edges smooth alike."""
    x, y, _ = grid(400)
    distance = SHAPES[name](x, y).astype(np.float64)
    slope = np.hypot(*np.gradient(distance, 2.2 / 400))
    near = np.abs(distance) < 0.05
    assert np.median(np.abs(slope[near] - 1)) < 0.01


def test_pictures_are_in_range_and_differ():
    data = DATASETS["shapes"](samples=60, test=0.0).train
    assert data.inputs.shape == (60, 32, 32, 3)
    assert data.inputs.dtype == np.float32
    assert data.inputs.min() >= 0
    assert data.inputs.max() <= 1
    assert len({picture.tobytes() for picture in data.inputs}) == 60


def test_every_shape_is_wholly_in_its_picture():
    """Of a disc on still ground, the bright pixels don't touch the border."""
    data = DATASETS["shapes"](samples=300, noise=0.0, test=0.0).train
    discs = data.inputs[data.targets == 0].max(axis=-1)
    border = np.concatenate([discs[:, 0], discs[:, -1], discs[:, :, 0], discs[:, :, -1]], axis=1)
    assert border.max() < 0.8
    assert discs.max(axis=(1, 2)).min() > 0.95


def test_a_linear_model_does_not_learn_them():
    splits = DATASETS["shapes"](samples=1200)
    train, test = (part.inputs.reshape(len(part), -1) - 0.3 for part in (splits.train, splits.test))
    # Ridge regression on one-hot targets, in its dual form
    weights = np.linalg.solve(
        train @ train.T + 30 * np.eye(len(train)), np.eye(6)[splits.train.targets]
    )
    accuracy = ((test @ train.T @ weights).argmax(axis=1) == splits.test.targets).mean()
    assert accuracy < 0.6
