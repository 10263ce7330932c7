"""Whole architectures as layers: their size is the published one, and bad ones are refused."""

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.nn import LAYERS, Dense, LayerError, ReLU, Sequential, named_layers, summary


def size(layer, shape, classes):
    return Sequential([layer, Dense(classes)]).count_parameters(shape)


@pytest.mark.parametrize(
    ("depth", "published"),
    [(11, 132_863_336), (13, 133_047_848), (16, 138_357_544), (19, 143_667_240)],
)
def test_vgg_has_the_papers_parameters(depth, published):
    """Table 2 of Simonyan and Zisserman in millions; to the digit as torchvision counts them."""
    vgg = LAYERS["vgg"](depth, units=4096, batch_norm=False)
    assert size(vgg, (224, 224, 3), 1000) == published


@pytest.mark.parametrize(
    ("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)]
)
def test_resnet_has_the_papers_parameters(depth, millions):
    """Table 6 of He et al.; its shortcuts have none, ours have those of two projections."""
    projections = (16 + 1) * 32 + (32 + 1) * 64
    plain = size(LAYERS["resnet"](depth, residual=False), (32, 32, 3), 10)
    assert size(LAYERS["resnet"](depth), (32, 32, 3), 10) == plain + projections
    assert plain / 1e6 == pytest.approx(millions, abs=0.05 if depth == 110 else 0.006)


@pytest.mark.parametrize("shape", [(1, 1, 1), (8, 8, 1), (7, 33, 3)])
@pytest.mark.parametrize(
    ("name", "settings", "channels"), [("vgg", {"depth": 16}, 16), ("resnet", {"depth": 14}, 8)]
)
def test_any_picture_is_large_enough(name, settings, channels, shape):
    layer = LAYERS[name](**settings, width=2)
    assert layer.build(shape, np.random.default_rng(0)) == (channels,)


def test_convolutions_are_counted_by_the_depth():
    for depth in (5, 7, 9, 11, 13, 16, 19):
        layers = named_layers(LAYERS["vgg"](depth, 1)).values()
        assert sum(layer.name in ("conv2d", "dense") for layer in layers) == depth - 1
    for depth in (8, 20, 56):
        layers = named_layers(LAYERS["resnet"](depth, 1)).values()
        assert sum(layer.name == "conv2d" for layer in layers) == depth - 1


def test_what_is_repeated_has_weights_of_its_own():
    repeat = LAYERS["repeat"](3, [Dense(2), ReLU()])
    repeat.build((2,), np.random.default_rng(0))
    first, second, third = (layer.weight.data for layer in repeat.layers[::2])
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)


def test_the_summary_shows_the_layers_and_then_the_whole():
    rows = summary(Sequential([LAYERS["repeat"](2, [Dense(3), ReLU()]), Dense(1)]), (2,))
    assert [(row.path, row.name) for row in rows[1:]] == [
        *(("1.1", "dense"), ("1.2", "relu"), ("1.3", "dense"), ("1.4", "relu")),
        *(("1", "repeat"), ("2", "dense")),
    ]
    assert [row.parameters for row in rows[1:]] == [9, 0, 12, 0, 0, 4]


def test_an_error_tells_the_layer_inside():
    repeat = LAYERS["repeat"](2, [LAYERS["max_pool2d"](2)])
    with pytest.raises(LayerError, match=r"^layer 1\.2 \(max_pool2d\): "):
        Sequential([repeat]).build((3, 3, 1), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("vgg", {"depth": 12}, "depth must be 5, 7, 9, 11, 13, 16 or 19, got 12"),
        ("vgg", {"width": 0}, "width must be at least 1, got 0"),
        ("vgg", {"units": 0}, "units must be at least 1, got 0"),
        ("vgg", {"dropout": 1.0}, r"dropout must be .*, got 1\.0"),
        ("resnet", {"depth": 21}, r"depth must be 6n \+ 2, such as 8, .*, got 21.*20 and 26"),
        ("resnet", {"depth": 2}, r"depth must be 6n \+ 2, .*, got 2$"),
        ("resnet", {"depth": 10**9 + 4}, r"depth must be .*, got 1000000004$"),
        ("resnet", {"depth": -4}, "depth must be at least 1, got -4"),
        ("resnet", {"width": 1.5}, r"width must be a whole number, got 1\.5"),
        ("repeat", {"times": 0, "layers": [ReLU()]}, "times must be at least 1, got 0"),
        ("repeat", {"times": 2, "layers": []}, "layers must be at least one, got none"),
        ("repeat", {"times": 10**9, "layers": [ReLU()]}, r"times \(=1000000000\) makes"),
    ],
)
def test_what_is_refused(name, settings, message):
    with pytest.raises(ConvkitError, match=message):
        LAYERS[name](**settings)
