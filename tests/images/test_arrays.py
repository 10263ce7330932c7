"""Numbers in .npy files and in text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.errors import ConvkitError
from convkit.images import decode, read
from tests.images.making import noise, npy


def matrix(text, name="a.csv"):
    return decode(text.encode(), name).frames[0]


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3\n4,5,6\n",
        "1;2;3\n4;5;6",
        "1\t2\t3\r\n4\t5\t6\r\n",
        "  1 2   3\n\n4  5 6 \n\n",
        "\ufeff1, 2, 3\n+4, 5, 006",
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.txt", "standard input"])
def test_separators(text, name):
    found = matrix(text, name)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, [[1, 2, 3], [4, 5, 6]])


def test_floats():
    found = matrix("1,2.5\n-1e-3,.5\n")
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [[1, 2.5], [-1e-3, 0.5]])


def test_nan_and_infinity_are_numbers():
    np.testing.assert_array_equal(matrix("nan,-inf"), [[np.nan, -np.inf]])


def test_integers_of_more_than_64_bits_are_floats():
    assert matrix(f"{2**64},1").dtype == np.float64


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n3,x\n", "row 2, column 2: 'x' isn't a number"),
        ("1,2\n\n3,\n", "row 3, column 2: the cell is empty"),
        ("1,2\n3,4,5\n", "row 2: 3 numbers, but 2 in row 1"),
        ("1,2\n3\n", "row 2: 1 number, but 2 in row 1"),
        ("a,b\n1,2\n", "row 1, column 1: 'a' isn't a number"),
        ("1_000,2", "row 1, column 1: '1_000' isn't a number"),
        ("1,5;2,5", "row 1, column 1: '1,5' isn't a number"),
        ("0x10", "row 1, column 1: '0x10' isn't a number"),
        ("\u0661,2", "row 1, column 1: '\u0661' isn't a number"),
        ("\n \n", "holds no numbers"),
    ],
)
def test_bad_text(text, message):
    with pytest.raises(ConvkitError) as caught:
        matrix(text)
    assert message in caught.value.message
    assert "'a.csv'" in caught.value.message


def test_text_that_is_none():
    with pytest.raises(ConvkitError, match="byte 4 isn't UTF-8"):
        decode(b"1,2\xff", "a.csv")


@given(
    st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2), min_size=1),
    st.sampled_from([",", ";", "\t", " "]),
)
def test_any_integers(rows, separator):
    text = "\n".join(separator.join(map(str, row)) for row in rows)
    np.testing.assert_array_equal(matrix(text), rows)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(()), "0 axes"),
        (np.zeros((2, 3, 4, 5)), "4 axes"),
        (np.zeros((0, 5)), "empty"),
        (np.zeros((2, 2), complex), "complex128 values"),
        (np.array([["a"]]), "<U1 values"),
        (np.zeros((2, 2), "M8[s]"), "values"),
        (np.zeros((2, 2), [("a", "f4")]), "values"),
    ],
)
def test_bad_arrays(array, message):
    with pytest.raises(ConvkitError) as caught:
        decode(npy(array), "a.npy")
    assert message in caught.value.message


def test_pickled_array_is_refused():
    with pytest.raises(ConvkitError, match="Python objects") as caught:
        decode(npy(np.array([[{}]]), allow_pickle=True), "a.npy")
    assert "run code" in caught.value.hint


def test_truncated_array(tmp_path):
    data = npy(noise((9, 9)))
    path = tmp_path / "a.npy"
    for length in range(6, len(data)):
        path.write_bytes(data[:length])
        for reading in (lambda: read(path), lambda: decode(data[:length], "a.npy")):  # noqa: B023
            with pytest.raises(ConvkitError, match=r"truncated|broken header"):
                reading()


def test_files_are_mapped(tmp_path):
    path = tmp_path / "a.npy"
    original = noise((7, 8, 3), "float32")
    np.save(path, original)
    found = read(path).frames[0]
    assert isinstance(found, np.memmap)
    np.testing.assert_array_equal(found, original)


@pytest.mark.parametrize("dtype", [">f8", "<i4"])
@pytest.mark.parametrize("stored", ["file", "bytes"])
def test_fortran_order(tmp_path, dtype, stored):
    original = np.asfortranarray(noise((4, 5, 3)).astype(dtype))
    path = tmp_path / "a.npy"
    np.save(path, original)
    found = read(path) if stored == "file" else decode(path.read_bytes(), "a")
    assert found.dtype.isnative
    np.testing.assert_array_equal(found.frames[0], original)


def test_arrays_are_limited(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((20, 20)))
    with pytest.raises(ConvkitError, match="400 pixels"):
        read(path, max_pixels=399)
    with pytest.raises(ConvkitError, match="4 pixels"):
        decode(b"1,2\n3,4", "a.csv", max_pixels=3)
    assert read(path, max_pixels=400).frames[0].shape == (20, 20)


@pytest.mark.parametrize(
    ("dtype", "white"),
    [("uint8", 255), ("uint16", 65535), ("float32", 1), ("bool", 1), ("int64", 255), ("i2", 255)],
)
def test_white(dtype, white):
    assert decode(npy(np.zeros((2, 2), dtype)), "a.npy").white == white
