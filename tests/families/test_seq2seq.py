"""Sequence to sequence: what is counted, what is written, and resuming to the bit."""

import numpy as np
import pytest

from convkit.autograd import no_grad
from convkit.data import DATASETS, Dataset
from convkit.data.preprocessing import Preprocessing
from convkit.data.texts.alphabet import END
from convkit.data.texts.pairing import paired
from convkit.errors import ConvkitError
from convkit.experiment.assembly import restore
from convkit.experiment.session import resume
from convkit.families import Blueprint, Course, Seq2Seq, Signature, Transformer
from convkit.families.divergence import DivergedError
from convkit.families.misfit import MisfitError
from convkit.families.text_scores import TextScores
from convkit.nn import Context, CrossEntropy, Dense, MulticlassHinge
from convkit.optim import OPTIMIZERS
from tests.experiment.small import signalled_at, trained
from tests.experiment.test_resume import assert_same

FAMILIES = {
    "seq2seq": lambda **more: Seq2Seq(units=16, embedding=8, **more),
    "transformer": lambda **more: Transformer(dim=16, heads=2, layers=1, feed_forward=16, **more),
}
every = pytest.mark.parametrize("make", FAMILIES.values(), ids=FAMILIES)


def prepared(make, optimizer="adam", **course):
    splits = DATASETS["addition"](samples=60, digits=1)
    family = make()
    family.build(Blueprint(Signature.of(splits.train), loss=CrossEntropy(), seed=1))
    options = {"epochs": 3, "batch_size": 16} | course
    family.prepare(Course(splits, OPTIMIZERS[optimizer](lr=0.02), **options))
    return family, splits


def learnt(family, epochs):
    """Train, and return what the last epoch said."""
    for epoch in range(epochs):
        for batch in family.batches(epoch):
            family.learn(batch, epoch)
        measured = family.end_epoch()
    return measured


@pytest.fixture(scope="module")
def adder():
    """Return a family that knows most of what it has seen, and what it has seen."""
    family, splits = prepared(FAMILIES["seq2seq"])
    learnt(family, 40)
    return family, splits


# --- what is counted ---


def test_scores_by_hand():
    targets = np.array([[2, 3, 1], [2, 1, 0], [3, 1, 0]])
    predicted = np.array([[2, 3, 1], [2, 3, 0], [3, 1, 7]])  # padding says nothing, right or not
    scores = TextScores.of(0.5, predicted, targets)
    assert scores == TextScores(loss=3.5, right=6, symbols=7, exact=2, texts=3)
    means = scores.plus(TextScores(1.5, 0, 3, 0, 1)).means()
    assert means == {"loss": 0.5, "accuracy": 0.6, "exact": 0.5}


def test_exact_are_the_texts_that_it_writes_on_its_own(adder):
    """Counted from the right symbols before each, they are those that come out letter by letter."""
    family, splits = adder
    for part in splits.parts.values():
        measured = family.measure(part)
        width = part.targets.shape[1]
        written = family.answer(part.inputs).outputs[:, :width]
        assert measured["exact"] == np.mean((written == part.targets).all(axis=1))
        assert measured["exact"] <= measured["rouge_l"] <= 1
        assert tuple(measured) == family.measured
    assert family.measure(splits.train)["exact"] > 0.5


def test_the_loss_is_that_of_symbols_alone(adder):
    """By PyTorch's rule for an index that is ignored: the mean over all others."""
    torch = pytest.importorskip("torch")
    family, splits = adder
    before = np.pad(splits.test.targets[:, :-1], ((0, 0), (1, 0)))
    with no_grad():
        scores = family.translator.network(splits.test.inputs.astype(int), before, Context())
    expected = torch.nn.functional.cross_entropy(
        torch.tensor(scores.data.reshape(-1, scores.shape[-1])),
        torch.tensor(splits.test.targets.ravel()),
        ignore_index=0,
    )
    assert family.measure(splits.test)["loss"] == pytest.approx(float(expected), rel=1e-5)


