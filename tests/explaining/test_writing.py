import pytest

from convkit.explaining.writing import factor, product, short, summed, weighted_sum


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123456, "0.1235"), (-2.0, "−2"), (0.0, "0"), (-0.0, "0"), (1234567.0, "1.235e+06")],
)
def test_short(value, text):
    assert short(value) == text


def test_negative_factors_stand_in_parentheses():
    assert factor(-0.5) == "(−0.5)"
    assert product([2.0, -3.0]) == "2 · (−3)"


def test_sums():
    assert summed([-1.0, 2.0, -0.5]) == "−1 + 2 − 0.5"
    assert weighted_sum([-0.5, 0.25], [2.0, -1.0], None) == "−0.5·2 + 0.25·(−1)"
    assert weighted_sum([1.0], [2.0], -3.0) == "1·2 − 3"


def test_a_long_sum_says_how_much_is_left_out():
    text = weighted_sum([1.0] * 30, [2.0] * 30, 7.0)
    assert text.startswith("1·2 + 1·2")
    assert text.endswith("+ … 19 more terms … + 7")
    assert text.count("1·2") == 11
