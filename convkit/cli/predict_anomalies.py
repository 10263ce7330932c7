"""``convkit predict --anomaly``: what is unlike all that a run has learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table, comma_separated
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.prediction import Predictor

VERDICTS = ("normal", "anomaly")


def tell_anomalies(
    console: Console, predictor: Predictor, sources: Sequence[str], *, as_csv: bool
) -> None:
    """Print how unlike what was learnt each sample is, and whether it is an anomaly.

    Raises
    ------
    ConvkitError
        If what was learnt has no scores for that, or a sample can't be read.
    """
    from convkit.families.abilities import Detects

    family = predictor.family
    if not isinstance(family, Detects):
        raise ConvkitError(
            f"--anomaly asks what is unlike all that was learnt, which family '{family.name}' "
            "can't tell",
            "train one that can: convkit train configs/anomaly-digits.yaml",
        )
    samples = predictor.reader.read(sources)
    scores = family.scores(samples.values).tolist()
    rows: list[Sequence[Any]] = [
        # A score that is no number is like nothing that was learnt.
        [name, score, family.threshold, VERDICTS[not score <= family.threshold]]
        for name, score in zip(samples.names, scores, strict=True)
    ]
    table = Table(["input", "score", "threshold", "verdict"], rows, said_once=["threshold"])
    if console.as_json:
        console.json([dict(zip(table.columns, row, strict=True)) for row in rows])
    elif as_csv:
        console.text(comma_separated(table.columns, table.rows))
    else:
        console.table(table)
