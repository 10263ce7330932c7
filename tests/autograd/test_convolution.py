"""Convolution against nested loops, finite differences, its own adjoint, and PyTorch."""

from __future__ import annotations

from itertools import product
from math import ceil

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convkit.autograd import Tensor, check_grads
from convkit.autograd.convolution import blocks, conv2d, conv2d_transpose, products
from convkit.errors import ConvkitError

SAME = ((1, 1), (1, 1))

# Shape of the images, of the kernel, and settings.
CASES = {
    "plain": ((2, 5, 6, 3), (3, 3, 3, 4), {}),
    "same": ((2, 5, 6, 3), (3, 3, 3, 4), {"pads": SAME}),
    "one channel": ((2, 6, 6, 1), (3, 3, 1, 2), {"pads": SAME}),
    "many channels": ((1, 4, 4, 20), (3, 2, 20, 3), {"pads": SAME}),
    "pixel by pixel": ((2, 3, 4, 5), (1, 1, 5, 2), {}),
    "the whole image": ((3, 4, 5, 2), (4, 5, 2, 3), {}),
    "asymmetric": ((2, 6, 5, 2), (2, 3, 2, 3), {"pads": ((0, 2), (3, 1))}),
    "stride": ((2, 7, 8, 3), (3, 2, 3, 4), {"stride": (2, 3), "pads": ((1, 2), (0, 1))}),
    "stride beyond kernel": ((1, 8, 9, 2), (1, 2, 2, 3), {"stride": (3, 4)}),
    "dilation": ((2, 9, 8, 2), (3, 2, 2, 3), {"dilation": (2, 3), "pads": ((1, 0), (2, 1))}),
    "all": (
        (2, 9, 10, 4),
        (2, 3, 2, 6),
        {"stride": (2, 1), "dilation": (3, 2), "pads": ((2, 1), (0, 3)), "groups": 2},
    ),
    "wider than needed": ((1, 2, 3, 2), (2, 2, 2, 2), {"pads": ((4, 3), (3, 5))}),
    "groups": ((2, 5, 5, 6), (3, 3, 2, 9), {"pads": SAME, "groups": 3}),
    "depthwise": ((2, 6, 5, 4), (3, 3, 1, 4), {"pads": SAME, "groups": 4}),
    "depthwise, strided": (
        (2, 7, 7, 3),
        (3, 2, 1, 3),
        {"stride": (2, 2), "pads": ((3, 1), (0, 2)), "groups": 3},
    ),
    "depthwise, twice": ((2, 5, 6, 3), (3, 3, 1, 6), {"dilation": (1, 2), "groups": 3}),
    **{
        f"{border} border": (
            (2, 5, 4, 2),
            (3, 3, 2, 3),
            {"border": border, "pads": ((1, 2), (3, 0)), "stride": (1, 2)},
        )
        for border in ("edge", "reflect", "symmetric", "wrap")
    },
}
ZERO_CASES = {name: case for name, case in CASES.items() if "border" not in case[2]}


