"""PyTorch's recurrent layers as functions of our parameters, in the order of ours."""

from __future__ import annotations

import torch
from torch.func import functional_call


def recurrent(kind, units, *, layers=1, bidirectional=False, return_sequences=False, **settings):
    """Return a recurrent layer of PyTorch's; what is no setting of it, is one of ours."""

    def function(x, *parameters):
        module = getattr(torch.nn, kind.upper())(
            x.shape[-1], units, layers, bidirectional=bidirectional, batch_first=True, **settings
        ).double()
        # Each cell has four arrays there, and three here.
        names = list(dict(module.named_parameters()))
        cells = zip(*[iter(names)] * 4, strict=True)
        ours = zip(*[iter(parameters)] * 3, strict=True)
        theirs = {}
        for cell, weights in zip(cells, ours, strict=True):
            theirs |= dict(zip(cell, _arrays(*weights), strict=True))
        outputs, state = functional_call(module, theirs, (x,))
        if return_sequences:
            return outputs
        h = state[0] if kind == "lstm" else state
        return torch.cat(tuple(h[-2:] if bidirectional else h[-1:]), dim=1)

    return function


def _arrays(weight, recurrent_weight, bias):
    """Return a cell's weights and its two biases, of which there may be one here."""
    biases = tuple(bias) if bias.ndim == 2 else (bias, torch.zeros_like(bias))
    return weight.T, recurrent_weight.T, *biases
