"""convkit train on a terminal: what is left on it, however narrow it is and however it ends."""

import re
import shlex
import subprocess
import sys

import pytest

from tests.cli.process import COMMAND, drawn, on_terminal
from tests.cli.training import LONG


def screen(text):
    """Return what is left on a terminal: lines, of which later frames overwrite earlier ones."""
    lines, row = [""], 0
    for piece in re.split(r"(\n|\r|\x1b\[[0-9;?]*[A-Za-z])", text):
        if piece == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif up := re.fullmatch(r"\x1b\[(\d*)A", piece):
            row -= int(up[1] or 1)
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif piece and piece[0] not in "\r\x1b":
            lines[row] += piece
    return "\n".join(lines)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_the_live_view_fits_the_terminal(tiny, columns):
    code, text = drawn(
        [*COMMAND, "train", "tiny.yaml"], cwd=tiny, columns=columns, colour=True, NO_COLOR="1"
    )
    assert code == 0, text
    assert not re.search(r"\x1b\[[0-9;]*3[0-7][0-9;]*m", text)  # no colour where none is wanted
    frame, _, rest = screen(text).partition("\nthe ")
    lines = frame.splitlines()
    assert lines[0].startswith("runs/tiny/1")
    assert max(map(len, lines)) <= columns
    assert re.search(r"^ *epoch +loss", lines[2])
    assert [line.split()[0] for line in lines[3:7]].count("★") == 1
    assert "epoch 4 of 4" in frame
    assert "validation/loss" in frame
    assert "next: convkit evaluate runs/tiny/1" in rest


def test_a_wide_terminal_shows_every_number_a_narrow_one_those_that_matter(tiny):
    texts = [
        screen(drawn([*COMMAND, "train", "tiny.yaml"], cwd=tiny, columns=columns, colour=True)[1])
        for columns in (100, 34)
    ]
    assert all("samples/s" in text for text in texts)
    wide, narrow = (text.splitlines()[2].split() for text in texts)
    assert wide == ["epoch", "loss", "accuracy", "loss", "accuracy", "lr", "time"]
    assert narrow == ["epoch", "loss", "loss"]


def test_a_dumb_terminal_gets_plain_lines(tiny):
    text = on_terminal("train", "tiny.yaml", cwd=tiny)
    assert "\x1b" not in text
    assert text.count("\nepoch ") == 4


def test_quiet_is_quiet_on_a_terminal(tiny):
    code, text = drawn([*COMMAND, "train", "tiny.yaml", "-q"], cwd=tiny, colour=True)
    assert (code, text) == (0, "runs/tiny/1\n")


def test_seeds_leave_a_line_each_on_a_terminal(tiny):
    command = [*COMMAND, "train", "tiny.yaml", "--seeds", "2"]
    code, text = drawn(command, cwd=tiny, colour=True, NO_COLOR="1")
    assert code == 0
    left = screen(text)
    assert re.search(r"^seed 1: finished after .*  test/loss .*  test/accuracy ", left, re.M)
    assert re.search(r"^seed 2: ", left, re.M)
    assert "samples/s" not in left


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_ctrl_c_leaves_the_terminal_as_it_was(tmp_path):
    (tmp_path / "long.yaml").write_text(LONG)
    pid = tmp_path / "pid"
    line = f"echo $$ > {shlex.quote(str(pid))}; exec {shlex.join(COMMAND)} train long.yaml"
    killer = subprocess.Popen(
        [sys.executable, "-c", KILL_ONCE_TRAINING, str(pid), str(tmp_path / "runs/long/1")]
    )
    code, text = drawn(["sh", "-c", line], cwd=tmp_path, colour=True)
    killer.wait()
    assert code == 130
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1  # the cursor is back
    assert "convkit train --resume runs/long/1" in text


KILL_ONCE_TRAINING = """
import os, signal, sys, time
from pathlib import Path
pid, run = map(Path, sys.argv[1:])
metrics = run / "metrics.jsonl"
while not (metrics.exists() and metrics.stat().st_size):
    time.sleep(0.02)
os.kill(int(pid.read_text()), signal.SIGINT)
"""


def test_a_dry_run_on_a_terminal_fits_80_columns():
    text = on_terminal("train", "configs/digits-cnn.yaml", "--dry-run", columns=80)
    assert max(map(len, text.splitlines())) <= 80
    assert "optimizer.schedule.name" in text
    assert "6,090 parameters" in text
