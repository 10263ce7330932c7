"""Streams that are full, closed, narrow or terminals, and Ctrl-C before there is a program."""

import io
import json
import math
import os
import subprocess
from pathlib import Path

import pytest

from convkit.cli.console import Console, Table, colours, printable
from tests.cli.process import COMMAND, ROOT, convkit, environment, on_terminal

SCENE = "sample_images/shapes.png"
PRICES = "sample_data/house_prices.csv"
FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")
needs_shell = pytest.mark.skipif(os.name == "nt", reason="streams are closed by a shell")


def in_shell(line, **variables):
    """Run ``convkit``'s arguments with redirections; return the exit code, stdout and stderr."""
    program = " ".join(f'"{word}"' for word in COMMAND)
    result = subprocess.run(
        ["sh", "-c", f"{program} {line}"],
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout, result.stderr


# --- full and closed ---


@needs_full
@pytest.mark.parametrize(
    "line",
    [
        "--help",
        "--version",
        "kernels",
        f"mse {PRICES}",
        "outsize 6 -k 3 --json",
        f"convolve {SCENE} -k box --format png -o -",
    ],
)
def test_a_full_standard_output_is_one_line(line):
    code, _, stderr = in_shell(f"{line} >/dev/full")
    assert (code, stderr) == (2, "error: can't go on: No space left on device\n")


@needs_full
def test_a_full_standard_error_leaves_the_exit_code():
    assert in_shell("outsize foo 2>/dev/full") == (2, "", "")


@needs_shell
@pytest.mark.parametrize("line", ["outsize 6 -k 3", "--help", "kernels --json"])
def test_a_closed_standard_output_is_quiet(line):
    assert in_shell(f"{line} >&-") == (0, "", "")


@needs_shell
@pytest.mark.parametrize("line", ["outsize foo", "outsize 6 -k", "mse nope.csv"])
def test_a_closed_standard_error_leaves_the_exit_code(line):
    assert in_shell(f"{line} 2>&-") == (2, "", "")


@needs_shell
def test_a_result_never_goes_where_a_closed_stream_was(tmp_path):
    result = tmp_path / "box.png"
    code, _, stderr = in_shell(f"convolve {SCENE} -k box -o {result} --quiet >&- 2>&-")
    assert (code, stderr) == (0, "")
    assert convkit("mse", result, result).code == 0


@needs_shell
def test_a_reader_that_leaves_a_picture_is_no_error():
    line = f"convolve {SCENE} -k box -o /dev/stdout --format png --quiet | head -c 1 | wc -c"
    code, stdout, stderr = in_shell(line)
    assert (code, stdout.strip(), stderr) == (0, "1", "")


# --- narrow ---


def test_letters_that_an_encoding_lacks_are_escaped():
    result = convkit("outsize", "6", "-k", "3", PYTHONIOENCODING="ascii")
    assert result.rows[1][6] == r"(6 - 3 + 2\xb70 + 1) = 4"


def test_json_stays_json_in_any_encoding():
    result = convkit("outsize", "6", "-k", "3", "--json", PYTHONIOENCODING="ascii")
    assert "2·0" in json.dumps(json.loads(result.stdout), ensure_ascii=False)


def test_json_tells_infinite_from_undefined():
    console = Console(stdout=io.StringIO(), as_json=True)
    console.json({"a": [math.inf, -math.inf, math.nan, 1.5]})
    assert json.loads(console.stdout.getvalue()) == {"a": ["Infinity", "-Infinity", None, 1.5]}


# --- terminals ---


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb.png", r"a\x1b[31mb.png"),
        ("a\x07\x9b", r"a\x07\x9b"),
        ("a\udcff", r"a\udcff"),
        ("· é − 日本", "· é − 日本"),
    ],
)
def test_control_characters_never_steer_a_terminal(text, shown):
    assert printable(text) == shown
    console = Console(stderr=io.StringIO())
    console.error(f"no such file: '{text}'")
    assert console.stderr.getvalue() == f"error: no such file: '{shown}'\n"


@pytest.mark.skipif(os.name == "nt", reason="no such names")
def test_a_file_name_does_not_steer_a_terminal(tmp_path):
    name = "a\x1b]0;title\x07.png"
    (tmp_path / name).write_bytes((ROOT / SCENE).read_bytes())
    arguments = ["convolve", name, "-k", "box", "-o", "b.png"]
    drawn = on_terminal(*arguments, cwd=tmp_path)
    assert "\x1b" not in drawn
    assert r"\x1b]0;title\x07" in drawn.replace("\n", "")


def test_a_title_does_not_steer_a_terminal(monkeypatch):
    console = Console(stdout=Terminal())
    console.table(Table(["a"], [["\x1b[2J"]], title="\x1b[2K"))
    written = console.stdout.getvalue()
    assert r"\x1b[2J" in written
    assert r"\x1b[2K" in written
    assert "\x1b[2" not in written


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("variables", "welcome"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_where_colours_are_welcome(monkeypatch, variables, welcome):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert colours(Terminal()) is welcome
    assert not colours(io.StringIO())


def test_no_color_alone_takes_the_colour_off_errors():
    coloured = on_terminal("mse", "nope.csv", code=2, colour=True)
    assert coloured.startswith("\x1b[1;31merror: \x1b[0m")
    assert on_terminal("mse", "nope.csv", code=2, colour=True, NO_COLOR="1").startswith("error: ")


# --- Ctrl-C ---


def test_ctrl_c_while_modules_are_loading_is_quiet(tmp_path):
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")
    result = convkit("kernels", PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert (result.code, result.stdout, result.stderr) == (130, b"", "error: interrupted\n")
