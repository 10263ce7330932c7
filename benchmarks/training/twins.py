"""What PyTorch's side has to know of a family, and the weights that both begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.layers import modules
from benchmarks.training.weights import Of, cells, linear, transformer, weights
from convkit.data import Dataset

Array = NDArray[Any]


def _samples(dataset: Dataset) -> dict[str, Array]:
    """Return inputs and targets; symbols as the numbers that they are."""
    inputs = dataset.inputs.astype(np.int64) if dataset.symbols else dataset.inputs
    return {"inputs": inputs, "targets": dataset.targets}


@dataclass(frozen=True)
class Twin:
    """How a family is told to PyTorch's side.

    Attributes
    ----------
    parts : callable
        Family -> what its system there is made of, as JSON holds it.
    weights : callable
        Family, and what is asked of a parameter -> arrays in the order of PyTorch's.
    data : callable
        A part of the data -> the arrays that it learns from, or is measured with.
    noise : str
        The purpose of the generator that the family draws normal numbers with.
    """

    parts: Callable[[Any], dict[str, Any]]
    weights: Callable[[Any, Of], Iterator[Array]]
    data: Callable[[Any], dict[str, Array]] = _samples
    noise: str = "noise"


def twin_of(family: Any) -> Twin:
    """Return the twin of a family.

    Raises
    ------
    ValueError
        If PyTorch's side has no such system.
    """
    if family.name not in TWINS:
        raise ValueError(f"the PyTorch script has no family '{family.name}'")
    return TWINS[family.name]


def _network_weights(family: Any, of: Of) -> Iterator[Array]:
    return weights([family.layers], family.signature.sample_shape, of)


def _text_parts(family: Any) -> dict[str, Any]:
    network, (steps,) = family.network, family.signature.sample_shape
    return {
        "symbols": network.head.units,
        "embedding": network.embedding.dim,
        "layers": modules([network.layers], (steps, network.embedding.dim)),
        "features": network.head.weight.shape[0],
        "endless": network.endless,
    }


def _text_weights(family: Any, of: Of) -> Iterator[Array]:
    network, (steps,) = family.network, family.signature.sample_shape
    yield of(network.embedding.weight)
    yield from weights([network.layers], (steps, network.embedding.dim), of)
    yield from linear(network.head, of)


def _coder_parts(family: Any) -> dict[str, Any]:
    coder, shape = family.coder, family.signature.sample_shape
    code = _code(family)
    return {
        "encoder": modules([coder.encoder], shape),
        "decoder": modules([coder.decoder], code),
    }


def _code(family: Any) -> tuple[int, ...]:
    """Return the shape of what goes into the decoder."""
    if family.name == "vae":
        return (family.latent,)
    return tuple(family.coder.encoder.output_shape(family.signature.sample_shape))


def _coder_weights(family: Any, of: Of) -> Iterator[Array]:
    coder = family.coder
    yield from weights([coder.encoder], family.signature.sample_shape, of)
    yield from weights([coder.decoder], _code(family), of)


def _autoencoder_parts(family: Any) -> dict[str, Any]:
    noise = family.noise
    if noise is not None and noise.kind != "gaussian":
        raise ValueError(f"the PyTorch script has no {noise.kind} noise")
    return _coder_parts(family) | {"noise": noise.amount if noise else 0.0}


def _vae_parts(family: Any) -> dict[str, Any]:
    return _coder_parts(family) | {"importance_samples": family.importance_samples}


def _gan_parts(family: Any) -> dict[str, Any]:
    rivals, rules = family.rivals, family.rules
    *axes, features = family.signature.sample_shape
    return {
        "generator": modules([rivals.generator], (family.latent,)),
        "discriminator": modules([rivals.discriminator], (*axes, rules.pack * features)),
        "latent": family.latent,
        "pack": rules.pack,
        "r1": rules.r1,
        "ema": rules.ema,
    }


def _gan_weights(family: Any, of: Of) -> Iterator[Array]:
    # Not the rivals': with a moving average, a copy of the generator learns.
    duel = family._duel
    *axes, features = family.signature.sample_shape
    yield from weights([duel.forger.module], (family.latent,), of)
    yield from weights([duel.judge.module], (*axes, family.rules.pack * features), of)


def _seq2seq_parts(family: Any) -> dict[str, Any]:
    network = family.translator.network
    return _vocabularies(network) | {
        "embedding": network.read_embedding.dim,
        "units": network.writer.units,
    }


def _vocabularies(network: Any) -> dict[str, int]:
    """Return how many symbols are read, and how many can be written."""
    return {"read": network.read_embedding.tokens, "written": network.written_embedding.tokens}


def _seq2seq_weights(family: Any, of: Of) -> Iterator[Array]:
    network = family.translator.network
    attention, (cell,) = network.attention, network.writer.cells
    yield of(network.read_embedding.weight)
    yield from cells(network.reader, of)
    yield of(network.written_embedding.weight)
    yield np.concatenate([of(cell.weight), of(attention.w_found)]).T
    yield of(cell.recurrent_weight).T
    yield of(cell.bias)
    yield of(attention.w_keys).T
    yield of(attention.b_keys)
    yield of(attention.w_query).T
    yield of(attention.v)
    yield from linear(network.output, of)


def _transformer_parts(family: Any) -> dict[str, Any]:
    network = family.translator.network
    block = network.encoder.blocks[0]
    return _vocabularies(network) | {
        "dim": network.read_embedding.dim,
        "heads": block.attention.heads,
        "units": block.feed_forward.linear1.units,
        "layers": len(network.encoder.blocks),
    }


def _transformer_weights(family: Any, of: Of) -> Iterator[Array]:
    network = family.translator.network
    yield of(network.read_embedding.weight)
    yield from transformer(network.encoder, of)
    yield of(network.written_embedding.weight)
    yield from transformer(network.decoder, of)
    yield from linear(network.output, of)


RULES = (
    *("environments", "rollout_steps", "update_epochs", "gamma", "gae_lambda"),
    *("clip", "entropy", "normalize_advantages"),
)
"""What PPO learns by, as its constructor has it."""


def _ppo_parts(family: Any) -> dict[str, Any]:
    heads, shape = family.heads, family.signature.sample_shape
    rules = {name: getattr(family, name) for name in RULES}
    lessons = family.environments * family.rollout_steps
    batches = -(-lessons // family.course.batch_size)
    return {
        **{name: modules([head], shape) for name, head in heads.items()},
        **rules,
        "rollouts": family.steps_per_epoch,
        "steps_per_epoch": family.steps_per_epoch * family.update_epochs * batches,
    }


def _ppo_weights(family: Any, of: Of) -> Iterator[Array]:
    shape = family.signature.sample_shape
    return chain.from_iterable(weights([head], shape, of) for head in family.heads.values())


TWINS = {
    "supervised": Twin(
        lambda family: {"layers": modules([family.layers], family.signature.sample_shape)},
        _network_weights,
    ),
    "language_model": Twin(_text_parts, _text_weights),
    "autoencoder": Twin(_autoencoder_parts, _coder_weights),
    "vae": Twin(_vae_parts, _coder_weights),
    "gan": Twin(_gan_parts, _gan_weights, noise="latents"),
    "seq2seq": Twin(_seq2seq_parts, _seq2seq_weights),
    "transformer": Twin(_transformer_parts, _transformer_weights),
    "ppo": Twin(_ppo_parts, _ppo_weights, lambda dataset: {"seeds": dataset.seeds}),
}
"""Name of a family -> how PyTorch's side is told of it."""
