"""Sizes and pads against loops that lay out every window, which share no code with the formulas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit import geometry
from convkit.errors import ConvkitError
from convkit.geometry import Pads, TooSmallError

SIDES = st.integers(1, 24)
KERNELS = st.integers(1, 6)
STEPS = st.integers(1, 4)
PADS = st.tuples(st.integers(0, 5), st.integers(0, 5))


def windows(n, kernel, pad, stride, dilation):
    """Return the taps of every window that lies within the padded input, as input positions."""
    found, start = [], -pad[0]
    while True:
        taps = [start + dilation * tap for tap in range(kernel)]
        if taps[-1] >= n + pad[1]:
            return found
        found.append(taps)
        start += stride


@given(SIDES, KERNELS, PADS, STEPS, STEPS)
def test_output_size_counts_the_windows_that_fit(n, kernel, pad, stride, dilation):
    count = len(windows(n, kernel, pad, stride, dilation))
    if count:
        assert geometry.output_size(n, kernel, pad=pad, stride=stride, dilation=dilation) == count
    else:
        with pytest.raises(TooSmallError, match=f"an input of {n}"):
            geometry.output_size(n, kernel, pad=pad, stride=stride, dilation=dilation)


@pytest.mark.parametrize(
    ("n", "kernel", "options", "size"),
    [
        (6, 3, {}, 4),
        (6, 3, {"pad": 1}, 6),
        (5, 3, {}, 3),
        (28, 5, {}, 24),
        (24, 2, {"stride": 2}, 12),
        (224, 7, {"stride": 2, "pad": 3}, 112),
        (7, 3, {"dilation": 3}, 1),
        (6, 3, {"pad": (0, 1)}, 5),
    ],
)
def test_known_sizes(n, kernel, options, size):
    assert geometry.output_size(n, kernel, **options) == size


def test_an_impossible_size_is_no_zero():
    with pytest.raises(TooSmallError) as caught:
        geometry.output_size(2, 3, stride=2)
    assert "spanning 3" in caught.value.message
    assert "at least 1 more" in caught.value.hint


@given(SIDES, KERNELS, PADS, STEPS, STEPS)
def test_the_hint_of_an_impossible_size_helps(n, kernel, pad, stride, dilation):
    for ceil in (False, True):
        options = {"stride": stride, "dilation": dilation, "ceil": ceil}
        try:
            geometry.pooled_size(n, kernel, pad=pad, **options)
        except TooSmallError as error:
            missing = int(error.hint.split()[4])
            enough = (pad[0] + missing, pad[1])
            assert geometry.pooled_size(n, kernel, pad=enough, **options) == 1


@given(SIDES, KERNELS, STEPS, STEPS, st.data())
def test_ceil_counts_windows_that_hang_over_but_start_inside(n, kernel, stride, dilation, data):
    span = dilation * (kernel - 1) + 1
    # PyTorch allows no more padding than half the kernel; up to all of it is told apart here.
    before, after = data.draw(st.tuples(st.integers(0, span), st.integers(0, span)))
    padded = n + before + after
    starts = [0]
    while starts[-1] + span < padded:
        starts.append(starts[-1] + stride)
    options = {"pad": (before, after), "stride": stride, "dilation": dilation, "ceil": True}
    if span - padded >= stride:
        with pytest.raises(TooSmallError):
            geometry.pooled_size(n, kernel, **options)
    else:
        inside = [start for start in starts if start < n + before]
        assert geometry.pooled_size(n, kernel, **options) == len(inside)


@pytest.mark.parametrize(
    ("n", "kernel", "stride", "pad", "floor", "ceil"),
    [(112, 3, 2, 0, 55, 56), (7, 2, 2, 1, 4, 4), (6, 2, 3, 0, 2, 2), (2, 3, 2, 1, 1, 2)],
)
def test_pooled_sizes_as_pytorch_gives_them(n, kernel, stride, pad, floor, ceil):
    assert geometry.pooled_size(n, kernel, stride=stride, pad=pad) == floor
    assert geometry.pooled_size(n, kernel, stride=stride, pad=pad, ceil=True) == ceil


@given(SIDES, KERNELS, STEPS, STEPS, st.integers(0, 3), st.integers(0, 3))
def test_transposed_size_is_where_a_convolution_came_from(n, kernel, stride, dilation, pad, more):
    more = min(more, stride - 1)
    options = {"pad": pad, "stride": stride, "dilation": dilation}
    try:
        size = geometry.transposed_size(n, kernel, **options, output_padding=more)
    except TooSmallError:
        return
    assert geometry.output_size(size, kernel, **options) == n


@given(SIDES, KERNELS, STEPS, STEPS, PADS)
def test_transposed_size_reaches_from_the_first_tap_to_the_last(n, kernel, stride, dilation, pad):
    reached = [i * stride + dilation * tap for i in range(n) for tap in range(kernel)]
    kept = range(pad[0], max(reached) + 1 - pad[1])
    options = {"pad": pad, "stride": stride, "dilation": dilation}
    if kept:
        assert geometry.transposed_size(n, kernel, **options) == len(kept)
    else:
        with pytest.raises(TooSmallError, match="cuts off"):
            geometry.transposed_size(n, kernel, **options)


def test_output_padding_is_bounded():
    assert geometry.transposed_size(14, 3, pad=1, stride=2, output_padding=1) == 28
    assert geometry.transposed_size(4, 3, dilation=2, output_padding=1) == 9
    with pytest.raises(ConvkitError, match=r"output padding \(=2\).*stride \(=2\)"):
        geometry.transposed_size(14, 3, stride=2, output_padding=2)


@given(SIDES, KERNELS, PADS, STEPS, STEPS)
def test_unread_counts_pixels_behind_the_last_window(n, kernel, pad, stride, dilation):
    found = windows(n, kernel, pad, stride, dilation)
    if found:
        expected = sum(1 for pixel in range(n) if pixel > found[-1][-1])
        options = {"pad": pad, "stride": stride, "dilation": dilation}
        assert geometry.unread(n, kernel, **options) == expected


@given(KERNELS, STEPS, STEPS)
def test_phases_read_counts_what_windows_read_in_the_middle(kernel, stride, dilation):
    read = {tap for taps in windows(200, kernel, (0, 0), stride, dilation) for tap in taps}
    middle = range(96, 96 + stride)
    expected = sum(pixel in read for pixel in middle)
    assert geometry.phases_read(kernel, stride=stride, dilation=dilation) == expected


@given(SIDES, KERNELS, STEPS, STEPS, st.sampled_from(["torch", "tf"]))
def test_same_keeps_the_size_divided_by_the_stride(n, kernel, stride, dilation, rule):
    pads = geometry.same_pads(n, kernel, stride=stride, dilation=dilation, rule=rule)
    size = geometry.output_size(n, kernel, pad=pads, stride=stride, dilation=dilation)
    assert size == len(range(0, n, stride))
    assert 0 <= pads[1] - pads[0] <= 1


def test_the_two_same_rules_read_other_samples():
    def sums(pads):
        row = [0] * pads[0] + [1, 2, 3, 4, 5, 6] + [0] * pads[1]
        return [sum(row[start : start + 3]) for start in range(0, len(row) - 2, 2)]

    assert geometry.same_pads(6, 3, stride=2, rule="torch") == (1, 1)
    assert geometry.same_pads(6, 3, stride=2, rule="tf") == (0, 1)
    assert sums((1, 1)) == [3, 9, 15]
    assert sums((0, 1)) == [6, 12, 11]


def test_an_even_kernel_pads_more_at_the_end():
    assert geometry.same_pads(10, 4) == (1, 2)
    assert geometry.axis_pads("same", 10, 2) == (0, 1)


@given(SIDES, KERNELS, STEPS)
def test_pad_words(n, kernel, dilation):
    full = geometry.axis_pads("full", n, kernel, dilation=dilation)
    touching = [
        s for s in range(-200, 200) if {s + dilation * t for t in range(kernel)} & {*range(n)}
    ]
    assert geometry.axis_pads("valid", n, kernel) == (0, 0)
    # Full reaches from the first window whose last tap touches the input to the last one.
    size = geometry.output_size(n, kernel, pad=full, dilation=dilation)
    assert size == max(touching) - min(touching) + 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: geometry.output_size(0, 3), "input size must be at least 1, got 0"),
        (lambda: geometry.output_size(6, 0), "kernel size must be at least 1, got 0"),
        (lambda: geometry.output_size(6, 3, stride=0), "stride must be at least 1, got 0"),
        (lambda: geometry.output_size(6, 3, dilation=-1), "dilation must be at least 1, got -1"),
        (lambda: geometry.output_size(6, 3, pad=(0, -2)), "pad must be at least 0, got -2"),
        (lambda: geometry.output_size(6.5, 3), "input size must be a whole number, got 6.5"),
        (lambda: geometry.output_size(6, 3, pad=0.5), "pad must be a whole number, got 0.5"),
        (lambda: geometry.axis_pads("sane", 6, 3), "did you mean 'same'"),
        (lambda: geometry.same_pads(6, 3, rule="keras"), "torch, tf"),
        (lambda: geometry.transposed_size(6, 3, output_padding=-1), "at least 0, got -1"),
    ],
)
def test_bad_numbers_are_named(call, words):
    with pytest.raises(ConvkitError) as caught:
        call()
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "pair"), [("3", (3, 3)), ("3x5", (3, 5)), ("2,1", (2, 1)), (" 3 X 5 ", (3, 5))]
)
def test_pairs(text, pair):
    assert geometry.parse_pair(text, "kernel") == pair


@pytest.mark.parametrize("text", ["", "a", "1,2,3", "1.5", "3x", "²", "1_0", "nan"])
def test_what_is_no_pair(text):
    with pytest.raises(ConvkitError, match=r"^stride must be one whole number or two"):
        geometry.parse_pair(text, "stride")


@pytest.mark.parametrize("text", ["9" * 5000, "1x-1234567890"])
def test_a_number_that_is_too_large_is_called_so(text):
    with pytest.raises(ConvkitError, match=r"^stride \S{1,21} is too large") as caught:
        geometry.parse_pair(text, "stride")
    assert "9 digits" in caught.value.hint


def test_a_pad_has_two_sides():
    with pytest.raises(ConvkitError, match=r"two \(before, after\), got \(1, 2, 3\)"):
        geometry.output_size(6, 3, pad=(1, 2, 3))


@pytest.mark.parametrize("text", ["0", "-1", "2,0"])
def test_pairs_start_at_one(text):
    with pytest.raises(ConvkitError, match="stride must be at least 1"):
        geometry.parse_pair(text, "stride")
    with pytest.raises(ConvkitError, match="at least 2, got 1"):
        geometry.parse_pair("3,1", "side", least=2)


@pytest.mark.parametrize(
    ("text", "pad"),
    [
        ("0", Pads(0, 0, 0, 0)),
        ("2", Pads(2, 2, 2, 2)),
        ("1,2,3,4", Pads(1, 2, 3, 4)),
        ("same", "same"),
        (" Valid ", "valid"),
        ("full", "full"),
    ],
)
def test_pads(text, pad):
    assert geometry.parse_pad(text) == pad


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("smae", "did you mean 'same'"),
        ("1,2", "four for T,B,L,R, got '1,2'"),
        ("1,2,3,4,5", "four for T,B,L,R"),
        ("", "got ''"),
        ("-1", "at least 0, got -1"),
        ("0,0,0,-3", "at least 0, got -3"),
    ],
)
def test_what_is_no_pad(text, words):
    with pytest.raises(ConvkitError) as caught:
        geometry.parse_pad(text)
    assert words in str(caught.value)


def test_same_rules():
    assert [geometry.parse_same_rule(text) for text in ("torch", "TF")] == ["torch", "tf"]
    with pytest.raises(ConvkitError, match="unknown same rule 'keras'"):
        geometry.parse_same_rule("keras")
