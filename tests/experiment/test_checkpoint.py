"""Checkpoints: one file that comes back to the last bit, or says what is wrong."""

import math
import os

import numpy as np
import pytest
from safetensors import safe_open

from convkit.errors import ConvkitError
from convkit.experiment.checkpoint import (
    Checkpoint,
    first_not_finite,
    read_checkpoint,
    write_checkpoint,
)

ARRAYS = {
    "model/1.weight": np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32),
    "model/1.bias": np.arange(4.0)[::2],
    "learning/optimizer/step": np.array(7, np.int64),
    "learning/optimizer/schedule.best": np.array(math.inf),
    "learning/epoch/targets": np.zeros((0, 2), np.int64),
}
STATE = {
    "epoch": 3,
    "best": 0.1 + 0.2,
    "none": None,
    "noise": np.random.default_rng(5).bit_generator.state,
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "last.safetensors"
    write_checkpoint(path, Checkpoint(ARRAYS, STATE))
    return path


def test_it_comes_back_to_the_last_bit(path):
    read = read_checkpoint(path)
    assert read.state == STATE
    assert read.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert read.arrays[name].dtype == array.dtype
        assert read.arrays[name].shape == array.shape
        assert read.arrays[name].tobytes() == array.tobytes()


def test_arrays_know_whose_they_are(path):
    assert read_checkpoint(path).within("model").keys() == {"1.weight", "1.bias"}
    assert read_checkpoint(path).within("learning/optimizer").keys() == {"step", "schedule.best"}


def test_other_programs_read_it(path):
    with safe_open(path, "numpy") as opened:
        np.testing.assert_array_equal(opened.get_tensor("model/1.weight"), ARRAYS["model/1.weight"])


def test_it_replaces_the_one_before(path):
    write_checkpoint(path, Checkpoint({"model/a": np.ones(2)}, {}))
    assert read_checkpoint(path).arrays.keys() == {"model/a"}
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_it_is_on_the_disk_before_it_has_its_name(path, monkeypatch):
    before, seen = path.read_bytes(), []
    fsync = os.fsync

    def noted(descriptor):
        fsync(descriptor)
        seen.append(path.read_bytes() == before)

    monkeypatch.setattr(os, "fsync", noted)
    write_checkpoint(path, Checkpoint({"model/a": np.ones(2)}, {}))
    assert seen == [True]
    assert path.read_bytes() != before


@pytest.mark.parametrize("cut", [0, 5, 8, 100, -1])
def test_a_torn_file_is_told(path, cut):
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ConvkitError, match=r"last\.safetensors' is no checkpoint"):
        read_checkpoint(path)


def test_a_safetensors_file_of_something_else(tmp_path):
    from safetensors.numpy import save_file

    save_file({"weight": np.ones(3)}, tmp_path / "other.safetensors")
    with pytest.raises(ConvkitError, match="no checkpoint of this convkit"):
        read_checkpoint(tmp_path / "other.safetensors")


def test_one_that_is_not_there(tmp_path):
    with pytest.raises(ConvkitError, match="no such file"):
        read_checkpoint(tmp_path / "last.safetensors")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_arrays_that_are_not_finite_are_found(bad):
    assert first_not_finite(ARRAYS) is None
    assert first_not_finite(ARRAYS | {"model/2.bias": np.array([1, bad])}) == "model/2.bias"
