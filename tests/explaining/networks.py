"""Small networks with weights that are given, and a forward pass that shares no code with ours."""

import math

import numpy as np

from convkit.explaining.forward import measure, propagate
from convkit.explaining.stages import Names, read_stages
from convkit.nn import LAYERS, LOSSES, Sequential

FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "softplus": lambda z: math.log(1 + math.exp(z)),
}


def network(weights, biases, activation="sigmoid"):
    """Return a model of dense layers with these float64 weights, an activation after each."""
    layers = []
    for matrix in weights:
        layers += [LAYERS["dense"](np.shape(matrix)[1]), LAYERS[activation]()]
    model = Sequential(layers)
    model.build((len(weights[0]),), np.random.default_rng(0), np.float64)
    for dense, matrix, bias in zip(model.layers[::2], weights, biases, strict=True):
        dense.weight.data = np.array(matrix, np.float64)
        dense.bias.data = np.array(bias, np.float64)
    return model


def passed(model, inputs, target):
    """Return the layers, the loss and the names of a sample's way through a model; MSE."""
    stages = read_stages(model)
    layers = propagate(stages, np.array(inputs, np.float64))
    loss = measure(LOSSES["mse"](), layers[-1].outputs, np.array([target]))
    return layers, loss, Names.of(stages)


def loss_by_loops(weights, biases, activation, inputs, target):
    """Return the mean squared error, with loops over neurons."""
    values = list(inputs)
    for matrix, bias in zip(weights, biases, strict=True):
        values = [
            FUNCTIONS[activation](sum(w[k] * x for w, x in zip(matrix, values, strict=True)) + b)
            for k, b in enumerate(bias)
        ]
    return sum((y - o) ** 2 for y, o in zip(target, values, strict=True)) / len(values)
