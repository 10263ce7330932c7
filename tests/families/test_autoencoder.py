"""The autoencoder: what it rebuilds, mends, and takes for an anomaly."""

from dataclasses import replace

import numpy as np
import pytest

from convkit.data import Dataset, Splits
from convkit.errors import ConvkitError
from convkit.families import Autoencoder, MisfitError
from convkit.families.corruption import Noise
from convkit.metrics import psnr
from convkit.nn import LAYERS, LOSSES, LayerError
from convkit.optim import OPTIMIZERS
from tests.families.coding import (
    an_epoch,
    built,
    layers,
    pictures,
    prepared,
    splits,
    standardized,
    trained,
)

MSE = LOSSES["mse"]()


def with_values():
    return replace(pictures(), targets=np.zeros((24, 1), np.float32), classes=None)


def small(**options):
    return Autoencoder(layers(8, 3), layers(8, 16, before=()), **options)


def test_it_learns_to_rebuild():
    family = small()
    records = trained(family, 60, loss=MSE)
    assert records[-1]["loss"] < 0.3 * records[0]["loss"]
    assert records[-1]["psnr"] > records[0]["psnr"] + 5
    measured = family.measure(splits().test)
    assert tuple(measured) == family.measured == ("loss", "psnr")


def test_a_linear_one_comes_to_what_pca_does():
    """Its best reconstruction is that of the principal components (Baldi and Hornik 1989)."""
    rng = np.random.default_rng(0)
    inputs = (rng.normal(size=(60, 2)) @ rng.normal(size=(2, 5))).astype(np.float32)
    inputs += rng.normal(scale=0.3, size=inputs.shape).astype(np.float32)
    data = Splits(Dataset("plane", inputs, np.zeros((60, 1), np.float32), target_names=("y",)))
    family = Autoencoder([LAYERS["dense"](2)], [LAYERS["dense"](5)])
    optimizer = OPTIMIZERS["adam"](lr=0.05)
    trained(family, 300, data, MSE, optimizer=optimizer, batch_size=60)
    singular = np.linalg.svd(inputs - inputs.mean(axis=0), compute_uv=False)
    least = np.sum(singular[2:] ** 2) / inputs.size
    assert family.measure(data.train)["loss"] == pytest.approx(least, rel=0.01)


def test_psnr_is_that_of_the_reconstruction_in_the_datas_own_unit():
    data = standardized(splits())
    family = prepared(small(), data, MSE)
    rebuilt = family.answer(data.test.inputs).outputs
    assert rebuilt.shape == data.test.inputs.shape
    expected = psnr(data.test.inputs, rebuilt, data_range=1)
    assert family.measure(data.test)["psnr"] == pytest.approx(expected, rel=1e-5)


def test_an_answer_is_what_decoding_a_code_gives():
    family = prepared(small(), loss=LOSSES["binary_cross_entropy_with_logits"]())
    inputs = splits().test.inputs
    codes = family.encode(inputs)
    assert codes.shape == (24, family.latent) == (24, 3)
    np.testing.assert_array_equal(family.decode(codes), family.answer(inputs).outputs)
    assert ((family.decode(codes) > 0) & (family.decode(codes) < 1)).all()


def test_it_may_be_convolutional():
    encoder = [LAYERS["conv2d"](4, stride=2, padding="same"), LAYERS["relu"]()]
    decoder = [LAYERS["conv2d_transpose"](1, kernel_size=2, stride=2)]
    family = Autoencoder(encoder, decoder)
    records = trained(family, 10, loss=MSE)
    assert family.encode(pictures().inputs).shape == (24, 2 * 2 * 4)
    assert records[-1]["loss"] < records[0]["loss"]
    assert [row.path for row in family.rows()] == ["", "encoder.1", "encoder.2", "decoder.1"]


def test_noise_is_gained_on():
    family = small(noise=Noise(0.5))
    records = trained(family, 80, loss=MSE)
    assert records[-1]["psnr_gain"] > 2
    measured = family.measure(splits().test)
    assert measured["psnr_gain"] > 1.5
    assert measured == family.measure(splits().test)
    assert tuple(measured) == family.measured == ("loss", "psnr", "psnr_gain")


def test_the_gain_is_over_the_noisy_input():
    family = prepared(small(noise=Noise(0.4)), loss=MSE)
    test = splits().test
    clean, noisy, rebuilt = family.pictures()["reconstructions"]
    assert clean.tobytes() == test.inputs[:10].tobytes()
    gain = psnr(clean, rebuilt, data_range=1) - psnr(clean, noisy, data_range=1)
    measured = family.measure(test.take(slice(10)))
    assert measured["psnr_gain"] == pytest.approx(gain, rel=1e-4)
    assert measured["loss"] == pytest.approx(np.mean((clean - rebuilt) ** 2), rel=1e-4)


