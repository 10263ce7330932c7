"""Receptive fields against the sets of pixels that outputs see, followed tap by tap."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.chain import Field
from convkit.errors import ConvkitError
from convkit.window import TransposedWindow, Window

PADS = st.tuples(st.integers(0, 2), st.integers(0, 2))
CONVOLUTIONS = st.builds(
    Window, st.integers(1, 4), PADS, stride=st.integers(1, 3), dilation=st.integers(1, 2)
)
# A kernel at least as large as the stride, so that every output is reached.
TRANSPOSED = st.integers(1, 3).flatmap(
    lambda stride: st.builds(TransposedWindow, st.integers(stride, 4), PADS, stride=st.just(stride))
)


def pixels_seen(chain):
    """Return a function from an output position to all the pixels that it sees."""

    @cache
    def seen(output, depth):
        if depth == 0:
            return frozenset([output])
        window = chain[depth - 1]
        place, taps = output, [window.dilation * tap for tap in range(window.kernel)]
        if isinstance(window, TransposedWindow):
            place += window.pad[0]
            reached = [
                (place - t) // window.stride for t in taps if (place - t) % window.stride == 0
            ]
        else:
            reached = [place * window.stride - window.pad[0] + t for t in taps]
        return frozenset().union(*(seen(position, depth - 1) for position in reached))

    return lambda output: seen(output, len(chain))


def followed(chain):
    field = Field()
    for window in chain:
        field = field.through(window, 100)
    return field


@given(st.lists(CONVOLUTIONS | TRANSPOSED, min_size=1, max_size=5))
def test_a_field_is_what_the_outputs_see(chain):
    field, seen = followed(chain), pixels_seen(chain)
    period = len(field.edges)
    hulls = [(min(seen(output)), max(seen(output))) for output in range(2 * period)]
    assert field.edges == tuple(hulls[:period])
    assert field.size == max(last - first + 1 for first, last in hulls)
    assert field.start == Fraction(sum(hulls[0]), 2)
    shifts = {after[0] - before[0] for before, after in zip(hulls, hulls[period:], strict=False)}
    assert shifts == {field.shift}
    assert field.jump == Fraction(field.shift, period)


@given(st.lists(CONVOLUTIONS, max_size=6))
def test_convolutions_follow_the_recurrence(chain):
    size, jump, start = 1, 1, Fraction(0)
    for window in chain:
        reach = window.dilation * (window.kernel - 1)
        size += reach * jump
        start += (Fraction(reach, 2) - window.pad[0]) * jump
        jump *= window.stride
    field = followed(chain)
    assert (field.size, field.jump, field.start) == (size, jump, start)


STEADY = st.lists(
    st.builds(Window, st.integers(1, 4), PADS, dilation=st.integers(1, 2)), max_size=2
)


@given(st.lists(CONVOLUTIONS | TRANSPOSED, max_size=3), STEADY, STEADY)
def test_a_sum_sees_what_either_branch_sees(stem, body, shortcut):
    total = followed([*stem, *body]).joined(followed([*stem, *shortcut]))
    branches = pixels_seen([*stem, *body]), pixels_seen([*stem, *shortcut])
    for output, edges in enumerate(total.edges):
        seen = branches[0](output) | branches[1](output)
        assert edges == (min(seen), max(seen))


def test_a_sum_of_branches_with_different_periods():
    hourglass = [Window(4, (1, 1), 2), TransposedWindow(4, (1, 1), 2)]
    seen = pixels_seen(hourglass)
    for total in (
        Field().joined(followed(hourglass)),
        followed(hourglass).joined(Field()),
    ):
        hulls = [seen(output) | {output} for output in (0, 1)]
        assert total.edges == tuple((min(hull), max(hull)) for hull in hulls)
        assert total.jump == 1


def test_an_autoencoder_returns_to_a_jump_of_one():
    down, up = Window(4, (1, 1), 2), TransposedWindow(4, (1, 1), 2)
    field = followed([down, down, up, up])
    assert field.jump == 1
    assert field.size == 18


def test_numbers_beyond_any_network_are_answered_or_refused():
    huge = TransposedWindow(10**9, (0, 0), 3)
    assert Field().through(huge, 5).size == 333_333_334
    with pytest.raises(ConvkitError, match="enlarge the input 1,000,000 times"):
        Field().through(TransposedWindow(3, stride=10**6), 5)
