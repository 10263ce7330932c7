"""Kernels from text and from files, and everything that can be wrong with them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convkit.errors import ConvkitError
from convkit.kernels import matrix_text, number_text, parse, readable_cells

finite = st.floats(-1e100, 1e100)
fractions = st.builds(lambda p, q: p / q, st.integers(-999, 999), st.integers(1, 99))
matrices = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=2, max_dims=2), elements=finite | fractions
)


@given(matrices, st.sampled_from(["; ", "\n", ";"]))
def test_what_is_written_reads_back_the_same(weights, row_end):
    assert np.array_equal(parse(matrix_text(weights, row_end)).weights, weights)


@pytest.mark.parametrize(
    "text",
    [
        "-1 0 1; -2 0 2; -1 0 1",
        "-1 0 1;-2 0 2;-1 0 1;",
        "-1,0,1;-2,0,2;-1,0,1",
        "-1, 0, 1\n-2, 0, 2\n-1, 0, 1\n",
        "-1 0 1;\n-2 0 2;\n-1 0 1",
        "[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]",
        "[[-1  0  1]\n [-2  0  2]\n [-1  0  1]]",
        "−1 0 1; −2 0 2; −1 0 1",
        "  -1e0 .0 +1.; -20e-1 0/7 4/2; -1 0 1",
        "-1 0 1 # smooth\n-2 0 2\n\n-1 0 1",
    ],
)
def test_ways_to_write_a_matrix(text):
    parsed = parse(text)
    assert parsed.weights.tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert parsed.name == "matrix-3x3"


def test_fractions_are_the_nearest_float():
    assert parse("1/9 -2/3 1 / 3").weights.tolist() == [[1 / 9, -2 / 3, 1 / 3]]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1 / 9, "1/9"), (-1 / 16, "-1/16"), (0.5, "0.5"), (0.333, "0.333"), (2.0, "2"), (-0.0, "0")],
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert number_text(value) == text


def test_long_numbers_are_shortened_for_people():
    assert readable_cells(np.array([[1 / 9, 2.0]])) == [["1/9", "2"]]
    assert readable_cells(np.array([[np.pi, -1e-9]])) == [["3.142", "0.000"]]
    assert readable_cells(np.array([[np.pi * 1e-20]])) == [["3.14e-20"]]


@pytest.mark.parametrize("text", ["Sobel_H", " sobel-h ", "SOBEL-H:"])
def test_a_name_is_read_kindly(text):
    assert parse(text).name == "sobel-h"


def test_a_parametrised_name_is_kept_as_written():
    assert parse("gaussian: size = 3x5 , sigma=1").name == "gaussian:size=3x5,sigma=1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the kernel is empty"),
        (" ;; ", r"empty \(0x0\)"),
        ("1 2; 3", "row 2 has 1 number, row 1 has 2 numbers"),
        ("1 a; 2 3", "row 1, column 2: 'a' isn't a number"),
        ("1 2; 3 4x", "row 2, column 2: '4x' isn't a number"),
        ("1 nan", "row 1, column 2: 'nan' isn't finite"),
        ("-inf 1", "row 1, column 1: '-inf' isn't finite"),
        ("1 1e999", "'1e999' is too large"),
        ("1 1/0", "'1/0' divides by zero"),
        ("1 0; 0 2e100", r"holds 2e\+100 in row 2, column 2"),
        ("1/2/3", "isn't a number"),
        ("1_0 2", "isn't a number"),
        ("1,,2", "row 1, column 2: a number is missing"),
        ("1 2,; 3 4", "row 1, column 3: a number is missing"),
        ("[[[1, 2]]]", "isn't a number"),
        ("1;2\n3;4", "';' inside a line"),
        ("3x3", "'3x3' isn't a number"),
        ("sobl-h", "unknown kernel 'sobl-h'"),
        ("x" * 5000, "unknown kernel"),
        ("a\0b", "unknown kernel"),
        ("1 " * 10_002, "a side is 10001 at most"),
    ],
)
def test_a_text_that_is_no_kernel(text, says):
    with pytest.raises(ConvkitError, match=says) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="019.-+e/;,[]\n #xabo:=_−", max_size=30))
def test_any_text_is_a_kernel_or_one_clear_line(text):
    assume(text != "-")  # standard input
    # Anything but a ConvkitError, a warning included, fails.
    with suppress(ConvkitError):
        assert np.isfinite(parse(text).weights).all()


# --- files ---


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("k.txt", "# mine\n1 1/2\n0 -3 # last\n"),
        ("k.csv", "1, 0.5\r\n0, -3\r\n"),
        ("k.CSV", "\ufeff1,0.5\n0,-3"),
        ("k", "1 0.5; 0 -3"),
        ("k.yaml", "[[1, 1/2], [0, -3]]"),
        ("k.yml", "kernel:\n- [1, 5e-1]\n- [0, -3]\n"),
        ("k.yml", "weights: 2 1; 0 -6\nscale: 1/2\n"),
    ],
)
def test_text_files(write, name, content):
    parsed = parse(write(name, content))
    assert parsed.weights.tolist() == [[1, 0.5], [0, -3]]
    assert parsed.name == "k"


def test_a_yaml_kernel_may_have_a_name(write):
    assert parse(write("k.yaml", "name: my edge\nkernel: [[1]]")).name == "my edge"


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "float32", ">f8"])
def test_npy_files_of_any_real_dtype(tmp_path, dtype):
    path = tmp_path / "k.npy"
    np.save(path, np.eye(3).astype(dtype))
    assert np.array_equal(parse(str(path)).weights, np.eye(3))


def test_a_bank(tmp_path):
    path = tmp_path / "bank.npy"
    np.save(path, np.arange(36, dtype=np.float32).reshape(2, 2, 3, 3))
    bank = parse(str(path))
    assert bank.is_bank
    assert [part.name for part in bank.slices()] == [
        "bank[0,0]",
        "bank[0,1]",
        "bank[1,0]",
        "bank[1,1]",
    ]
    assert [part.weights[0, 0] for part in bank.slices()] == [0, 9, 18, 27]


def test_a_known_name_wins_over_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "box").write_text("7")
    assert parse("box").shape == (3, 3)
    assert parse("./box").weights.tolist() == [[7]]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("k.csv", "", "is empty"),
        ("k.csv", "1,2\n3\n", "k.csv' row 2 has 1 number"),
        ("k.csv", "1;2\n3;4\n", "';' inside a line"),
        ("k.txt", b"\xff\xfe\0", "isn't text"),
        ("k.yaml", "kernel: [1", "as YAML"),
        ("k.yaml", "[" * 5000, "as YAML"),
        ("k.yaml", "kernal: [[1]]", "unknown key 'kernal' in '.*k.yaml'"),
        ("k.yaml", "name: x", "needs one of 'kernel' and 'weights', has 0"),
        ("k.yaml", "kernel: [[1]]\nweights: [[1]]", "has 2"),
        ("k.yaml", "", "no list of rows"),
        ("k.yaml", "[1, 2]", "no list of rows"),
        ("k.yaml", "[]", "empty"),
        ("k.yaml", "[[1, 2], [3]]", "row 2 has 1 number"),
        ("k.yaml", "[[1, yes]]", "row 1, column 2: True isn't a number"),
        ("k.yaml", "[[1, .nan]]", "row 1, column 2: 'nan' isn't finite"),
        ("k.yaml", "kernel: [[1]]\nscale: big", "scale: 'big' isn't a number"),
        ("k.yaml", "!!python/object/apply:os.getcwd []", "as YAML"),
        ("k.yaml", "2020-13-40", "as YAML"),
        ("k.npy", b"", "as .npy"),
        ("k.npy", b"hello", "isn't a plain .npy array"),
    ],
)
def test_a_file_that_is_no_kernel(write, name, content, says):
    with pytest.raises(ConvkitError, match=says) as caught:
        parse(write(name, content))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.zeros((2, 2, 2)), "3 dimensions"),
        (np.float64(1), "0 dimensions"),
        (np.zeros((0, 0)), "empty"),
        (np.array([[1, np.nan]]), "holds nan in row 1, column 2"),
        (np.zeros((1, 1), complex), "complex128"),
        (np.array([["a"]]), "<U1"),
        (np.array([[None]]), "isn't a plain .npy array"),
    ],
)
def test_an_array_that_is_no_kernel(tmp_path, array, says):
    path = tmp_path / "k.npy"
    np.save(path, array, allow_pickle=True)
    with pytest.raises(ConvkitError, match=says):
        parse(str(path))


def test_a_pickle_is_never_loaded(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (tmp_path.joinpath("exploded").touch, ())

    path = tmp_path / "k.npy"
    np.save(path, np.array([[Bomb()]], dtype=object), allow_pickle=True)
    with pytest.raises(ConvkitError):
        parse(str(path))
    assert not (tmp_path / "exploded").exists()


def test_files_that_are_not_there_or_not_files(tmp_path):
    with pytest.raises(ConvkitError, match="no such kernel file"):
        parse(str(tmp_path / "k.csv"))
    with pytest.raises(ConvkitError, match="is a folder"):
        parse(str(tmp_path))
    np.savez(tmp_path / "k", np.eye(2))
    (tmp_path / "k.npz").rename(tmp_path / "k.npy")
    with pytest.raises(ConvkitError, match="archive"):
        parse(str(tmp_path / "k.npy"))


@given(
    flips=st.lists(st.tuples(st.integers(0, 199), st.integers(1, 255)), max_size=4),
    keep=st.integers(0, 200),
)
def test_a_damaged_npy_is_a_kernel_or_one_clear_line(tmp_path_factory, flips, keep):
    path = tmp_path_factory.mktemp("npy") / "k.npy"
    np.save(path, np.eye(3))
    data = bytearray(path.read_bytes())
    for place, mask in flips:
        data[place] ^= mask
    path.write_bytes(data[:keep])
    with suppress(ConvkitError):
        assert np.isfinite(parse(str(path)).weights).all()
