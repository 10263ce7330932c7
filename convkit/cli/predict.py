"""``convkit predict``: ask what a run has trained about pictures, tables and arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convkit.cli.command import command
from convkit.cli.console import Console, Table, comma_separated
from convkit.cli.runs_options import CheckpointOption, RunName, checkpoint_name, chosen_run
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.prediction import Prediction


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "predict")(predict)


def predict(
    console: Console,
    run: RunName,
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Pictures or folders of them, tables, .npy or .npz files; - is standard input.",
        ),
    ],
    *,
    top: Annotated[
        int, typer.Option(metavar="K", help="The K likeliest classes of each input.")
    ] = 1,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated.")] = False,
    resize: Annotated[
        bool,
        typer.Option(
            "--resize", help="Give pictures the size and the channels that the model takes."
        ),
    ] = False,
    checkpoint: CheckpointOption = None,
) -> None:
    """Ask what a run has trained: a row for each sample, with its class or its value.

    A table needs the columns that were learnt from, under their names, in any order; others are
    ignored. An .npy file holds one sample or several; an .npz file has them in its array inputs.
    Values are in the unit of the data that were learnt from. The data themselves aren't needed.

    \b
    Examples:
      convkit predict $(convkit train configs/digits-cnn.yaml -q) sample_images/text.png --resize
      convkit predict $(convkit train configs/mlp-houses.yaml -q) sample_data/house_prices.csv
    """
    if top < 1:
        raise ConvkitError(f"--top must be at least 1, got {top}")
    if as_csv and console.as_json:
        raise ConvkitError("--csv and --json contradict each other", "choose one of them")
    name = checkpoint_name(checkpoint)
    from convkit.experiment.prediction import Predictor

    predictor = Predictor.from_run(chosen_run(console, run), name, fit_pictures=resize)
    prediction = predictor.predict_sources(inputs)
    if top > 1 and prediction.probabilities is None:
        what = "values" if prediction.labels is None else "classes without probabilities"
        raise ConvkitError(f"--top orders classes, but {what} are predicted", "leave out --top")
    _warn_of_overflow(console, prediction.overflowed)
    if console.as_json:
        console.json(_document(prediction, top))
        return
    table = _table(prediction, top)
    if console.stdout.isatty() and not as_csv:
        table = _narrower(table)
    if as_csv:
        console.text(comma_separated(table.columns, table.rows))
    else:
        console.table(table)


def _warn_of_overflow(console: Console, names: Sequence[str]) -> None:
    if names:
        more = f" and of {len(names) - 1:,} more" if len(names) > 1 else ""
        console.warning(
            f"the answer of '{names[0]}'{more} is no finite number: are its values too large, or "
            "in another unit than those learnt from?"
        )


def _table(prediction: Prediction, top: int) -> Table:
    """Return a row for each input: what is predicted, how likely that is, and what comes next."""
    if prediction.labels is None:
        names = prediction.value_names
        columns = ["prediction"] if len(names) == 1 else names
        values = prediction.outputs.reshape(len(prediction.names), -1).tolist()
        rows: list[Sequence[Any]] = [
            [name, *row] for name, row in zip(prediction.names, values, strict=True)
        ]
        return Table(["input", *columns], rows, title=", ".join(names))
    if prediction.probabilities is None:
        classes = prediction.classes or []
        pairs = zip(prediction.names, classes, strict=True)
        return Table(["input", "prediction"], [[*pair] for pair in pairs])
    likeliest = prediction.likeliest(top)
    places = range(1, len(likeliest[0]) + 1)
    return Table(
        ["input", *(column for place in places for column in _columns(place))],
        [
            [name, *(cell for pair in best for cell in pair)]
            for name, best in zip(prediction.names, likeliest, strict=True)
        ],
    )


def _narrower(table: Table) -> Table:
    """Return a table whose second and further predictions share a column."""
    if "prediction_2" not in table.columns:
        return table
    rows = [
        [*row[:3], ", ".join(f"{row[at]} {row[at + 1]:.3g}" for at in range(3, len(row), 2))]
        for row in table.rows
    ]
    return Table([*table.columns[:3], "then"], [*rows])


def _columns(place: int) -> tuple[str, str]:
    suffix = "" if place == 1 else f"_{place}"
    return f"prediction{suffix}", f"probability{suffix}"


def _document(prediction: Prediction, top: int) -> list[dict[str, Any]]:
    """Return an object for each input, as JSON holds it."""
    if prediction.labels is None:
        names = prediction.value_names
        values = prediction.outputs.reshape(len(prediction.names), -1).tolist()
        answers: list[Any] = [dict(zip(names, row, strict=True)) for row in values]
        answers = answers if len(names) > 1 else [row[0] for row in values]
    else:
        answers = prediction.classes or []
    rows = [
        {"input": name, "prediction": answer}
        for name, answer in zip(prediction.names, answers, strict=True)
    ]
    if prediction.probabilities is not None:
        for row, best in zip(rows, prediction.likeliest(top), strict=True):
            row["probability"] = best[0][1]
            row["top"] = [{"class": name, "probability": share} for name, share in best]
    return rows
