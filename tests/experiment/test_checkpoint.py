"""Checkpoints: one file that comes back to the last bit, or says what is wrong."""

import json
import math
import os

import numpy as np
import pytest
from safetensors import safe_open

from convkit.errors import ConvkitError
from convkit.experiment.checkpoint import (
    FORMAT,
    Checkpoint,
    first_not_finite,
    read_checkpoint,
    taking_in,
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
    "signature": {
        "sample_shape": [3],
        "classes": None,
        "features": ["a", "b", "c"],
        "target_names": ["y"],
        "outputs": 1,
    },
    "position": {"epoch": 3, "batch": 1, "step": 7, "seconds": 0.1 + 0.2, "epoch_seconds": 0},
    "trainer": {"best": {"best": None, "best_epoch": None, "waited": 0}, "patience": None},
    "learning": {"none": None, "noise": np.random.default_rng(5).bit_generator.state},
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
    write_checkpoint(path, Checkpoint({"model/a": np.ones(2)}, STATE))
    assert read_checkpoint(path).arrays.keys() == {"model/a"}
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_it_is_on_the_disk_before_it_has_its_name(path, monkeypatch):
    before, seen = path.read_bytes(), []
    fsync = os.fsync

    def noted(descriptor):
        fsync(descriptor)
        seen.append(path.read_bytes() == before)

    monkeypatch.setattr(os, "fsync", noted)
    write_checkpoint(path, Checkpoint({"model/a": np.ones(2)}, STATE))
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


def changed(**parts):
    return json.dumps(STATE | parts)


POSITION = STATE["position"]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (None, "its state is no JSON"),
        ("{", "its state is no JSON"),
        ("[" * 100_000, "its state is no JSON"),
        ("[1]", "its state holds no names and values"),
        (json.dumps({"signature": STATE["signature"]}), "its state has no 'position'"),
        (changed(position={}, signature=5), "signature of its state"),
        (changed(position=POSITION | {"epoch": "3"}), r"position\.epoch of its state"),
        (changed(position=POSITION | {"step": -1}), r"position\.step of its state"),
        (changed(position=POSITION | {"seconds": None}), r"position\.seconds of its state"),
        (changed(signature=STATE["signature"] | {"classes": 2}), r"signature\.classes"),
        (changed(trainer={"best": {}, "patience": None}), r"trainer\.best\.best of its state"),
        (changed(trainer=None), "trainer of its state"),
        (changed(learning=[]), "learning of its state"),
    ],
)
def test_a_state_that_was_damaged_is_told(path, state, reason):
    """And the checkpoint that is left."""
    from safetensors.numpy import save_file

    (path.parent / "best.safetensors").write_bytes(path.read_bytes())
    metadata = {"format": FORMAT} | ({} if state is None else {"state": state})
    save_file(ARRAYS, path, metadata=metadata)
    with pytest.raises(ConvkitError, match=rf"last\.safetensors' is damaged.*: {reason}") as caught:
        read_checkpoint(path, to_go_on=True)
    assert "--checkpoint best" in caught.value.hint


def test_only_going_on_needs_more_than_the_model(tmp_path):
    path = tmp_path / "best.safetensors"
    state = {name: STATE[name] for name in ("signature", "position")}
    write_checkpoint(path, Checkpoint(ARRAYS, state))
    assert read_checkpoint(path).state == state
    with pytest.raises(ConvkitError, match="its state has no 'trainer'") as caught:
        read_checkpoint(path, to_go_on=True)
    assert caught.value.hint == "train again"


@pytest.mark.parametrize("error", [KeyError("noise"), TypeError("no"), ConvkitError("too short")])
def test_what_does_not_belong_is_told_with_the_file(path, error):
    reason = r"last\.safetensors' is damaged.*(noise|no|too short)"
    with pytest.raises(ConvkitError, match=reason), taking_in(path):
        raise error