@every
def test_portions_of_a_batch_make_the_same_step(make):
    whole, _ = prepared(make, "sgd", batch_size=16)
    parts, _ = prepared(make, "sgd", batch_size=4, accumulate=4)
    losses = [family.learn(next(family.batches(0)), 0.0) for family in (whole, parts)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for ours, theirs in zip(whole.model().values(), parts.model().values(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@every
def test_it_learns(make):
    family, _ = prepared(make)
    first = learnt(family, 1)
    assert learnt(family, 10)["loss"] < 0.8 * first["loss"]


def test_a_step_that_diverged_changed_nothing(monkeypatch):
    family, _ = prepared(lambda: FAMILIES["seq2seq"](dropout=0.3))
    batch = next(family.batches(0))
    before = {name: array.copy() for name, array in family.model().items()}
    noise = family.memory()[1]
    call = Dense.__call__
    monkeypatch.setattr(Dense, "__call__", lambda *args: call(*args) * np.float32(np.nan))
    with pytest.raises(DivergedError, match="nan in the loss"):
        family.learn(batch, 0.0)
    assert family.memory()[1] == noise
    for name, array in family.model().items():
        np.testing.assert_array_equal(array, before[name])


# --- what is written ---


def test_translations_are_ranked_by_the_mean_of_their_symbols(adder):
    family, _ = adder
    (greedy,), (beam,) = (family.translate(["3+4"], beam) for beam in (1, 5))
    assert len(greedy) == 1
    assert len({each.text for each in beam}) == 5
    # Those that have reached their end: it counts as a symbol, too.
    means = [each.score / (len(each.text) + 1) for each in beam if len(each.text) < 2]
    assert means == sorted(means, reverse=True)
    assert means[0] >= greedy[0].score / (len(greedy[0].text) + 1) - 1e-6


def test_texts_side_by_side_are_as_alone(adder):
    family, _ = adder
    texts = ["3+4", "9+9", "0+1"]
    for text, found in zip(texts, family.translate(texts, 3), strict=True):
        (alone,) = family.translate([text], 3)
        assert [each.text for each in found] == [each.text for each in alone]
        scores = [each.score for each in alone]
        assert [each.score for each in found] == pytest.approx(scores, rel=1e-5)


def test_other_pairs_are_read_by_what_their_numbers_stand_for(adder):
    """They have fewer symbols, under other numbers."""
    family, _ = adder
    sums = ["3+4", "5+5"]
    made = [found[0].text for found in family.translate(sums)]
    assert family.measure(paired("others", [*zip(sums, made, strict=True)]))["exact"] == 1
    assert family.measure(paired("others", [(each, "77") for each in sums]))["exact"] == 0
    with pytest.raises(ConvkitError, match="'x' in 'x' is no character that was learnt"):
        family.measure(paired("others", [("1+1", "x")]))
    with pytest.raises(ConvkitError, match="data 'iris' are no pairs of texts"):
        family.measure(DATASETS["iris"]().test)


def test_what_can_not_be_translated(adder):
    family, _ = adder
    for text, message in (("3-4", "'-' in '3-4' is no character"), ("", "a text is empty")):
        with pytest.raises(ConvkitError, match=message):
            family.translate(["1+1", text])
    with pytest.raises(ConvkitError, match=r"'11\+22' has 5 characters, but .* has 3"):
        family.translate(["11+22"])
    for beam in (0, 1001):
        with pytest.raises(ConvkitError, match=f"beam must be from 1 to 1,000, got {beam}"):
            family.translate(["1+1"], beam)


def test_maps_name_their_symbols(adder):
    family, _ = adder
    (found,) = family.attend("3+4")
    written = family.translate(["3+4"])[0][0].text
    assert found.keys == ["3", "+", "4"]
    assert found.queries == [*written, END]
    assert found.weights.shape == (len(written) + 1, 3)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, rtol=1e-5)


def test_a_transformer_has_maps_of_three_kinds():
    family, _ = prepared(FAMILIES["transformer"])
    maps = family.attend("3+4")
    names = ["encoder 1", "decoder 1, self", "decoder 1"]
    assert [each.name for each in maps] == [f"{name}, head {n}" for name in names for n in (1, 2)]
    read, own, cross = maps[0], maps[2], maps[4]
    assert read.queries == read.keys == ["3", "+", "4"]
    assert own.keys == ["", *own.queries[:-1]]
    assert not np.triu(own.weights, 1).any()
    assert (cross.queries, cross.keys) == (own.queries, read.keys)


# --- resuming ---

RESUMED = """
data: {name: addition, samples: 60, digits: 1, validation: 0.2}
family: {name: %s, dropout: 0.2}
loss: {name: cross_entropy, label_smoothing: 0.1}
optimizer: {name: adam, lr: 0.01, schedule: {name: plateau, patience: 0}}
trainer: {epochs: 4, batch_size: 16}
seed: 2
"""


@pytest.mark.parametrize("family", [Seq2Seq, Transformer])
def test_resumed_it_is_the_same_to_the_bit(tmp_path, family):
    """Three steps an epoch: within one, and at the end of one."""
    text = RESUMED % family.name
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    whole = trained(text, tmp_path / "whole").run
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, 2, family=family)
        run = trained(text, tmp_path / "parts").run
    with pytest.MonkeyPatch.context() as patch:
        signalled_at(patch, 4, family=family)
        assert resume(run).status == "interrupted"
    assert resume(run).status == "finished"
    assert_same(run, whole)
    answers = [restore(each, "last").translate(["3+4"], 2) for each in (run, whole)]
    assert answers[0] == answers[1]


# --- what doesn't fit ---


def test_parts_that_do_not_fit():
    pairs = DATASETS["addition"](samples=60, digits=1).train
    other = Dataset("other", np.zeros((4, 3), np.float32), np.zeros(4, np.int64), ("a", "b"))
    scaled = Preprocessing.fitted(pairs, standardize=True, fill_missing=False)
    cases = {
        "data": [(other, {}, "none"), (pairs, {"preprocessing": scaled}, "no mean")],
        "loss": [(pairs, {"loss": MulticlassHinge()}, "multiclass_hinge")],
        "metrics": [(pairs, {"metrics": ("r2",)}, "'r2' measures values")],
    }
    for part, wrong in cases.items():
        for data, blueprint, words in wrong:
            with pytest.raises(MisfitError, match=words) as caught:
                Seq2Seq().build(Blueprint(Signature.of(data), **blueprint))
            assert caught.value.part == part
