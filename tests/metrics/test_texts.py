"""What texts have in common, beside the plain table of all beginnings."""

import random

import pytest

from convkit.metrics import rouge_l
from convkit.metrics.texts import longest_common_subsequence


def by_table(first, second):
    """Return the length of the longest common subsequence, as it is defined."""
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for row, a in enumerate(first, start=1):
        for column, b in enumerate(second, start=1):
            above, left = table[row - 1][column], table[row][column - 1]
            table[row][column] = table[row - 1][column - 1] + 1 if a == b else max(above, left)
    return table[-1][-1]


def test_the_longest_common_subsequence():
    draw = random.Random(3)
    for _ in range(200):
        first, second = (draw.choices("abcd", k=draw.randrange(90)) for _ in range(2))
        assert longest_common_subsequence(first, second) == by_table(first, second)


def test_rouge_l_by_hand():
    """Lin 2004, section 3.1: 3 of 4 words are common in order, or 2."""
    actual = ["police", "killed", "the", "gunman"]
    assert rouge_l(actual, ["police", "kill", "the", "gunman"]) == 0.75
    assert rouge_l(actual, ["the", "gunman", "kill", "police"]) == 0.5
    assert rouge_l(actual, ["the", "gunman"]) == pytest.approx(2 / 3)
    assert rouge_l(actual, actual) == 1
    assert rouge_l(actual, []) == 0
    assert rouge_l([], []) == 1
