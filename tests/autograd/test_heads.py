"""Attention against its formula, written as loops, and what it refuses."""

import numpy as np
import pytest

from convkit.autograd import Tensor, attention, cross_attention, self_attention
from convkit.errors import ConvkitError

RNG = np.random.default_rng(11)
Q, K, V = (
    RNG.normal(size=(2, 3, 4, 5)),
    RNG.normal(size=(2, 3, 6, 5)),
    RNG.normal(size=(2, 3, 6, 2)),
)
LENGTHS = np.array([6, 3])


def by_loops(q, k, v, *, causal=False, lengths=None):
    """Return the value and the weights, one query after the other."""
    samples, heads, queries, dim = q.shape
    keys = k.shape[2]
    weights = np.zeros((samples, heads, queries, keys))
    for n, h, i in np.ndindex(samples, heads, queries):
        seen = keys if lengths is None else lengths[n]
        if causal:
            seen = min(seen, i + 1 + keys - queries)
        scores = [q[n, h, i] @ k[n, h, j] / dim**0.5 for j in range(seen)]
        weights[n, h, i, :seen] = np.exp(scores) / np.sum(np.exp(scores))
    return np.einsum("nhij,nhjw->nhiw", weights, v), weights


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "padded"])
@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
@pytest.mark.parametrize("steepness", [1, 30])
def test_it_is_the_mean_of_values_weighted_by_the_softmax_of_scores(causal, lengths, steepness):
    record = []
    value = attention(Q * steepness, K, V, causal=causal, lengths=lengths, record=record)
    expected, weights = by_loops(Q * steepness, K, V, causal=causal, lengths=lengths)
    np.testing.assert_allclose(value.data, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(record[0], weights, rtol=1e-12, atol=1e-14)


def test_the_heads_stand_side_by_side():
    qkv = RNG.normal(size=(2, 4, 3, 2, 5))
    q, k, v = qkv.transpose(2, 0, 3, 1, 4)
    expected = by_loops(q, k, v, causal=True)[0].transpose(0, 2, 1, 3).reshape(2, 4, 10)
    whole = self_attention(qkv.reshape(2, 4, 30), heads=2, causal=True)
    np.testing.assert_allclose(whole.data, expected, rtol=1e-12)
    queries, others = qkv[:, 2:, 0].reshape(2, 2, 10), qkv[:, :, 1:].reshape(2, 4, 20)
    last = cross_attention(queries, others, heads=2, causal=True)
    np.testing.assert_allclose(last.data, expected[:, 2:], rtol=1e-12)


def test_huge_scores_do_not_overflow():
    q = Tensor(np.full((1, 1, 2, 4), 300, np.float32), requires_grad=True)
    k = np.array([[[[300] * 4, [-300] * 4]]], np.float32)
    value = attention(q, k, np.array([[[[1.0], [2.0]]]], np.float32))
    np.testing.assert_array_equal(value.data, np.ones((1, 1, 2, 1)))
    value.sum().backward()
    np.testing.assert_array_equal(q.grad, 0)


def test_padding_gets_no_gradient():
    k = Tensor(K, requires_grad=True)
    attention(Q, k, V, lengths=LENGTHS).sum().backward()
    assert not k.grad[1, :, 3:].any()
    assert k.grad[1, :, :3].any()


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([6], r"for each of 2 samples, got int64 of shape \(1,\)"),
        ([6.0, 3.0], "whole number"),
        ([6, 0], "from 1 to the 6 keys, got 0"),
        ([7, 3], "from 1 to the 6 keys, got 7"),
    ],
)
def test_lengths_that_are_none_are_refused(lengths, message):
    with pytest.raises(ConvkitError, match=message):
        attention(Q, K, V, lengths=np.array(lengths))


def test_each_causal_query_needs_a_key():
    with pytest.raises(ConvkitError, match="of 6 queries needs as many keys, got 4"):
        attention(K, Q, Q, causal=True)
