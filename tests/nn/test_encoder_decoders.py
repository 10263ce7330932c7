"""What reads one sequence and writes another: all at once, step by step, and beside PyTorch."""

import numpy as np
import pytest

from convkit.autograd import Tensor, no_grad
from convkit.autograd.bahdanau import bahdanau_lstm
from convkit.errors import ConvkitError
from convkit.nn import Context
from convkit.nn.encoder_decoder import Sizes, lengths_of, steps_before
from convkit.nn.lstm_encoder_decoder import LSTMEncoderDecoder, LSTMSettings
from convkit.nn.transformer_encoder_decoder import (
    TransformerEncoderDecoder,
    TransformerSettings,
)

SIZES = Sizes(read=7, written=6)
PLAIN = Context()


def lstm(attention="bahdanau", dropout=0.0):
    settings = LSTMSettings(units=8, embedding=4, attention=attention, dropout=dropout)
    return LSTMEncoderDecoder(SIZES, settings, np.random.default_rng(0))


def transformer():
    settings = TransformerSettings(dim=8, heads=2, layers=2, feed_forward=12, dropout=0.0)
    return TransformerEncoderDecoder(SIZES, settings, np.random.default_rng(0))


NETWORKS = {"attention": lstm(), "none": lstm("none"), "transformer": transformer()}
every = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)

SOURCES = np.array([[1, 2, 3, 4, 5], [6, 1, 0, 0, 0], [2, 2, 2, 1, 0]])
TARGETS = np.array([[2, 3, 4, 5], [5, 4, 1, 0], [1, 0, 0, 0]])


@every
def test_step_by_step_is_as_at_once(network):
    with no_grad():
        at_once = network(SOURCES, steps_before(TARGETS), PLAIN).data
        memory = network.begin(SOURCES, PLAIN)
        for step, last in enumerate(steps_before(TARGETS).T):
            scores, memory = network.advance(last, memory, PLAIN)
            np.testing.assert_allclose(scores, at_once[:, step], atol=1e-5)


@every
def test_padding_changes_nothing(network):
    with no_grad():
        together = network(SOURCES, steps_before(TARGETS), PLAIN).data
        for row, (source, target) in enumerate(zip(SOURCES, TARGETS, strict=True)):
            alone = network(
                source[source > 0][np.newaxis], steps_before(target[np.newaxis]), PLAIN
            ).data
            np.testing.assert_allclose(alone[0], together[row], atol=1e-5)


@every
def test_what_is_written_later_changes_nothing(network):
    other = TARGETS.copy()
    other[:, 2] = 2
    with no_grad():
        scores = [network(SOURCES, steps_before(each), PLAIN).data for each in (TARGETS, other)]
    np.testing.assert_array_equal(scores[0][:, :3], scores[1][:, :3])
    assert not np.allclose(scores[0][:, 3], scores[1][:, 3])


@every
def test_each_attention_notes_its_weights(network):
    noted = []
    with no_grad():
        network(SOURCES, steps_before(TARGETS), PLAIN._replace(attention=noted))
    steps = {True: TARGETS.shape[1], False: SOURCES.shape[1]}
    assert len(noted) == len(network.looks)
    for look, weights in zip(network.looks, noted, strict=True):
        queries, keys = steps[look.writes], steps[not look.reads]
        assert weights.shape[:1] + weights.shape[2:] == (len(SOURCES), queries, keys)
        np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
        if look.reads:
            assert not weights[1, :, :, 2:].any()


@every
def test_the_summary_counts_every_parameter(network):
    rows = network.rows(5, 4)
    assert sum(row.parameters for row in rows) == sum(
        each.size for each in network.parameters().values()
    )
    assert rows[-1].shape == (4, SIZES.written)


def test_only_while_training_is_dropped():
    network = lstm(dropout=0.5)
    rng = np.random.default_rng(1)
    drawn = [
        network(SOURCES, steps_before(TARGETS), Context(train=True, rng=rng)).data for _ in range(2)
    ]
    assert not np.allclose(*drawn)


def test_lengths_are_told_only_where_something_is_padded():
    assert lengths_of(SOURCES).tolist() == [5, 2, 4]
    assert lengths_of(SOURCES[:1]) is None


@pytest.mark.parametrize(
    ("settings", "values", "message"),
    [
        (LSTMSettings, (7, 4, "none", 0), r"units \(=7\) must be even"),
        (LSTMSettings, (8, 0, "none", 0), "embedding must be"),
        (LSTMSettings, (8, 4, "luong", 0), "unknown attention 'luong'"),
        (LSTMSettings, (8, 4, "none", 1), "dropout must be"),
        (TransformerSettings, (8, 3, 1, 8, 0), r"heads \(=3\) must divide dim \(=8\)"),
        (TransformerSettings, (8, 2, 0, 8, 0), "layers must be"),
        (TransformerSettings, (8, 2, 1, 8, -1), "dropout must be"),
    ],
)
def test_settings_that_are_out_of_range(settings, values, message):
    with pytest.raises(ConvkitError, match=message):
        settings(*values)


# --- beside PyTorch ---


def test_bahdanau_lstm_beside_pytorch():
    """Values and gradients, composed there of its own LSTM cell, softmax and products."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    samples, steps, read, units, features, width = 3, 4, 5, 3, 2, 6
    shapes = {
        "x": (samples, steps, 4 * units),
        "u": (units + features, 4 * units),
        "h": (samples, units),
        "c": (samples, units),
        "keys": (samples, read, width),
        "values": (samples, read, features),
        "w_query": (units, width),
        "v": (width,),
    }
    arrays = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    lengths = np.array([5, 2, 4])
    ours = {name: Tensor(array, requires_grad=True) for name, array in arrays.items()}
    theirs = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}

    x, u, h, c, *others = ours.values()
    outputs, (last, _) = bahdanau_lstm(x, u, (h, c), *others, lengths=lengths)
    weight = rng.standard_normal(outputs.shape)
    ((outputs * weight).sum() + last.sum()).backward()

    x, u, h, c, keys, values, w_query, v = theirs.values()
    padding = torch.arange(read) >= torch.tensor(lengths)[:, None]
    expected = []
    for step in range(steps):
        scores = torch.tanh(keys + (h @ w_query)[:, None]) @ v
        weights = torch.softmax(scores.masked_fill(padding, -torch.inf), dim=1)
        found = torch.einsum("nk,nkf->nf", weights, values)
        gates = x[:, step] + torch.cat([h, found], dim=1) @ u
        nothing = torch.zeros(4 * units, units, dtype=torch.float64)
        identity = torch.eye(4 * units, dtype=torch.float64)
        h, c = torch.lstm_cell(gates, (h, c), identity, nothing)
        expected.append(torch.cat([h, found], dim=1))
    expected = torch.stack(expected, dim=1)
    ((expected * torch.tensor(weight)).sum() + h.sum()).backward()

    np.testing.assert_allclose(outputs.data, expected.detach().numpy(), rtol=1e-12, atol=1e-12)
    for name, tensor in ours.items():
        np.testing.assert_allclose(tensor.grad, theirs[name].grad.numpy(), rtol=1e-9, atol=1e-12)
