"""Attention layers: step by step as at once, what they record, and beside PyTorch's."""

import numpy as np
import pytest

from convkit.autograd import Tensor, check_grads
from convkit.errors import ConvkitError
from convkit.nn import LAYERS, Context, CrossDecoder, Sequential, flatten_parameters
from convkit.nn.positions import sinusoids
from convkit.nn.transformer import FeedForward, Settings
from tests.nn.cases import made_layers

EVALUATING = Context()
DIM = 8


def built(*pairs, steps=10, dtype=np.float64):
    model = Sequential(made_layers(pairs))
    model.build((steps, DIM), np.random.default_rng(0), dtype)
    return model


def sequences(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape)


def piece_by_piece(advance, memory, x, cuts):
    outputs = []
    for start, stop in zip(cuts, [*cuts[1:], x.shape[1]], strict=True):
        y, memory = advance(Tensor(x[:, start:stop]), memory, EVALUATING)
        outputs.append(y.data)
    return np.concatenate(outputs, axis=1)


@pytest.mark.parametrize("cuts", [range(10), [0, 1, 4], [0]], ids=["steps", "pieces", "whole"])
@pytest.mark.parametrize(
    "layer",
    [
        ("multi_head_attention", {"heads": 2, "causal": True}),
        ("transformer_decoder", {"heads": 2, "units": 12, "layers": 2}),
        ("transformer_decoder", {"heads": 4, "units": 6, "norm": "post", "activation": "gelu"}),
        ("positional_encoding", {}),
        ("positional_encoding", {"kind": "learned"}),
    ],
    ids=str,
)
def test_going_on_gives_what_going_through_at_once_does(layer, cuts):
    model, x = built(("dense", {"units": DIM}), layer), sequences(3, 10, DIM)
    whole = model(Tensor(x), EVALUATING)
    parts = piece_by_piece(model.advance, model.begin(3), x, cuts)
    np.testing.assert_allclose(parts, whole.data, rtol=1e-10, atol=1e-12)


def test_a_step_looks_at_those_before_it_and_computes_nothing_of_them_anew():
    model, record = built(("transformer_decoder", {"heads": 2, "units": 4})), []
    memory = model.begin(3)
    for step in range(4):
        context = Context(attention=record)
        _, memory = model.advance(Tensor(sequences(3, 1, DIM)), memory, context)
        assert record[step].shape == (3, 2, 1, step + 1)


def test_the_weights_of_every_layer_are_recorded_where_somebody_wants_them():
    model, record = built(("transformer_encoder", {"heads": 4, "units": 4, "layers": 3})), []
    model(Tensor(sequences(2, 10, DIM)), Context(attention=record))
    assert [weights.shape for weights in record] == [(2, 4, 10, 10)] * 3
    np.testing.assert_allclose(np.sum(record, axis=-1), 1)


def test_units_between_the_dense_layers_are_dropped_while_training():
    settings = Settings(heads=1, units=20, layers=1, dropout=0.5, norm="pre", activation="relu")
    network, x = FeedForward(settings), Tensor(np.zeros((1, 30, DIM)))
    network.build(DIM, np.random.default_rng(0), np.float64)
    network.linear1.bias.data[:] = 1
    network.linear2.weight.data[:] = 1 / 20
    np.testing.assert_allclose(network(x, EVALUATING).data, 1)
    made = network(x, Context(True, np.random.default_rng(0))).data[0]
    # What a sublayer adds is dropped too: each feature is 0, or twice the mean of the units left.
    left = made.max(axis=1, keepdims=True)
    np.testing.assert_allclose(made, np.where(made == 0, 0, left))
    assert 0.4 < np.mean(made == 0) < 0.6
    assert len(np.unique(left)) > 3
    assert 1.6 < left.mean() < 2.4


