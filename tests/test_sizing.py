"""Solving for a pad, a kernel or a stride, against trying them all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.errors import ConvkitError
from convkit.geometry import Pads
from convkit.sizing import MOST_SOLUTIONS, answer, other_same_pads, solve
from convkit.window import CeilWindow, TransposedWindow, Window, parse_size, windows

KINDS = st.sampled_from([Window, CeilWindow, TransposedWindow])
# Beyond what reaches any size that is asked for below.
TRIED = 120


def size_or_none(window, n):
    try:
        return window.size(n)
    except ConvkitError:
        return None


def solved(n, window, what, want):
    (solution,) = solve(parse_size(str(n)), (window, window), what, (want, want))
    return solution


@given(
    KINDS,
    *[st.integers(1, 12)] * 2,
    *[st.integers(1, 3)] * 2,
    st.sampled_from(["kernel", "stride"]),
)
def test_kernels_and_strides_are_those_that_work(kind, n, want, number, dilation, what):
    window = kind(number, (1, 2), number, dilation)
    tried = [replace(window, **{what: value}) for value in range(1, TRIED)]
    working = [found for found in tried if size_or_none(found, n) == want]
    solution = solved(n, window, what, want)
    assert solution.windows[:MOST_SOLUTIONS] == working[: len(solution.windows)]
    assert bool(solution.windows) == bool(working)
    if not solution.more:
        assert solution.windows == working


@given(KINDS, *[st.integers(1, 12)] * 2, *[st.integers(1, 3)] * 2, st.integers(1, 5))
def test_pads_are_equal_if_they_can_be(kind, n, want, stride, dilation, kernel):
    window = kind(kernel, (0, 0), stride, dilation)
    totals = [(total // 2, total - total // 2) for total in range(TRIED)]
    working = [pad for pad in totals if size_or_none(replace(window, pad=pad), n) == want]
    equal = [pad for pad in working if pad[0] == pad[1]]
    assert [found.pad for found in solved(n, window, "pad", want).windows] == (equal or working)


@given(
    KINDS,
    *[st.integers(1, 12)] * 2,
    *[st.integers(1, 3)] * 2,
    st.sampled_from(["kernel", "stride", "pad"]),
)
def test_without_an_answer_the_nearest_sizes_are_offered(kind, n, want, number, dilation, what):
    window = kind(number, (0, 0), number, dilation)
    solution = solved(n, window, what, want)
    if solution.windows:
        assert not solution.nearest
        return
    values = [(v // 2, v - v // 2) if what == "pad" else v for v in range(what != "pad", TRIED)]
    sizes = {size_or_none(replace(window, **{what: value}), n) for value in values} - {None}
    below = max((size for size in sizes if size < want), default=None)
    above = min((size for size in sizes if size > want), default=None)
    offered = {found.size(n) for found in solution.nearest}
    assert offered == {below, above} - {None}


def test_known_solutions():
    assert [w.pad for w in solved(28, Window(5), "pad", 28).windows] == [(2, 2)]
    assert [w.pad for w in solved(28, Window(4), "pad", 28).windows] == [(1, 2)]
    assert [w.kernel for w in solved(28, Window(1, stride=2), "kernel", 12).windows] == [5, 6]
    assert [w.stride for w in solved(28, Window(5), "stride", 12).windows] == [2]
    assert [w.pad for w in solved(7, TransposedWindow(4, stride=2), "pad", 14).windows] == [(1, 1)]


def test_many_solutions_are_cut_off_and_said():
    kernels = solved(28, Window(1, "same"), "kernel", 28)
    assert len(kernels.windows) == MOST_SOLUTIONS
    assert kernels.more
    strides = solved(8, Window(3), "stride", 1)
    assert strides.windows[0].stride == 6
    assert strides.more


def test_height_and_width_are_solved_apart_where_they_differ():
    height, width = solve(parse_size("28x30"), (Window(3), Window(3)), "pad", (28, 32))
    assert (height.axis, height.windows) == ("height", [Window(3, (1, 1))])
    assert (width.axis, width.windows) == ("width", [Window(3, (2, 2))])


def test_only_three_things_can_be_solved_for():
    with pytest.raises(ConvkitError, match="did you mean 'kernel'"):
        solve(parse_size("28"), (Window(3), Window(3)), "kernal", (3, 3))


def test_an_answer_holds_both_axes():
    pair = windows(Window, {"kernel": (3, 2), "stride": (2, 3)}, Pads(0, 1, 0, 0))
    found = answer(parse_size("28x30x3"), pair)
    assert str(found.output) == "14x10x3"
    assert found.pads == (0, 1, 0, 0)
    assert found.unread == (0, 1)
    assert found.gaps == (None, (2, 3))
    assert len(found.formulas) == 2


def test_an_answer_names_the_axis_that_fails():
    with pytest.raises(ConvkitError, match=r"^width: a kernel spanning 3"):
        answer(parse_size("28x2"), (Window(3), Window(3)))
    with pytest.raises(ConvkitError, match=r"^a kernel spanning 3"):
        answer(parse_size("2"), (Window(3), Window(3)))


def test_the_other_same_rule():
    strided = Window(3, "same", 2)
    assert other_same_pads(parse_size("6"), (strided, strided)) == ("tf", (0, 1, 0, 1))
    tf = replace(strided, same_rule="tf")
    assert other_same_pads(parse_size("6"), (tf, tf)) == ("torch", (1, 1, 1, 1))
    assert other_same_pads(parse_size("6"), (Window(3, "same"), Window(3, "same"))) is None
    assert other_same_pads(parse_size("6"), (Window(3, stride=2), Window(3, stride=2))) is None
