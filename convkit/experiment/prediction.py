"""Asking a trained system: from a run directory and inputs to answers, without its data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data.folders import Color
from convkit.errors import ConvkitError
from convkit.experiment.assembly import experiment_of, restore
from convkit.experiment.inputs import Inputs, Reader
from convkit.experiment.run import CheckpointName, Run
from convkit.experiment.summary import counting_checkpoint
from convkit.families import Answers, Family, Signature

Array = NDArray[Any]


@dataclass(frozen=True)
class Prediction:
    """Answers, and how to read them.

    Attributes
    ----------
    names : list of str
        What the inputs are called.
    outputs : (n, ...) array
        Probabilities or scores (one column for each class, or that of yes); or values in the data's
        unit.
    labels : (n,) or (n, steps) int64 array or None
        The numbers of the likeliest classes, of each input or of each of its steps; None where
        values are predicted.
    signature : Signature
        The names of classes and targets.
    probable : bool
        Whether the outputs are probabilities.
    """

    names: list[str]
    outputs: Array
    labels: Array | None
    signature: Signature
    probable: bool = False

    @property
    def classes(self) -> list[str] | None:
        """The names of the likeliest classes, those of all steps in a row; None for values."""
        names = self.signature.classes
        if self.labels is None or names is None:
            return None
        rows = self.labels.reshape(len(self.labels), -1)
        return [" ".join(names[label] for label in row) for row in rows]

    @property
    def overflowed(self) -> list[str]:
        """The inputs whose outputs aren't finite, so that their answers mean nothing."""
        bad = ~np.isfinite(self.outputs).reshape(len(self.names), -1)
        return [self.names[row] for row in np.flatnonzero(bad.any(axis=1))]

    @property
    def probabilities(self) -> Array | None:
        """The probability of each class, (n, classes); None for scores, values, and steps.

        Of two classes that share one output, no's is what is left by yes's.
        """
        if not self.probable or self.labels is None or self.labels.ndim > 1:
            return None
        columns = self.outputs.reshape(len(self.outputs), -1)
        return np.hstack([1 - columns, columns]) if columns.shape[1] == 1 else columns

    @property
    def value_names(self) -> list[str]:
        """What the numbers of a predicted value are called."""
        count = int(np.prod(self.outputs.shape[1:]))
        names = self.signature.target_names
        if len(names) == count:
            return list(names)
        return ["value"] if count == 1 else [f"value_{number}" for number in range(1, count + 1)]

    def likeliest(self, count: int) -> list[list[tuple[str, float]]]:
        """Return the likeliest classes of each input with their probabilities, the best first.

        Raises
        ------
        ConvkitError
            If there are no probabilities.
        """
        probabilities, names = self.probabilities, self.signature.classes
        if probabilities is None or names is None:
            raise ConvkitError("what was learnt gives no probabilities to order")
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
        return [
            [(names[label], float(row[label])) for label in best]
            for row, best in zip(probabilities, order, strict=True)
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Return what is said of each input: its name, and its class and scores, or its values."""
        classes = self.classes
        columns = self._columns()
        return [
            {"input": name}
            | ({"class": classes[row]} if classes is not None else {})
            | dict(zip(columns, outputs.reshape(-1).tolist(), strict=True))
            for row, (name, outputs) in enumerate(zip(self.names, self.outputs, strict=True))
        ]

    def _columns(self) -> list[str]:
        """Return what each number of an output is called."""
        count = int(np.prod(self.outputs.shape[1:]))
        classes = self.signature.classes
        names = self.signature.target_names
        if self.labels is not None and classes is not None:
            names = classes if count == len(classes) else classes[1:]
        return list(names) if len(names) == count else [str(number) for number in range(count)]


class Predictor:
    """A trained system, ready to answer.

    Parameters
    ----------
    family : Family
        Trained.
    reader : Reader
        Reads what it is asked.
    """

    def __init__(self, family: Family, reader: Reader) -> None:
        self.family = family
        self.reader = reader

    @classmethod
    def from_run(
        cls,
        run: Run,
        checkpoint: CheckpointName | None = None,
        *,
        size: int | tuple[int, int] | None = None,
        color: Color | None = None,
        fit_pictures: bool = False,
    ) -> Predictor:
        """Return what a run has trained, with all that is done to inputs before.

        Parameters
        ----------
        run : Run
        checkpoint : {"last", "best"}, optional
            By default the one that the run was tested with.
        size, color
            What pictures are resized and converted to; by default what the data set of the run
            did, where it reads pictures, and else nothing.
        fit_pictures : bool
            Whether pictures get the size and the channels that were learnt from.

        Raises
        ------
        ConvkitError
            If the run has no such checkpoint yet.
        """
        experiment = experiment_of(run)
        family = restore(run, checkpoint or counting_checkpoint(experiment.trainer, run))
        data = experiment.data
        settings = data.arguments if data.name in ("image_folder", "csv") else {}
        if fit_pictures:
            size, color = _picture_kind(family.signature)
        reader = Reader(
            family.signature,
            size=size if size is not None else settings.get("size"),
            color=color if color is not None else settings.get("color"),
            gaps=settings.get("missing") == "mean",
        )
        return cls(family, reader)

    def predict(self, inputs: Array) -> Prediction:
        """Return what is said about inputs (n, \\*sample shape) in the data's own units.

        Raises
        ------
        ConvkitError
            If they are of another shape.
        """
        return self._answer(Inputs([str(row) for row in range(len(inputs))], inputs))

    def predict_sources(self, sources: Iterable[str]) -> Prediction:
        """Return what is said about files, see :meth:`Reader.read`."""
        return self._answer(self.reader.read(sources))

    def _answer(self, inputs: Inputs) -> Prediction:
        shape = self.family.signature.sample_shape
        if not len(inputs) or inputs.values.shape[1:] != shape:
            raise ConvkitError(
                f"inputs must be (samples, {', '.join(map(str, shape))}), got {inputs.values.shape}"
            )
        values = np.asarray(inputs.values, np.float32)
        answers: Answers = self.family.answer(values)
        signature = self.family.signature
        return Prediction(
            inputs.names, answers.outputs, answers.classes, signature, answers.probable
        )


def _picture_kind(signature: Signature) -> tuple[tuple[int, int] | None, Color | None]:
    """Return the size and the channels of the pictures that a system takes, if it takes any."""
    if len(signature.sample_shape) != 3:
        return None, None
    height, width, channels = signature.sample_shape
    colors: dict[int, Color] = {1: "grey", 3: "rgb"}
    return (height, width), colors.get(channels)
