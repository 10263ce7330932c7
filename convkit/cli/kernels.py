"""``convkit kernels``: the named kernels, and what any kernel does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convkit.cli.command import command
from convkit.cli.console import Console, Table
from convkit.cli.kernel_card import draw_card
from convkit.cli.quick import ListByDefault
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.kernels import Description, Kernel


HELP = """
List the named kernels, or show what a kernel does.

Without a command it lists.

\b
Examples:
  convkit kernels
  convkit kernels show sobel-h
  convkit kernels show "1 2 1; 2 4 2; 1 2 1"
"""


class _Kernels(ListByDefault):
    """Tells who names a kernel where a command is expected how it is asked for."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in self.commands:
            ctx.fail(f"no command '{args[0]}'; for a kernel: convkit kernels show '{args[0]}'")
        return super().resolve_command(ctx, args)


def register(app: typer.Typer) -> None:
    """Add ``kernels`` to the program."""
    group = typer.Typer(cls=_Kernels, help=HELP)
    command(group, "list")(list_kernels)
    # A matrix may begin with a minus sign: what is no known option is an argument.
    command(group, "show", ignore_unknown_options=True)(show)
    app.add_typer(group, name="kernels")


def list_kernels(console: Console) -> None:
    """List every named kernel with its parameters.

    Parameters are written behind the name and a colon; the list gives their defaults, where auto
    means that it follows from the others.

    \b
    Examples:
      convkit kernels
      convkit kernels --json
      convkit kernels show gaussian:size=7,sigma=1.5
    """
    from convkit.kernels import named, names, parameters_text

    entries = [(entry, named(entry.name)) for entry in names()]
    if console.as_json:
        console.json(
            [
                {
                    "name": entry.name,
                    "aliases": entry.aliases,
                    "family": entry.family,
                    "shape": kernel.shape,
                    "sum": kernel.sum,
                    "parameters": entry.parameters,
                    "summary": entry.summary,
                }
                for entry, kernel in entries
            ]
        )
        return
    columns = ["name", "size", "sum", "family", "what it is (parameters)"]
    table = Table(columns, footer="See one with: convkit kernels show NAME")
    for entry, kernel in entries:
        also = [f"also {alias}" for alias in entry.aliases]
        details = ", ".join(filter(None, [*also, parameters_text(entry.parameters, ", ")]))
        summary = f"{entry.summary} ({details})" if details else entry.summary
        table.rows.append((entry.name, _size(kernel), kernel.sum, entry.family, summary))
    console.table(table)


def show(
    console: Console,
    kernel: Annotated[
        str,
        typer.Argument(
            metavar="KERNEL", help="A name, a matrix as '-1 0 1; -1 0 1', or a file; - reads stdin."
        ),
    ],
    matrix: Annotated[
        bool, typer.Option("--matrix", help="Print only the rows, to be saved as a kernel file.")
    ] = False,
) -> None:
    """Show what a kernel is and does.

    Its matrix, sum, rank and factors, symmetry, the range of its output for 8-bit images, and which
    edges it answers to; all of it is computed from the weights.

    \b
    Examples:
      convkit kernels show sobel-h
      convkit kernels show "1 2 1; 2 4 2; 1 2 1"
      convkit kernels show gaussian:size=5 --matrix
    """
    from convkit.kernels import describe, parse

    parsed = parse(kernel)
    if matrix:
        _print_matrix(console, parsed)
    elif parsed.is_bank:
        _print_bank(console, parsed)
    elif console.as_json:
        console.json(_document(describe(parsed)))
    elif console.stdout.isatty():
        console.rich().print(draw_card(describe(parsed), console.rich()))
    else:
        console.table(Table(["property", "value"], _facts(describe(parsed))))


def _print_matrix(console: Console, kernel: Kernel) -> None:
    from convkit.kernels import matrix_text

    if console.as_json:
        raise ConvkitError("--matrix prints plain rows, --json a document", "take one of the two")
    if kernel.is_bank:
        raise ConvkitError(
            f"'{kernel.name}' is a bank of kernels ({_size(kernel)}), not one matrix",
            "--json prints all of its weights",
        )
    console.text(matrix_text(kernel.weights))


def _print_bank(console: Console, kernel: Kernel) -> None:
    from convkit.kernels import describe

    described = [describe(part) for part in kernel.slices()]
    if console.as_json:
        parts = [_document(part) for part in described]
        console.json({"name": kernel.name, "shape": kernel.shape, "kernels": parts})
        return
    columns = ["kernel", "size", "sum", "rank", "output_min", "output_max", "answers_to"]
    rows: list[Sequence[Any]] = [
        [
            part.kernel.name,
            _size(part.kernel),
            part.sum,
            part.rank,
            *part.output_range,
            part.answers_to,
        ]
        for part in described
    ]
    console.table(Table(columns, rows, title=f"{kernel.name}: a bank of {_size(kernel)}"))


def _facts(description: Description) -> list[Sequence[Any]]:
    """Return the rows of the table for pipes; the matrix and the vectors can be read back."""
    from convkit.kernels import matrix_text

    kernel, exact = description.kernel, description.factors
    return [
        ("name", kernel.name),
        ("size", _size(kernel)),
        ("matrix", matrix_text(kernel.weights, "; ")),
        ("sum", description.sum),
        ("absolute_sum", description.absolute_sum),
        ("rank", description.rank),
        ("factor_column", exact and " ".join(map(str, exact.column))),
        ("factor_row", exact and " ".join(map(str, exact.row))),
        ("factor_scale", exact and exact.scale),
        ("symmetric", ", ".join(description.mirrors("symmetric"))),
        ("antisymmetric", ", ".join(description.mirrors("antisymmetric"))),
        ("output_min", description.output_range[0]),
        ("output_max", description.output_range[1]),
        ("answers_to", description.answers_to),
    ]


def _document(description: Description) -> dict[str, Any]:
    kernel, exact = description.kernel, description.factors
    return {
        "name": kernel.name,
        "shape": kernel.shape,
        "weights": kernel.weights,
        "sum": description.sum,
        "absolute_sum": description.absolute_sum,
        "rank": description.rank,
        "factors": exact
        and {"column": exact.column, "row": exact.row, "scale": float(exact.scale)},
        "terms": [term._asdict() for term in description.terms],
        "symmetry": description.symmetry,
        "output_range": description.output_range,
        "answers_to": description.answers_to,
    }


def _size(kernel: Kernel) -> str:
    return "x".join(map(str, kernel.shape))
