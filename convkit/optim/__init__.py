"""Optimizers and learning-rate schedules, on flat arrays.

``optimizer`` and ``schedule`` hold what all of them share, ``table`` their names. An optimizer is a
chain of transforms: its own stand beside it, those that every optimizer can have in
``constraints``.
"""

from convkit.optim.adam import Adam, AdamW, NAdam
from convkit.optim.adaptive import Adadelta, Adagrad, RMSprop
from convkit.optim.momentum import SGD, Lion, Momentum, Nesterov
from convkit.optim.optimizer import Optimizer
from convkit.optim.plateau import Plateau
from convkit.optim.schedule import Schedule
from convkit.optim.schedules import Constant, Cosine, Exponential, OneCycle, Step
from convkit.optim.table import OPTIMIZERS, SCHEDULES

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Constant",
    "Cosine",
    "Exponential",
    "Lion",
    "Momentum",
    "NAdam",
    "Nesterov",
    "OneCycle",
    "Optimizer",
    "Plateau",
    "RMSprop",
    "Schedule",
    "Step",
]
