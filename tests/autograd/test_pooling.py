"""Pooling against nested loops, finite differences and PyTorch."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from convkit.autograd import Tensor, check_grads
from convkit.autograd.convolution import blocks
from convkit.autograd.pooling import (
    avg_pool2d,
    global_avg_pool2d,
    global_max_pool2d,
    max_pool2d,
)
from convkit.errors import ConvkitError

NONE = ((0, 0), (0, 0))

# Shape of the images, and settings.
CASES = {
    "halves": ((2, 6, 8, 3), {"size": (2, 2)}),
    "with a rest": ((2, 7, 5, 2), {"size": (2, 2)}),
    "one channel": ((3, 4, 4, 1), {"size": (2, 2), "stride": (2, 2)}),
    "overlapping": ((2, 7, 7, 2), {"size": (3, 3), "stride": (2, 1)}),
    "gaps": ((1, 8, 9, 2), {"size": (2, 1), "stride": (3, 2)}),
    "padded": ((2, 6, 7, 2), {"size": (3, 3), "stride": (2, 2), "pads": ((1, 1), (1, 1))}),
    "asymmetric": ((1, 5, 6, 2), {"size": (3, 2), "stride": (1, 2), "pads": ((2, 0), (0, 1))}),
    "the whole image": ((2, 3, 4, 2), {"size": (3, 4)}),
}
POOLS = {
    "max": (max_pool2d, np.max),
    "avg": (avg_pool2d, lambda window: window.sum(axis=(0, 1))),
    "avg, pads not counted": (
        lambda x, **options: avg_pool2d(x, count_pads=False, **options),
        np.mean,
    ),
}


def drawn(shape):
    return np.random.default_rng(3).standard_normal(shape)


def windows(x, *, size, stride=None, pads=NONE):
    """Yield each place of the output with the part of the image that its window sees."""
    stride = stride or size
    starts = [
        range(-before, n + after - k + 1, s)
        for n, k, s, (before, after) in zip(x.shape[1:3], size, stride, pads, strict=True)
    ]
    for (y, row), (z, column) in product(*map(enumerate, starts)):
        top, left = max(row, 0), max(column, 0)
        yield (y, z), x[:, top : row + size[0], left : column + size[1]]


def looped(name, x, options):
    places = {}
    for place, window in windows(x, **options):
        if name == "max":
            places[place] = window.max(axis=(1, 2))
        else:
            count = np.prod(options["size"]) if name == "avg" else np.prod(window.shape[1:3])
            places[place] = window.sum(axis=(1, 2)) / count
    height, width = (max(axis) + 1 for axis in zip(*places, strict=True))
    rows = [np.stack([places[y, z] for z in range(width)], axis=1) for y in range(height)]
    return np.stack(rows, axis=1)


@pytest.fixture(params=["one block", "many blocks"])
def any_blocks(request, monkeypatch):
    if request.param == "many blocks":
        monkeypatch.setattr(blocks, "BLOCK_BYTES", 1)


every = pytest.mark.parametrize("case", CASES)


@every
@pytest.mark.parametrize("name", POOLS)
@pytest.mark.usefixtures("any_blocks")
def test_values_are_those_of_the_definition(name, case):
    shape, options = CASES[case]
    x = drawn(shape)
    value = POOLS[name][0](x, **options).data
    expected = looped(name, x, options)
    assert value.shape == expected.shape
    np.testing.assert_allclose(value, expected, rtol=1e-12)


@every
@pytest.mark.parametrize("name", POOLS)
@pytest.mark.usefixtures("any_blocks")
def test_gradients_are_those_of_finite_differences(name, case):
    shape, options = CASES[case]
    # Far enough apart for the largest to stay the largest.
    x = np.random.default_rng(1).permutation(np.prod(shape)).reshape(shape) / 10
    assert check_grads(lambda x: POOLS[name][0](x, **options), x) < 1e-6


@pytest.mark.parametrize("pool", [global_avg_pool2d, global_max_pool2d])
def test_global_pools_see_every_pixel_of_a_channel(pool):
    x = drawn((3, 4, 5, 2))
    expected = (x.mean if pool is global_avg_pool2d else x.max)(axis=(1, 2))
    np.testing.assert_allclose(pool(x).data, expected, rtol=1e-12)
    assert check_grads(pool, x) < 1e-6


def gradient(pool, x, **options):
    image = Tensor(x, requires_grad=True)
    pool(image, **options).sum().backward()
    return image.grad[0, :, :, 0]


@pytest.mark.parametrize("stride", [(2, 2), (1, 1)])
def test_of_equal_values_the_first_receives_the_gradient(stride):
    """Row by row: neither the later row nor the later column."""
    for values, first in (
        ([[1, 1], [1, 1]], (0, 0)),
        ([[0, 1], [1, 1]], (0, 1)),
        ([[0, 0], [1, 1]], (1, 0)),
    ):
        expected = np.zeros((2, 2))
        expected[first] = 1
        x = np.array(values, float).reshape(1, 2, 2, 1)
        np.testing.assert_array_equal(gradient(max_pool2d, x, size=(2, 2), stride=stride), expected)
        np.testing.assert_array_equal(gradient(global_max_pool2d, x), expected)


@pytest.mark.parametrize("least", [-5.0, -np.inf])
def test_padding_never_wins(least):
    x = np.full((1, 2, 2, 1), least)
    options = {"size": (2, 2), "stride": (2, 2), "pads": ((1, 1), (1, 1))}
    assert (max_pool2d(x, **options).data == least).all()
    np.testing.assert_array_equal(gradient(max_pool2d, x, **options), np.ones((2, 2)))


def test_what_is_not_a_number_is_not_hidden():
    x = drawn((1, 4, 4, 1))
    x[0, 1, 1] = np.nan
    value = max_pool2d(x, size=(2, 2)).data[0, :, :, 0]
    assert np.isnan(value[0, 0])
    assert np.isfinite(value.ravel()[1:]).all()


@every
def test_types_are_never_widened(case):
    shape, options = CASES[case]
    for pool in (max_pool2d, avg_pool2d):
        x = Tensor(drawn(shape).astype(np.float32), requires_grad=True)
        value = pool(x, **options)
        value.sum().backward()
        assert value.dtype == x.grad.dtype == np.float32


def test_whole_numbers_are_pooled_too():
    x = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(max_pool2d(x, size=(2, 2)).data[0, :, :, 0], [[5, 7], [13, 15]])
    np.testing.assert_array_equal(
        avg_pool2d(x, size=(2, 2)).data[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]]
    )


def test_no_images_are_no_trouble():
    x = np.zeros((0, 4, 4, 3))
    assert max_pool2d(x, size=(2, 2)).shape == (0, 2, 2, 3)
    assert avg_pool2d(x, size=(2, 2)).shape == (0, 2, 2, 3)
    assert global_max_pool2d(x).shape == (0, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: max_pool2d(np.ones((4, 4)), size=(2, 2)), r"\(4, 4\)"),
        (lambda: avg_pool2d(np.ones((1, 2, 4, 1)), size=(3, 3)), "doesn't fit"),
        (
            lambda: max_pool2d(np.ones((1, 4, 4, 1)), size=(2, 2), pads=((2, 0), (0, 0))),
            "in the padding",
        ),
        (lambda: max_pool2d(np.ones((1, 4, 4, 1)), size=(2, 2), stride=(0, 1)), "stride"),
        (lambda: global_avg_pool2d(np.ones((4, 4))), r"\(4, 4\)"),
    ],
)
def test_what_does_not_fit_is_said(call, message):
    with pytest.raises(ConvkitError, match=message):
        call()


@every
@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize("ties", [False, True])
def test_pytorch_agrees(name, case, ties):
    torch = pytest.importorskip("torch")
    shape, options = CASES[case]
    pads = options.get("pads", NONE)
    if any(before != after for before, after in pads):
        pytest.skip("PyTorch pads both sides alike")
    x = np.round(drawn(shape)) if ties else drawn(shape)
    image = Tensor(x, requires_grad=True)
    value = POOLS[name][0](image, **options)
    (value * value).sum().backward()

    their_image = torch.from_numpy(x.transpose(0, 3, 1, 2).copy()).requires_grad_()
    functional = torch.nn.functional
    their_pool = functional.max_pool2d if name == "max" else functional.avg_pool2d
    settings = {} if name == "max" else {"count_include_pad": name == "avg"}
    padding = tuple(before for before, _ in pads)
    theirs = their_pool(their_image, options["size"], options.get("stride"), padding, **settings)
    (theirs * theirs).sum().backward()
    np.testing.assert_allclose(
        value.data, theirs.detach().numpy().transpose(0, 2, 3, 1), rtol=1e-12
    )
    np.testing.assert_allclose(
        image.grad, their_image.grad.numpy().transpose(0, 2, 3, 1), rtol=1e-12
    )