def test_steps_behind_the_end_change_nothing():
    layer = LAYERS["transformer_encoder"](2, 12, 2)
    layer.build((10, DIM), np.random.default_rng(0), np.float64)
    x, lengths = sequences(3, 10, DIM), np.array([10, 4, 1])
    padded = layer(Tensor(x), EVALUATING, lengths).data
    for sample, length in enumerate(lengths):
        alone = layer(Tensor(x[sample : sample + 1, :length]), EVALUATING).data
        np.testing.assert_allclose(padded[sample, :length], alone[0], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_cross_decoder_goes_on_as_it_goes_through_at_once(norm):
    decoder = CrossDecoder(2, 12, 2, norm=norm)
    decoder.build(DIM, 5, np.random.default_rng(0), np.float64)
    x, other, lengths = sequences(3, 6, DIM), sequences(3, 4, 5), np.array([4, 2, 1])
    whole = decoder(Tensor(x), Tensor(other), EVALUATING, lengths).data
    memory = decoder.begin(Tensor(other), EVALUATING, lengths)
    np.testing.assert_allclose(
        piece_by_piece(decoder.advance, memory, x, range(6)), whole, rtol=1e-10, atol=1e-12
    )
    other[1, 2:] = 99
    again = decoder(Tensor(x), Tensor(other), EVALUATING, lengths).data
    np.testing.assert_allclose(again, whole, rtol=1e-12, atol=1e-13)


def test_gradients_of_a_cross_decoder():
    decoder = CrossDecoder(2, 5)
    decoder.build(4, 3, np.random.default_rng(0), np.float64)
    lengths = np.array([3, 2])
    check_grads(
        lambda x, other: decoder(x, other, EVALUATING, lengths),
        sequences(2, 3, 4),
        sequences(2, 3, 3),
    )


def test_gradients_go_back_through_the_steps_of_a_piece():
    """Those before it are constants: truncated backpropagation."""
    model = built(("multi_head_attention", {"heads": 2, "causal": True}))
    before = model.advance(Tensor(sequences(2, 3, DIM)), model.begin(2), EVALUATING)[1]
    check_grads(lambda x: model.advance(x, before, EVALUATING)[0], sequences(2, 4, DIM, seed=2))


def test_sinusoids_are_the_papers():
    table = sinusoids(7, 6, np.dtype(np.float64))
    for position, pair in np.ndindex(7, 3):
        angle = position / 10000 ** (2 * pair / 6)
        assert table[position, 2 * pair] == pytest.approx(np.sin(angle))
        assert table[position, 2 * pair + 1] == pytest.approx(np.cos(angle))
    assert sinusoids(7, 5, np.dtype(np.float32)).shape == (7, 5)


def test_learned_positions_have_an_end():
    model = built(("positional_encoding", {"kind": "learned"}), steps=4)
    with pytest.raises(ConvkitError, match="4 learned positions, the sequence has 5"):
        model(Tensor(sequences(1, 5, DIM)), EVALUATING)


@pytest.mark.parametrize(
    "layer",
    [
        ("multi_head_attention", {"heads": 2}),
        ("transformer_encoder", {"heads": 2, "units": 4}),
    ],
    ids=str,
)
def test_what_sees_later_steps_cannot_go_on_step_by_step(layer):
    with pytest.raises(ConvkitError, match="later steps"):
        built(layer).begin(1)


# --- beside PyTorch ---


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_ten_steps_of_an_encoder_are_pytorchs(norm):
    torch = pytest.importorskip("torch")
    from tests.nn.torch_transformers import transformer

    layer = LAYERS["transformer_encoder"](2, 12, 2, norm=norm, activation="gelu")
    layer.build((6, DIM), np.random.default_rng(0), np.float64)
    theirs = [torch.tensor(each.data, requires_grad=True) for each in layer.parameters().values()]
    flat = flatten_parameters(layer)
    function = transformer(2, 12, layers=2, norm=norm, activation="gelu")
    lengths = np.array([6, 3, 1])
    for step in range(10):
        x, aims = sequences(3, 6, DIM, seed=step), sequences(3, 6, DIM, seed=step + 50)
        aims[1, 3:] = aims[2, 1:] = 0
        flat.zero_grads()
        (layer(Tensor(x), EVALUATING, lengths) * aims).sum().backward()
        flat.values -= 0.05 * flat.grads
        (function(torch.tensor(x), *theirs, lengths=lengths) * torch.tensor(aims)).sum().backward()
        for parameter in theirs:
            parameter.data -= 0.05 * parameter.grad
            parameter.grad = None
    for ours, parameter in zip(layer.parameters().values(), theirs, strict=True):
        np.testing.assert_allclose(ours.data, parameter.detach(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_cross_decoder_is_pytorchs(norm):
    torch = pytest.importorskip("torch")
    from tests.nn.torch_transformers import cross_decoder

    decoder = CrossDecoder(2, 12, 2, norm=norm)
    decoder.build(DIM, DIM, np.random.default_rng(0), np.float64)
    x, other, lengths = sequences(3, 5, DIM), sequences(3, 4, DIM, seed=2), np.array([4, 2, 1])
    ours = Tensor(x, requires_grad=True), Tensor(other, requires_grad=True)
    theirs = [torch.tensor(each, requires_grad=True) for each in (x, other)]
    parameters = {
        path: torch.tensor(each.data, requires_grad=True)
        for path, each in decoder.parameters().items()
    }
    value = decoder(*ours, EVALUATING, lengths)
    expected = cross_decoder(2, 12, layers=2, norm=norm)(*theirs, parameters, lengths)
    np.testing.assert_allclose(value.data, expected.detach(), rtol=1e-12, atol=1e-12)
    cotangent = sequences(3, 5, DIM, seed=3)
    value.backward(cotangent)
    expected.backward(torch.tensor(cotangent))
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our.grad, their.grad, rtol=1e-10, atol=1e-10)
    for path, parameter in decoder.parameters().items():
        np.testing.assert_allclose(
            parameter.grad, parameters[path].grad, rtol=1e-10, atol=1e-10, err_msg=path
        )
