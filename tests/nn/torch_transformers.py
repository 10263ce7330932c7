"""PyTorch's attention and transformers as functions of our parameters, in the order of ours."""

from __future__ import annotations

import torch
from torch.func import functional_call

ATTENTION = ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")
NORM1, NORM2 = (tuple(f"norm{n}.{name}" for name in ("weight", "bias")) for n in (1, 2))
FEED_FORWARD = ("linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias")
ENCODER_LAYER = (*(f"self_attn.{name}" for name in ATTENTION), *NORM1, *NORM2, *FEED_FORWARD)
FINAL = ("norm.weight", "norm.bias")


def called(module, names, parameters, *arguments, **settings):
    """Call a module with our parameters, whose weights are turned, in the place of its own."""
    theirs = {
        name: tensor.T if tensor.ndim == 2 else tensor
        for name, tensor in zip(names, parameters, strict=True)
    }
    return functional_call(module.double(), theirs, arguments, settings)


def later(steps):
    """Return which steps are hidden from each: the later ones."""
    return torch.ones(steps, steps, dtype=torch.bool).triu(1)


def padding(lengths, steps):
    """Return which steps are behind the end of each sequence."""
    return torch.arange(steps) >= torch.tensor(lengths)[:, None]


def multi_head_attention(heads, causal=False):
    def function(x, *parameters):
        module = torch.nn.MultiheadAttention(x.shape[-1], heads, batch_first=True)
        hidden = later(x.shape[1]) if causal else None
        return called(module, ATTENTION, parameters, x, x, x, attn_mask=hidden)[0]

    return function


def transformer(heads, units, *, layers=1, norm="pre", activation="relu", causal=False):
    """Return a stack of encoder layers, with a norm behind it where norms come before."""
    pre = norm == "pre"
    names = [f"layers.{place}.{name}" for place in range(layers) for name in ENCODER_LAYER]
    names += FINAL if pre else ()

    def function(x, *parameters, lengths=None):
        dim, steps = x.shape[-1], x.shape[1]
        layer = torch.nn.TransformerEncoderLayer(
            dim, heads, units, 0.0, activation, batch_first=True, norm_first=pre
        )
        last = torch.nn.LayerNorm(dim) if pre else None
        stack = torch.nn.TransformerEncoder(layer, layers, last, enable_nested_tensor=False)
        masks = {"mask": later(steps) if causal else None}
        if lengths is not None:
            masks["src_key_padding_mask"] = padding(lengths, steps)
        return called(stack, names, parameters, x, **masks)

    return function


def cross_decoder(heads, units, *, layers, norm):
    """Return a stack of decoder layers as a function of x, the other sequence, our parameters by
    their paths, and the other's lengths.
    """
    pre = norm == "pre"

    def function(x, other, parameters, lengths):
        dim = x.shape[-1]
        layer = torch.nn.TransformerDecoderLayer(
            dim, heads, units, 0.0, batch_first=True, norm_first=pre
        )
        stack = torch.nn.TransformerDecoder(layer, layers, torch.nn.LayerNorm(dim) if pre else None)
        theirs = {}
        for place in range(layers):
            theirs |= _block(parameters, f"blocks.{place}", f"layers.{place}")
        if pre:
            theirs |= {
                "norm.weight": parameters["norm.scale"],
                "norm.bias": parameters["norm.shift"],
            }
        masks = {
            "tgt_mask": later(x.shape[1]),
            "memory_key_padding_mask": padding(lengths, other.shape[1]),
        }
        return functional_call(stack.double(), theirs, (x, other), masks)

    return function


def _block(parameters, ours, theirs):
    """Return one block's parameters as PyTorch calls and turns them."""
    names = {
        "self_attn.in_proj_weight": "attention.in_proj.weight",
        "self_attn.in_proj_bias": "attention.in_proj.bias",
        "self_attn.out_proj.weight": "attention.out_proj.weight",
        "self_attn.out_proj.bias": "attention.out_proj.bias",
        "multihead_attn.out_proj.weight": "cross.out_proj.weight",
        "multihead_attn.out_proj.bias": "cross.out_proj.bias",
        "linear1.weight": "feed_forward.linear1.weight",
        "linear1.bias": "feed_forward.linear1.bias",
        "linear2.weight": "feed_forward.linear2.weight",
        "linear2.bias": "feed_forward.linear2.bias",
    }
    norms = ("shortcut", "cross_shortcut", "feed_forward.shortcut")
    for number, owner in enumerate(norms, start=1):
        names[f"norm{number}.weight"] = f"{owner}.norm.scale"
        names[f"norm{number}.bias"] = f"{owner}.norm.shift"
    block = {name: parameters[f"{ours}.{path}"] for name, path in names.items()}
    for kind in ("weight", "bias"):
        parts = [parameters[f"{ours}.cross.{each}.{kind}"] for each in ("q_proj", "kv_proj")]
        block[f"multihead_attn.in_proj_{kind}"] = torch.cat(parts, dim=-1)
    return {
        f"{theirs}.{name}": tensor.T if tensor.ndim == 2 else tensor
        for name, tensor in block.items()
    }
