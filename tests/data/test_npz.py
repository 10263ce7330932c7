"""NumPy's archives, sound and hostile."""

import io
import os
import pickle
import zipfile
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convkit.data import DATASETS, npz_inputs
from convkit.errors import ConvkitError


def archive(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@pytest.fixture
def read(tmp_path):
    def read(data, **settings):
        (tmp_path / "a.npz").write_bytes(data)
        return DATASETS["npz"]("a.npz", root=tmp_path, test=0.0, **settings).train

    return read


INPUTS = np.arange(24, dtype=np.float64).reshape(6, 4)
LABELS = np.array([0, 1, 2, 0, 1, 2])


@pytest.mark.parametrize(
    ("array", "values", "classes"),
    [
        (LABELS, LABELS, ("0", "1", "2")),
        (LABELS.astype(np.uint8)[:, None], LABELS, ("0", "1", "2")),
        (LABELS > 0, LABELS > 0, ("0", "1")),
        (LABELS / 2, (LABELS / 2)[:, None], None),
        (np.stack([LABELS, LABELS]).T / 3, np.stack([LABELS, LABELS]).T / 3, None),
    ],
)
def test_targets_are_what_their_type_says(read, array, values, classes):
    data = read(archive(inputs=INPUTS, targets=array))
    assert np.allclose(data.targets, values)
    assert data.classes == classes
    assert data.targets.dtype == (np.float32 if classes is None else np.int64)
    assert np.array_equal(data.inputs, INPUTS)
    assert data.inputs.dtype == np.float32


def test_the_task_overrules_the_type(read):
    assert read(archive(inputs=INPUTS, targets=LABELS), task="regression").targets.shape == (6, 1)
    floats = read(archive(inputs=INPUTS, targets=LABELS * 1.0), task="classification")
    assert floats.targets.tolist() == LABELS.tolist()


def test_bytes_are_pictures(read):
    pixels = np.arange(6 * 4, dtype=np.uint8).reshape(6, 2, 2)
    data = read(archive(x=pixels, y=LABELS), inputs="x", targets="y", classes=["a", "b", "c"])
    assert data.sample_shape == (2, 2, 1)
    assert np.allclose(data.inputs[..., 0], pixels / 255, atol=1e-7)
    assert data.classes == ("a", "b", "c")


class Evil:
    """Notes when it is unpickled."""

    ran = False

    def __reduce__(self):
        return setattr, (Evil, "ran", True)


def test_a_pickle_is_never_loaded(read):
    buffer = io.BytesIO()
    np.savez(buffer, inputs=np.array([Evil()], object), targets=LABELS[:1])
    with pytest.raises(ConvkitError, match=r"array 'inputs' .* can run code"):
        read(buffer.getvalue())
    with pytest.raises(ConvkitError, match=r"is no \.npz file"):
        read(pickle.dumps(Evil()))
    assert not Evil.ran
    pickle.loads(pickle.dumps(Evil()))
    assert Evil.ran  # it would have


def renamed(data, old, new):
    """Return an archive whose member is renamed."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            out.writestr(name.replace(old, new), source.read(name))
    return target.getvalue()


def with_member(text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        out.writestr("inputs.npy", text)
    return buffer.getvalue()


def header(shape):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


GOOD = archive(inputs=INPUTS, targets=LABELS)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", r"is no \.npz file"),
        (b"PK\x03\x04", r"is no \.npz file"),
        (GOOD[:-40], r"is no \.npz file"),
        (GOOD[40:], "broken|can't be read"),
        (renamed(GOOD, "inputs", "inptus"), r"unknown array 'inputs'.*did you mean 'inptus'"),
        (with_member(b""), "array 'inputs' .* can't be read"),
        (with_member(b"\x93NUMPY\x01\x00\x02\x00{["), "can't be read"),
        (with_member(header("(10, 10)")), "can't be read"),
        (with_member(header("(1000000000, 1000000)")), "can't be read"),
        (with_member(header("(-1,)")), "can't be read"),
        (archive(inputs=INPUTS[:5], targets=LABELS), "has 5 inputs but 6 targets"),
        (archive(inputs=INPUTS[:0], targets=LABELS[:0]), "holds no samples"),
        (archive(inputs=np.float64(1), targets=LABELS), "holds no samples: its shape is ()"),
        (archive(inputs=INPUTS * 1j, targets=LABELS), "holds complex128, not real numbers"),
        (archive(inputs=np.array(["a"] * 6), targets=LABELS), "not real numbers"),
        (archive(inputs=np.where(INPUTS == 9, np.nan, 1), targets=LABELS), r"\(NaN\) at \[2, 1\]"),
        (archive(inputs=np.where(INPUTS == 9, np.inf, 1), targets=LABELS), r"inf at \[2, 1\]"),
        (archive(inputs=INPUTS * 1e300, targets=LABELS), "beyond what float32 holds"),
        (archive(inputs=INPUTS, targets=LABELS - 1), "class of sample 0 is -1"),
        (archive(inputs=INPUTS, targets=LABELS * 1000), "goes up to 2000, .* only 6 samples"),
        (archive(inputs=INPUTS, targets=np.eye(6, 3, dtype=int)), r"is \(6, 3\), .* one number"),
        (archive(inputs=INPUTS, targets=np.zeros((6, 1, 2))), "has 3 axes"),
    ],
)
def test_what_is_wrong_is_said(read, data, words):
    with pytest.raises(ConvkitError, match=words):
        read(data)


def test_labels_beyond_the_names_given(read):
    with pytest.raises(ConvkitError, match="sample 2 is of class 2"):
        read(GOOD, classes=["a", "b"])


def test_what_unpacks_to_too_much_is_not_unpacked(read, monkeypatch):
    monkeypatch.setattr("convkit.data.limits.physical_memory", lambda: 100_000)
    with pytest.raises(ConvkitError, match=r"would take .* of memory"):
        read(archive(inputs=np.zeros((6, 10_000)), targets=LABELS))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConvkitError, match="no such file"):
        DATASETS["npz"]("b.npz", root=tmp_path)
    with pytest.raises(ConvkitError, match="is a folder"):
        DATASETS["npz"](".", root=tmp_path)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_is_told_or_harmless(tmp_path_factory, data):
    """A mutated archive gives the same numbers, or an error of ours: nothing else is raised."""
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(damaged)), st.integers(0, len(damaged))))
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    path.write_bytes(bytes(damaged[:cut]))
    try:
        read = DATASETS["npz"](str(path), test=0.0).train
    except ConvkitError:
        return
    assert np.array_equal(read.inputs, INPUTS)
    assert read.targets.tolist() == LABELS.tolist()


def test_a_device_may_never_end():
    with pytest.raises(ConvkitError, match="'/dev/zero' is a device, not a file"):
        DATASETS["npz"]("/dev/zero")


def test_a_named_pipe_is_read_once(tmp_path):
    path = tmp_path / "pipe.npz"
    os.mkfifo(path)
    data = archive(inputs=INPUTS, targets=LABELS)
    writer = Thread(target=path.write_bytes, args=(data,))
    writer.start()
    assert np.array_equal(npz_inputs(path), INPUTS)
    writer.join()
