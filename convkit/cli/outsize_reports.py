"""What ``convkit outsize`` answers, as rows for a pipe, a document for JSON, lines for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table
from convkit.cli.outsize_drawing import draw_chain
from convkit.geometry import Pads
from convkit.window import CeilWindow, TransposedWindow, Window

if TYPE_CHECKING:
    from fractions import Fraction

    from convkit.chain import Account, Step
    from convkit.sizing import Answer, Solution

KINDS = {Window: "floor", CeilWindow: "ceil", TransposedWindow: "transposed"}
LEGEND = "n input, k kernel, P padding, s stride, d dilation, o output padding"


@dataclass(frozen=True)
class Report:
    """An answer in the forms in which it can be printed.

    Attributes
    ----------
    table : Table
        For a pipe, CSV and Markdown: everything, in full precision.
    document : object
        For JSON.
    draw : callable of Console
        Prints it on a terminal.
    """

    table: Table
    document: Any
    draw: Callable[[Console], None]


# --- one layer over some sizes ---


def report_answers(answers: Sequence[Answer], windows: tuple[Window, Window]) -> Report:
    """Return the report of one layer over some sizes."""
    columns = ("size", "kernel", "pad", "stride", "dilation", "output", "formula", "unread")
    settings = [pair_of(windows, name) for name in ("kernel", "stride", "dilation")]
    rows: list[Sequence[Any]] = [
        _answer_row(answer, *map(pair_text, settings)) for answer in answers
    ]
    table = Table(columns, rows)

    def draw(console: Console) -> None:
        if len(answers) > 1:
            console.table(_without_empty_columns(table))
        else:
            console.text(_answer_lines(answers[0]))

    return Report(table, {"sizes": [_answer_document(answer, windows) for answer in answers]}, draw)


def _answer_row(answer: Answer, kernel: Any, stride: Any, dilation: Any) -> list[Any]:
    pad, formula = pad_text(answer.pads), "; ".join(answer.formulas)
    output = str(answer.output)
    return [str(answer.size), kernel, pad, stride, dilation, output, formula, unread_text(answer)]


def _without_empty_columns(table: Table) -> Table:
    filled = [any(cell != "" for cell in column) for column in zip(*table.rows, strict=True)]
    rows: list[Sequence[Any]] = [list(compress(row, filled)) for row in table.rows]
    return Table(list(compress(table.columns, filled)), rows)


def _answer_lines(answer: Answer) -> str:
    lines = [f"{answer.size} → {answer.output}"]
    axes = ("height: ", "width: ") if len(answer.formulas) > 1 else ("",)
    lines += [f"  {symbols}" for symbols in answer.symbols]
    lines += [f"  {axis}{text}" for axis, text in zip(axes, answer.formulas, strict=True)]
    if any(answer.pads):
        lines.append("  pad: {} top, {} bottom, {} left, {} right".format(*answer.pads))
    if unread_text(answer):
        lines.append(f"  never read: {unread_text(answer)}")
    return "\n".join([*lines, f"  {LEGEND}"])


def _answer_document(answer: Answer, windows: tuple[Window, Window]) -> dict[str, Any]:
    return {
        "size": _lengths(answer.size),
        "output": _lengths(answer.output),
        "kind": KINDS[type(windows[0])],
        "kernel": pair_of(windows, "kernel"),
        "pad": answer.pads,
        "stride": pair_of(windows, "stride"),
        "dilation": pair_of(windows, "dilation"),
        "formula": answer.formulas,
        "unread": {"bottom": answer.unread[0], "right": answer.unread[1]},
        "read_of_every": answer.gaps,
    }


def _lengths(size: tuple[Any, ...]) -> list[int]:
    return [length for length in size[:3] if length is not None]


def unread_text(answer: Answer) -> str:
    """Return what the stride never reads: ``1 bottom row, 1 right column``."""
    (bottom, right), (rows, columns) = answer.unread, answer.gaps
    parts = [
        f"{stride - read} of every {stride} {name}"
        for gap, name in ((rows, "rows"), (columns, "columns"))
        if gap
        for read, stride in [gap]
    ]
    ends = (bottom, "bottom row"), (right, "right column")
    parts += [f"{n} {name}{'s' if n > 1 else ''}" for n, name in ends if n]
    return ", ".join(parts)


# --- which numbers give a wanted size ---


def report_solutions(
    what: str, solutions: Sequence[tuple[Any, Solution]], *, with_stride: bool
) -> Report:
    """Return the report of what was solved for, for each size one or two solutions."""
    rows: list[Sequence[Any]] = [
        [str(size), solution.axis, solution.want, *_solved(what, window, solution, with_stride)]
        for size, solution in solutions
        for window in solution.windows
    ]
    table = Table(("size", "axis", "want", what, "formula"), rows)
    document = {
        "solve": what,
        "solutions": [_solution_document(what, size, solution) for size, solution in solutions],
    }

    def draw(console: Console) -> None:
        if rows:
            console.table(table)

    return Report(table, document, draw)


def _solved(what: str, window: Window, solution: Solution, with_stride: bool) -> list[Any]:
    return [value_of(window, what), window.formula(solution.n, with_stride=with_stride)]


def _solution_document(what: str, size: tuple[Any, ...], solution: Solution) -> dict[str, Any]:
    return {
        "size": _lengths(size),
        "axis": solution.axis,
        "want": solution.want,
        what: [getattr(window, what) for window in solution.windows],
        "more": solution.more,
        "nearest": [
            {what: getattr(window, what), "output": window.size(solution.n)}
            for window in solution.nearest
        ],
    }


def value_of(window: Window, what: str) -> Any:
    """Return a solved-for number as a person writes it; unequal pads as ``before,after``."""
    value = getattr(window, what)
    return pair_text(value, ",") if isinstance(value, tuple) else value


# --- a chain of layers ---

CHAIN = (
    "number",
    "layer",
    "output",
    "kernel",
    "field",
    "jump",
    "start",
    "parameters",
    "macs",
    "flops",
    "memory",
    "exceeds",
)


def report_chain(account: Account) -> Report:
    """Return the report of a chain of layers."""
    lines = list(zip(account.steps, account.exceeding(), strict=True))
    rows: list[Sequence[Any]] = [_step_row(step, exceeds) for step, exceeds in lines]
    rows.append(["", "total", *[None] * 5, *_costs(account), None])
    document = {
        "input": account.shape.sizes,
        "layers": [_step_document(step, exceeds) for step, exceeds in lines[1:]],
        "total": dict(zip(CHAIN[7:11], _costs(account), strict=True)),
    }
    table = Table(CHAIN, rows)
    return Report(table, document, lambda console: draw_chain(console, table))


def _costs(of: Account | Step) -> list[int | None]:
    return [of.parameters, of.macs, of.flops, of.memory]


def _step_row(step: Step, exceeds: bool) -> list[Any]:
    fields = step.state.fields
    return [
        step.path,
        step.name,
        str(step.state.shape),
        None if step.span is None else pair_text(step.span),
        pair_text((fields[0].size, fields[1].size)),
        pair_text((fields[0].jump, fields[1].jump)),
        pair_text((fields[0].start, fields[1].start), ","),
        *_costs(step),
        exceeds,
    ]


def _step_document(step: Step, exceeds: bool) -> dict[str, Any]:
    fields = step.state.fields
    document = {
        "number": step.path,
        "layer": step.name,
        "output": step.state.shape.sizes,
        "kernel": step.span,
        "field": [field.size for field in fields],
        "jump": [_number(field.jump) for field in fields],
        "start": [_number(field.start) for field in fields],
    }
    costs = dict(zip(CHAIN[7:11], _costs(step), strict=True))
    return document | costs | {"exceeds": exceeds}


# --- pairs ---


def pair_of(windows: tuple[Window, Window], name: str) -> tuple[int, int]:
    """Return a setting of the windows along the height and the width."""
    return getattr(windows[0], name), getattr(windows[1], name)


def pair_text(pair: tuple[Any, Any], between: str = "x") -> Any:
    """Return one number where both are equal, else both."""
    first, second = map(_number, pair)
    return first if first == second else f"{first}{between}{second}"


def pad_text(pads: Pads) -> Any:
    """Return one number where all sides are equal, else all four."""
    return pads.top if len(set(pads)) == 1 else ",".join(map(str, pads))


def _number(value: int | Fraction) -> int | float:
    return int(value) if value == int(value) else float(value)
