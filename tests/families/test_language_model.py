"""Language models: along the streams, measured exactly, resumed to the bit, writing on."""

import math
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest

from convkit.autograd import Tensor, log_softmax
from convkit.data import DATASETS
from convkit.errors import ConvkitError
from convkit.experiment.assembly import restore
from convkit.experiment.session import resume
from convkit.families import Blueprint, Course, LanguageModel, Signature, generator
from convkit.families.abilities import Sampling
from convkit.families.divergence import DivergedError
from convkit.families.streams import along
from convkit.nn import LAYERS, Context, Dense
from convkit.optim import OPTIMIZERS
from tests.experiment.small import signalled_at, trained
from tests.experiment.test_resume import assert_same

GREEDY = Sampling(temperature=0)
MARKOV = {"steps": 1000, "length": 10}


def lstm(**settings):
    return LAYERS["lstm"](**{"units": 6, "return_sequences": True} | settings)


def transformer():
    return [LAYERS["positional_encoding"](), LAYERS["transformer_decoder"](2, 8)]


def prepared(layers, embedding=4, **course):
    splits = DATASETS["markov"](**MARKOV)
    family = LanguageModel(embedding)
    family.build(Blueprint(Signature.of(splits.train), layers=layers, seed=1))
    options = {"epochs": 2, "batch_size": 8} | course
    family.prepare(Course(splits, OPTIMIZERS["adam"](lr=0.01), **options))
    return family, splits


def surprises(scores, targets):
    """Return how surprising each symbol is, in nats, by plain NumPy."""
    chances = np.exp(np.asarray(scores, np.float64))
    chances /= chances.sum(axis=-1, keepdims=True)
    return -np.log(np.take_along_axis(chances, targets[..., np.newaxis], axis=-1)[..., 0])


def test_each_step_goes_on_where_the_one_before_stopped():
    family, splits = prepared([lstm()], shuffle=False)
    batches = [(x.copy(), y.copy(), begins) for x, y, begins in family.batches(0)]
    assert len(batches) == family.steps_per_epoch == math.ceil(len(splits.train) / 8)
    assert [begins for *_, begins in batches] == [True] + [False] * (len(batches) - 1)
    for (_, y, _), (later, *_) in pairwise(batches):
        np.testing.assert_array_equal(y[: len(later), -1], later[:, 0])
    taken = np.concatenate([x for x, *_ in batches])
    assert sorted(map(bytes, taken)) == sorted(map(bytes, splits.train.inputs))


def test_every_window_is_in_one_stream():
    for windows, streams in [(1, 1), (5, 8), (7, 3), (64, 8)]:
        taken = np.concatenate([*along(windows, streams)])
        assert sorted(taken) == list(range(windows))


def test_windows_begin_elsewhere_in_each_epoch():
    family, splits = prepared([lstm()])
    starts = [next(family.batches(epoch))[0] for epoch in (0, 0, 1)]
    np.testing.assert_array_equal(starts[0], starts[1])
    assert (starts[0] != starts[2]).any()
    stream = splits.train.inputs.ravel().tobytes()
    assert starts[0][0].tobytes() in stream


@pytest.mark.parametrize("skip", [0, 1, 4])
@pytest.mark.parametrize("layers", [lambda: [lstm()], transformer], ids=["lstm", "transformer"])
def test_an_epoch_is_the_same_from_wherever_it_is_taken_up(layers, skip):
    family, _ = prepared(layers())
    whole = [(x.tobytes(), y.tobytes(), begins) for x, y, begins in family.batches(1)]
    rest = [(x.tobytes(), y.tobytes(), begins) for x, y, begins in family.batches(1, skip)]
    assert rest == whole[skip:]


def test_what_is_remembered_is_carried_from_window_to_window():
    family, _ = prepared([lstm()], shuffle=False)
    family.part.optimizer.lr = 0.0
    first, second = islice(family.batches(0), 2)
    family.learn(first, 0.0)
    loss = family.learn(second, 0.1)
    both = np.concatenate([first[0], second[0]], axis=1)
    scores = family.network(Tensor(both), Context()).data[:, 10:]
    assert loss == pytest.approx(surprises(scores, second[1]).mean(), rel=1e-5)


def test_it_is_measured_along_the_whole_text():
    family, splits = prepared([lstm()])
    test = splits.train.take(slice(0, 20))  # too short for a second stream
    measured = family.measure(test)
    scores = family.network(Tensor(test.inputs.reshape(1, -1)), Context()).data
    expected = surprises(scores, test.targets.reshape(1, -1)).mean()
    assert measured["loss"] == pytest.approx(expected, rel=1e-5)
    assert measured["perplexity"] == pytest.approx(math.exp(expected), rel=1e-5)
    assert measured["bits"] == pytest.approx(expected / math.log(2), rel=1e-5)
    assert tuple(measured) == family.measured


