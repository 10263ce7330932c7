"""What recurrent layers promise beside the contract of all layers."""

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.errors import ConvkitError
from convkit.nn import LAYERS, Context, Residual, Sequential

NAMES = ("rnn", "lstm", "gru")
every_name = pytest.mark.parametrize("name", NAMES)
SHAPE = (7, 3)
EVALUATING = Context()


def built(name, shape=SHAPE, **settings):
    layer = LAYERS[name](5, **settings)
    layer.build(shape, np.random.default_rng(0), np.float64)
    return layer


def sequences(samples=4, shape=SHAPE, seed=1):
    return Tensor(np.random.default_rng(seed).standard_normal((samples, *shape)))


@every_name
def test_the_last_of_the_sequence_is_what_comes_out_without_it(name):
    x = sequences()
    whole = built(name, return_sequences=True)(x, EVALUATING).data
    np.testing.assert_array_equal(built(name)(x, EVALUATING).data, whole[:, -1])


@every_name
def test_both_directions_stand_side_by_side(name):
    x = sequences()
    both = built(name, bidirectional=True, return_sequences=True)
    forth, back = built(name, return_sequences=True), built(name, return_sequences=True)
    forth.cells, back.cells = both.cells[:1], both.cells[1:]
    backwards = back(Tensor(x.data[:, ::-1].copy()), EVALUATING).data[:, ::-1]
    expected = np.concatenate([forth(x, EVALUATING).data, backwards], axis=2)
    np.testing.assert_allclose(both(x, EVALUATING).data, expected, atol=1e-14)
    both.return_sequences = False
    ends = np.concatenate([expected[:, -1, :5], expected[:, 0, 5:]], axis=1)
    np.testing.assert_allclose(both(x, EVALUATING).data, ends, atol=1e-14)


@every_name
def test_layers_on_top_of_each_other_are_layers_one_after_another(name):
    x = sequences()
    tower = built(name, layers=2)
    lower, upper = built(name, return_sequences=True), built(name, shape=(7, 5))
    lower.cells, upper.cells = tower.cells[:1], tower.cells[1:]
    expected = upper(lower(x, EVALUATING), EVALUATING).data
    np.testing.assert_array_equal(tower(x, EVALUATING).data, expected)


@every_name
def test_steps_of_padding_at_the_end_do_not_count(name):
    layer = built(name, mask_value=-1, bidirectional=True, layers=2)
    x = sequences(samples=3)
    short = Tensor(x.data[:, :4].copy())
    padded = Tensor(np.concatenate([short.data, np.full((3, 3, 3), -1.0)], axis=1))
    np.testing.assert_allclose(
        layer(padded, EVALUATING).data, layer(short, EVALUATING).data, atol=1e-14
    )
    inside = x.data.copy()
    inside[:, 2] = -1
    assert layer.lengths(Tensor(inside)).tolist() == [7, 7, 7]
    assert layer.lengths(Tensor(np.full((1, 7, 3), -1.0))).tolist() == [0]


@every_name
def test_dropout_is_between_layers_only(name):
    x = sequences()

    def outputs(**settings):
        return built(name, dropout=0.5, **settings)(x, Context(True, np.random.default_rng(3))).data

    np.testing.assert_array_equal(outputs(), built(name)(x, EVALUATING).data)
    assert not np.array_equal(outputs(layers=2), built(name, layers=2)(x, EVALUATING).data)


@every_name
def test_going_piece_by_piece_is_going_at_once(name):
    model = Sequential([built(name, return_sequences=True, layers=2), Residual([built(
        name, shape=(7, 5), return_sequences=True)])])  # fmt: skip
    x = sequences()
    memory, pieces = model.begin(4), []
    for start, stop in ((0, 1), (1, 4), (4, 7)):
        before = memory
        piece, memory = model.advance(Tensor(x.data[:, start:stop]), memory, EVALUATING)
        pieces.append(piece.data)
        again, _ = model.advance(Tensor(x.data[:, start:stop]), before, EVALUATING)
        np.testing.assert_array_equal(again.data, piece.data)
    whole = model(x, EVALUATING).data
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-14)


@every_name
def test_gradients_go_through_a_state_that_is_handed_over(name):
    first, second = built(name), built(name)
    x = sequences()
    x.requires_grad = True
    _, state = first.unroll(x, EVALUATING)
    second.unroll(sequences(seed=2), EVALUATING, state)[0].sum().backward()
    assert np.abs(x.grad).max() > 0


def test_only_the_lstms_forget_gate_begins_open():
    assert not built("gru").cells[0].bias.data.any()
    assert built("lstm", forget_bias=3).cells[0].bias.data.reshape(4, 5).tolist() == [
        [0] * 5, [3] * 5, [0] * 5, [0] * 5,
    ]  # fmt: skip


def test_gates_may_begin_with_memories_of_all_lengths():
    lstm = LAYERS["lstm"](400, forget_bias="chrono")
    gru = LAYERS["gru"](400, update_bias="chrono")
    for layer in (lstm, gru):
        layer.build((101, 1), np.random.default_rng(0), np.float64)
    i, f, *others = lstm.cells[0].bias.data.reshape(4, 400)
    z = gru.cells[0].bias.data[0, 400:800]
    np.testing.assert_array_equal(i, -f)
    assert not np.any(others)
    for bias in (f, z):
        # As many lifetimes below 50 steps as above.
        assert 0 <= bias.min() < np.log(10)
        assert np.log(90) < bias.max() <= np.log(100)
        assert np.exp(bias).mean() == pytest.approx(50, abs=5)


def test_recurrent_weights_begin_orthogonal():
    weight = built("rnn").cells[0].recurrent_weight.data
    np.testing.assert_allclose(weight @ weight.T, np.eye(5), atol=1e-14)


def test_a_sequence_cannot_go_piecewise_in_both_directions():
    with pytest.raises(ConvkitError, match="a bidirectional gru can't go through a sequence piece"):
        built("gru", bidirectional=True).begin(2)


# Keras 3.11, keras.layers.LSTM(32) and so on after (None, 10): count_params().
@pytest.mark.parametrize(
    ("name", "settings", "parameters"),
    [
        ("rnn", {}, 1376),
        ("lstm", {}, 5504),
        ("gru", {}, 4224),
        ("lstm", {"bidirectional": True}, 11008),
        ("gru", {"layers": 2}, 4224 + 6336),
    ],
)
def test_parameters_are_counted_as_in_keras(name, settings, parameters):
    layer = LAYERS[name](32, **settings)
    assert layer.count_parameters((None, 10)) == parameters
    layer.build((4, 10), np.random.default_rng(0))
    assert sum(each.size for each in layer.parameters().values()) == parameters


def test_macs_are_the_products_of_all_steps():
    assert LAYERS["lstm"](32).macs((20, 10)) == 20 * 4 * 32 * (10 + 32)
    assert LAYERS["gru"](8, bidirectional=True, layers=2).macs((5, 3)) == 5 * 2 * 3 * 8 * (
        (3 + 8) + (16 + 8)
    )
