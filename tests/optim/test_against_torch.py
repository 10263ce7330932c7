"""Fifty steps beside torch.optim in float64, with every option; Lion beside its paper."""

from __future__ import annotations

import numpy as np
import pytest

from convkit.optim import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    RMSprop,
)
from tests.optim.problems import bumpy_gradient

torch = pytest.importorskip("torch")

STEPS = 50


@pytest.fixture(autouse=True)
def _double_precision():
    # Torch's NAdam keeps its product of momenta in the default dtype, whatever the parameters are.
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


START = np.random.default_rng(7).normal(size=12)


def steps_of(optimizer, factor=1.0):
    """Return the parameters after every step of ours."""
    params = START.copy()
    optimizer.start(params)
    steps = []
    for _ in range(STEPS):
        optimizer.step(params, bumpy_gradient(params), factor)
        steps.append(params.copy())
    return np.array(steps)


def torch_steps(build, *, before=None, split=None):
    """Return the same of torch; `before` may change the parameters and gradients of each step."""
    values = torch.tensor(START)
    parts = [part.clone().requires_grad_() for part in values.split(split or [12])]
    optimizer = build(parts)
    steps = []
    for _ in range(STEPS):
        together = torch.cat([part.detach() for part in parts]).numpy()
        grads = torch.tensor(bumpy_gradient(together)).split(split or [12])
        for part, grad in zip(parts, grads, strict=True):
            part.grad = grad.clone()
        if before:
            before(parts)
        optimizer.step()
        steps.append(torch.cat([part.detach() for part in parts]).numpy())
    return np.array(steps)


def assert_same(ours, theirs):
    assert np.abs(theirs[-1] - START).max() > 1e-3
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-10)


L2 = {"l2": 0.1}
DECAY = {"weight_decay": 0.1}
PAIRS = {
    "sgd": (SGD(0.03), "SGD", {"lr": 0.03}),
    "sgd-l2": (SGD(0.03, **L2), "SGD", {"lr": 0.03, **DECAY}),
    "momentum": (Momentum(0.03), "SGD", {"lr": 0.03, "momentum": 0.9}),
    "momentum-l2": (
        Momentum(0.03, 0.5, **L2),
        "SGD",
        {"lr": 0.03, "momentum": 0.5, **DECAY},
    ),
    "nesterov": (Nesterov(0.03), "SGD", {"lr": 0.03, "momentum": 0.9, "nesterov": True}),
    "nesterov-l2": (
        Nesterov(0.03, 0.7, **L2),
        "SGD",
        {"lr": 0.03, "momentum": 0.7, "nesterov": True, **DECAY},
    ),
    "adagrad": (Adagrad(), "Adagrad", {}),
    "adagrad-options": (
        Adagrad(0.2, initial_accumulator_value=0.3, eps=1e-3, **L2),
        "Adagrad",
        {"lr": 0.2, "initial_accumulator_value": 0.3, "eps": 1e-3, **DECAY},
    ),
    "rmsprop": (RMSprop(), "RMSprop", {}),
    "rmsprop-momentum": (
        RMSprop(alpha=0.9, eps=1e-4, momentum=0.8, **L2),
        "RMSprop",
        {"alpha": 0.9, "eps": 1e-4, "momentum": 0.8, **DECAY},
    ),
    "rmsprop-centered": (RMSprop(centered=True), "RMSprop", {"centered": True}),
    "rmsprop-everything": (
        RMSprop(0.003, 0.95, momentum=0.7, centered=True, **L2),
        "RMSprop",
        {"lr": 0.003, "alpha": 0.95, "momentum": 0.7, "centered": True, **DECAY},
    ),
    "adadelta": (Adadelta(), "Adadelta", {}),
    "adadelta-options": (
        Adadelta(3, rho=0.8, eps=1e-4, **L2),
        "Adadelta",
        {"lr": 3, "rho": 0.8, "eps": 1e-4, **DECAY},
    ),
    "adam": (Adam(), "Adam", {}),
    "adam-options": (
        Adam(0.02, (0.8, 0.95), 1e-4, **L2),
        "Adam",
        {"lr": 0.02, "betas": (0.8, 0.95), "eps": 1e-4, **DECAY},
    ),
    "adam-amsgrad": (
        Adam(0.05, (0.9, 0.8), amsgrad=True),
        "Adam",
        {"lr": 0.05, "betas": (0.9, 0.8), "amsgrad": True},
    ),
    "adamw": (AdamW(), "AdamW", {}),
    "adamw-options": (
        AdamW(0.02, (0.5, 0.9), weight_decay=0.3, amsgrad=True),
        "AdamW",
        {"lr": 0.02, "betas": (0.5, 0.9), "weight_decay": 0.3, "amsgrad": True},
    ),
    "nadam": (NAdam(), "NAdam", {}),
    "nadam-options": (
        NAdam(0.02, (0.7, 0.9), 1e-5, 0.1, **L2),
        "NAdam",
        {"lr": 0.02, "betas": (0.7, 0.9), "eps": 1e-5, "momentum_decay": 0.1, **DECAY},
    ),
    "nadam-decoupled": (
        NAdam(0.02, **DECAY),
        "NAdam",
        {"lr": 0.02, "decoupled_weight_decay": True, **DECAY},
    ),
}


