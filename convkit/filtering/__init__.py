"""Filtering pictures: what an operator does to colour, alpha and files, told step by step."""

from convkit.filtering.batch import Done, Failed, Settings, run_batch, run_job
from convkit.filtering.build import Request
from convkit.filtering.gradients import Compass, GradientPair
from convkit.filtering.operators import Bank, Chain, Operator
from convkit.filtering.outputs import Destination, Job
from convkit.filtering.pipeline import FeatureMap, Filter, apply
from convkit.filtering.response import Geometry
from convkit.filtering.tone import MAPS, check_map

__all__ = [
    "MAPS",
    "Bank",
    "Chain",
    "Compass",
    "Destination",
    "Done",
    "Failed",
    "FeatureMap",
    "Filter",
    "Geometry",
    "GradientPair",
    "Job",
    "Operator",
    "Request",
    "Settings",
    "apply",
    "check_map",
    "run_batch",
    "run_job",
]
