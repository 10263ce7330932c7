"""What makes two networks learn from each other: losses, packs, penalties, averages."""

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.families.adversarial import OBJECTIVES, packed
from convkit.families.averaging import MovingAverage
from convkit.families.critic import Critic
from convkit.families.film import Film, points_picture
from convkit.nn import Context, Sequential, flatten_parameters
from tests.nn.cases import made_layers

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(6, 1))

BY_HAND = {
    ("non_saturating", True): lambda s: -np.log(1 / (1 + np.exp(-s))),
    ("non_saturating", False): lambda s: -np.log(1 - 1 / (1 + np.exp(-s))),
    ("least_squares", True): lambda s: (s - 1) ** 2 / 2,
    ("least_squares", False): lambda s: s**2 / 2,
    ("wasserstein", True): lambda s: -s,
    ("wasserstein", False): lambda s: s,
}


@pytest.mark.parametrize(("name", "real"), BY_HAND)
def test_objectives_are_their_formulas(name, real):
    value = OBJECTIVES[name](Tensor(SCORES), real)
    assert float(value.data) == pytest.approx(BY_HAND[name, real](SCORES).mean(), rel=1e-12)


def test_a_pack_lies_along_the_last_axis():
    samples = RNG.normal(size=(6, 4, 5, 2))
    packs = packed(Tensor(samples), 3).data
    assert packs.shape == (2, 4, 5, 6)
    for number, pack in enumerate(packs):
        expected = np.concatenate(samples[3 * number : 3 * number + 3], axis=-1)
        np.testing.assert_array_equal(pack, expected)


# --- penalties ---

LAYERS = [("dense", {"units": 8}), ("leaky_relu", {"negative_slope": 0.2}),
          ("dense", {"units": 8}), ("tanh", {}), ("dense", {"units": 1})]  # fmt: skip


def network():
    model = Sequential(made_layers(LAYERS))
    model.build((3,), np.random.default_rng(4), np.float64)
    return model


def in_torch(torch, model, x):
    """Return the scores that PyTorch finds, and the weights that it can be asked about."""
    weights = {
        path: torch.tensor(each.data, requires_grad=True)
        for path, each in model.parameters().items()
    }
    dense = [(weights[f"layers.{n}.weight"], weights[f"layers.{n}.bias"]) for n in (0, 2, 4)]
    x = torch.nn.functional.leaky_relu(x @ dense[0][0] + dense[0][1], 0.2)
    x = torch.tanh(x @ dense[1][0] + dense[1][1])
    return x @ dense[2][0] + dense[2][1], weights


def r1(slopes):
    return 0.5 * 7.0 * slopes.square().sum(1).mean()


def to_one(slopes):
    return 7.0 * (slopes.square().sum(1).sqrt() - 1).square().mean()


@pytest.mark.parametrize("penalty", [r1, to_one])
def test_gradients_of_penalties_are_those_of_double_backward(penalty):
    torch = pytest.importorskip("torch")
    model, x = network(), RNG.normal(size=(9, 3))
    critic = Critic(model, Context(train=True))
    mine = critic.scores_and_r1(x, 7.0)[1] if penalty is r1 else critic.gradient_penalty(x, 7.0)
    mine.backward()

    points = torch.tensor(x, requires_grad=True)
    scores, weights = in_torch(torch, model, points)
    (slopes,) = torch.autograd.grad(scores.sum(), points, create_graph=True)
    penalty(slopes).backward()
    np.testing.assert_allclose(critic.slopes(x), slopes.detach().numpy(), rtol=1e-10)
    for path, parameter in model.parameters().items():
        expected = weights[path].grad
        got = np.zeros(parameter.shape) if parameter.grad is None else parameter.grad
        np.testing.assert_allclose(got, 0 if expected is None else expected, rtol=1e-8, atol=1e-12)


def mean_r1(critic, x):
    return 0.5 * 7.0 * np.square(critic.slopes(x)).sum(axis=1).mean()


