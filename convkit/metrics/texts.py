"""How much two texts have in common."""

from __future__ import annotations

from collections.abc import Hashable, Sequence


def longest_common_subsequence(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Return how many symbols two sequences have in common, in the same order, at most.

    The rows of the table of all beginnings are bits of whole numbers, so that a row takes a few
    operations however long it is (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").

    >>> longest_common_subsequence("police killed the gunman", "police kill the gunman")
    22
    """
    places: dict[Hashable, int] = {}
    for place, symbol in enumerate(first):
        places[symbol] = places.get(symbol, 0) | 1 << place
    whole = (1 << len(first)) - 1
    row = whole
    for symbol in second:
        hits = row & places.get(symbol, 0)
        row = ((row + hits) | (row - hits)) & whole
    return len(first) - row.bit_count()


def rouge_l(actual: Sequence[Hashable], predicted: Sequence[Hashable]) -> float:
    """Return ROUGE-L of a text: how much of it is in the actual one, in the same order, 0 to 1.

    The harmonic mean of the shares that the longest common subsequence has of either (Lin 2004,
    "ROUGE", with β = 1).

    Parameters
    ----------
    actual, predicted : sequences
        Of words, characters, or whatever is compared. Two that are empty are alike.
    """
    total = len(actual) + len(predicted)
    return 2 * longest_common_subsequence(actual, predicted) / total if total else 1.0
