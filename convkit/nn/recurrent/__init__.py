"""Layers that read sequences step by step and remember what they have read."""

from convkit.nn.recurrent.base import Cell, Recurrent, State
from convkit.nn.recurrent.layers import GRU, LSTM, RNN

__all__ = ["GRU", "LSTM", "RNN", "Cell", "Recurrent", "State"]
