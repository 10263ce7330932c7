"""The variational autoencoder: its bound, where it must hold, and what it draws."""

from dataclasses import replace

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.data import Dataset, Splits
from convkit.errors import ConvkitError
from convkit.families import VAE, MisfitError
from convkit.nn import LAYERS, LOSSES
from convkit.optim import OPTIMIZERS
from tests.families.coding import built, layers, pictures, prepared, splits, standardized, trained


def small(latent=2, **options):
    return VAE(layers(8), layers(8, 16, before=()), latent=latent, **options)


def test_it_learns_and_tells_the_parts_of_its_bound():
    family = small()
    records = trained(family, 60)
    assert records[-1]["loss"] < 0.7 * records[0]["loss"]
    for each in (records[-1], family.measure(splits().test)):
        assert tuple(each) == family.measured == ("loss", "reconstruction", "kl")
        assert each["loss"] == pytest.approx(each["reconstruction"] + each["kl"], rel=1e-6)


def test_of_a_linear_model_the_bound_is_the_evidence():
    """x ~ N(b, W'W + I), and with orthogonal rows of W the codes' posterior is known, too.

    (Tipping and Bishop 1999.) With another posterior it is but a bound, which samples tighten.
    """
    rng = np.random.default_rng(0)
    weight, bias = np.array([[2, 0, 0, 1], [0, 1, -1, 0]], np.float32), np.ones(4, np.float32)
    inputs = rng.normal(size=(50, 4)).astype(np.float32)
    data = Splits(Dataset("rows", inputs, np.zeros((50, 1), np.float32)))
    variance = 1 / (1 + np.sum(weight**2, axis=1))

    def measured(count, *, exact):
        family = VAE([], [LAYERS["dense"](4)], 2, "normal", importance_samples=count)
        built(family, data)
        family.coder.decoder.layers[0].weight.data[:] = weight
        family.coder.decoder.layers[0].bias.data[:] = bias
        if exact:
            head = family.coder.encoder.layers[-1]
            head.weight.data[:] = 0
            head.weight.data[:, :2] = weight.T * variance
            head.bias.data[:] = [*(-weight @ bias * variance), *np.log(variance)]
        return family.measure(data.train)

    covariance = weight.T @ weight + np.eye(4)
    rest = inputs - bias
    squares = np.einsum("ni,ij,nj->n", rest, np.linalg.inv(covariance), rest)
    surprise = 0.5 * np.mean(squares + np.linalg.slogdet(2 * np.pi * covariance)[1])
    told = measured(100, exact=True)
    assert told["iwae"] == pytest.approx(surprise, rel=1e-5)
    assert told["loss"] == pytest.approx(surprise, rel=1e-2)
    few, many = measured(5, exact=False), measured(1000, exact=False)
    assert few["loss"] > few["iwae"] > many["iwae"] > surprise


def test_the_gradient_is_that_of_the_measured_bound():
    """Over many batches of noise, a small step makes the expected loss smaller by lr |grad|²."""
    family = prepared(small(), optimizer=OPTIMIZERS["sgd"](lr=1e-3), shuffle=False, batch_size=24)
    inputs = splits().train.inputs
    grads = []
    for _ in range(200):
        family.part.flat.zero_grads()
        family._loss(inputs, 0.0).backward()
        grads.append(family.part.flat.grads.copy())
    grad = np.mean(grads, axis=0)
    family.importance_samples = 1000
    before = family.measure(splits().train)["loss"]
    family.part.flat.values -= np.float32(0.02) * grad / np.linalg.norm(grad)
    after = family.measure(splits().train)["loss"]
    assert (before - after) / 0.02 == pytest.approx(np.linalg.norm(grad), rel=0.1)


def test_beta_weighs_the_divergence_and_warms_up():
    family = prepared(small(beta=4.0, warm_up=10.0))
    measured = family.measure(splits().test)
    assert measured["loss"] == pytest.approx(measured["reconstruction"] + 4 * measured["kl"])
    assert family.settings(0.0)["beta"] == 0
    assert family.settings(5.0)["beta"] == 2
    assert family.settings(40.0)["beta"] == 4
    state = family._rng.bit_generator.state
    losses = []
    for progress in (0.0, 10.0):
        family._rng.bit_generator.state = state
        losses.append(family._loss(splits().train.inputs, progress).item())
    said = family.end_epoch()
    assert losses[0] == pytest.approx(said["reconstruction"], rel=1e-5)
    assert losses[1] == pytest.approx(said["loss"], rel=1e-5)