def drawn(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    rng = np.random.default_rng(7)
    return [rng.standard_normal(shape) for shape in shapes]


def looped(x, w, b, *, stride=(1, 1), pads=((0, 0), (0, 0)), dilation=(1, 1), groups=1, border=""):
    """The definition, a number at a time."""
    x = np.pad(x, ((0, 0), *pads, (0, 0)), mode=border or "constant")
    kh, kw, channels, out = w.shape
    count = [
        len(range(0, n - d * (k - 1), s))
        for n, k, s, d in zip(x.shape[1:3], (kh, kw), stride, dilation, strict=True)
    ]
    value = np.zeros((len(x), *count, out))
    for n, y, z, o in product(*map(range, value.shape)):
        total = b[o]
        for i, j, c in product(range(kh), range(kw), range(channels)):
            row, column = y * stride[0] + i * dilation[0], z * stride[1] + j * dilation[1]
            total += w[i, j, c, o] * x[n, row, column, o // (out // groups) * channels + c]
        value[n, y, z, o] = total
    return value


def looped_transpose(
    x,
    w,
    b,
    *,
    stride=(1, 1),
    pads=((0, 0), (0, 0)),
    output_padding=(0, 0),
    dilation=(1, 1),
    groups=1,
):
    """Each pixel pays into the outputs under the kernel; the padding is cut off at the end."""
    kh, kw, channels, into = w.shape
    uncut = np.zeros((len(x), 99, 99, channels * groups))
    for n, y, z, o in product(*map(range, x.shape)):
        for i, j, c in product(range(kh), range(kw), range(channels)):
            row, column = y * stride[0] + i * dilation[0], z * stride[1] + j * dilation[1]
            target = o // (into // groups) * channels + c
            uncut[n, row, column, target] += x[n, y, z, o] * w[i, j, c, o]
    ends = [
        (n - 1) * s + d * (k - 1) + 1 + more - after
        for n, s, d, k, more, (_, after) in zip(
            x.shape[1:3], stride, dilation, (kh, kw), output_padding, pads, strict=True
        )
    ]
    return uncut[:, pads[0][0] : ends[0], pads[1][0] : ends[1]] + b


@pytest.fixture
def small_blocks(monkeypatch):
    """Cut every batch into many blocks, and share them among threads."""
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 300)
    monkeypatch.setattr(products, "WORTH_THREADS", 1)
    monkeypatch.setenv("CONVKIT_THREADS", "2")
    blocks.blocks.cache_clear()
    yield
    blocks.blocks.cache_clear()


@pytest.mark.parametrize("case", CASES)
def test_values_are_those_of_the_definition(case):
    x_shape, w_shape, options = CASES[case]
    x, w, b = drawn(x_shape, w_shape, w_shape[3:])
    value = conv2d(x, w, b, **options).data
    expected = looped(x, w, b, **options)
    assert value.shape == expected.shape
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_gradients_are_those_of_finite_differences(case):
    x_shape, w_shape, options = CASES[case]
    x, w, b = drawn(x_shape, w_shape, w_shape[3:])
    assert check_grads(lambda x, w, b: conv2d(x, w, b, **options), x, w, b) < 1e-6


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("case", CASES)
def test_many_blocks_make_the_same_values_and_gradients(case):
    x_shape, w_shape, options = CASES[case]
    x, w, b = drawn(x_shape, w_shape, w_shape[3:])
    value = conv2d(x, w, b, **options).data
    np.testing.assert_allclose(value, looped(x, w, b, **options), rtol=1e-12, atol=1e-12)
    check_grads(lambda x, w, b: conv2d(x, w, b, **options), x, w, b)


TRANSPOSED = {
    **{name: (case, (0, 0)) for name, case in ZERO_CASES.items() if name != "wider than needed"},
    "output padding": (((2, 6, 8, 3), (3, 3, 3, 4), {"stride": (2, 3), "pads": SAME}), (1, 2)),
    "output padding within the dilation": (
        ((1, 8, 8, 2), (2, 2, 2, 2), {"dilation": (3, 2)}),
        (2, 1),
    ),
    "output padding, depthwise": (
        ((1, 6, 6, 2), (3, 3, 1, 4), {"stride": (2, 2), "groups": 2}),
        (1, 0),
    ),
}


def transposed_case(case: str):
    """Return images, kernel and bias of the way back, and its settings."""
    (x_shape, w_shape, options), output_padding = TRANSPOSED[case]
    small = conv2d(np.zeros(x_shape), np.zeros(w_shape), **options).shape
    arrays = drawn(small, w_shape, x_shape[3:])
    return *arrays, {**options, "output_padding": output_padding}


@pytest.mark.parametrize("case", TRANSPOSED)
def test_transposed_values_are_those_of_the_definition(case):
    x, w, b, options = transposed_case(case)
    value = conv2d_transpose(x, w, b, **options).data
    expected = looped_transpose(x, w, b, **options)
    assert value.shape == expected.shape
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", TRANSPOSED)
def test_transposed_gradients_are_those_of_finite_differences(case):
    x, w, b, options = transposed_case(case)
    assert check_grads(lambda x, w, b: conv2d_transpose(x, w, b, **options), x, w, b) < 1e-6


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("case", TRANSPOSED)
def test_many_blocks_make_the_same_transposed_values(case):
    x, w, b, options = transposed_case(case)
    value = conv2d_transpose(x, w, b, **options).data
    np.testing.assert_allclose(value, looped_transpose(x, w, b, **options), rtol=1e-12, atol=1e-12)


sizes = st.integers(1, 4)
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
pads = st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2)


