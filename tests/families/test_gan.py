"""The generative adversarial network as a family: how it is built, trained, measured and asked."""

from dataclasses import replace

import numpy as np
import pytest

from convkit.data import DATASETS, Dataset, Preprocessing, Splits
from convkit.errors import ConvkitError
from convkit.families import GAN, DivergedError, MisfitError
from convkit.nn import LayerError
from convkit.optim import OPTIMIZERS
from tests.families.coding import an_epoch, built, layers, pictures, prepared, trained
from tests.nn.cases import made_layers


def ring(**settings):
    return DATASETS["ring"](**{"samples": 400, "modes": 3, "noise": 0.2, "radius": 1.0} | settings)


def small(generator=(16, 2), discriminator=(16, 1), **options):
    return GAN(
        layers(*generator, before=(), activation="relu"),
        layers(*discriminator, activation="leaky_relu"),
        **{"latent": 3} | options,
    )


def adam(lr=0.01):
    return OPTIMIZERS["adam"](lr=lr, betas=(0.5, 0.999))


WAYS = {
    "plain": {},
    "least squares": {"loss": "least_squares", "discriminator_steps": 2},
    "wasserstein": {"loss": "wasserstein", "gradient_penalty": 1.0, "discriminator_steps": 3},
    "r1, packs and an average": {"r1": 0.1, "pack": 2, "ema": 0.9},
}


@pytest.mark.parametrize("way", WAYS)
def test_it_learns_where_the_points_are(way):
    family, data = small(**WAYS[way]), ring()
    before = prepared(small(**WAYS[way]), data).measure(data.test)
    options = {"optimizer": adam(), "batch_size": 32}
    records = trained(family, 40, data, **options)
    measured = family.measure(data.test)
    assert tuple(measured) == tuple(records[0]) == family.measured
    assert family.measured == ("loss", "generator_loss", "modes", "quality")
    assert measured["quality"] > before["quality"] + 0.3
    assert measured["modes"] == 3


def test_samples_are_in_the_datas_own_units():
    train = pictures()
    shifted = replace(train, inputs=100 + 50 * train.inputs)
    data = Splits(shifted, preprocessing=Preprocessing.fitted(shifted, standardize=True))
    family = GAN(
        [*layers(16, before=()), *made_layers([("reshape", {"shape": (4, 4, 1)})])], layers(8, 1)
    )
    prepared(family, data, batch_size=8)
    codes = family.draw_codes(5, np.random.default_rng(0))
    assert codes.shape == (5, 16)
    assert codes.dtype == np.float32
    samples = family.decode(codes)
    assert samples.shape == (5, 4, 4, 1)
    assert samples.dtype == np.float32
    assert samples.mean() == pytest.approx(shifted.inputs.mean(), abs=50)


def test_an_epoch_has_whole_steps_of_samples_that_are_all_different():
    family = prepared(small(discriminator_steps=2, pack=2), ring(), batch_size=30)
    assert len(ring().train) == 320
    assert family.steps_per_epoch == 5
    assert family.samples_per_epoch == 300
    batches = [batch.copy() for batch in family.batches(0)]
    assert [len(batch) for batch in batches] == [60] * 5
    assert len(np.unique(np.concatenate(batches), axis=0)) == 300
    later = [batch.copy() for batch in family.batches(0, skip=3)]
    np.testing.assert_array_equal(np.stack(batches[3:]), np.stack(later))


def test_the_average_makes_the_samples_and_something_else_learns():
    steady, restless = (small(ema=decay) for decay in (0.999, 0.0))
    for family in (steady, restless):
        prepared(family, ring(), batch_size=32)
        for epoch in range(3):
            an_epoch(family, epoch)
    # Neither learns from the other's average: the discriminators are the same.
    mine, theirs = (family.model() for family in (steady, restless))
    for name, array in mine.items():
        same = np.array_equal(array, theirs[name])
        assert same == name.startswith("discriminator"), name


def test_an_answer_is_the_discriminators_score():
    family = prepared(small(), ring(), batch_size=32)
    an_epoch(family, 0)
    answers = family.answer(ring().test.inputs)
    assert answers.outputs.shape == (80, 1)
    assert answers.classes is None
    with pytest.raises(ConvkitError, match="judges 2 samples at once"):
        prepared(small(pack=2), ring()).answer(ring().test.inputs)


def test_the_loss_is_that_of_the_answers():
    family, data = prepared(small(), ring(), batch_size=32), ring()
    real = family.answer(data.test.inputs).outputs
    codes = np.random.default_rng(0).normal(size=(5000, 3)).astype(np.float32)
    made = family.answer(family.decode(codes)).outputs
    measured = family.measure(data.test)
    expected = np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(made)).mean()
    assert measured["loss"] == pytest.approx(expected, rel=0.05)
    assert measured["generator_loss"] == pytest.approx(np.log1p(np.exp(-made)).mean(), rel=0.05)


