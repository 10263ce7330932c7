"""Recurrent cells, each one primitive that takes whole sequences.

They agree with PyTorch's in the order of the gates. Weights are (inputs, outputs), as everywhere
here; PyTorch's are their transposes.
"""

from convkit.autograd.recurrent.gru import gru
from convkit.autograd.recurrent.lstm import lstm
from convkit.autograd.recurrent.rnn import Nonlinearity, rnn
from convkit.autograd.recurrent.unrolling import Unrolled

__all__ = ["Nonlinearity", "Unrolled", "gru", "lstm", "rnn"]
