"""Texts cut into windows, and a source whose entropy is known."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.data.texts.markov import MarkovSource
from convkit.errors import ConvkitError

ROOT = Path(__file__).parents[2]
LOG = ROOT / "sample_data" / "lighthouse_log.txt"


def text(tmp_path, content, **settings):
    path = tmp_path / "a.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return DATASETS["text"](**{"path": "a.txt"} | settings, root=tmp_path)


def letters(dataset, rows):
    """Return windows of numbers as texts."""
    return ["".join(dataset.symbols[int(number)] for number in row) for row in rows]


def test_windows_follow_each_other_and_each_letter_is_followed_by_its_target(tmp_path):
    whole = text(tmp_path, "abcdefghijk", length=3, validation=0, test=0).train
    assert letters(whole, whole.inputs) == ["abc", "def", "ghi"]
    assert letters(whole, whole.targets) == ["bcd", "efg", "hij"]
    assert whole.inputs.dtype == np.float32
    assert whole.symbols == whole.classes == tuple("abcdefghijk")
    assert whole.name == "a"


def test_the_parts_stand_in_their_order(tmp_path):
    parts = text(tmp_path, "abcdefghijklmnopqrstuvwxyz", length=5, validation=0.2, test=0.2).parts
    assert {name: letters(part, part.inputs) for name, part in parts.items()} == {
        "train": ["abcde", "fghij", "klmno"],
        "validation": ["pqrst"],
        "test": ["uvwxy"],
    }


def test_several_files_are_one_text(tmp_path):
    (tmp_path / "b.txt").write_text("cd")
    whole = text(tmp_path, "ab\r\n", path=["a.txt", "b.txt"], length=4, validation=0, test=0).train
    assert letters(whole, whole.inputs) == ["ab\nc"]


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        ("abc", {"length": 3}, "has 3 symbols, but a window and what follows it take 4"),
        ("", {}, "has 0 symbols"),
        ("abc", {"length": 0}, "length must be at least 1, got 0"),
        ("abc", {"path": "b.txt"}, "no such file: .*b.txt"),
        ("abc", {"path": []}, "path names no file"),
        (b"ab\xffc", {}, r"a.txt' is not UTF-8 text \(byte 2\)"),
        ("abcdef", {"length": 1, "test": 1.5}, "test must be a share"),
        ("abcdef", {"length": 4}, "too few for 3 parts"),
    ],
)
def test_texts_that_cannot_be_learnt_from(tmp_path, content, settings, message):
    with pytest.raises(ConvkitError, match=message):
        text(tmp_path, content, **settings)


def entropy_by_solving(chances):
    """Return the entropy rate by the stationary distribution as an eigenvector."""
    count = len(chances)
    moves = np.zeros((count**2, count**2))
    for a, b, c in np.ndindex(chances.shape):
        moves[a * count + b, b * count + c] = chances[a, b, c]
    values, vectors = np.linalg.eig(moves.T)
    pairs = np.real(vectors[:, np.argmax(np.real(values))])
    pairs /= pairs.sum()
    return -sum(
        pair * p * np.log(p)
        for pair, row in zip(pairs, chances.reshape(-1, count), strict=True)
        for p in row
        if p > 0
    )


def test_the_entropy_is_that_of_the_stationary_distribution():
    source = MarkovSource.drawn(5, 0.5, np.random.default_rng(3))
    assert source.entropy == pytest.approx(entropy_by_solving(source.chances), rel=1e-10)
    assert MarkovSource(np.full((4, 4, 4), 0.25)).entropy == pytest.approx(np.log(4))


def test_a_stream_has_the_chances_of_its_source():
    source = MarkovSource.drawn(3, 0.5, np.random.default_rng(3))
    stream = source.draw(60_000, np.random.default_rng(4))
    counts = np.zeros((3, 3, 3))
    np.add.at(counts, (stream[:-2], stream[1:-1], stream[2:]), 1)
    seen = counts.sum(axis=-1, keepdims=True)
    spread = np.sqrt(source.chances * (1 - source.chances) / seen)
    assert (np.abs(counts / seen - source.chances) < 5 * spread + 1e-9).all()
    surprise = -np.log(source.chances[stream[:-2], stream[1:-1], stream[2:]]).mean()
    assert surprise == pytest.approx(source.entropy, abs=0.02)


def test_the_seed_changes_the_stream_and_not_the_source():
    one, again, other, another = (
        DATASETS["markov"](steps=500, **settings).train
        for settings in ({}, {}, {"seed": 1}, {"source": 1})
    )
    assert one.digest() == again.digest() != other.digest()
    assert one.source == other.source != another.source
    assert "entropy 1.2213 nats, perplexity 3.3915" in one.source


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"symbols": 1}, "symbols must be from 2 to 26, got 1"),
        ({"symbols": 27}, "got 27"),
        ({"concentration": 0}, "concentration must be above 0, got 0"),
        ({"steps": 1}, "steps must be at least 2, got 1"),
        ({"seed": -1}, "seed must be 0 or more"),
    ],
)
def test_sources_that_there_are_none_of(settings, message):
    with pytest.raises(ConvkitError, match=message):
        DATASETS["markov"](**settings)


def test_the_log_is_written_again_letter_for_letter(tmp_path):
    subprocess.run(
        [sys.executable, ROOT / "sample_data" / "make.py", tmp_path], check=True, timeout=60
    )
    assert (tmp_path / LOG.name).read_bytes() == LOG.read_bytes()


def test_the_log_keeps_to_its_weather():
    lines = LOG.read_text("utf-8").splitlines()
    assert len(lines) == 300
    for line in lines:
        if "fog" in line:
            assert "We heard the horn" in line
        if "spray reaches the lantern" in line:
            assert "I stayed in the tower" in line