def mean_to_one(critic, x):
    return 7.0 * np.square(np.sqrt(np.square(critic.slopes(x)).sum(axis=1)) - 1).mean()


@pytest.mark.parametrize("penalty", [mean_r1, mean_to_one])
def test_gradients_of_penalties_are_finite_differences(penalty):
    model, x = network(), RNG.normal(size=(9, 3))
    critic = Critic(model, Context(train=True))
    mine = (
        critic.scores_and_r1(x, 7.0)[1] if penalty is mean_r1 else critic.gradient_penalty(x, 7.0)
    )
    mine.backward()
    for path in ("layers.0.weight", "layers.2.bias", "layers.4.weight"):
        each = model.parameters()[path]
        along, got = RNG.normal(size=each.shape), each.grad
        middle, values = each.data, []
        for step in (1e-6, -1e-6):
            each.data = middle + step * along
            values.append(penalty(critic, x))
        each.data = middle
        assert np.sum(got * along) == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-5)


def test_the_scores_beside_a_penalty_are_the_scores():
    model, x = network(), RNG.normal(size=(9, 3))
    critic = Critic(model, Context(train=True))
    np.testing.assert_allclose(
        critic.scores_and_r1(x, 1.0)[0].data, critic(Tensor(x)).data, rtol=1e-14
    )


def test_a_flat_critic_is_not_pushed_anywhere():
    model = network()
    for each in model.parameters().values():
        each.data = np.zeros_like(each.data)
    critic = Critic(model, Context(train=True))
    critic.gradient_penalty(RNG.normal(size=(4, 3)), 10.0).backward()
    for each in model.parameters().values():
        assert each.grad is None or not np.any(each.grad)


# --- the average ---


def test_the_average_follows_parameters_and_buffers():
    layers = [("dense", {"units": 2}), ("batch_norm", {})]
    module, average = (Sequential(made_layers(layers)) for _ in range(2))
    for each in (module, average):
        each.build((3,), np.random.default_rng(1), np.float64)
    flat = flatten_parameters(module)
    moving = MovingAverage(average, module, flat, 0.9)
    expected = average.state()
    for step in range(1, 120):
        flat.values += RNG.normal(size=flat.values.shape)
        module.layers[1].running_mean += 1
        rate = max(0.1, 9 / (10 + step))
        for name, latest in module.state().items():
            expected[name] = (1 - rate) * expected[name] + rate * latest
        moving.follow()
    for name, array in average.state().items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-10)


# --- the film ---


@pytest.mark.parametrize(("epochs", "frames"), [(1, 1), (3, 3), (80, 8)])
def test_a_film_shows_the_first_epoch_and_the_last(epochs, frames):
    film = Film(epochs)
    for epoch in range(epochs):
        film.show(np.full((20, 2, 2, 1), epoch / 100, np.float32))
    real = np.array([0, 1], np.float32).repeat(4).reshape(2, 2, 2, 1)
    strip = film.pictures(real)["film"]
    assert strip.shape == (frames, 10, 2, 2, 1)
    assert strip[0, 0, 0, 0, 0] == 0
    assert strip[-1, 0, 0, 0, 0] == pytest.approx((epochs - 1) / 100)


def test_samples_that_cannot_be_shown_leave_no_film():
    film = Film(1)
    film.show(np.zeros((20, 5), np.float32))
    assert film.pictures(np.zeros((20, 5), np.float32)) == {}


def test_points_lie_where_they_are():
    real = np.array([[-1.0, -1.0], [1.0, 1.0]])
    # They fill 80 of 96 pixels: 40 for every 1 from the middle, to the right and upwards.
    picture = points_picture(np.array([[0.99, 0.99], [50.0, 0.0], [-0.59, 0.59]]), real)[..., 0]
    assert np.argwhere(picture == 0).tolist() == [[8, 87], [24, 24]]
    assert np.count_nonzero(picture == 0.75) == 2
    assert np.count_nonzero(picture == 1) == 96 * 96 - 4
