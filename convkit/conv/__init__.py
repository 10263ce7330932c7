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
from convkit.conv.plan import Candidate, Plan, visit
from convkit.conv.workers import default_threads, parse_threads

__all__ = [
    "ALIASES",
    "MODES",
    "Border",
    "Candidate",
    "Pad",
    "Plan",
    "as_image",
    "as_kernel",
    "convolve",
    "default_threads",
    "parse_threads",
    "plan_convolution",
    "resolve_pads",
    "visit",
]