@settings(max_examples=150, deadline=None)
@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernel=pairs,
    stride=pairs,
    dilation=pairs,
    pads=pads,
    groups=sizes,
    into=sizes,
    out=sizes,
    seed=st.integers(0, 2**16),
)
def test_the_transposed_convolution_is_the_adjoint(
    size, kernel, stride, dilation, pads, groups, into, out, seed
):
    rng = np.random.default_rng(seed)
    axes = zip(size, pads, dilation, kernel, strict=True)
    spans = [n + sum(pad) - d * (k - 1) - 1 for n, pad, d, k in axes]
    assume(min(spans) >= 0)
    left_over = tuple(span % s for span, s in zip(spans, stride, strict=True))
    options = {"stride": stride, "pads": pads, "dilation": dilation, "groups": groups}
    x = rng.standard_normal((2, *size, into * groups))
    w = rng.standard_normal((*kernel, into, out * groups))
    value = conv2d(x, w, **options).data
    g = rng.standard_normal(value.shape)
    back = conv2d_transpose(g, w, **options, output_padding=left_over).data
    assert back.shape == x.shape
    np.testing.assert_allclose(np.vdot(value, g), np.vdot(x, back), atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_bits_do_not_depend_on_the_number_of_threads(case, monkeypatch, small_blocks):
    x_shape, w_shape, options = CASES[case]
    arrays = [array.astype(np.float32) for array in drawn((9, *x_shape[1:]), w_shape, w_shape[3:])]
    results = set()
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("CONVKIT_THREADS", threads)
        x, w, b = (Tensor(array, requires_grad=True) for array in arrays)
        value = conv2d(x, w, b, **options)
        (value * value).sum().backward()
        results.add(b"".join(a.tobytes() for a in (value.data, x.grad, w.grad, b.grad)))
    assert len(results) == 1


@pytest.mark.parametrize("case", CASES)
def test_types_are_never_widened(case):
    x_shape, w_shape, options = CASES[case]
    x, w, b = (
        Tensor(array.astype(np.float32), requires_grad=True)
        for array in drawn(x_shape, w_shape, w_shape[3:])
    )
    value = conv2d(x, w, b, **options)
    value.sum().backward()
    assert {a.dtype for a in (value.data, x.grad, w.grad, b.grad)} == {np.dtype(np.float32)}


def test_types_meet_at_the_wider_one():
    x, w = drawn((1, 4, 4, 2), (3, 3, 2, 2))
    image = (x * 50).astype(np.int16)
    value = conv2d(image, w.astype(np.float32)).data
    np.testing.assert_allclose(value, looped(image, w, [0, 0]), rtol=1e-4, atol=1e-3)
    assert conv2d(x, w.astype(np.float32)).dtype == np.float64


def test_a_first_layer_gets_the_same_gradients_without_its_input_s():
    x, w, b = drawn((3, 5, 6, 2), (3, 3, 2, 4), (4,))
    grads = []
    for wanted in (True, False):
        kernel, bias = Tensor(w, requires_grad=True), Tensor(b, requires_grad=True)
        value = conv2d(Tensor(x, requires_grad=wanted), kernel, bias, pads=SAME)
        (value * value).sum().backward()
        grads.append((kernel.grad, bias.grad))
    for one, other in zip(*grads, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_two_graphs_alive_at_once_keep_apart():
    x, w = drawn((2, 2, 6, 6, 3), (3, 3, 3, 3))
    kernels = [Tensor(w, requires_grad=True) for _ in x]
    values = [conv2d(image, kernel, pads=SAME) for image, kernel in zip(x, kernels, strict=True)]
    for value in values:
        (value * value).sum().backward()
    for image, kernel, value in zip(x, kernels, values, strict=True):
        alone = Tensor(w, requires_grad=True)
        again = conv2d(image, alone, pads=SAME)
        (again * again).sum().backward()
        np.testing.assert_array_equal(value.data, again.data)
        np.testing.assert_array_equal(kernel.grad, alone.grad)


def test_memory_may_lie_anyhow():
    x, w, g = drawn((2, 3, 6, 5), (4, 3, 3, 3), (2, 4, 6, 5))
    image = Tensor(x.transpose(0, 2, 3, 1)[:, ::-1], requires_grad=True)
    kernel = Tensor(w.transpose(2, 3, 1, 0), requires_grad=True)
    conv2d(image, kernel, pads=SAME).backward(g.transpose(0, 2, 3, 1))
    tidy_image = Tensor(np.ascontiguousarray(image.data), requires_grad=True)
    tidy_kernel = Tensor(np.ascontiguousarray(kernel.data), requires_grad=True)
    conv2d(tidy_image, tidy_kernel, pads=SAME).backward(
        np.ascontiguousarray(g.transpose(0, 2, 3, 1))
    )
    np.testing.assert_allclose(image.grad, tidy_image.grad, rtol=1e-12)
    np.testing.assert_allclose(kernel.grad, tidy_kernel.grad, rtol=1e-12)


@pytest.mark.parametrize("stride", [(1, 1), (2, 2)])
def test_no_images_are_no_trouble(stride):
    x = Tensor(np.zeros((0, 5, 5, 2)), requires_grad=True)
    w = Tensor(np.ones((3, 3, 2, 4)), requires_grad=True)
    value = conv2d(x, w, stride=stride)
    value.sum().backward()
    assert value.shape == (0, ceil(3 / stride[0]), ceil(3 / stride[1]), 4)
    assert x.grad.shape == x.shape
    assert not w.grad.any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv2d(np.ones((5, 5)), np.ones((3, 3, 1, 1))), r"images.*\(5, 5\)"),
        (lambda: conv2d(np.ones((1, 5, 5, 1)), np.ones((3, 3))), r"kernel.*\(3, 3\)"),
        (lambda: conv2d(np.ones((1, 5, 5, 3)), np.ones((3, 3, 2, 4))), "2 channels.*5, 5, 3"),
        (lambda: conv2d(np.ones((1, 5, 5, 4)), np.ones((3, 3, 2, 3)), groups=2), r"groups \(=2\)"),
        (lambda: conv2d(np.ones((1, 5, 5, 4)), np.ones((3, 3, 2, 4)), groups=0), r"groups \(=0\)"),
        (lambda: conv2d(np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 4)), np.ones(3)), r"bias.*\(3,\)"),
        (lambda: conv2d(np.ones((1, 2, 5, 1)), np.ones((3, 3, 1, 1))), "doesn't fit"),
        (lambda: conv2d(np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 1)), stride=(0, 1)), "stride"),
        (
            lambda: conv2d(np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 1)), border="reflekt"),
            "did you mean 'reflect'",
        ),
        (
            lambda: conv2d_transpose(np.ones((1, 5, 5, 2)), np.ones((3, 3, 2, 3))),
            "3 channels.*5, 5, 2",
        ),
        (
            lambda: conv2d_transpose(
                np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 1)), output_padding=(1, 0)
            ),
            "output padding",
        ),
    ],
)
def test_what_does_not_belong_together_is_said(call, message):
    with pytest.raises(ConvkitError, match=message):
        call()


