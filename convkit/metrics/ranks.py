"""Measures of scores that see only their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convkit.errors import ConvkitError


def roc_auc(positive: ArrayLike, scores: ArrayLike) -> float:
    """Return the area under the receiver operating characteristic, from 0 to 1.

    It is the share of pairs of a positive and a negative sample in which the positive one has the
    higher score, equal scores counting half: ``U / (positives · negatives)`` with Mann and
    Whitney's U, found from the sum of the positives' ranks (Hanley and McNeil 1982).

    Parameters
    ----------
    positive : (n,) array_like of bool
        Which samples should have the higher scores.
    scores : (n,) array_like

    Raises
    ------
    ConvkitError
        If there aren't samples of both kinds, one score for each, or if a score is no number.
    """
    is_positive, values = np.asarray(positive, bool), np.asarray(scores, np.float64)
    if values.ndim != 1 or values.shape != is_positive.shape:
        raise ConvkitError(
            f"there must be a score for each sample, got scores {values.shape} for samples "
            f"{is_positive.shape}"
        )
    if np.isnan(values).any():
        raise ConvkitError(f"the score of sample {int(np.isnan(values).argmax())} is no number")
    positives = int(np.count_nonzero(is_positive))
    negatives = len(values) - positives
    if not (positives and negatives):
        raise ConvkitError(
            f"the area under the curve needs samples of both kinds, got {positives} positive and "
            f"{negatives} negative"
        )
    excess = _mean_ranks(values)[is_positive].sum() - positives * (positives + 1) / 2
    return float(excess / (positives * negatives))


def _mean_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the place of each value in their order, from 1; equal ones share their mean place."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[group])
