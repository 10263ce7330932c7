"""Training with augmentation: what is changed and when, resuming, and what is refused."""

import re

import numpy as np
import pytest

from convkit.autograd import Tensor
from convkit.data import Mixed, Pipeline
from convkit.experiment import spec
from convkit.experiment.assembly import assemble
from convkit.experiment.session import resume
from convkit.families import DivergedError, generator
from convkit.nn import Context
from tests.experiment.small import family_of, resolved, signalled_at, trained
from tests.experiment.test_resume import assert_same

DIGITS = """
data: {name: digits, limit: 60, test: 0.9, standardize: true}
augment: [flip: vertical, rotate: 10, shift: 1, noise: 0.1, mixup: 0.5]
model: [flatten, dense: 12, batch_norm, relu, dropout: 0.2, dense: 10]
loss: cross_entropy
optimizer: {name: adam, lr: 0.01}
trainer: {epochs: 4, batch_size: 16}
seed: 2
"""


# --- what is learnt from ---


def test_batches_are_changed_in_the_datas_units_and_then_scaled(tmp_path):
    assembly = assemble(resolved(DIGITS, tmp_path, "trainer.shuffle=false").experiment, tmp_path)
    splits, family = assembly.splits, assembly.family
    batches = [(inputs.copy(), targets) for inputs, targets in family.batches(3)]
    assert len(batches) == 4
    pipeline = Pipeline(spec.build_augmentations(assembly.experiment))
    some = splits.train.take(slice(16, 32))
    expected, mixed = pipeline(some.inputs, some.targets, generator(2, "augment", 3, 1))
    inputs, targets = batches[1]
    np.testing.assert_array_equal(inputs, splits.preprocessing.apply_inputs(expected))
    np.testing.assert_array_equal(np.asarray(targets), some.targets)
    assert targets.share == mixed.share


def test_no_epoch_is_like_another_and_each_is_always_the_same(tmp_path):
    family = family_of(DIGITS, tmp_path, "trainer.shuffle=false")
    first, again, second = (
        [inputs.copy() for inputs, _ in family.batches(epoch)] for epoch in (0, 0, 1)
    )
    for batch, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(batch, other)
    assert not any(map(np.array_equal, first, second))


def test_the_losses_with_both_targets_are_blended(tmp_path):
    family = family_of(DIGITS, tmp_path, "augment=[mixup: 1]", "model=[flatten, {dense: 10}]")
    inputs, targets = next(iter(family.batches(0)))
    assert isinstance(targets, Mixed)
    outputs = family.network.layers(Tensor(inputs), Context()).data
    scores = outputs - np.log(np.exp(outputs).sum(axis=1, keepdims=True))
    rows = np.arange(len(outputs))
    expected = -np.mean(
        targets.share * scores[rows, targets.first]
        + (1 - targets.share) * scores[rows, targets.second]
    )
    assert family.learn((inputs, targets), 0) == pytest.approx(expected, rel=1e-5)


def test_portions_of_a_mixed_batch_add_up_to_the_whole(tmp_path):
    plain = "model=[flatten, {dense: 10}]"
    whole = trained(DIGITS, tmp_path, plain, "trainer.batch_size=32")
    parts = trained(DIGITS, tmp_path, plain, "trainer.accumulate=2")
    assert whole.metrics == pytest.approx(parts.metrics, rel=1e-4)


def test_only_training_is_augmented(tmp_path):
    """With a learning rate of 0 the training loss is of changed samples, the test's is not."""
    still = "optimizer={name: sgd, lr: 0.0}"
    augmented = trained(DIGITS, tmp_path, still, "model=[flatten, {dense: 10}]")
    plain = trained(DIGITS, tmp_path, still, "model=[flatten, {dense: 10}]", "augment=[]")
    assert augmented.metrics["test/loss"] == plain.metrics["test/loss"]
    assert augmented.metrics["train/loss"] != plain.metrics["train/loss"]


def test_tables_become_noisy_before_gaps_are_filled(tmp_path):
    (tmp_path / "table.csv").write_text("a,b,y\n1,2,no\n,3,yes\n4,,no\n6,0,yes\n")
    text = """
    data: {name: csv, path: table.csv, missing: mean, test: 0}
    augment: [noise: 0.1, mixup: 0.4]
    model: [dense: 2]
    loss: cross_entropy
    optimizer: adam
    trainer: {epochs: 3, batch_size: 2}
    """
    assembly = assemble(resolved(text, tmp_path).experiment, tmp_path)
    for inputs, _ in assembly.family.batches(0):
        assert np.isfinite(inputs).all()


# --- resuming ---


@pytest.mark.parametrize("step", [1, 6, 8])
def test_a_resumed_run_is_the_same_to_the_last_bit(tmp_path, step):
    whole = trained(DIGITS, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, step)
        outcome = trained(DIGITS, tmp_path)
    assert outcome.status == "interrupted"
    resume(outcome.run)
    assert_same(outcome.run, whole.run)


# --- where it goes wrong ---


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("augment=[rotat: 3]", "augment.0.rotat: unknown augmentation 'rotat' .*'rotate'"),
        ("augment=[flip, {rotate: -3}]", r"augment.1.rotate.degrees: degrees must be above 0"),
        ("augment=[{shift: {pixel: 1}}]", "unknown key 'pixel' of shift .*'pixels'"),
        ("augment=[rotate]", "rotate needs 'degrees': a number"),
        ("augment=rotate", "augment: expected a list"),
    ],
)
def test_what_is_refused_when_it_is_read(tmp_path, override, message):
    with pytest.raises(spec.SpecError) as caught:
        resolved(DIGITS, tmp_path, override)
    said = "\n".join(f"{each} (hint: {each.hint})" for each in caught.value.problems)
    assert re.search(message, said), said


def test_what_does_not_fit_the_data_is_told_with_its_line(tmp_path):
    text = DIGITS.replace("digits, limit: 60", "iris").replace("[flip", "\n  [flip")
    chosen = resolved(text, tmp_path)
    with pytest.raises(spec.SpecError) as caught:
        assemble(chosen.experiment, tmp_path, chosen.origins)
    places = [str(each).removeprefix(f"{tmp_path}/") for each in caught.value.problems]
    told = [each for each in places if ": augment." in each]
    assert [each.partition(" takes")[0] for each in told] == [
        f"experiment.yaml:4: augment.{place}: {name}"
        for place, name in enumerate(["flip", "rotate", "shift"])
    ]


def test_a_family_that_has_no_use_for_it_says_so(tmp_path):
    text = "data: and\nfamily: perceptron\naugment: [noise: 0.1]\n"
    with pytest.raises(spec.SpecError) as caught:
        resolved(text, tmp_path)
    (problem,) = caught.value.problems
    assert "augment: the family perceptron takes none" in str(problem)
    assert "experiment.yaml:3" in str(problem)


def test_divergence_is_found_inside_what_is_repeated(tmp_path):
    family = family_of(
        DIGITS,
        tmp_path,
        "model=[flatten, {repeat: {times: 3, layers: [{dense: 4}, relu]}}, dense: 10]",
    )
    family.network.layers.layers[1].layers[4].weight.data[0, 0] = np.nan
    with pytest.raises(DivergedError, match=r"nan in the weights of layer 2\.5 \(dense\)"):
        family.learn(next(iter(family.batches(0))), 0)
