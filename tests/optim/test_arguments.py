"""What the constructors take: ranges, types and documentation."""

from __future__ import annotations

import inspect
import re
from typing import get_type_hints

import numpy as np
import pytest

from convkit.errors import ConvkitError
from convkit.optim import (
    OPTIMIZERS,
    SCHEDULES,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Cosine,
    Lion,
    Momentum,
    NAdam,
    OneCycle,
    Plateau,
    RMSprop,
    Step,
)

ENTRIES = [*OPTIMIZERS.values(), *SCHEDULES.values()]


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (SGD, {"lr": -1}, "lr must be 0 or more, got -1"),
        (SGD, {"lr": float("nan")}, "lr must be 0 or more, got nan"),
        (SGD, {"lr": float("inf")}, "lr must be 0 or more, got inf"),
        (SGD, {"lr": "fast"}, "lr must be 0 or more, got fast"),
        (SGD, {"l1": -0.1}, "l1 must be 0 or more, got -0.1"),
        (SGD, {"l2": -0.1}, "l2 must be 0 or more, got -0.1"),
        (SGD, {"weight_decay": -1}, "weight_decay must be 0 or more, got -1"),
        (SGD, {"clip_norm": 0}, "clip_norm must be greater than 0, got 0"),
        (SGD, {"clip_value": -2}, "clip_value must be greater than 0, got -2"),
        (Momentum, {"momentum": 1}, "momentum must be from 0 up to, but not, 1, got 1"),
        (Adagrad, {"eps": 0}, "eps must be greater than 0, got 0"),
        (
            Adagrad,
            {"initial_accumulator_value": -1},
            "initial_accumulator_value must be 0 or more, got -1",
        ),
        (RMSprop, {"alpha": 1.5}, "alpha must be from 0 up to, but not, 1, got 1.5"),
        (RMSprop, {"momentum": -0.9}, "momentum must be from 0 up to, but not, 1, got -0.9"),
        (Adadelta, {"rho": 1}, "rho must be from 0 up to, but not, 1, got 1"),
        (Adam, {"betas": (0.9, 1.0)}, "betas[1] must be from 0 up to, but not, 1, got 1.0"),
        (Adam, {"betas": (-0.1, 0.9)}, "betas[0] must be from 0 up to, but not, 1, got -0.1"),
        (Adam, {"betas": (0.9,)}, "betas must be two numbers, got (0.9,)"),
        (Adam, {"betas": 0.9}, "betas must be two numbers, got 0.9"),
        (NAdam, {"momentum_decay": -1}, "momentum_decay must be 0 or more, got -1"),
        (Lion, {"betas": (2, 0.9)}, "betas[0] must be from 0 up to, but not, 1, got 2"),
        (Step, {"step_size": 0}, "step_size must be 1 or more, got 0"),
        (Step, {"step_size": 2.5}, "step_size must be a whole number, got 2.5"),
        (Step, {"gamma": 0}, "gamma must be greater than 0, got 0"),
        (Step, {"warm_up": -1}, "warm_up must be 0 or more, got -1"),
        (Cosine, {"minimum": 2}, "minimum must be from 0 to 1, got 2"),
        (OneCycle, {"pct_start": 30}, "pct_start must be from 0 to 1, got 30"),
        (Plateau, {"gamma": 1}, "gamma must be from 0 up to, but not, 1, got 1"),
        (Plateau, {"patience": -1}, "patience must be 0 or more, got -1"),
        (Plateau, {"mode": "maks"}, "unknown mode 'maks'"),
    ],
)
def test_what_is_out_of_range_is_named_with_its_value(kind, arguments, message):
    with pytest.raises(ConvkitError) as error:
        kind(**arguments)
    assert error.value.message == message


def test_numbers_of_numpy_are_numbers():
    assert Adam(lr=np.float32(0.5), betas=[np.float64(0.5), 0]).lr == 0.5


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_the_learning_rate_comes_first(kind):
    assert next(iter(inspect.signature(kind).parameters)) == "lr"


@pytest.mark.parametrize("kind", ENTRIES)
def test_every_argument_has_a_type_a_default_and_a_description(kind):
    hints = get_type_hints(kind)
    documented = {
        name
        for owner in kind.__mro__
        for name in re.findall(r"^ {4}(\w+) : \S.*\n {8}\S", owner.__doc__ or "", re.MULTILINE)
    }
    for name, parameter in inspect.signature(kind).parameters.items():
        assert name in hints
        assert parameter.default is not parameter.empty
        assert name in documented


@pytest.mark.parametrize("kind", ENTRIES)
def test_every_docstring_says_formula_advantages_and_disadvantages(kind):
    for wanted in ("::\n", "\n    Advantages: ", "\n    Disadvantages: "):
        assert wanted in kind.__doc__


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_every_optimizer_names_its_paper(kind):
    assert re.search(r"References\n    -{10}\n    .*(19|20)\d\d", kind.__doc__, re.DOTALL)
