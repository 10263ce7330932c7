"""CIFAR-10's records."""

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.errors import ConvkitError


def records(labels, seed=0):
    """Return samples as pictures (n, 32, 32, 3), and as the bytes of a file."""
    pictures = np.random.default_rng(seed).integers(0, 256, (len(labels), 32, 32, 3), np.uint8)
    rows = []
    for label, picture in zip(labels, pictures, strict=True):
        planes = [picture[:, :, channel].tobytes() for channel in range(3)]
        rows.append(bytes([label]) + b"".join(planes))
    return pictures, b"".join(rows)


@pytest.fixture
def folder(tmp_path):
    for number in (1, 2):
        (tmp_path / f"data_batch_{number}.bin").write_bytes(records([number, 9], number)[1])
    (tmp_path / "test_batch.bin").write_bytes(records([5], 3)[1])
    return tmp_path


def test_batches_are_joined_and_planes_are_channels(folder):
    splits = DATASETS["cifar10"](str(folder))
    expected = np.concatenate([records([1, 9], 1)[0], records([2, 9], 2)[0]])
    assert np.allclose(splits.train.inputs, expected / 255, atol=1e-7)
    assert splits.train.targets.tolist() == [1, 9, 2, 9]
    assert np.allclose(splits.test.inputs, records([5], 3)[0] / 255, atol=1e-7)
    assert splits.train.classes[3] == "cat"
    assert splits.train.inputs.flags.c_contiguous


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "has 0 bytes"),
        (records([1])[1][:-1], "has 3072 bytes, which are no whole samples of 3073"),
        (records([1, 10])[1], "sample 1 is of class 10, of 10"),
    ],
)
def test_what_is_wrong_is_said(folder, data, words):
    (folder / "data_batch_2.bin").write_bytes(data)
    with pytest.raises(ConvkitError, match=words):
        DATASETS["cifar10"](str(folder))


def test_files_that_are_not_there(folder):
    (folder / "test_batch.bin").unlink()
    with pytest.raises(ConvkitError, match=r"no such file: .*test_batch\.bin"):
        DATASETS["cifar10"](str(folder))
    for path in folder.glob("*.bin"):
        path.unlink()
    with pytest.raises(ConvkitError, match=r"no 'data_batch_1\.bin'"):
        DATASETS["cifar10"](str(folder))
    (folder / "data_batch_1").write_bytes(b"\x80\x04.")
    with pytest.raises(ConvkitError, match=r"Python version.*can run code"):
        DATASETS["cifar10"](str(folder))
