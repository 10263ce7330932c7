"""What is expected, and whether it held."""

from __future__ import annotations

import math

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.spec import Expectation, check_expectations
from convkit.experiment.spec.expectations import check_metric, parse_bounds


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        (">=0.985", [(">=", 0.985)]),
        ("> 1e-3", [(">", 0.001)]),
        ("<.5", [("<", 0.5)]),
        ("<=-2.", [("<=", -2.0)]),
        ("==1", [("==", 1.0)]),
        (">=0.2, <0.4", [(">=", 0.2), ("<", 0.4)]),
    ],
)
def test_bounds(text, bounds):
    expected = [Expectation("test/loss", sign, bound) for sign, bound in bounds]
    assert parse_bounds("test/loss", text) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("0.9", 'write ">=0.9"'),
        ("=>0.9", 'write ">=0.9"'),
        ("=<0.9", 'write "<=0.9"'),
        ("≤0.9", 'write "<=0.9"'),
        ("=1", 'write "==1"'),
        ("<", 'write ">=0.9"'),
        ("", 'write ">=0.9"'),
        ("good", 'write ">=0.9"'),
        (">=0.9%", 'write ">=0.9"'),
        ("<0.1 or so", 'write "<0.1"'),
        (">=0.9,", 'write ">=0.9"'),
        (">=nan", 'write ">=0.9"'),
    ],
)
def test_what_is_no_bound(text, hint):
    with pytest.raises(ConvkitError, match="expected a comparison with a number") as caught:
        parse_bounds("test/loss", text)
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("sign", "met"),
    [(">=", {1, 2}), ("<=", {0, 1}), ("==", {1}), (">", {2}), ("<", {0})],
)
def test_what_holds(sign, met):
    expectation = Expectation("test/loss", sign, 1.0)
    assert {value for value in (0, 1, 2, math.nan) if expectation.holds(value)} == met


def test_what_is_unmet_is_said():
    expect = [
        Expectation("test/accuracy", ">=", 0.9),
        Expectation("test/loss", "<", 0.5),
        Expectation("validation/loss", "<", 0.5),
        Expectation("train/loss", "<", 0.5),
    ]
    measured = {"test/accuracy": 0.9, "test/loss": 0.6, "train/loss": math.nan}
    assert [str(unmet) for unmet in check_expectations(expect, measured)] == [
        "expected test/loss < 0.5, but it is 0.6",
        "expected validation/loss < 0.5, but it was not measured",
        "expected train/loss < 0.5, but it is nan",
    ]
    assert check_expectations([], {}) == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("test/acuracy", "did you mean 'test/accuracy'?"),
        ("tset/accuracy", "did you mean 'test/accuracy'?"),
        ("accuracy", "did you mean 'test/accuracy'?"),
        ("test/x", "choose one of: loss, accuracy"),
        ("zzzzzzz/loss", "choose one of: train, validation, test"),
        ("x", "such as test/accuracy"),
    ],
)
def test_metrics_must_be_known(text, hint):
    with pytest.raises(ConvkitError) as caught:
        check_metric(text, ["loss", "accuracy"])
    assert caught.value.hint == hint
