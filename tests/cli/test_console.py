"""How commands speak: what a terminal says once, what a pipe repeats, what ``-v`` adds."""

import pytest
import rich.console

from convkit.cli.console import Table, draw
from tests.cli.process import ROOT, convkit, on_terminal

SCENE = ROOT / "sample_images" / "shapes.png"
PAGE = ROOT / "sample_images" / "text.png"


def test_what_all_rows_agree_on_is_said_once():
    table = Table(["a", "b", "c"], [[1, 2, 3], [4, 2, 5]], title="T", said_once=["a", "b"])
    condensed = table.condensed()
    assert condensed.title == "T · b 2"
    assert condensed.columns == ["a", "c"]
    assert condensed.rows == [[1, 3], [4, 5]]
    assert table.columns == ["a", "b", "c"]


def test_a_table_without_rows_agrees_on_nothing():
    assert Table(["a"], said_once=["a"]).condensed().columns == ["a"]


def test_a_result_is_not_folded_on_80_columns(tmp_path):
    (tmp_path / "shapes.png").write_bytes(SCENE.read_bytes())
    drawn = on_terminal("convolve", "shapes.png", "-k", "sobel-h", cwd=tmp_path, columns=80)
    title, *lines = (line.rstrip() for line in drawn.splitlines())
    assert title == "kernel sobel-h · operation correlation · in 320x480 · out 318x478 · map abs"
    assert lines[3].split() == ["shapes.png", "shapes.sobel-h.png", "-892", "892", "14,354"]


def test_different_sizes_stay_in_the_rows(tmp_path):
    drawn = on_terminal("convolve", SCENE, PAGE, "-k", "sobel-h", "--out-dir", ".", cwd=tmp_path)
    assert "kernel sobel-h · operation correlation · map abs\n" in drawn
    assert " 318x478 " in drawn
    assert " 358x478 " in drawn


def test_verbose_says_how_it_was_decided(tmp_path):
    words = ["convolve", SCENE, "-k", "box", "--pad", "same", "--pad-mode", "nearest", "--force"]
    told = convkit(*words, "-v", cwd=tmp_path)
    assert told.code == 0
    assert "strategy " in told.stderr
    assert "pads 1,1,1,1 of edge (top, bottom, left, right)" in told.stderr
    untold = convkit(*words, cwd=tmp_path)
    assert (untold.stderr, untold.stdout) == ("", told.stdout)


@pytest.mark.parametrize(
    ("columns", "headers", "cells"),
    [
        (60, ["trainer.batch_size", "test/loss"], ["128", "-0.0301081"]),
        (30, ["trainer.", "batch_", "test/", "size", "loss"], ["128", "-0.0301081"]),
        (23, ["trainer.", "batch_", "test/", "size", "loss"], ["128", "-0.03011"]),
    ],
)
def test_where_there_is_little_room_names_are_folded_and_then_numbers_shortened(
    monkeypatch, columns, headers, cells
):
    monkeypatch.setenv("COLUMNS", str(columns))
    drawing = rich.console.Console(width=columns)
    with drawing.capture() as capture:
        drawing.print(draw(Table(["trainer.batch_size", "test/loss"], [[128, -0.03010812]])))
    header, row = capture.get().split("─" * 5, 1)
    assert sorted(header.split()) == sorted(headers)
    assert row.replace("─", "").split() == cells
