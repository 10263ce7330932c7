"""Banks: the maps that one product gives are those that each kernel gives alone."""

import numpy as np
import pytest

from convkit.conv import Border
from convkit.conv.strategies import bank
from convkit.filtering import Bank, Chain, Filter, Geometry, apply
from convkit.images import KINDS, Picture
from convkit.kernels import Kernel
from tests.conv.oracle import correlate

RNG = np.random.default_rng(0)


def picture(shape, dtype=np.uint8):
    image = (RNG.random(shape) * 255).astype(dtype)
    return Picture([image], KINDS[1 if image.ndim == 2 else image.shape[2]], 255.0)


def count_products(monkeypatch):
    calls = []
    strips = bank.strips
    monkeypatch.setattr(bank, "strips", lambda *given: calls.append(1) or strips(*given))
    return calls


@pytest.mark.parametrize("tone", ["abs", "clip", "offset", "minmax", "raw"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_bank_is_one_product(tone, channels, monkeypatch):
    scene = picture((40, 50, 3)[: 2 if channels == 1 else 3])
    weights = RNG.normal(size=(5, channels, 3, 3))
    geometry = Geometry(pad="same", border=Border("edge"))
    calls = count_products(monkeypatch)
    maps = apply(Filter(Bank([Kernel("five", weights)]), geometry, tone=tone), scene)
    assert len(calls) == (2 if tone == "minmax" else 1)  # extremes first, then the maps
    assert [each.name for each in maps] == [f"five-{n}" for n in range(5)]
    for n, each in enumerate(maps):
        alone = apply(Filter(Bank([Kernel("one", weights[[n]])]), geometry, tone=tone), scene)[0]
        assert each.picture.frames[0].shape == (40, 50)
        np.testing.assert_allclose(
            each.picture.frames[0].astype(float),
            alone.picture.frames[0].astype(float),
            atol=1e-3 if tone == "raw" else 1,
        )
        assert each.extent.mean == pytest.approx(alone.extent.mean, abs=1e-3)


def test_many_kernels_over_grey_share_their_windows(monkeypatch):
    scene = picture((24, 30))
    kernels = [Kernel(f"k{n}", RNG.normal(size=(5, 5))) for n in range(40)]
    calls = count_products(monkeypatch)
    maps = apply(Filter(Bank(kernels), tone="raw", colour="grey"), scene)
    assert len(calls) == 1
    for kernel, each in zip(kernels, maps, strict=True):
        expected = correlate(scene.frames[0].astype(float), kernel.weights).astype(float)
        atol = 5e-7 * np.abs(kernel.weights).sum() * 255
        np.testing.assert_allclose(each.picture.frames[0], expected, rtol=0, atol=atol)
        assert each.name == kernel.name


def test_kernels_of_several_sizes_stay_alone(monkeypatch):
    calls = count_products(monkeypatch)
    kernels = [Kernel("three", np.ones((3, 3))), Kernel("five", np.ones((5, 5)))]
    maps = apply(Filter(Bank(kernels), Geometry(pad="same"), tone="raw"), picture((20, 20)))
    assert not calls
    assert len(maps) == 2


def test_a_named_strategy_is_taken_at_its_word(monkeypatch):
    calls = count_products(monkeypatch)
    kernels = [Kernel(f"k{n}", RNG.normal(size=(5, 5))) for n in range(40)]
    chosen = Filter(Bank(kernels), Geometry(strategy="direct"), tone="raw")
    strategies = {each.response.plan.strategy for each in apply(chosen, picture((20, 20)))}
    assert strategies == {"direct"}
    assert not calls


def test_a_chain_of_one_kernel_is_no_bank():
    chosen = Filter(Chain([Kernel("one", np.ones((3, 3)))]), tone="raw")
    assert apply(chosen, picture((9, 9)))[0].response.part is None
