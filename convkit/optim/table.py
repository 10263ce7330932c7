"""The optimizers and schedules by name. To add one, write its class and list it here."""

from __future__ import annotations

from convkit.optim.adam import Adam, AdamW, NAdam
from convkit.optim.adaptive import Adadelta, Adagrad, RMSprop
from convkit.optim.momentum import SGD, Lion, Momentum, Nesterov
from convkit.optim.optimizer import Optimizer
from convkit.optim.plateau import Plateau
from convkit.optim.schedule import Schedule
from convkit.optim.schedules import Constant, Cosine, Exponential, OneCycle, Step

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adadelta": Adadelta,
    "adam": Adam,
    "adamw": AdamW,
    "nadam": NAdam,
    "lion": Lion,
}

SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "step": Step,
    "exponential": Exponential,
    "cosine": Cosine,
    "one_cycle": OneCycle,
    "plateau": Plateau,
}
