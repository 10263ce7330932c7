"""Chains of layers: shapes, receptive fields, parameters and operations, without running them."""

from convkit.chain.account import Account, account, smallest_input
from convkit.chain.base import Layer, LayerError, Shape, State, Step
from convkit.chain.field import Field
from convkit.chain.grammar import LAYERS, parse_words
from convkit.chain.reading import read_layers

__all__ = [
    "LAYERS",
    "Account",
    "Field",
    "Layer",
    "LayerError",
    "Shape",
    "State",
    "Step",
    "account",
    "parse_words",
    "read_layers",
    "smallest_input",
]