def test_each_network_has_its_optimizer():
    family = prepared(
        small(discriminator_optimizer=OPTIMIZERS["sgd"](lr=0.5)), ring(), optimizer=adam(0.01)
    )
    assert family.settings(0) == {"lr": 0.01, "discriminator_lr": 0.5}
    assert prepared(small(), ring(), optimizer=adam(0.01)).settings(0) == {"lr": 0.01}


def test_unlabelled_points_are_compared_with_their_neighbours():
    data = DATASETS["ring"](samples=80)
    plain = replace(data.train, targets=np.zeros((64, 1), np.float32), classes=None)
    family = prepared(small(), Splits(plain), batch_size=16)
    assert tuple(an_epoch(family, 0)) == family.measured
    assert family.measured == ("loss", "generator_loss", "precision", "recall")


def test_the_summary_has_a_line_for_each_layer():
    rows = {row.path: row for row in built(small(pack=2), ring()).rows()}
    assert rows["generator"].shape == (3,)
    assert rows["generator.3"].shape == (2,)
    assert rows["discriminator"].shape == (4,)
    assert rows["discriminator.2"].parameters == 5 * 16
    assert sum(row.parameters for row in rows.values()) == built(small(pack=2), ring()).parameters


# --- what can be wrong ---


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"latent": 0}, "latent must be at least 1, got 0"),
        ({"loss": "hinge"}, "unknown loss 'hinge'"),
        ({"loss": "wasserstein"}, "isn't too steep"),
        ({"discriminator_steps": 0}, "discriminator_steps must be at least 1"),
        ({"pack": 0}, "pack must be at least 1"),
        ({"r1": -1.0}, "r1 must be at least 0"),
        ({"gradient_penalty": float("nan")}, "gradient_penalty must be a number"),
        ({"ema": 1.0}, "ema must be .*below 1"),
        ({"generator": ()}, "generator must have at least one layer"),
    ],
)
def test_bad_settings(options, words):
    with pytest.raises(ConvkitError, match=words):
        small(**options)


def test_a_discriminator_has_layers():
    with pytest.raises(ConvkitError, match="discriminator must have at least one layer, got none"):
        GAN(layers(2), [])


@pytest.mark.parametrize(
    ("family", "path", "words"),
    [
        (small(generator=(8, 3)), "generator.3", "makes 3, but a sample is 2"),
        (small(discriminator=(8, 2)), "discriminator.4", "makes 2, but a score is 1"),
        (
            GAN(layers(2, before=()), layers(4, 1, activation="gelu"), r1=1.0),
            "discriminator.3",
            "can't take part in a penalty",
        ),
        (GAN(made_layers([("conv2d", {"filters": 1})]), layers(1)), "generator.1", "takes images"),
    ],
)
def test_networks_that_do_not_fit(family, path, words):
    with pytest.raises(LayerError, match=words) as caught:
        built(family, ring())
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("options", "course", "words"),
    [
        ({"pack": 3}, {"batch_size": 32}, r"pack \(=3\): a batch of 32 doesn't make whole packs"),
        ({}, {"batch_size": 500}, "a step takes 500 samples, but there are 320"),
        ({"discriminator_steps": 50}, {"batch_size": 8}, "a step takes 400 samples"),
        ({}, {"accumulate": 2}, r"accumulate \(=2\)"),
        ({"pack": 100}, {"batch_size": 100}, "the test part of the data has 80 samples"),
    ],
)
def test_batches_that_do_not_fit(options, course, words):
    with pytest.raises(ConvkitError, match=words):
        prepared(small(**options), ring(), **course)


def test_what_makes_no_whole_pack_is_not_measured():
    data = ring()
    family = prepared(small(pack=3), data, batch_size=30)
    assert family.measure(data.test.take(slice(38)))["loss"] == pytest.approx(
        family.measure(data.test.take(slice(36)))["loss"]
    )


def test_metrics_and_texts_are_refused():
    with pytest.raises(MisfitError, match="measures of its own"):
        built(small(), ring(), metrics=("accuracy",))
    texts = Dataset(
        "t", np.zeros((4, 2), np.float32), np.zeros(4, np.int64), ("a",), symbols=("x",)
    )
    with pytest.raises(ConvkitError, match="the data are texts"):
        built(small(), Splits(texts))


def test_steps_that_lead_nowhere_are_told():
    family = prepared(small(), ring(), optimizer=OPTIMIZERS["sgd"](lr=1e30), batch_size=32)
    told = r"of the (discriminator|generator)"
    with np.errstate(all="ignore"), pytest.raises(DivergedError, match=told):
        an_epoch(family, 0)
