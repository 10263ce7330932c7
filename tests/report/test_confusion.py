"""The shares in a confusion matrix, counted one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from convkit.report.confusion import Confusion

counts = st.integers(1, 5).flatmap(lambda n: arrays(np.int64, (n, n), elements=st.integers(0, 9)))


def confusion_of(matrix):
    classes = [f"class {number}" for number in range(len(matrix))]
    return Confusion.of("test", {"classes": classes, "matrix": matrix.tolist()})


@given(counts)
def test_recall_precision_and_mistakes(matrix):
    pairs = [
        (actual, predicted)
        for actual in range(len(matrix))
        for predicted in range(len(matrix))
        for _ in range(matrix[actual, predicted])
    ]
    confusion = confusion_of(matrix)
    for label in range(len(matrix)):
        found = [actual == predicted for actual, predicted in pairs if actual == label]
        right = [actual == predicted for actual, predicted in pairs if predicted == label]
        assert confusion.recall[label] == (sum(found) / len(found) if found else None)
        assert confusion.precision[label] == (sum(right) / len(right) if right else None)
    mistakes = confusion.mistakes()
    wrong = sum(actual != predicted for actual, predicted in pairs)
    assert sum(times for _, _, times in mistakes) == wrong
    assert [times for *_, times in mistakes] == sorted((m[2] for m in mistakes), reverse=True)


def test_a_mistake_says_what_was_taken_for_what():
    confusion = confusion_of(np.array([[3, 2], [0, 4]]))
    assert confusion.mistakes() == [("class 0", "class 1", 2)]
    assert confusion.recall == [pytest.approx(0.6), 1.0]
