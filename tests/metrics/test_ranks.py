"""The area under the curve, beside its definition: pair by pair."""

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.metrics import roc_auc


def by_pairs(positive, scores):
    pairs = [(p, n) for p in scores[positive] for n in scores[~positive]]
    return sum((p > n) + (p == n) / 2 for p, n in pairs) / len(pairs)


@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_it_is_the_share_of_pairs_in_order_ties_counting_half(levels):
    rng = np.random.default_rng(levels)
    for _ in range(5):
        positive, scores = rng.random(40) < 0.3, rng.integers(0, levels, 40)
        assert roc_auc(positive, scores) == pytest.approx(by_pairs(positive, scores), abs=1e-12)


def test_it_is_mann_and_whitneys_u():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(1)
    positive, scores = rng.random(200) < 0.5, np.round(rng.normal(size=200), 1)
    u = stats.mannwhitneyu(scores[positive], scores[~positive]).statistic
    assert roc_auc(positive, scores) == pytest.approx(
        u / (positive.sum() * (~positive).sum()), abs=1e-12
    )


def test_its_ends():
    assert roc_auc([0, 0, 1, 1], [1, 2, 3, np.inf]) == 1
    assert roc_auc([1, 1, 0, 0], [1, 2, 3, 4]) == 0
    assert roc_auc([1, 0, 1], [7, 7, 7]) == 0.5


@pytest.mark.parametrize(
    ("positive", "scores", "said"),
    [
        ([1, 1], [1.0, 2.0], "2 positive and 0 negative"),
        ([0, 0], [1.0, 2.0], "0 positive and 2 negative"),
        ([0, 1], [1.0], "a score for each sample"),
        ([0, 1], [1.0, np.nan], "the score of sample 1 is no number"),
    ],
)
def test_what_has_no_area(positive, scores, said):
    with pytest.raises(ConvkitError, match=said):
        roc_auc(positive, scores)
