"""``convkit kernels`` as a process: in a pipe, on a terminal, and with what people get wrong."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from convkit.kernels import kernel, names
from tests.cli import process


def run(*arguments, **options):
    return process.convkit("kernels", *arguments, **options)


def on_terminal(*arguments, **options):
    return process.on_terminal("kernels", *arguments, colour=True, **options)


def rows(result):
    assert result.stderr == ""
    return result.rows


# --- the list ---


def test_the_list_in_a_pipe_holds_every_kernel():
    header, *lines = rows(run())
    assert header == ["name", "size", "sum", "family", "what it is (parameters)"]
    assert [line[0] for line in lines] == [entry.name for entry in names()]
    assert lines[0][:4] == ["sobel-h", "3x3", "0.0", "gradient"]
    assert all(len(line) == 5 for line in lines)


def test_list_is_what_no_word_means():
    assert run("list").stdout == run().stdout
    listed = json.loads(run("--json").stdout)
    assert json.loads(run("list", "--json").stdout) == listed
    gaussian = next(entry for entry in listed if entry["name"] == "gaussian")
    assert gaussian == {
        "name": "gaussian",
        "aliases": [],
        "family": "smooth",
        "shape": [7, 7],
        "sum": pytest.approx(1),
        "parameters": {"size": None, "sigma": None},
        "summary": "Gaussian blur, sigma in pixels",
    }


def test_the_list_on_a_terminal():
    drawn = on_terminal()
    assert "what it is" in drawn
    assert "kirsch-nw" in drawn
    assert "\t" not in drawn


# --- show ---


def test_show_in_a_pipe():
    assert dict(rows(run("show", "sobel-h"))) == {
        "property": "value",
        "name": "sobel-h",
        "size": "3x3",
        "matrix": "-1 -2 -1; 0 0 0; 1 2 1",
        "sum": "0.0",
        "absolute_sum": "8.0",
        "rank": "1",
        "factor_column": "-1 0 1",
        "factor_row": "1 2 1",
        "factor_scale": "1",
        "symmetric": "left-right",
        "antisymmetric": "top-bottom, half-turn",
        "output_min": "-1020.0",
        "output_max": "1020.0",
        "answers_to": "horizontal edges, positive where dark lies above bright",
    }


def test_the_rows_are_the_same_for_every_kernel():
    assert [row[0] for row in rows(run("show", "log"))] == [
        row[0] for row in rows(run("show", "box"))
    ]


def test_show_as_json():
    shown = json.loads(run("show", "--json", "1/3 1/3 1/3").stdout)
    assert shown["shape"] == [1, 3]
    assert shown["weights"] == [[1 / 3] * 3]
    assert shown["factors"] == {"column": [1], "row": [1, 1, 1], "scale": 1 / 3}
    assert shown["symmetry"]["left-right"] == "symmetric"
    assert shown["output_range"] == [0, 255]
    assert shown["answers_to"].startswith("none: it smooths")
    shown = json.loads(run("show", "laplacian", "--json").stdout)
    assert shown["factors"] is None
    assert shown["rank"] == len(shown["terms"]) == 2


@pytest.mark.parametrize("text", ["-1 0 1; -1 0 1; -1 0 1", "-1,0,1;-1,0,1;-1,0,1"])
def test_a_matrix_may_begin_with_a_minus_sign(text):
    assert rows(run("show", text))[3] == ["matrix", "-1 0 1; -1 0 1; -1 0 1"]


def test_the_plain_matrix_is_a_kernel_file(tmp_path):
    (tmp_path / "mine.txt").write_text(run("show", "log:sigma=1", "--matrix").text)
    again = json.loads(run("show", "mine.txt", "--json", cwd=tmp_path).stdout)
    assert again["name"] == "mine"
    assert np.array_equal(again["weights"], kernel("log:sigma=1"))


def test_a_bank_is_shown_one_by_one(tmp_path):
    np.save(tmp_path / "bank.npy", np.stack([kernel("sobel-h"), kernel("box")])[:, np.newaxis])
    header, edge, blur = rows(run("show", "bank.npy", cwd=tmp_path))
    assert header[-1] == "answers_to"
    assert edge[0] == "bank[0,0]"
    assert edge[-1] == "horizontal edges, positive where dark lies above bright"
    assert blur[-1] == "none: it smooths"
    document = json.loads(run("show", "bank.npy", "--json", cwd=tmp_path).stdout)
    assert document["shape"] == [2, 1, 3, 3]
    assert len(document["kernels"]) == 2
    refused = run("show", "bank.npy", "--matrix", cwd=tmp_path)
    refused.assert_refused("bank of kernels (2x1x3x3)")


def test_show_on_a_terminal_draws_a_card_in_colours():
    drawn = on_terminal("show", "sobel-h")
    assert "\x1b[" in drawn
    plain = re.sub(r"\x1b\[[0-9;]*m", "", drawn)
    assert "─ sobel-h  3×3 ─" in plain
    assert "│   -1  -2  -1  " in plain
    assert "1 = (-1 0 1)ᵀ × (1 2 1)" in plain
    assert "-1,020 to 1,020 for inputs from 0 to 255" in plain


def test_a_kernel_too_wide_for_numbers_is_drawn_as_squares():
    squares = on_terminal("show", "gabor", columns=80)
    assert squares.count("\x1b[30;48;") > 19
    assert "too wide" not in squares
    assert "too wide" in on_terminal("show", "gabor", columns=80, NO_COLOR="1")
    assert "too wide" in on_terminal("show", "gaussian:size=101", columns=80)


# --- what people get wrong ---


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "sobl-h"], "unknown kernel 'sobl-h' (hint: did you mean 'sobel-h'?)"),
        (["show", ""], "the kernel is empty"),
        (["show", "-"], "standard input is empty (0x0)"),
        (["show", "gaussian:sizze=3"], "unknown parameter 'sizze' of gaussian"),
        (["show", "gaussian:size=4"], "take 3 or 5"),
        (["show", "1 2; 3"], "kernel row 2 has 1 number, row 1 has 2 numbers"),
        (["show", "1 x"], "kernel row 1, column 2: 'x' isn't a number"),
        (["show", "nosuch.csv"], "no such kernel file: 'nosuch.csv'"),
        (["show", "sample_images"], "'sample_images' is a folder"),
        (["show"], "Missing argument"),
        (["show", "box", "--jsn"], "--jsn"),
        (["show", "box", "--matrix", "--json"], "take one of the two"),
        (["sobel-h"], "convkit kernels show 'sobel-h'"),
        (["--jsn"], "No such option: --jsn"),
    ],
)
def test_one_line_and_exit_code_2(arguments, says):
    run(*arguments).assert_refused(says)


@pytest.mark.parametrize("text", [b"-1 0 1\n-2 0 2\n-1 0 1\n", b"-1,0,1\n-2,0,2\n-1,0,1\n"])
def test_a_kernel_from_standard_input(text):
    shown = run("show", "-", "--matrix", stdin=text)
    assert shown.text == "-1 0 1\n-2 0 2\n-1 0 1\n"
