"""Kinds of systems that can be trained: how each learns from a batch, and what it answers.

``base`` says what a family is, ``network`` holds what those that are networks with a loss share.
"""

from convkit.families.base import Answers, Blueprint, Course, Family
from convkit.families.divergence import DivergedError, Origin
from convkit.families.measures import FIGURES, METRICS, Metric, confusion_matrix, grows
from convkit.families.misfit import MisfitError
from convkit.families.naming import owned, within
from convkit.families.perceptron import Perceptron
from convkit.families.randomness import generator
from convkit.families.separation import Separation, separate
from convkit.families.signature import Signature
from convkit.families.supervised import Supervised

FAMILIES: dict[str, type[Family]] = {family.name: family for family in (Supervised, Perceptron)}
"""Name in a YAML file -> family."""

__all__ = [
    "FAMILIES",
    "FIGURES",
    "METRICS",
    "Answers",
    "Blueprint",
    "Course",
    "DivergedError",
    "Family",
    "Metric",
    "MisfitError",
    "Origin",
    "Perceptron",
    "Separation",
    "Signature",
    "Supervised",
    "confusion_matrix",
    "generator",
    "grows",
    "owned",
    "separate",
    "within",
]
