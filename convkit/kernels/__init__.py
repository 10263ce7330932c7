"""Kernels: by name, with parameters, as a matrix or from a file; and what they do.

>>> from convkit.kernels import describe, parse
>>> describe(parse("sobel-v")).answers_to
'vertical edges, positive where dark lies left of bright'

Weights are in correlation order: weight (0, 0) meets the top left pixel of a window.
"""

from convkit.kernels.description import Description, describe
from convkit.kernels.factoring import Factors, Term, factors, separable_terms
from convkit.kernels.gradients import PAIRS
from convkit.kernels.model import Kernel, Weights
from convkit.kernels.naming import compass_set, gradient_pair, kernel, named, names
from convkit.kernels.parsing import parse
from convkit.kernels.table import Entry
from convkit.kernels.text import (
    matrix_text,
    number_text,
    parameters_text,
    parse_number,
    readable_cells,
)

__all__ = [
    "PAIRS",
    "Description",
    "Entry",
    "Factors",
    "Kernel",
    "Term",
    "Weights",
    "compass_set",
    "describe",
    "factors",
    "gradient_pair",
    "kernel",
    "matrix_text",
    "named",
    "names",
    "number_text",
    "parameters_text",
    "parse",
    "parse_number",
    "readable_cells",
    "separable_terms",
]