def test_the_deviation_of_normal_values_is_learnt():
    data = standardized(splits())
    family = small(likelihood="normal")
    records = trained(family, 60, data, optimizer=OPTIMIZERS["adam"](lr=0.05))
    deviation = float(np.exp(family.likelihood.log_deviation.data[0]))
    assert 0.05 < deviation < 0.95
    assert records[-1]["loss"] < records[0]["loss"] - 3
    codes = family.encode(data.train.inputs)
    rest = (family.decode(codes) - data.train.inputs) / data.preprocessing.inputs.scale
    assert deviation == pytest.approx(rest.std(), rel=0.3)


def test_codes_and_samples():
    family = small()
    trained(family, 40)
    inputs = splits().test.inputs
    codes = family.encode(inputs)
    assert codes.shape == (24, 2)
    drawn = family.decode(family.draw_codes(100, np.random.default_rng(0)))
    assert drawn.shape == (100, 4, 4, 1)
    assert ((drawn > 0) & (drawn < 1)).all()
    # Both things come up: those with a bar, and those with a cross.
    assert 0.1 < np.mean(drawn[:, 0, 0, 0] > 0.5) < 0.9
    bars, crosses = codes[::2].mean(axis=0), codes[1::2].mean(axis=0)
    assert np.linalg.norm(bars - crosses) > 1


def test_measures_are_the_same_each_time():
    family = prepared(small(importance_samples=7))
    first = family.measure(splits().test)
    assert tuple(first) == family.measured == ("loss", "reconstruction", "kl", "iwae")
    assert first == family.measure(splits().test)


def test_it_may_be_convolutional():
    encoder = [LAYERS["conv2d"](4, stride=2, padding="same"), LAYERS["relu"]()]
    decoder = [
        LAYERS["dense"](16),
        LAYERS["reshape"]([2, 2, 4]),
        LAYERS["conv2d_transpose"](1, kernel_size=2, stride=2),
    ]
    family = VAE(encoder, decoder, latent=3)
    records = trained(family, 10)
    assert records[-1]["loss"] < records[0]["loss"]
    paths = ["encoder.1", "encoder.2", "encoder.3", "encoder.4"]
    assert [row.path for row in family.rows()][:5] == ["", *paths]
    assert family.decode(np.zeros((5, 3))).shape == (5, 4, 4, 1)


def test_pictures_show_samples_and_the_plane_of_codes():
    family = small()
    trained(family, 1)
    shapes = {name: rows.shape for name, rows in family.pictures().items()}
    assert shapes == {
        "reconstructions": (2, 10, 4, 4, 1),
        "interpolation": (5, 10, 4, 4, 1),
        "samples": (8, 8, 4, 4, 1),
        "latent": (15, 15, 4, 4, 1),
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"latent": 0}, "latent must be at least 1"),
        ({"beta": -1.0}, "beta must"),
        ({"warm_up": -1.0}, "warm_up must"),
        ({"importance_samples": 0}, "importance_samples must be at least 1"),
        ({"likelihood": "bernouli"}, "unknown likelihood 'bernouli'"),
    ],
)
def test_what_is_out_of_range_is_told(options, said):
    with pytest.raises(ConvkitError, match=said):
        small(**options)


def test_what_does_not_fit_is_told():
    with pytest.raises(MisfitError, match="a vae has a loss of its own") as caught:
        built(small(), loss=LOSSES["mse"]())
    assert caught.value.part == "loss"
    with pytest.raises(ConvkitError, match="values from 0 to 1, got -") as refused:
        prepared(small(), standardized(splits()))
    assert "likelihood: normal" in refused.value.hint
    brighter = replace(pictures(), inputs=pictures().inputs * 1.5)
    with pytest.raises(ConvkitError, match=r"values from 0 to 1, got 1\.5"):
        prepared(small(), Splits(pictures(), test=brighter))


def test_the_decoder_is_not_asked_to_squash():
    """Logits beyond what float32's sigmoid tells from 1 have finite surprise."""
    family = prepared(small())
    outputs = Tensor(np.full((24, 4, 4, 1), 200, np.float32))
    assert np.isfinite(family.likelihood.surprise(outputs, pictures().inputs).data).all()
