"""The first layer's weights as pictures."""

import numpy as np
import pytest

from convkit.report.weights import first_layer


def test_kernels_are_pictures():
    weight = np.arange(2 * 3 * 1 * 4).reshape(2, 3, 1, 4)
    tiles = first_layer({"0.weight": weight, "0.bias": np.zeros(4)}, (8, 8, 1))
    assert tiles.words == "4 kernels of 2x3"
    np.testing.assert_array_equal(tiles.pictures, [weight[:, :, 0, k] for k in range(4)])


def test_kernels_that_look_at_colours_keep_them():
    weight = np.random.default_rng(0).standard_normal((3, 3, 3, 5))
    tiles = first_layer({"0.weight": weight}, (8, 8, 3))
    assert tiles.pictures.shape == (5, 3, 3, 3)
    np.testing.assert_array_equal(tiles.pictures[2], weight[..., 2])


def test_other_channels_each_by_itself():
    weight = np.random.default_rng(0).standard_normal((3, 3, 2, 5))
    tiles = first_layer({"0.weight": weight}, (8, 8, 2))
    assert tiles.pictures.shape == (10, 3, 3)
    np.testing.assert_array_equal(tiles.pictures[3], weight[:, :, 1, 1])
    assert "2 channels" in tiles.words


def test_a_dense_layer_on_pixels():
    weight = np.random.default_rng(0).standard_normal((12, 5))
    tiles = first_layer({"1.weight": weight}, (3, 4, 1))
    assert tiles.pictures.shape == (5, 3, 4)
    assert tiles.pictures[4, 2, 1] == weight[2 * 4 + 1, 4]


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        ({"0.weight": np.zeros((4, 3))}, (4,)),  # a table has no pictures
        ({"0.weight": np.zeros((7, 3))}, (3, 4, 1)),
        ({"bias": np.zeros(3)}, (3, 4, 1)),
        ({}, (3, 4, 1)),
    ],
)
def test_what_is_no_picture(model, shape):
    assert first_layer(model, shape) is None