def test_another_text_is_measured_by_what_its_numbers_stand_for(tmp_path):
    family, splits = prepared([lstm()])
    part = splits.train
    turned = part.symbols[::-1]
    numbers = len(turned) - 1 - part.inputs, len(turned) - 1 - part.targets
    other = replace(part, inputs=numbers[0], targets=numbers[1], symbols=turned, classes=turned)
    assert family.measure(other) == family.measure(part)
    with pytest.raises(ConvkitError, match="has no 'z'"):
        family.measure(replace(part, symbols=(*part.symbols[:-1], "z")))
    with pytest.raises(ConvkitError, match="data 'iris' are no text"):
        family.measure(DATASETS["iris"]().train)


def test_a_transformer_is_measured_window_by_window():
    family, splits = prepared(transformer())
    scores = family.network(Tensor(splits.test.inputs), Context()).data
    expected = surprises(scores, splits.test.targets).mean()
    assert family.measure(splits.test)["loss"] == pytest.approx(expected, rel=1e-5)


def test_an_epochs_measures_are_the_means_of_its_steps():
    family, _ = prepared([lstm()])
    losses = [(family.learn(batch, 0.0), len(batch[0])) for batch in family.batches(0)]
    mean = sum(loss * count for loss, count in losses) / sum(count for _, count in losses)
    assert family.end_epoch()["loss"] == pytest.approx(mean)


def test_a_step_that_diverged_leaves_no_trace(monkeypatch):
    family, _ = prepared([lstm(layers=2, dropout=0.3)])
    batches = family.batches(0)
    family.learn(next(batches), 0.0)
    arrays, state = family.memory()
    arrays = {name: array.copy() for name, array in arrays.items()}
    call = Dense.__call__
    monkeypatch.setattr(Dense, "__call__", lambda *args: call(*args) * np.float32(np.nan))
    with pytest.raises(DivergedError, match="nan"):
        family.learn(next(batches), 0.5)
    after, state_after = family.memory()
    assert state_after == state
    assert after.keys() == arrays.keys()
    for name, array in after.items():
        np.testing.assert_array_equal(array, arrays[name])


def test_its_answers_are_the_chances_of_what_comes_next():
    family, splits = prepared([lstm()])
    inputs = splits.test.inputs[:3]
    answers = family.answer(inputs)
    expected = np.exp(log_softmax(family.network(Tensor(inputs), Context())).data)
    np.testing.assert_allclose(answers.outputs, expected, rtol=1e-5)
    np.testing.assert_array_equal(answers.classes, answers.outputs.argmax(-1))
    assert answers.probable


# --- resuming ---

RESUMED = """
data: {{name: markov, steps: 1500, length: 10}}
family: {{name: language_model, embedding: 4}}
model: [{layers}]
optimizer: {{name: adam, lr: 0.01, schedule: {{name: plateau, patience: 0}}}}
trainer: {{epochs: 3, batch_size: 16}}
seed: 2
"""
MODELS = {
    "stacked": "lstm: {units: 5, return_sequences: true, layers: 2, dropout: 0.3}",
    "residual": "residual: {body: [gru: {units: 4, return_sequences: true}, dropout: 0.2]}",
    "forgetful": "dense: 4, dropout: 0.2",
    "transformer": "positional_encoding, transformer_decoder: {heads: 2, units: 8, dropout: 0.2}",
}


@pytest.mark.parametrize("layers", MODELS.values(), ids=MODELS)
def test_a_resumed_run_has_the_bits_of_one_that_never_stopped(tmp_path, layers):
    config = RESUMED.format(layers=layers)
    whole = trained(config, tmp_path)
    for step in (3, 7):  # within an epoch of seven steps, and between two
        folder = tmp_path / str(step)
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            signalled_at(patch, step, family=LanguageModel)
            outcome = trained(config, folder)
        assert outcome.status == "interrupted"
        resume(outcome.run)
        assert_same(outcome.run, whole.run)
    assert restore(whole.run, "last").measure(DATASETS["markov"](**MARKOV).train)["loss"] > 0


# --- writing ---


def numbers(family, text):
    return [family.signature.symbols.index(symbol) for symbol in text]


@pytest.mark.parametrize("layers", [lambda: [lstm()], transformer], ids=["lstm", "transformer"])
def test_the_likeliest_symbols_are_written(layers):
    family, _ = prepared(layers())
    written = "".join(islice(family.write("abc", GREEDY, generator(0, "generation")), 6))
    text = "abc"
    for _ in range(6):
        scores = family.network(Tensor(np.array([numbers(family, text)])), Context()).data
        text += family.signature.symbols[scores[0, -1].argmax()]
    assert "abc" + written == text


