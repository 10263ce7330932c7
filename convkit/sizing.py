"""What one layer makes of a size, and which padding, kernel or stride makes a wanted size of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from convkit.errors import ConvkitError, unknown
from convkit.geometry import Pads, SameRule, TooSmallError
from convkit.window import Pair, Size, Window

AXES = ("height", "width")


@dataclass(frozen=True)
class Answer:
    """One layer over one size.

    Attributes
    ----------
    size, output : Size
    pads : Pads
        The padding in pixels, whatever word asked for it.
    unread : (int, int)
        Rows at the bottom and columns at the right that no window reaches.
    gaps : tuple of (r, s) or None
        Along each axis: only `r` of every `s` neighbouring pixels are read.
    dropped : bool
        Whether rounding up made a window that would start behind the input, and is dropped.
    formulas, symbols : tuple of str
        The size formula in numbers and in letters: one for both axes if they agree, else two.
    """

    size: Size
    output: Size
    pads: Pads
    unread: Pair
    gaps: tuple[Pair | None, Pair | None]
    dropped: bool
    formulas: tuple[str, ...]
    symbols: tuple[str, ...]


def answer(size: Size, windows: tuple[Window, Window], *, with_stride: bool = False) -> Answer:
    """Return what a layer with these windows (along height and width) makes of a size.

    Parameters
    ----------
    size : Size
    windows : (Window, Window)
    with_stride : bool
        Write the division into the formula even for a stride of 1.

    Raises
    ------
    ConvkitError
        If no window fits; where height and width differ, it says along which.
    """
    axes = list(zip(AXES, size[:2], windows, strict=True))
    height, width = _sizes(size, windows)
    (top, bottom), (left, right) = (window.pads(n) for _, n, window in axes)
    formulas = [window.formula(n, with_stride=with_stride) for _, n, window in axes]
    symbols = [window.symbols(n, with_stride=with_stride) for _, n, window in axes]
    return Answer(
        size=size,
        output=size.resized(height, width),
        pads=Pads(top, bottom, left, right),
        unread=(windows[0].unread(size.height), windows[1].unread(size.width)),
        gaps=(windows[0].gap(), windows[1].gap()),
        dropped=any(window.drops_last(n) for _, n, window in axes),
        formulas=tuple(dict.fromkeys(formulas)),
        symbols=tuple(dict.fromkeys(symbols)),
    )


def _sizes(size: Size, windows: tuple[Window, Window]) -> Iterator[int]:
    alike = size.height == size.width and windows[0] == windows[1]
    for axis, n, window in zip(AXES, size[:2], windows, strict=True):
        try:
            yield window.size(n)
        except TooSmallError as error:
            where = "" if alike else f"{axis}: "
            raise TooSmallError(f"{where}{error.message}", error.hint) from error


def other_same_pads(size: Size, windows: tuple[Window, Window]) -> tuple[SameRule, Pads] | None:
    """Return the ``same`` rule that was not used, and how it pads; None where there is no choice.

    There is one only with a stride. Both give the same size; if the padding differs, the windows
    sit on other pixels.
    """
    if all(window.pad != "same" or window.stride == 1 for window in windows):
        return None
    rule: SameRule = "tf" if windows[0].same_rule == "torch" else "torch"
    (top, bottom), (left, right) = (
        replace(window, same_rule=rule).pads(n) for window, n in zip(windows, size[:2], strict=True)
    )
    return rule, Pads(top, bottom, left, right)


@dataclass(frozen=True)
class Solution:
    """Which windows turn a size into a wanted one, along one axis.

    Attributes
    ----------
    axis : str
        ``height``, ``width``, or ``both`` where one answer holds for both.
    n, want : int
    windows : sequence of Window
        Those that give it, at most :data:`MOST_SOLUTIONS`.
    more : bool
        Whether there are more.
    nearest : sequence of Window
        If none gives it: the ones that give the next smaller and the next larger size.
    """

    axis: str
    n: int
    want: int
    windows: Sequence[Window]
    more: bool
    nearest: Sequence[Window]


MOST_SOLUTIONS = 20


def _with_total_pad(window: Window, total: int) -> Window:
    return replace(window, pad=(total // 2, total - total // 2))


# What can be solved for: the smallest value, and the window with a value put in.
UNKNOWNS: dict[str, tuple[int, Callable[[Window, int], Window]]] = {
    "pad": (0, _with_total_pad),
    "kernel": (1, lambda window, value: replace(window, kernel=value)),
    "stride": (1, lambda window, value: replace(window, stride=value)),
}


def check_solvable(what: str) -> None:
    """Refuse what nothing solves for.

    Raises
    ------
    ConvkitError
        If `what` is none of :data:`UNKNOWNS`.
    """
    if what not in UNKNOWNS:
        raise unknown("thing to solve for", what, UNKNOWNS)


def solve(size: Size, windows: tuple[Window, Window], what: str, want: Pair) -> list[Solution]:
    """Return which paddings, kernels or strides give the wanted height and width.

    Paddings are equal on both sides where that is possible, else the extra pixel is at the end.

    Parameters
    ----------
    size : Size
    windows : (Window, Window)
        Everything but the unknown; what they hold in its place is ignored.
    what : {"pad", "kernel", "stride"}
    want : (int, int)

    Returns
    -------
    list of Solution
        One if height and width ask the same, else two.

    Raises
    ------
    ConvkitError
        If `what` can't be solved for.
    """
    check_solvable(what)
    questions = list(zip(size[:2], windows, want, strict=True))
    if questions[0] == questions[1]:
        return [_solve_axis("both", *questions[0], what)]
    return [
        _solve_axis(axis, *question, what) for axis, question in zip(AXES, questions, strict=True)
    ]


def _solve_axis(axis: str, n: int, window: Window, want: int, what: str) -> Solution:
    least, put = UNKNOWNS[what]
    neutral = put(window, least)
    candidates = range(least, _beyond(n, neutral, want))

    def size(value: int) -> int:
        return _size_or_zero(put(window, value), n)

    # The size only grows or only shrinks with each unknown, so that the answers lie side by side.
    sign = 1 if size(candidates[-1]) > size(candidates[0]) else -1
    first = bisect_left(candidates, sign * want, key=lambda value: sign * size(value))
    last = bisect_right(candidates, sign * want, key=lambda value: sign * size(value))
    found = candidates[first:last]
    if what == "pad":
        found = _equal_sides(found)
    neighbours = () if found else candidates[max(first - 1, 0) : first + 1]
    return Solution(
        axis=axis,
        n=n,
        want=want,
        windows=[put(window, value) for value in found[:MOST_SOLUTIONS]],
        more=len(found) > MOST_SOLUTIONS or last == len(candidates),
        nearest=[put(window, value) for value in neighbours if size(value)],
    )


def _beyond(n: int, window: Window, want: int) -> int:
    """Return a number that no padding, kernel or stride for a size of `want` reaches."""
    return (n + want) * max(window.stride, window.dilation) + window.span + sum(window.pads(n)) + 2


def _size_or_zero(window: Window, n: int) -> int:
    try:
        return window.size(n)
    except ConvkitError:
        return 0


def _equal_sides(totals: range) -> range:
    """Keep the even totals, which can be split into equal sides, if there are any."""
    first_even = totals.start + totals.start % 2
    even = range(first_even, totals.stop, 2)
    return even or totals
