"""Windows: the formula that they write, evaluated, and what they say that they read."""

from __future__ import annotations

import math
import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.errors import ConvkitError
from convkit.geometry import Pads
from convkit.window import CeilWindow, Size, TransposedWindow, Window, parse_size, windows


@st.composite
def drawn_windows(draw, kinds=(Window, CeilWindow, TransposedWindow)):
    kind = draw(st.sampled_from(kinds))
    numbers = {
        "kernel": draw(st.integers(1, 5)),
        "pad": draw(st.tuples(st.integers(0, 2), st.integers(0, 2))),
        "stride": draw(st.integers(1, 6)),
        "dilation": draw(st.integers(1, 4)),
    }
    if kind is TransposedWindow:
        most = max(numbers["stride"], numbers["dilation"]) - 1
        numbers["output_padding"] = draw(st.integers(0, most))
    return kind(**numbers)


@given(drawn_windows(), st.integers(17, 30), st.booleans())
def test_the_formula_gives_its_answer(window, n, with_stride):
    text, answer = window.formula(n, with_stride=with_stride).rsplit(" = ", 1)
    assert set(re.findall("[a-z]+", text)) <= {"floor", "ceil"}
    value = eval(text.replace("·", "*"), {"floor": math.floor, "ceil": math.ceil})
    assert value == int(answer) == window.size(n)


@given(drawn_windows(), st.integers(17, 30))
def test_the_letters_stand_for_the_numbers(window, n):
    numbers = {"n": n, "k": window.kernel, "s": window.stride, "d": window.dilation}
    before, after = window.pads(n)
    numbers |= {"P": before, "P_before": before, "P_after": after, "floor": math.floor}
    numbers |= {"o": getattr(window, "output_padding", 0), "ceil": math.ceil}
    text = window.symbols(n).replace("·", "*").replace("2P", "2*P")
    assert eval(text, numbers) == window.size(n)


@pytest.mark.parametrize(
    ("window", "n", "with_stride", "formula"),
    [
        (Window(3, (1, 1)), 6, False, "(6 - 3 + 2·1 + 1) = 6"),
        (Window(3), 6, False, "(6 - 3 + 2·0 + 1) = 4"),
        (Window(5), 28, True, "(28 - 5 + 2·0)/1 + 1 = 24"),
        (Window(5, stride=2), 28, False, "floor((28 - 5 + 2·0)/2) + 1 = 12"),
        (Window(4, "same"), 28, False, "(28 - 4 + (1 + 2) + 1) = 28"),
        (Window(3, dilation=2), 28, False, "(28 - 2·(3 - 1) - 1 + 2·0)/1 + 1 = 24"),
        (CeilWindow(3, stride=2), 28, False, "ceil((28 - 3 + 2·0)/2) + 1 = 14"),
        (CeilWindow(2, (1, 1), stride=2), 7, False, "ceil((7 - 2 + 2·1)/2) + 1 - 1 = 4"),
        (
            TransposedWindow(4, (1, 1), stride=2),
            12,
            False,
            "(12 - 1)·2 - 2·1 + 1·(4 - 1) + 0 + 1 = 24",
        ),
    ],
)
def test_formulas_as_they_are_written(window, n, with_stride, formula):
    assert window.formula(n, with_stride=with_stride) == formula


def test_the_notes_formula_in_letters():
    assert Window(3, (1, 1)).symbols(6) == "(n - k + 2P + 1)"
    assert Window(3, (0, 1)).symbols(6) == "(n - k + (P_before + P_after) + 1)"


@given(drawn_windows([Window, CeilWindow]), st.integers(17, 20))
def test_reads_names_the_first_and_the_last_input(window, n):
    before, taps = window.pads(n)[0], range(window.kernel)
    for output in range(window.size(n)):
        read = [output * window.stride + window.dilation * tap - before for tap in taps]
        assert window.reads(output, n) == (min(read), max(read))


@pytest.mark.parametrize("kernel", range(1, 6))
@pytest.mark.parametrize("stride", range(1, 7))
@pytest.mark.parametrize("dilation", range(1, 5))
def test_transposed_reads_are_the_inputs_that_reach_an_output(kernel, stride, dilation):
    window = TransposedWindow(kernel, (1, 0), stride, dilation)
    reached = {}
    for place, tap in product(range(-30, 30), range(kernel)):
        reached.setdefault(place * stride + dilation * tap - 1, []).append(place)
    for output in range(20):
        if output in reached:
            assert window.reads(output, 9) == (min(reached[output]), max(reached[output]))


def test_an_output_that_nothing_reaches_lies_between_two_inputs():
    assert TransposedWindow(1, stride=3).reads(4, 10) == (1, 2)


WORDED = st.builds(
    Window,
    st.integers(1, 6),
    st.sampled_from(["same", "full", "valid"]),
    stride=st.integers(1, 3),
    same_rule=st.sampled_from(["torch", "tf"]),
)


@given(drawn_windows() | WORDED, st.integers(1, 12))
def test_least_input_is_the_smallest_that_gives_enough(window, want):
    def enough(n):
        try:
            return window.size(n) >= want
        except ConvkitError:
            return False

    assert window.least_input(want) == next(n for n in range(1, 200) if enough(n))


def test_windows_gives_each_axis_its_own_numbers():
    height, width = windows(Window, {"kernel": (3, 5), "stride": (1, 2)}, Pads(0, 1, 2, 3))
    assert height == Window(3, (0, 1), 1)
    assert width == Window(5, (2, 3), 2)


def test_a_transposed_window_takes_its_pads_in_numbers():
    with pytest.raises(ConvkitError, match="in numbers, got 'same'"):
        TransposedWindow(3, "same").size(8)
    assert TransposedWindow(3, "valid").size(8) == 10


@pytest.mark.parametrize(
    ("text", "size", "shown"),
    [
        ("28", Size(28, 28, None, True), "28"),
        ("28x30", Size(28, 30), "28x30"),
        ("224X224x3", Size(224, 224, 3), "224x224x3"),
    ],
)
def test_sizes(text, size, shown):
    assert parse_size(text) == size
    assert str(size) == shown


def test_a_single_number_stays_one_while_square():
    assert str(parse_size("28").resized(26, 26)) == "26"
    assert str(parse_size("28").resized(26, 24)) == "26x24"
    assert str(parse_size("28x28x3").resized(26, 24)) == "26x24x3"


@pytest.mark.parametrize("text", ["", "a", "28.5", "1x2x3x4", "0", "28x0", "-3"])
def test_what_is_no_size(text):
    with pytest.raises(ConvkitError, match="size"):
        parse_size(text)