def test_a_full_window_is_begun_anew_with_its_last_half():
    family, _ = prepared(transformer())
    text = "abc" + "".join(islice(family.write("abc", GREEDY, generator(0, "generation")), 30))
    window = 10
    start, end = 0, len("abc")
    while end < len(text):
        if end - start > window:
            start = end - window // 2
        scores = family.network(Tensor(np.array([numbers(family, text[start:end])])), Context())
        assert text[end] == family.signature.symbols[scores.data[0, -1].argmax()]
        end += 1
    assert start > 0


def test_a_text_without_a_prompt_begins_somewhere_by_the_seed():
    family, _ = prepared([lstm()])
    texts = [
        "".join(islice(family.write("", Sampling(), generator(seed, "generation")), 20))
        for seed in (0, 0, 1)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_symbols_are_drawn_by_their_chances():
    scores, rng = np.array([1.0, 3.0, -2.0, 2.0]), np.random.default_rng(0)
    for temperature, top_k in [(1.0, None), (0.5, None), (2.0, 2)]:
        sampling = Sampling(temperature, top_k)
        drawn = np.bincount([sampling.choose(scores, rng) for _ in range(4000)], minlength=4)
        chances = np.exp(scores / temperature)
        if top_k:
            chances[[0, 2]] = 0
        chances /= chances.sum()
        assert (np.abs(drawn / 4000 - chances) < 5 * np.sqrt(chances / 4000) + 1e-9).all()
    assert GREEDY.choose(scores, rng) == Sampling(1e-9).choose(scores, rng) == 1
    assert Sampling(5e-324).choose(scores, rng) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -1}, "temperature must be a number from 0, got -1"),
        ({"temperature": math.inf}, "a number from 0, got inf"),
        ({"temperature": math.nan}, "got nan"),
        ({"top_k": 0}, "top-k must be at least 1, got 0"),
    ],
)
def test_sampling_that_is_none(settings, message):
    with pytest.raises(ConvkitError, match=message):
        Sampling(**settings)


def test_it_shows_what_each_head_looks_at():
    family, _ = prepared([LAYERS["positional_encoding"](), LAYERS["transformer_decoder"](2, 8, 2)])
    maps = family.attend("abcab")
    assert [each.name for each in maps] == [
        "layer 1, head 1", "layer 1, head 2", "layer 2, head 1", "layer 2, head 2",
    ]  # fmt: skip
    for each in maps:
        assert each.queries == each.keys == list("abcab")
        np.testing.assert_allclose(each.weights.sum(axis=1), 1, rtol=1e-5)
        assert not np.triu(each.weights, 1).any()


# --- what is refused ---


def test_what_it_cannot_be_asked():
    family, _ = prepared([lstm()])
    with pytest.raises(ConvkitError, match="learnt from has no 'z'"):
        family.write("az", GREEDY, generator(0, "generation"))
    with pytest.raises(ConvkitError, match="it has no attention"):
        family.attend("abc")
    with pytest.raises(ConvkitError, match="an empty text"):
        prepared(transformer())[0].attend("")


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([lstm(return_sequences=False)], "for each of 10 steps, but it returns 6"),
        ([LAYERS["flatten"]()], "it returns 40"),
        ([LAYERS["transformer_encoder"](2, 8)], r"layer 1 \(transformer_encoder\): .*later steps"),
        ([lstm(bidirectional=True)], r"layer 1 \(lstm\)"),
        ([LAYERS["flatten"](), LAYERS["reshape"]([10, 4])], r"layer 1 \(flatten\): .*later steps"),
        ([LAYERS["group_norm"](2), lstm()], r"layer 1 \(group_norm\): .*later steps"),
        ([LAYERS["multi_head_attention"](3, causal=True)], r"heads \(=3\) must divide .*\(=4\)"),
    ],
)
def test_layers_that_cannot_go_on_with_a_text(layers, message):
    with pytest.raises(ConvkitError, match=message):
        prepared(layers)


def test_what_it_cannot_learn_from():
    with pytest.raises(ConvkitError, match="batches whole"):
        prepared([lstm()], accumulate=2)
    with pytest.raises(ConvkitError, match="embedding must be at least 1, got 0"):
        LanguageModel(0)
    blueprint = Blueprint(Signature.of(DATASETS["iris"]().train), layers=[lstm()])
    with pytest.raises(ConvkitError, match="learns from a text"):
        LanguageModel().build(blueprint)
    splits = DATASETS["markov"](**MARKOV)
    measured = Blueprint(Signature.of(splits.train), layers=[lstm()], metrics=("accuracy",))
    with pytest.raises(ConvkitError, match="measures of its own"):
        LanguageModel().build(measured)