@pytest.mark.parametrize("case", PAIRS)
def test_goes_the_way_of_torch(case):
    ours, theirs, options = PAIRS[case]
    assert_same(
        steps_of(ours), torch_steps(lambda parts: getattr(torch.optim, theirs)(parts, **options))
    )


def clip_norm(parts):
    torch.nn.utils.clip_grad_norm_(parts, 1.5)


def clip_value(parts):
    torch.nn.utils.clip_grad_value_(parts, 0.4)


def clip_value_then_norm(parts):
    clip_value(parts)
    torch.nn.utils.clip_grad_norm_(parts, 1.0)


def penalise(parts):
    for part in parts:
        part.grad += 0.05 * part.detach().sign()


def shrink(parts):
    with torch.no_grad():
        for part in parts:
            part.mul_(1 - 0.03 * 0.1)


@pytest.mark.parametrize(
    ("options", "before"),
    [
        ({"clip_norm": 1.5, "l2": 0.02}, clip_norm),
        ({"clip_value": 0.4, "l2": 0.02}, clip_value),
        ({"clip_value": 0.4, "clip_norm": 1.0}, clip_value_then_norm),
        ({"l1": 0.05, "l2": 0.02}, penalise),
        ({"weight_decay": 0.1}, shrink),
    ],
)
def test_options_of_all_optimizers(options, before):
    assert_same(
        steps_of(Momentum(0.03, **options)),
        torch_steps(
            lambda parts: torch.optim.SGD(
                parts, lr=0.03, momentum=0.9, weight_decay=options.get("l2", 0)
            ),
            before=before,
            split=[5, 7],
        ),
    )


def test_a_factor_for_each_parameter_is_a_parameter_group():
    factor = np.repeat([1.0, 0.2, 0.0], [5, 4, 3])

    def build(parts):
        parts[2].requires_grad_(False)
        rates = (0.02, 0.004, 0.02)
        groups = [{"params": [p], "lr": lr} for p, lr in zip(parts, rates, strict=True)]
        return torch.optim.AdamW(groups[:2], weight_decay=0.1)

    def clip(parts):
        torch.nn.utils.clip_grad_norm_(parts[:2], 1.0)

    assert_same(
        steps_of(AdamW(0.02, weight_decay=0.1, clip_norm=1.0), factor),
        torch_steps(build, before=clip, split=[5, 4, 3]),
    )


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_lion_goes_the_way_of_its_paper(decay):
    lr, beta1, beta2 = 0.02, 0.9, 0.99
    params, mean, steps = START.copy(), np.zeros(12), []
    for _ in range(STEPS):
        grads = bumpy_gradient(params)
        update = np.sign(beta1 * mean + (1 - beta1) * grads)
        mean = beta2 * mean + (1 - beta2) * grads
        params = params - lr * (update + decay * params)
        steps.append(params)
    assert_same(steps_of(Lion(lr, weight_decay=decay)), np.array(steps))
