"""What is done to numbers before a network sees them, learnt from the training part alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Floats
from convkit.errors import ConvkitError


@dataclass(frozen=True, eq=False)
class Scaling:
    """Moves and stretches columns: ``(values - mean) / scale``.

    Attributes
    ----------
    mean, scale : (columns,) float32 arrays
        Of the last axis; channels are the columns of pictures.
    """

    mean: Floats
    scale: Floats

    @classmethod
    def fitted(cls, values: Floats) -> Scaling:
        """Return what brings each column to mean 0 and standard deviation 1.

        A column that never changes is only moved. Values that are missing (NaN) don't count.
        """
        rows = values.reshape(-1, values.shape[-1])
        wide = rows.astype(np.float64)
        scale = np.nanstd(wide, axis=0).astype(np.float32)
        # Rounding may leave the deviation of equal numbers just above 0, or push a tiny one to 0.
        constant = np.nanmin(rows, axis=0) == np.nanmax(rows, axis=0)
        scale[constant | (scale == 0)] = 1
        return cls(np.nanmean(wide, axis=0).astype(np.float32), scale)

    def apply(self, values: Floats) -> Floats:
        """Return the values scaled, float32."""
        scaled = values - self.mean
        scaled /= self.scale
        return scaled

    def undo(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return scaled values in their own unit."""
        return values * self.scale + self.mean


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """Fills what is missing and scales inputs, and the targets of a regression.

    Attributes
    ----------
    fill : (columns,) float32 array, optional
        What stands in for a missing input, column by column: the mean.
    inputs, targets : Scaling, optional
        None leaves them as they are.
    """

    fill: Floats | None = None
    inputs: Scaling | None = None
    targets: Scaling | None = None

    @classmethod
    def fitted(
        cls, training: Dataset, *, standardize: bool, fill_missing: bool = False
    ) -> Preprocessing:
        """Return what the training part needs; no other part may have a say in it.

        Parameters
        ----------
        training : Dataset
        standardize : bool
            Whether each column gets mean 0 and standard deviation 1, and the targets of a
            regression, too.
        fill_missing : bool
            Whether a missing input (NaN) is replaced by the mean of its column.

        Raises
        ------
        ConvkitError
            If a column has no value at all in the training part.
        """
        if fill_missing:
            _check_columns(training)
        inputs = Scaling.fitted(training.inputs) if standardize or fill_missing else None
        is_regression = training.classes is None
        return cls(
            fill=inputs.mean if inputs and fill_missing else None,
            inputs=inputs if standardize else None,
            targets=Scaling.fitted(training.targets) if standardize and is_regression else None,
        )

    def apply(self, dataset: Dataset) -> Dataset:
        """Return a data set as the network is to see it."""
        return replace(
            dataset,
            inputs=self.apply_inputs(dataset.inputs),
            targets=self.apply_targets(dataset.targets),
        )

    def apply_inputs(self, inputs: Floats) -> Floats:
        """Return inputs (n, ..., columns), filled and scaled; the same array if that is nothing.

        Raises
        ------
        ConvkitError
            If they have another number of columns than those it was fitted to.
        """
        for values in (self.fill, self.inputs.mean if self.inputs else None):
            if values is not None and inputs.shape[-1] != len(values):
                raise ConvkitError(
                    f"inputs have {inputs.shape[-1]} columns, but training had {len(values)}"
                )
        if self.fill is not None:
            inputs = np.where(np.isnan(inputs), self.fill, inputs)
        return self.inputs.apply(inputs) if self.inputs else inputs

    def undo_inputs(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return inputs as a network sees them in the unit of the data."""
        return self.inputs.undo(values) if self.inputs else values

    def apply_targets(self, targets: NDArray[Any]) -> NDArray[Any]:
        """Return targets as the loss is to see them."""
        return self.targets.apply(targets) if self.targets else targets

    def undo_targets(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Return predicted targets (n, m) in the unit of the data."""
        return self.targets.undo(outputs) if self.targets else outputs

    def state(self) -> dict[str, NDArray[np.float32]]:
        """Return its numbers by name, to be stored with the model."""
        arrays: dict[str, NDArray[np.float32]] = {}
        if self.fill is not None:
            arrays["fill"] = self.fill
        for name in ("inputs", "targets"):
            scaling: Scaling | None = getattr(self, name)
            if scaling is not None:
                arrays |= {f"{name}.mean": scaling.mean, f"{name}.scale": scaling.scale}
        return arrays

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> Preprocessing:
        """Return what :meth:`state` told.

        Raises
        ------
        ConvkitError
            If names are unknown, or one of a pair is missing.
        """
        arrays = {name: np.asarray(array, np.float32) for name, array in state.items()}
        read = cls(arrays.pop("fill", None), _popped(arrays, "inputs"), _popped(arrays, "targets"))
        if arrays:
            raise ConvkitError(f"stored preprocessing has an unknown entry '{min(arrays)}'")
        return read


def _popped(arrays: dict[str, Floats], name: str) -> Scaling | None:
    mean, scale = arrays.pop(f"{name}.mean", None), arrays.pop(f"{name}.scale", None)
    if mean is None and scale is None:
        return None
    if mean is None or scale is None or mean.shape != scale.shape:
        raise ConvkitError(f"stored preprocessing lacks half of '{name}': its mean or its scale")
    return Scaling(mean, scale)


def _check_columns(training: Dataset) -> None:
    columns = training.inputs.reshape(-1, training.inputs.shape[-1])
    empty = np.flatnonzero(np.isnan(columns).all(axis=0))
    if empty.size:
        names = training.features or range(1, columns.shape[1] + 1)
        raise ConvkitError(
            f"column '{names[empty[0]]}' of data '{training.name}' has no value in training",
            "leave the column out",
        )