def test_it_learns_the_normal_class_alone():
    family = prepared(small(normal="bar"), loss=MSE)
    assert family.samples_per_epoch == 12
    assert family.steps_per_epoch == 2
    seen = np.concatenate([batch.copy() for batch in family.batches(0)])
    assert seen[:, :, 1].mean() > 0.8


def test_anomalies_have_higher_scores():
    family = small(normal="bar")
    trained(family, 60, loss=MSE)
    test = splits().test
    measured = family.measure(test)
    assert measured["auc"] > 0.99
    assert measured["loss"] == pytest.approx(family.scores(test.inputs[::2]).mean(), rel=1e-5)
    family.model()
    training = splits().train.inputs[::2]
    assert family.threshold == pytest.approx(np.quantile(family.scores(training), 0.99))
    assert (family.scores(test.inputs[1::2]) > family.threshold).all()
    assert family.measured == (*family.measured_while_learning, "auc") == tuple(measured)
    only_normal = test.take(np.arange(0, 24, 2))
    assert np.isnan(family.measure(only_normal)["auc"])


def test_what_a_checkpoint_holds_is_enough_to_tell_anomalies():
    family = small(normal="bar")
    trained(family, 5, loss=MSE)
    arrays = family.model()
    restored = built(small(normal="bar"), loss=MSE)
    restored.load_model(arrays)
    inputs = splits().test.inputs
    assert restored.scores(inputs).tobytes() == family.scores(inputs).tobytes()
    assert restored.threshold == pytest.approx(family.threshold)
    assert restored.model().keys() == arrays.keys()
    assert restored.measure(splits().test) == family.measure(splits().test)


def test_portions_of_a_step_add_up_to_the_step():
    def after(**course):
        family = prepared(small(), loss=MSE, shuffle=False, **course)
        loss = family.learn(next(family.batches(0)), 0.0)
        return loss, family.coder.parameters()["encoder.layers.1.weight"].data

    (loss, whole), (portioned_loss, portioned) = after(), after(batch_size=4, accumulate=2)
    assert portioned_loss == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose(portioned, whole, rtol=1e-3, atol=1e-5)


def test_an_epoch_is_the_same_from_wherever_it_is_taken_up():
    family = prepared(small(), loss=MSE)
    whole = [batch.copy() for batch in family.batches(3)]
    for skip in range(4):
        rest = [batch.copy() for batch in family.batches(3, skip)]
        assert [each.tobytes() for each in rest] == [each.tobytes() for each in whole[skip:]]


def test_pictures_show_what_becomes_of_samples():
    family = small(normal="bar")
    family.coder = Autoencoder(layers(8, 2), layers(8, 16, before=())).coder
    trained(family, 2, loss=MSE)
    drawn = family.pictures()
    assert {name: rows.shape[:2] for name, rows in drawn.items()} == {
        "reconstructions": (2, 10),
        "interpolation": (5, 10),
        "latent": (15, 15),
        "anomalies": (2, 10),
    }
    grid = family.grid(np.array([[-1.0, 0.0], [5.0, 7.0]]))
    np.testing.assert_allclose(grid[0, 1], family.decode(np.array([[0.0, 7.0]]))[0], rtol=1e-4)
    np.testing.assert_allclose(grid[1, 0], family.decode(np.array([[-1.0, 5.0]]))[0], rtol=1e-4)


