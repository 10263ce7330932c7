"""``convkit predict``: ask what a run has trained about pictures, tables, arrays and texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convkit.cli.asking import check_answers
from convkit.cli.command import command
from convkit.cli.console import Console, Table, comma_separated
from convkit.cli.predict_anomalies import tell_anomalies
from convkit.cli.predict_texts import Texts, tell_translations
from convkit.cli.runs_options import CheckpointOption, RunName, checkpoint_name, chosen_run
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.prediction import Prediction

MOST_COLUMNS = 24
"""A table with more of them can't be read on a terminal."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "predict")(predict)


def predict(
    console: Console,
    run: RunName,
    *,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT",
            help="Pictures or folders of them, tables, .npy or .npz files; to a run that learnt "
            "from pairs of texts, the texts themselves. - is standard input.",
        ),
    ] = None,
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
    anomaly: Annotated[
        bool,
        typer.Option("--anomaly", help="Tell how unlike what was learnt each sample is, instead."),
    ] = False,
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", help="Forecast N values behind the end of a series, instead."),
    ] = None,
    texts: Texts,
    checkpoint: CheckpointOption = None,
) -> None:
    """Ask what a run has trained: an answer for each input.

    A row for each sample, with its class or its value. A table needs the columns that were learnt
    from, under their names, in any order; others are ignored. An .npy file holds one sample or
    several; an .npz file has them in its array inputs. Values are in the unit of the data that were
    learnt from. The data themselves aren't needed.

    Pairs of texts: each INPUT is a text, or with - each line of standard input. The K best are
    ranked by the mean of their symbols' log-probabilities, or short ones would always win; the
    score is the logarithm of the whole text's probability.

    A time series: a row for each window of the table, or with --steps what follows behind its end,
    forecasts of later values made from earlier ones.

    An autoencoder: with --anomaly, which samples it can't rebuild, since it learnt from none like
    them: those whose error is above a threshold that hardly any training sample's error is.

    \b
    Examples:
      convkit predict $(convkit train configs/digits-cnn.yaml -q) sample_images/text.png --resize
      convkit predict $(convkit train configs/mlp-houses.yaml -q) sample_data/house_prices.csv
      convkit predict $(convkit train configs/dates.yaml --set data.samples=500 -q) "3 May 1979"
    """
    if top < 1:
        raise ConvkitError(f"--top must be at least 1, got {top}")
    _refuse_both("--csv", as_csv, "--json", console.as_json)
    _refuse_both("--top", top > 1, "--anomaly", anomaly)
    _refuse_both("--steps", steps is not None, "--anomaly", anomaly)
    name = checkpoint_name(checkpoint)
    from convkit.experiment.forecast import forecast, horizon_of
    from convkit.experiment.prediction import Predictor
    from convkit.families.abilities import Translates

    inputs = inputs or []
    found = chosen_run(console, run)
    predictor = Predictor.from_run(found, name, fit_pictures=resize)
    check_answers(found, predictor.family)
    if anomaly:
        tell_anomalies(console, predictor, inputs, as_csv=as_csv)
        return
    if isinstance(predictor.family, Translates):
        _check_text_options(top=top, resize=resize, steps=steps)
        chosen = texts.chosen(inputs)
        tell_translations(console, predictor.family, chosen, texts.beam, as_csv=as_csv)
        return
    texts.refuse(predictor.family.name)
    prediction = (
        predictor.predict_sources(inputs)
        if steps is None
        else forecast(predictor, inputs, steps, horizon_of(found))
    )
    _tell(console, prediction, top, as_csv=as_csv)


def _tell(console: Console, prediction: Prediction, top: int, *, as_csv: bool) -> None:
    """Print what is predicted, in the form that was asked for."""
    if top > 1 and prediction.probabilities is None:
        what = "values" if prediction.labels is None else "classes without probabilities"
        raise ConvkitError(f"--top orders classes, but {what} are predicted", "leave out --top")
    _warn_of_overflow(console, prediction.overflowed)
    if console.as_json:
        console.json(_document(prediction, top))
        return
    table = _table(prediction, top)
    if console.stdout.isatty() and not as_csv:
        _refuse_wide(table)
        table = _narrower(table)
    if as_csv:
        console.text(comma_separated(table.columns, table.rows))
    else:
        console.table(table)


def _refuse_wide(table: Table) -> None:
    if len(table.columns) > MOST_COLUMNS:
        raise ConvkitError(
            f"{len(table.columns) - 1} values for each input are too many for a terminal",
            "put them into a file: --csv > values.csv",
        )


def _refuse_both(one: str, given: bool, other: str, other_given: bool) -> None:
    if given and other_given:
        raise ConvkitError(f"{one} and {other} contradict each other", "choose one of them")


def _check_text_options(*, top: int, resize: bool, steps: int | None) -> None:
    if top > 1:
        raise ConvkitError("--top orders classes, but texts are written", f"--beam {top}")
    if resize:
        raise ConvkitError("--resize is for pictures, but texts are read", "leave it out")
    if steps is not None:
        raise ConvkitError("--steps goes on with a series, but texts are read", "leave it out")


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
