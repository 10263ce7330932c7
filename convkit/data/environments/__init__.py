"""Environments: worlds in which an agent observes, acts, and is rewarded."""

from convkit.data.environments.base import (
    Environment,
    Maker,
    Step,
    Steps,
    SyncVectorEnvironment,
    VectorEnvironment,
)
from convkit.data.environments.observations import Observations, draw_seeds

__all__ = [
    "Environment",
    "Maker",
    "Observations",
    "Step",
    "Steps",
    "SyncVectorEnvironment",
    "VectorEnvironment",
    "draw_seeds",
]
