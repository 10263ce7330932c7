"""The parts of the evidence lower bound beside SciPy's and PyTorch's distributions."""

import numpy as np
import pytest

from convkit.autograd import (
    Tensor,
    bernoulli_surprise,
    normal_divergence,
    normal_surprise,
    reparameterize,
)

RNG = np.random.default_rng(3)
MOMENTS = RNG.normal(size=(5, 8))
OUTPUTS, TARGETS = RNG.normal(size=(2, 5, 4, 3))


def test_surprises_are_scipys_log_densities():
    stats = pytest.importorskip("scipy.stats")
    answers = TARGETS > 0
    yes = 1 / (1 + np.exp(-OUTPUTS))
    expected = -stats.bernoulli.logpmf(answers, yes).sum(axis=(1, 2))
    ours = bernoulli_surprise(Tensor(OUTPUTS), answers).data
    np.testing.assert_allclose(ours, expected, rtol=1e-12)
    expected = -stats.norm.logpdf(TARGETS, OUTPUTS, np.exp(0.3)).sum(axis=(1, 2))
    ours = normal_surprise(Tensor(OUTPUTS), np.array([0.3]), TARGETS).data
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


def test_divergence_and_its_gradient_are_pytorchs():
    torch = pytest.importorskip("torch")
    theirs = torch.tensor(MOMENTS, requires_grad=True)
    normal = torch.distributions.Normal(theirs[:, :4], (theirs[:, 4:] / 2).exp())
    standard = torch.distributions.Normal(torch.zeros(4).double(), torch.ones(4).double())
    expected = torch.distributions.kl_divergence(normal, standard).sum(dim=1)
    expected.square().sum().backward()
    ours = Tensor(MOMENTS, requires_grad=True)
    divergence = normal_divergence(ours)
    np.testing.assert_allclose(divergence.data, expected.detach(), rtol=1e-12)
    (divergence * divergence).sum().backward()
    np.testing.assert_allclose(ours.grad, theirs.grad, rtol=1e-12)


def test_divergence_is_the_mean_of_what_it_measures():
    """KL is the expectation of log q(z) - log p(z) over z drawn from q."""
    noise = RNG.standard_normal((200_000, 4))
    moments = np.broadcast_to(MOMENTS[0], (len(noise), 8))
    codes = reparameterize(Tensor(moments), noise).data
    log_q = -0.5 * noise**2 - 0.5 * moments[:, 4:]
    estimate = (log_q + 0.5 * codes**2).sum(axis=1)
    deviation = estimate.std() / np.sqrt(len(estimate))
    expected = normal_divergence(Tensor(MOMENTS[:1])).item()
    assert abs(estimate.mean() - expected) < 4 * deviation


def test_drawn_codes_have_the_moments_that_were_told():
    noise = RNG.standard_normal((100_000, 4))
    codes = reparameterize(Tensor(np.broadcast_to(MOMENTS[1], (len(noise), 8))), noise).data
    np.testing.assert_allclose(codes.mean(axis=0), MOMENTS[1, :4], atol=0.05)
    np.testing.assert_allclose(np.log(codes.var(axis=0)), MOMENTS[1, 4:], atol=0.05)
