"""Whatever the settings of a sliding layer: what build says is what comes out, or an error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.nn import LAYERS, Context

small = st.integers(1, 4)
one_or_two = st.one_of(small, st.tuples(small, small))
padding = st.one_of(st.sampled_from(["valid", "same"]), st.integers(0, 3))
sliding = {"stride": one_or_two, "padding": padding}
kernels = {"kernel_size": one_or_two, "dilation": one_or_two, **sliding}
image = st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(2))

SETTINGS = {
    "conv2d": {"filters": st.just(3), **kernels},
    "depthwise_conv2d": {"multiplier": small, **kernels},
    "conv2d_transpose": {"filters": st.just(3), "output_padding": st.integers(0, 2), **kernels},
    "max_pool2d": {"pool_size": one_or_two, **sliding},
    "avg_pool2d": {"pool_size": one_or_two, **sliding},
}


@pytest.mark.parametrize("name", SETTINGS)
@settings(max_examples=60, deadline=None)
@given(data=st.data(), shape=image)
def test_what_build_says_is_what_comes_out(name, data, shape):
    chosen = data.draw(st.fixed_dictionaries(SETTINGS[name]))
    try:
        layer = LAYERS[name](**chosen)
        expected = layer.build(shape, np.random.default_rng(0))
    except ConvkitError:
        return
    x = Tensor(np.ones((2, *shape), np.float32), requires_grad=True)
    outputs = layer(x, Context())
    assert outputs.shape == (2, *expected)
    assert min(expected) >= 1
    outputs.sum().backward()
    assert x.grad.shape == x.shape


@given(n=st.integers(1, 12), stride=small, kernel=small)
def test_a_same_transposed_convolution_enlarges_by_its_stride(n, stride, kernel):
    layer = LAYERS["conv2d_transpose"](1, max(kernel, stride), stride, padding="same")
    assert layer.output_shape((n, n, 2)) == (n * stride, n * stride, 1)


@given(n=st.integers(1, 12), stride=small, kernel=small)
def test_same_keeps_the_size_but_for_the_stride(n, stride, kernel):
    sizes = (-(-n // stride),) * 2
    assert LAYERS["conv2d"](1, kernel, stride, "same").output_shape((n, n, 2)) == (*sizes, 1)
    assert LAYERS["max_pool2d"](kernel, stride, "same").output_shape((n, n, 2)) == (*sizes, 2)