def test_a_row_of_an_interpolation_leads_from_one_sample_to_another():
    family = prepared(small(), loss=MSE)
    rows = family.pictures()["interpolation"]
    ends = family.answer(splits().test.inputs[:10]).outputs
    np.testing.assert_allclose(rows[:, 0], ends[:5], rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(rows[:, -1], ends[5:], rtol=1e-3, atol=1e-5)
    (first, last) = family.encode(splits().test.inputs[:2])
    middle = family.between(first[np.newaxis], last[np.newaxis], 3)[0, 1]
    halfway = family.decode((first + last)[np.newaxis] / 2)[0]
    np.testing.assert_allclose(middle, halfway, rtol=1e-3, atol=1e-5)


def test_tables_have_no_pictures():
    inputs = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    table = Splits(Dataset("table", inputs, np.zeros((9, 1), np.float32), target_names=("y",)))
    family = Autoencoder([LAYERS["dense"](2)], [LAYERS["dense"](3)])
    trained(family, 1, table, MSE)
    assert family.pictures() == {}
    assert family.scores(inputs).shape == (9,)


def test_a_layer_that_does_not_fit_is_named():
    encoder = [LAYERS["flatten"](), LAYERS["conv2d"](3)]
    with pytest.raises(LayerError, match=r"layer encoder.2 \(conv2d\)"):
        built(Autoencoder(encoder, [LAYERS["dense"](16)]), loss=MSE)
    with pytest.raises(LayerError, match=r"layer decoder.1 \(conv2d\)"):
        built(Autoencoder(layers(3), [LAYERS["conv2d"](3)]), loss=MSE)


@pytest.mark.parametrize(
    ("family", "options", "part", "said"),
    [
        (small, {"loss": LOSSES["cross_entropy"]()}, "loss", "cross_entropy is for classes"),
        (small, {"loss": MSE, "layers": layers(3)}, "model", "family.encoder"),
        (small, {"loss": MSE, "metrics": ("mse",)}, "metrics", "measures of its own"),
        (
            lambda: Autoencoder(layers(3), layers(15, before=())),
            {"loss": MSE},
            "family",
            r"15 \(=15 numbers\) of a code, but a sample is 4x4x1 \(=16\)",
        ),
    ],
)
def test_what_does_not_fit_is_told(family, options, part, said):
    with pytest.raises(MisfitError, match=said) as caught:
        built(family(), **options)
    assert caught.value.part == part


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Autoencoder([], layers(16)), "encoder must have at least one layer"),
        (
            lambda: prepared(small(normal="bar"), without_bars(), MSE),
            "a part of data 'things' has no sample of the normal class 'bar'",
        ),
        (lambda: Autoencoder(layers(3), []), "decoder must have at least one layer"),
        (lambda: small(quantile=1.5), r"quantile \(=1.5\)"),
        (lambda: built(small()), "needs a loss"),
        (lambda: built(small(normal="bat"), loss=MSE), "unknown class 'bat' in the data"),
        (
            lambda: built(small(normal=0), Splits(with_values()), MSE),
            r"normal \(=0\) is a class, but the data have values",
        ),
        (
            lambda: prepared(small(), standardized(splits()), LOSSES["binary_cross_entropy"]()),
            "wants targets from 0 to 1",
        ),
        (
            lambda: built(small(), loss=MSE).measure(
                Dataset("row", np.zeros((2, 3), np.float32), np.zeros((2, 1), np.float32))
            ),
            "samples of data 'row' are 3",
        ),
    ],
)
def test_errors_name_what_is_wrong(make, said):
    with pytest.raises(ConvkitError, match=said):
        make()


def without_bars():
    """Return data whose test part has none of what the training part has."""
    return Splits(pictures(), test=pictures().take(slice(1, None, 2)))


def test_what_can_not_be_shown_is_left_out():
    crosses = pictures().take(slice(1, None, 2))
    family = small(normal="cross")
    trained(family, 1, Splits(pictures(), test=crosses), MSE)
    assert family.pictures().keys() == {"reconstructions", "interpolation"}
    family = small()
    trained(family, 1, Splits(pictures(), test=crosses.take(slice(1))), MSE)
    assert family.pictures()["reconstructions"].shape == (2, 1, 4, 4, 1)
    assert "interpolation" not in family.pictures()


@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_a_layer_that_can_not_train_on_the_last_sample_is_told_before(part):
    """24 samples in batches of 23 leave one alone."""
    parts = {"encoder": layers(3), "decoder": layers(16, before=())}
    parts[part].insert(-1, LAYERS["batch_norm"]())
    number = len(parts[part]) - 1
    with pytest.raises(LayerError, match="the last of 24 samples is alone") as caught:
        prepared(Autoencoder(**parts), loss=MSE, batch_size=23)
    assert caught.value.path == f"{part}.{number}"
    assert caught.value.hint == "batch_size: 22 or 24"


def test_trying_a_sample_alone_leaves_no_trace():
    def made(batch_size):
        """Return one that draws while it learns."""
        encoder = [*layers(3), LAYERS["dropout"](0.5)]
        family = Autoencoder(encoder, layers(16, before=()), noise=Noise(0.1))
        return prepared(family, loss=MSE, batch_size=batch_size)

    tried, untried = made(23), made(24)
    assert tried._rng.bit_generator.state == untried._rng.bit_generator.state
    for path, values in tried.coder.state().items():
        np.testing.assert_array_equal(values, untried.coder.state()[path])


def test_a_step_that_diverges_changes_nothing():
    family = prepared(small(noise=Noise(0.1)), loss=MSE)
    before = family._rng.bit_generator.state
    batch = next(family.batches(0)).copy()
    batch[0] = np.nan
    weights = family.coder.state()
    with pytest.raises(ConvkitError, match="nan in the loss"):
        family.learn(batch, 0.0)
    assert family._rng.bit_generator.state == before
    for path, values in family.coder.state().items():
        assert values.tobytes() == weights[path].tobytes()
    an_epoch(family, 0)
