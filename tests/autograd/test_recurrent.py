"""Recurrent cells: step by step as their formulas say, and as PyTorch's."""

import numpy as np
import pytest

from convkit.autograd import Tensor, gru, lstm, rnn
from convkit.errors import ConvkitError

SAMPLES, STEPS, FEATURES, UNITS = 4, 6, 3, 5
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
CELLS = {"rnn": rnn, "lstm": lstm, "gru": gru}
every_cell = pytest.mark.parametrize("name", CELLS)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rnn_step(z, zh, state):
    return (np.tanh(z + zh),)


def lstm_step(z, zh, state):
    i, f, g, o = np.split(z + zh, 4)
    c = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru_step(z, zh, state):
    (r, u, n), (r_h, u_h, n_h) = np.split(z, 3), np.split(zh, 3)
    kept = sigmoid(u + u_h)
    fresh = np.tanh(n + sigmoid(r + r_h) * n_h)
    return ((1 - kept) * fresh + kept * state[0],)


STEP = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}


class Example:
    """Arguments of a cell, the same for the same name."""

    def __init__(self, name, seed=0):
        rng = np.random.default_rng(seed)
        columns = GATES[name] * UNITS
        self.name = name
        self.x = rng.standard_normal((SAMPLES, STEPS, FEATURES))
        self.w = rng.standard_normal((FEATURES, columns))
        self.u = rng.standard_normal((UNITS, columns))
        self.b = rng.standard_normal((2, columns) if name == "gru" else columns)
        self.state = tuple(rng.standard_normal((1 + (name == "lstm"), SAMPLES, UNITS)))

    def unrolled(self, **settings):
        return CELLS[self.name](self.x, self.w, self.u, self.b, self.state, **settings)

    def looped(self, lengths, *, reverse=False):
        """Return the outputs and the last state, one sample and one step at a time."""
        b, b_h = self.b if self.name == "gru" else (self.b, 0)
        outputs = np.empty((SAMPLES, STEPS, UNITS))
        last = []
        for sample in range(SAMPLES):
            state = tuple(part[sample] for part in self.state)
            for step in range(STEPS)[:: -1 if reverse else 1]:
                if step < lengths[sample]:
                    z = self.x[sample, step] @ self.w + b
                    state = STEP[self.name](z, state[0] @ self.u + b_h, state)
                outputs[sample, step] = state[0]
            last.append(state)
        return outputs, [np.stack(part) for part in zip(*last, strict=True)]


@every_cell
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("lengths", [None, [6, 3, 1, 0]])
def test_steps_are_those_of_the_formulas(name, reverse, lengths):
    example = Example(name)
    outputs, state = example.unrolled(lengths=lengths, reverse=reverse)
    expected, last = example.looped(lengths or [STEPS] * SAMPLES, reverse=reverse)
    np.testing.assert_allclose(outputs.data, expected, rtol=0, atol=1e-13)
    for part, last_part in zip(state, last, strict=True):
        np.testing.assert_allclose(part.data, last_part, rtol=0, atol=1e-13)


@every_cell
def test_steps_that_do_not_count_get_no_gradient(name):
    example = Example(name)
    x = Tensor(example.x, requires_grad=True)
    example.x = x
    outputs, state = example.unrolled(lengths=np.array([6, 3, 1, 0]))
    (outputs.sum() + state[0].sum()).backward()
    counting = np.arange(STEPS) < np.array([6, 3, 1, 0])[:, np.newaxis]
    np.testing.assert_array_equal(np.abs(x.grad).max(axis=2) > 0, counting)


@every_cell
def test_what_lies_behind_the_end_does_not_matter(name):
    example, other = Example(name), Example(name)
    other.x[:, 4:] = 1e3
    lengths = np.array([4, 2, 4, 1])
    for part, same in zip(
        example.unrolled(lengths=lengths).state, other.unrolled(lengths=lengths).state, strict=True
    ):
        np.testing.assert_array_equal(part.data, same.data)


@pytest.mark.parametrize("lengths", [[1, 2], [1, 2, 3, 7], [1, 2, 3, -1]])
def test_lengths_must_fit(lengths):
    with pytest.raises(ConvkitError, match="lengths must be 4 whole numbers from 0 to 6"):
        Example("gru").unrolled(lengths=lengths)


def test_the_nonlinearity_must_be_known():
    with pytest.raises(ConvkitError, match=r"unknown nonlinearity 'tahn' \(did you mean 'tanh'"):
        Example("rnn").unrolled(nonlinearity="tahn")


@every_cell
def test_huge_sums_saturate_without_a_warning(name):
    example = Example(name)
    example.x *= 1e5
    assert np.isfinite(example.unrolled().outputs.data).all()


