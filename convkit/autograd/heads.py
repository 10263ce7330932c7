"""Attention: each query gets a mean of values, weighted by how well their keys answer it.

The weights are the softmax of scores, ``softmax(q kᵀ / √dim)`` (Vaswani et al. 2017, equation 1).
A whole pass over all heads is one primitive. Neither way does it divide the matrix of weights by
its rows' sums: what comes out of the product with it is much smaller.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np

from convkit.autograd.engine import Array, Derived, Operand, primitive, shared
from convkit.autograd.sums import row_maxima, row_sums
from convkit.errors import ConvkitError

Back = Callable[[Array, Array, Array, Array], None]

# Scores up to this size need no shift before exp: sums and their inverses stay far from overflow.
STEEP = 20.0


@primitive
def attention(
    q: Operand,
    k: Operand,
    v: Operand,
    *,
    causal: bool = False,
    lengths: Array | None = None,
    record: list[Array] | None = None,
) -> Derived:
    """Return scaled dot-product attention.

    Parameters
    ----------
    q : (n, heads, queries, dim)
    k : (n, heads, keys, dim)
    v : (n, heads, keys, width)
    causal : bool
        Whether a query sees no key that is later; the last query and the last key are the same
        step.
    lengths : (n,) integers, optional
        How many keys of each sample there are; those behind them are padding, seen by nobody.
    record : list, optional
        Gets the weights (n, heads, queries, keys).

    Returns
    -------
    Tensor of shape (n, heads, queries, width)

    Raises
    ------
    ConvkitError
        If a length isn't one of 1 to the number of keys, or a causal query would see no key.
    """
    mask = _mask(q, k, causal, lengths)
    value, back = _attend(q, k, v, mask, record)

    @shared
    def grads(grad: Array) -> tuple[Array, ...]:
        shares = np.empty_like(q), np.empty_like(k), np.empty_like(v)
        back(grad, *shares)
        return shares

    return (
        value,
        lambda grad: grads(grad)[0],
        lambda grad: grads(grad)[1],
        lambda grad: grads(grad)[2],
    )


@primitive
def self_attention(
    qkv: Operand,
    *,
    heads: int,
    causal: bool = False,
    lengths: Array | None = None,
    record: list[Array] | None = None,
) -> Derived:
    """Return the attention of steps to each other, the heads side by side.

    Parameters
    ----------
    qkv : (n, steps, 3·dim)
        Each step's query, key and value, one after the other; each is split between the heads.
    heads : int
        Divides dim.
    causal, lengths, record
        As in :func:`attention`.

    Returns
    -------
    Tensor of shape (n, steps, dim)
    """
    q, k, v = split_heads(qkv, 3, heads)
    value, back = _attend(q, k, v, _mask(q, k, causal, lengths), record)

    def vjp(grad: Array) -> Array:
        share = np.empty_like(qkv)
        back(*split_heads(grad, 1, heads), *split_heads(share, 3, heads))
        return share

    return merge_heads(value), vjp


@primitive
def cross_attention(
    q: Operand,
    kv: Operand,
    *,
    heads: int,
    causal: bool = False,
    lengths: Array | None = None,
    record: list[Array] | None = None,
) -> Derived:
    """Return the attention of the steps of one sequence to those of another, or of the last steps
    of a sequence to all of them.

    Parameters
    ----------
    q : (n, queries, dim)
    kv : (n, keys, 2·dim)
        The key and the value of each step of the other sequence, one after the other.
    heads, causal, lengths, record
        As in :func:`self_attention`; the lengths are the other sequence's.

    Returns
    -------
    Tensor of shape (n, queries, dim)
    """
    (queries,), (k, v) = split_heads(q, 1, heads), split_heads(kv, 2, heads)
    value, back = _attend(queries, k, v, _mask(queries, k, causal, lengths), record)

    @shared
    def grads(grad: Array) -> tuple[Array, Array]:
        shares = np.empty_like(q), np.empty_like(kv)
        (above,), (share,) = split_heads(grad, 1, heads), split_heads(shares[0], 1, heads)
        back(above, share, *split_heads(shares[1], 2, heads))
        return shares

    return merge_heads(value), lambda grad: grads(grad)[0], lambda grad: grads(grad)[1]


def split_heads(x: Array, parts: int, heads: int) -> tuple[Array, ...]:
    """Return views of what stands side by side in x: (n, steps, parts·dim) -> parts times
    (n, heads, steps, dim / heads).
    """
    samples, steps, features = x.shape
    split = x.reshape(samples, steps, parts, heads, features // (parts * heads))
    return tuple(split.transpose(2, 0, 3, 1, 4))


def merge_heads(x: Array) -> Array:
    """Return the heads side by side, (n, heads, steps, dim / heads) -> (n, steps, dim)."""
    samples, heads, steps, width = x.shape
    return x.transpose(0, 2, 1, 3).reshape(samples, steps, heads * width)


def _attend(
    q: Array, k: Array, v: Array, mask: Array | None, record: list[Array] | None
) -> tuple[Array, Back]:
    """Return the value, whose memory holds the heads of a step side by side, and the way back."""
    scale = 1 / sqrt(q.shape[-1])
    scaled = q * scale
    exps = _exponentials(scaled @ k.swapaxes(-1, -2), mask)
    sums = row_sums(exps)
    samples, heads, queries, _ = q.shape
    value = np.empty((samples, queries, heads, v.shape[-1]), q.dtype).transpose(0, 2, 1, 3)
    np.matmul(exps, v, out=value)
    value /= sums
    if record is not None:
        record.append(exps / sums)

    def back(grad: Array, q_share: Array, k_share: Array, v_share: Array) -> None:
        """Fill in the gradients by q, k and v."""
        inner = grad / sums
        np.matmul(exps.swapaxes(-1, -2), inner, out=v_share)
        slope = inner @ v.swapaxes(-1, -2)
        slope -= row_sums(inner * value)
        slope *= exps
        np.matmul(slope, k, out=q_share)
        q_share *= scale
        np.matmul(slope.swapaxes(-1, -2), scaled, out=k_share)

    return value, back


def _exponentials(scores: Array, mask: Array | None) -> Array:
    """Return exp of scores in their place, each row times a number that keeps it in range."""
    steep = max(scores.max(initial=0), -scores.min(initial=0)) > STEEP
    if mask is not None:
        scores += mask
    if steep:
        scores -= row_maxima(scores)
    return np.exp(scores, out=scores)


def _mask(q: Array, k: Array, causal: bool, lengths: Array | None) -> Array | None:
    """Return what is added to the scores: 0, or -∞ where nothing is seen; None if all is."""
    queries, keys = q.shape[-2], k.shape[-2]
    later = _later(queries, keys, q.dtype) if causal and queries > 1 else None
    if lengths is None:
        return later
    mask = padding(np.asarray(lengths), len(k), keys, q.dtype)[:, np.newaxis, np.newaxis]
    return mask if later is None else mask + later


@lru_cache(maxsize=64)
def _later(queries: int, keys: int, dtype: np.dtype[Any]) -> Array:
    """Return -∞ where a key is later than a query, (queries, keys)."""
    if keys < queries:
        raise ConvkitError(f"causal attention of {queries} queries needs as many keys, got {keys}")
    mask = np.triu(np.full((queries, keys), -np.inf, dtype), keys - queries + 1)
    mask.flags.writeable = False
    return mask


def padding(lengths: Array, samples: int, keys: int, dtype: np.dtype[Any]) -> Array:
    """Return -∞ where a key is padding, else 0: (n, keys).

    Raises
    ------
    ConvkitError
        If a length isn't one of 1 to the number of keys.
    """
    if lengths.shape != (samples,) or lengths.dtype.kind not in "iu":
        raise ConvkitError(
            f"lengths must be a whole number for each of {samples} samples, "
            f"got {lengths.dtype} of shape {lengths.shape}"
        )
    wrong = (lengths < 1) | (lengths > keys)
    if wrong.any():
        raise ConvkitError(f"lengths must be from 1 to the {keys} keys, got {lengths[wrong][0]}")
    return np.where(np.arange(keys) < lengths[:, np.newaxis], 0, -np.inf).astype(dtype)
