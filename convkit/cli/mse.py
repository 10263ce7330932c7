"""``convkit mse``: how far predictions are from the actual values, in columns or in pictures."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convkit.cli.command import ANSWER_IS_NO, command
from convkit.cli.console import Console, Table, readable
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.comparing import Comparison

# Of a longer table a terminal shows this many rows from its beginning and its end.
HEAD, TAIL = 10, 5
UNDEFINED = {
    "r2": "r2 is undefined: the actual values are all equal",
    "ssim": "ssim is undefined: the picture is smaller than its window of 11x11 pixels",
}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "mse")(mse)


def mse(
    console: Console,
    *,
    first: Annotated[
        str, typer.Argument(metavar="FILE", help="A table, picture or matrix; - reads stdin.")
    ],
    second: Annotated[
        str | None,
        typer.Argument(metavar="PREDICTED", help="What FILE is compared with; - reads stdin."),
    ] = None,
    actual: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the actual values.")
    ] = None,
    predicted: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the predicted values.")
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="CHAR",
            help="What divides columns: one character, or tab, comma, semicolon, pipe, space.",
        ),
    ] = None,
    header: Annotated[
        bool | None,
        typer.Option("--header/--no-header", help="Whether the first row holds names."),
    ] = None,
    data_range: Annotated[
        float | None,
        typer.Option(metavar="R", help="White minus black, for PSNR and SSIM of matrices."),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Print this measure alone, a bare number: mse, rmse, mae, r2, max_error; of "
            "pictures also psnr, ssim.",
        ),
    ] = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="Print the error of every row, in a pipe instead.")
    ] = False,
    fail_above: Annotated[
        float | None, typer.Option(metavar="X", help="Exit with 1 if the MSE is above X.")
    ] = None,
    max_pixels: Annotated[
        int | None,
        typer.Option(metavar="N", help="Refuse larger inputs (decompression bombs)."),
    ] = None,
) -> int | None:
    """Measure how far predicted values are from actual ones.

    MSE, RMSE, MAE, R² and the largest error. Of one table, two columns are compared, given by name
    or by number from 1; by default those called actual and predicted. Of two tables, one column
    each. Two pictures or matrices of the same shape are compared value by value, pictures also by
    PSNR and SSIM, as a whole (alpha included) and channel by channel.

    R² is left empty if all actual values are equal, SSIM if its window of 11x11 doesn't fit; both
    are null in JSON. The PSNR of equal pictures is infinite: inf, in JSON the text "Infinity".

    \b
    Examples:
      convkit mse sample_data/house_prices.csv --actual actual --predicted predicted
      convkit mse sample_data/house_prices.csv --metric rmse --fail-above 30000000
      cat sample_data/house_prices.csv | convkit mse - --actual 4 --predicted 5 --json
    """
    from convkit.comparing import check_measure, compare_files

    _check_options(metric, rows, fail_above, max_pixels)
    if metric is not None:
        check_measure(metric)
    comparison = compare_files(
        [first] if second is None else [first, second],
        actual=actual,
        predicted=predicted,
        delimiter=delimiter,
        header=header,
        data_range=data_range,
        max_pixels=max_pixels,
    )
    _print(console, comparison, metric, rows)
    return _verdict(console, comparison.measures["mse"], fail_above)


def _check_options(
    metric: str | None, rows: bool, fail_above: float | None, max_pixels: int | None
) -> None:
    if metric is not None and rows:
        raise ConvkitError("--metric prints one number, --rows a table", "leave one of them out")
    if fail_above is not None and not fail_above >= 0:
        raise ConvkitError(f"--fail-above must be at least 0, got {fail_above:g}")
    if max_pixels is not None and max_pixels < 1:
        raise ConvkitError(f"--max-pixels must be at least 1, got {max_pixels}")


def _verdict(console: Console, error: float, fail_above: float | None) -> int | None:
    if fail_above is None or error <= fail_above:
        return None
    console.error(f"the MSE is {error!r}, above {fail_above!r}")
    return ANSWER_IS_NO


def _print(console: Console, comparison: Comparison, metric: str | None, rows: bool) -> None:
    if rows and comparison.columns is None:
        raise ConvkitError("--rows lists the rows of tables, not the pixels of pictures")
    console.detail(f"comparing {_title(comparison.about)}")
    if metric is not None:
        comparison = comparison.only(metric)
    if console.as_json:
        console.json(_document(comparison))
    elif metric is not None:
        console.text(_bare(comparison.measures[metric]))
    elif console.stdout.isatty():
        _print_on_terminal(console, comparison, rows)
    else:
        console.table(_every_row(comparison) if rows else _measures(comparison))
    for name, reason in UNDEFINED.items():
        if math.isnan(comparison.measures.get(name, 0)):
            console.note(reason)


def _print_on_terminal(console: Console, comparison: Comparison, rows: bool) -> None:
    measures = _with_formulas(_measures(comparison))
    if comparison.columns is None:
        measures.title = _title(comparison.about)
    else:
        console.table(_worked_out(comparison, in_full=rows))
    console.table(measures)


def _document(comparison: Comparison) -> dict[str, Any]:
    document = comparison.about | {"measures": comparison.measures}
    if comparison.channels:
        document["channels"] = comparison.channels
    if comparison.columns is not None:
        document["rows"] = [row._asdict() for row in comparison.rows()]
    return document


def _bare(value: float) -> str:
    """Return a number in full precision; nothing, as in a table, where it is undefined."""
    return "" if math.isnan(value) else repr(value)


def _measures(comparison: Comparison) -> Table:
    """Return a row for each measure: the overall value first, then each channel's."""
    parts = {"all" if comparison.channels else "value": comparison.measures, **comparison.channels}
    table = Table(["measure", *parts])
    for name in comparison.measures:
        values = (measures[name] for measures in parts.values())
        table.rows.append([name, *(None if math.isnan(value) else value for value in values)])
    return table


def _with_formulas(table: Table) -> Table:
    from convkit.metrics import MEASURES, PICTURE_MEASURES

    measures = MEASURES | PICTURE_MEASURES
    return Table(
        [*table.columns, "formula"], [[*row, measures[row[0]].formula] for row in table.rows]
    )


def _every_row(comparison: Comparison) -> Table:
    return Table(["row", "actual", "predicted", "error", "squared_error"], [*comparison.rows()])


def _worked_out(comparison: Comparison, *, in_full: bool) -> Table:
    """Return the rows with their sum and, below it, what the MSE comes from."""
    table = _every_row(comparison)
    left_out = 0 if in_full else len(table.rows) - HEAD - TAIL
    if left_out > 0:
        table.rows[HEAD:-TAIL] = [["⋮", None, None, None, None]]
    count, total = comparison.about["count"], comparison.about["sum_squared_error"]
    table.rows.append(["sum", None, None, None, total])
    table.title = _title(comparison.about)
    table.footer = f"mse = {readable(total)} / {count:,} = {readable(comparison.measures['mse'])}"
    if left_out > 0:
        table.footer += f"\n{left_out:,} rows left out; --rows prints all"
    return table


def _title(about: dict[str, Any]) -> str:
    first, second = about["actual"], about["predicted"]
    if "column" not in first:
        return f"{first['file']} − {second['file']}"
    if first["file"] == second["file"]:
        return f"{first['file']}: {first['column']} − {second['column']}"
    return f"{first['file']}: {first['column']} − {second['file']}: {second['column']}"