TORCH_BORDERS = {"edge": "replicate", "reflect": "reflect", "wrap": "circular"}


def to_torch(torch, array, axes):
    moved = np.ascontiguousarray(np.transpose(array, axes))
    return torch.from_numpy(moved).requires_grad_()


def agree(tensor, ours, axes):
    np.testing.assert_allclose(
        np.transpose(tensor.detach().numpy(), axes), ours, rtol=1e-10, atol=1e-10
    )


@pytest.mark.parametrize("case", [name for name in CASES if "symmetric" not in name])
def test_pytorch_agrees(case):
    torch = pytest.importorskip("torch")
    x_shape, w_shape, options = CASES[case]
    arrays = drawn(x_shape, w_shape, w_shape[3:])
    x, w, b = (Tensor(array, requires_grad=True) for array in arrays)
    value = conv2d(x, w, b, **options)
    (value * value).sum().backward()

    tx, tw = to_torch(torch, arrays[0], (0, 3, 1, 2)), to_torch(torch, arrays[1], (3, 2, 0, 1))
    tb = to_torch(torch, arrays[2], (0,))
    (top, bottom), (left, right) = options.get("pads", ((0, 0), (0, 0)))
    mode = TORCH_BORDERS.get(options.get("border", ""), "constant")
    padded = torch.nn.functional.pad(tx, (left, right, top, bottom), mode=mode)
    rest = {name: options[name] for name in ("stride", "dilation", "groups") if name in options}
    expected = torch.nn.functional.conv2d(padded, tw, tb, **rest)
    (expected * expected).sum().backward()
    agree(expected, value.data, (0, 2, 3, 1))
    agree(tx.grad, x.grad, (0, 2, 3, 1))
    agree(tw.grad, w.grad, (2, 3, 1, 0))
    agree(tb.grad, b.grad, (0,))


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_pytorch_agrees_on_the_transposed_convolution(groups):
    torch = pytest.importorskip("torch")
    arrays = drawn((2, 4, 5, 4), (3, 2, 6 // groups if groups < 4 else 1, 4), ())
    outputs = arrays[1].shape[2] * groups
    x, w = (Tensor(array, requires_grad=True) for array in arrays[:2])
    settings = {"stride": (2, 3), "output_padding": (1, 2), "dilation": (2, 1), "groups": groups}
    value = conv2d_transpose(x, w, None, pads=SAME, **settings)
    (value * value).sum().backward()

    tx, tw = to_torch(torch, arrays[0], (0, 3, 1, 2)), to_torch(torch, arrays[1], (3, 2, 0, 1))
    expected = torch.nn.functional.conv_transpose2d(tx, tw, padding=1, **settings)
    (expected * expected).sum().backward()
    assert value.shape[3] == outputs
    agree(expected, value.data, (0, 2, 3, 1))
    agree(tx.grad, x.grad, (0, 2, 3, 1))
    agree(tw.grad, w.grad, (2, 3, 1, 0))
