"""The convolution engine: borders, strategies, and the plan that chooses between them."""

from convkit.conv.borders import ALIASES, MODES, Border
from convkit.conv.convolution import (
    Pad,
    as_image,
    as_kernel,
    convolve,
    plan_convolution,
    resolve_pads,
)
from convkit.conv.plan import Candidate, Plan, collected, visit

__all__ = [
    "ALIASES",
    "MODES",
    "Border",
    "Candidate",
    "Pad",
    "Plan",
    "as_image",
    "as_kernel",
    "collected",
    "convolve",
    "plan_convolution",
    "resolve_pads",
    "visit",
]
