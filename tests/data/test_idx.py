"""MNIST's files, packed or not, sound and damaged."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit.data import DATASETS
from convkit.data.idx import read_idx
from convkit.errors import ConvkitError
from tests.data.making import idx, mnist_files

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 5, 4)).astype(np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2, 2], np.uint8)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("mark", ["-", "."])
def test_both_parts_are_read(tmp_path, packed, mark):
    mnist_files(tmp_path, (PIXELS, LABELS), (PIXELS[:3], LABELS[:3]), packed, mark)
    splits = DATASETS["mnist"](str(tmp_path))
    assert np.allclose(splits.train.inputs, PIXELS[..., None] / 255, atol=1e-7)
    assert splits.train.targets.tolist() == LABELS.tolist()
    assert splits.test.targets.tolist() == [0, 1, 2]
    assert splits.validation is None
    assert splits.train.classes == splits.test.classes == ("0", "1", "2")


def test_validation_comes_out_of_training(tmp_path):
    mnist_files(tmp_path, (PIXELS[:6], LABELS[:6]), (PIXELS[:3], LABELS[:3]))
    splits = DATASETS["mnist"](str(tmp_path), validation=0.5, classes=["a", "b", "c"])
    assert [len(part) for part in splits.parts.values()] == [3, 3, 3]
    assert splits.validation.class_counts() == {"a": 1, "b": 1, "c": 1}


GOOD = idx(PIXELS)
PACKED = gzip.compress(GOOD, mtime=0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "begins with nothing"),
        (b"\x00\x00", "begins with 00 00"),
        (idx(LABELS), "begins with 00 00 08 01, not with 00 00 08 03"),
        (b"\0\0\x0d" + GOOD[3:], "begins with 00 00 0d 03"),
        (GOOD[:7], "is cut short"),
        (GOOD[:-1], r"is cut short: it says that it holds \[7, 5, 4\]"),
        (GOOD + b"\0", "has bytes after its end"),
        (GOOD[:4] + b"\xff" * 12, "would take .* GB of memory"),
        (PACKED[:-9], "is damaged|is cut short"),
        (PACKED[:20], "is damaged|is cut short"),
        (PACKED[:3], "is damaged"),
        (PACKED[:15] + b"\xff\xff\xff" + PACKED[18:], "is damaged|begins with"),
        (gzip.compress(GOOD + b"\0", mtime=0), "has bytes after its end"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, data, words):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(data)
    with pytest.raises(ConvkitError, match=words):
        read_idx(path, 3)


def test_pictures_without_labels(tmp_path):
    mnist_files(tmp_path, (PIXELS, LABELS[:-1]), (PIXELS, LABELS))
    with pytest.raises(ConvkitError, match="7 pictures but 6 labels for train"):
        DATASETS["mnist"](str(tmp_path))


def test_a_class_that_only_the_test_has(tmp_path):
    mnist_files(tmp_path, (PIXELS, LABELS), (PIXELS[:1], LABELS[:1] + 3))
    with pytest.raises(ConvkitError, match="sample 0 is of class 3"):
        DATASETS["mnist"](str(tmp_path))


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(ConvkitError, match=r"no 'train-images-idx3-ubyte' or '.*\.gz' in"):
        DATASETS["mnist"](".", root=tmp_path)
    with pytest.raises(ConvkitError, match="no such folder"):
        DATASETS["mnist"]("mnist", root=tmp_path)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([GOOD, PACKED]))
def test_damage_is_told_or_harmless(tmp_path_factory, data, good):
    damaged = bytearray(good)
    damaged[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("idx") / "images"
    path.write_bytes(bytes(damaged[: data.draw(st.integers(0, 2 * len(good)))]))
    try:
        read = read_idx(path, 3)
    except ConvkitError:
        return
    assert read.size == PIXELS.size
