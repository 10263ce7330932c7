"""What is written is true: the formulas are read back and worked out."""

import math
import re

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.explaining import formulas
from convkit.explaining.forward import measure
from convkit.nn import LAYERS, LOSSES, Context

NOT_ELEMENTWISE = {"softmax", "log_softmax"}
POINTS = [-2.5, -0.3, 0.4, 1.7]
SETTINGS = {"slope": 0.01, "α": 1.0}
FUNCTIONS = {
    "exp": math.exp,
    "tanh": math.tanh,
    "log": math.log,
    "σ": lambda z: 1 / (1 + math.exp(-z)),
    "Φ": lambda z: 0.5 * (1 + math.erf(z / math.sqrt(2))),
    "φ": lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
    "max": max,
    "abs": abs,
}
SIGNS = [
    (r"e\^−z", "exp(-z)"),
    (r"e\^z", "exp(z)"),
    ("−", "-"),
    ("·", "*"),
    ("²", "**2"),
    (", else", " else"),
    (r"\bo\(", "o*("),
    (r"α\(", "α*("),
    (r"\bln\(", "log("),
    (r"\bln ([\d.]+(?:e-?\d+)?)", r"log(\1)"),
    (r"\|([^|]*)\|", r"abs(\1)"),
    (r"\[", "("),
    (r"\]", ")"),
]


def worked_out(text, **names):
    for sign, code in SIGNS:
        text = re.sub(sign, code, text)
    return eval(text, {"__builtins__": {}}, FUNCTIONS | SETTINGS | names)


def test_every_elementwise_activation_is_written():
    activations = {
        name
        for name, layer in LAYERS.items()
        if layer.__module__.endswith(".activations") and name not in NOT_ELEMENTWISE
    }
    assert set(formulas.ACTIVATIONS) == activations


@pytest.mark.parametrize("name", formulas.ACTIVATIONS)
@pytest.mark.parametrize("z", POINTS)
def test_an_activation_and_its_slope(name, z):
    def value(at):
        return float(LAYERS[name]()(Tensor(np.array([at])), Context()).data[0])

    formula, o = formulas.ACTIVATIONS[name], value(z)
    assert worked_out(formula.text, z=z) == pytest.approx(o, rel=1e-6)
    numeric = (value(z + 1e-6) - value(z - 1e-6)) / 2e-6
    assert worked_out(formula.slope, z=z, o=o) == pytest.approx(numeric, rel=1e-5, abs=1e-9)


def test_every_loss_is_written():
    assert set(formulas.LOSSES) == set(LOSSES)


TARGETS = {"values": [[0.5, -1.0, 2.0]], "binary": [[1.0, 0.0, 0.25]], "classes": 1}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_with_its_numbers(name):
    loss = LOSSES[name]()
    outputs = np.array([0.81, 0.12, 0.34]) if loss.kind == "binary" else np.array([0.9, -1.2, 4.0])
    target = TARGETS[loss.kind]
    if name == "hinge":
        target = [[1.0, 0.0, 1.0]]
    value = measure(loss, outputs, np.array(target if loss.kind != "classes" else [target]))
    assert worked_out(value.written) == pytest.approx(value.value, rel=2e-3)


def test_label_smoothing_with_its_numbers():
    loss = LOSSES["cross_entropy"](label_smoothing=0.1)
    value = measure(loss, np.array([0.5, 1.5, -0.5]), np.array([2]))
    assert worked_out(value.written) == pytest.approx(value.value, rel=2e-3)