# --- beside PyTorch ---


def peer(torch, example, **settings):
    """Return PyTorch's module with the same weights; its second bias is zero where we have one."""
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[example.name]
    module = kind(FEATURES, UNITS, batch_first=True, dtype=torch.float64, **settings)
    biases = example.b if example.name == "gru" else (example.b, np.zeros_like(example.b))
    weights = (example.w.T, example.u.T, *biases)
    with torch.no_grad():
        for parameter, weight in zip(module.parameters(), weights, strict=True):
            parameter.copy_(torch.tensor(weight))
    return module


def told(torch, state):
    tensors = [torch.tensor(part[np.newaxis], requires_grad=True) for part in state]
    return tensors, (tuple(tensors) if len(tensors) == 2 else tensors[0])


@pytest.mark.parametrize(
    ("name", "settings"),
    [("rnn", {}), ("rnn", {"nonlinearity": "relu"}), ("lstm", {}), ("gru", {})],
)
def test_values_and_gradients_are_pytorchs(name, settings):
    torch = pytest.importorskip("torch")
    example = Example(name)
    module = peer(torch, example, **settings)
    x = torch.tensor(example.x, requires_grad=True)
    first, state = told(torch, example.state)
    theirs, last = module(x, state)
    lasts = last if isinstance(last, tuple) else (last,)
    ours = [Tensor(each, requires_grad=True) for each in (example.x, example.w, example.u)]
    bias = Tensor(example.b, requires_grad=True)
    begun = [Tensor(part, requires_grad=True) for part in example.state]
    outputs, after = CELLS[name](*ours, bias, begun, **settings)
    np.testing.assert_allclose(outputs.data, theirs.detach(), rtol=0, atol=1e-12)
    weight = np.random.default_rng(3).standard_normal(outputs.shape)
    ((outputs * weight).sum() + sum(part.sum() * 2 for part in after)).backward()
    ((theirs * torch.tensor(weight)).sum() + sum(part.sum() * 2 for part in lasts)).backward()
    grads = [x.grad, module.weight_ih_l0.grad.T, module.weight_hh_l0.grad.T]
    for mine, grad in zip(ours, grads, strict=True):
        np.testing.assert_allclose(mine.grad, grad, rtol=1e-10, atol=1e-12)
    biases = torch.stack([module.bias_ih_l0.grad, module.bias_hh_l0.grad])
    same = biases if name == "gru" else biases[0]
    np.testing.assert_allclose(bias.grad, same, rtol=1e-10, atol=1e-12)
    for mine, grad in zip(begun, first, strict=True):
        np.testing.assert_allclose(mine.grad, grad.grad[0], rtol=1e-10, atol=1e-12)


@every_cell
def test_ten_training_steps_are_pytorchs(name):
    torch = pytest.importorskip("torch")
    example = Example(name)
    module = peer(torch, example)
    goal = np.random.default_rng(4).standard_normal((SAMPLES, UNITS))
    descent = torch.optim.SGD(module.parameters(), lr=0.1)
    parameters = [
        Tensor(each.copy(), requires_grad=True) for each in (example.w, example.u, example.b)
    ]
    for _ in range(10):
        descent.zero_grad()
        loss = (module(torch.tensor(example.x))[0][:, -1] - torch.tensor(goal)).square().mean()
        loss.backward()
        if name != "gru":
            # What is one bias here are two there, each of which would take the step.
            module.bias_hh_l0.grad.zero_()
        descent.step()
        for parameter in parameters:
            parameter.grad = None
        difference = CELLS[name](example.x, *parameters).state[0] - goal
        (difference * difference).mean().backward()
        for parameter in parameters:
            parameter.data -= 0.1 * parameter.grad
    theirs = [each.detach().numpy() for each in module.parameters()]
    biases = np.stack(theirs[2:]) if name == "gru" else theirs[2]
    for mine, other in zip(parameters, (theirs[0].T, theirs[1].T, biases), strict=True):
        np.testing.assert_allclose(mine.data, other, rtol=1e-10, atol=1e-12)


def test_a_packed_batch_is_pytorchs():
    torch = pytest.importorskip("torch")
    example = Example("lstm")
    module = peer(torch, example)
    lengths = [6, 4, 2, 1]
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(example.x), lengths, batch_first=True
    )
    _, (h, c) = module(packed)
    ours = lstm(example.x, example.w, example.u, example.b, lengths=np.array(lengths)).state
    for mine, other in zip(ours, (h, c), strict=True):
        np.testing.assert_allclose(mine.data, other.detach()[0], rtol=0, atol=1e-12)
