"""``convkit outsize`` as a process: in a pipe, on a terminal, and with what people get wrong."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys

import pytest

from tests.cli import process
from tests.cli.process import ROOT

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def run(arguments, stdin=""):
    return process.convkit("outsize", *arguments.split(), stdin=stdin.encode())


def rows_of(arguments):
    """Return the table of a run in a pipe, a dictionary a row."""
    header, *rows = run(arguments).rows
    return [dict(zip(header, row, strict=True)) for row in rows]


def on_terminal(arguments, columns=80, colour=False):
    return process.on_terminal("outsize", *arguments.split(), columns=columns, colour=colour)


# --- one layer ---


def test_the_notes_formula_in_a_pipe():
    result = run("6 --kernel 3 --pad 1")
    assert result.text == (
        "size\tkernel\tpad\tstride\tdilation\toutput\tformula\tunread\n"
        "6\t3\t1\t1\t1\t6\t(6 - 3 + 2·1 + 1) = 6\t\n"
    )
    assert result.stderr == ""


def test_the_notes_formula_on_a_terminal():
    assert on_terminal("6 --kernel 3 --pad 1").splitlines()[:3] == [
        "6 → 6",
        "  (n - k + 2P + 1)",
        "  (6 - 3 + 2·1 + 1) = 6",
    ]
    assert on_terminal("28x30 --kernel 3x5").splitlines()[1:4] == [
        "  (n - k + 2P + 1)",
        "  height: (28 - 3 + 2·0 + 1) = 26",
        "  width: (30 - 5 + 2·0 + 1) = 26",
    ]
    drawn = on_terminal("28 --kernel 5 --stride 2 --pad 0,1,0,0")
    assert "  pad: 0 top, 1 bottom, 0 left, 0 right" in drawn
    assert "  never read: 1 right column" in drawn


@pytest.mark.parametrize(
    ("arguments", "output", "formula", "unread"),
    [
        ("28 -k 5 --stride 1", "24", "(28 - 5 + 2·0)/1 + 1 = 24", ""),
        (
            "28 -k 5 --stride 2",
            "12",
            "floor((28 - 5 + 2·0)/2) + 1 = 12",
            "1 bottom row, 1 right column",
        ),
        (
            "29x28x3 -k 3 --stride 3,2",
            "9x13x3",
            "floor((29 - 3 + 2·0)/3) + 1 = 9; floor((28 - 3 + 2·0)/2) + 1 = 13",
            "2 bottom rows, 1 right column",
        ),
        ("28x30 -k 3x5", "26x26", "(28 - 3 + 2·0 + 1) = 26; (30 - 5 + 2·0 + 1) = 26", ""),
        (
            "6 -k 1 --stride 2,1",
            "3x6",
            "floor((6 - 1 + 2·0)/2) + 1 = 3; (6 - 1 + 2·0)/1 + 1 = 6",
            "1 of every 2 rows, 1 bottom row",
        ),
        ("28 -k 3 --dilation 2", "24", "(28 - 2·(3 - 1) - 1 + 2·0)/1 + 1 = 24", ""),
        ("28 -k 4 --pad same", "28", "(28 - 4 + (1 + 2) + 1) = 28", ""),
        ("5 -k 3 --pad full", "7", "(5 - 3 + 2·2 + 1) = 7", ""),
        ("112 -k 3 --stride 2 --ceil", "56", "ceil((112 - 3 + 2·0)/2) + 1 = 56", ""),
        (
            "14 -k 4 --stride 2 --pad 1 --transposed",
            "28",
            "(14 - 1)·2 - 2·1 + 1·(4 - 1) + 0 + 1 = 28",
            "",
        ),
        (
            "14 -k 3 --stride 2 --pad 1 --transposed --output-padding 1",
            "28",
            "(14 - 1)·2 - 2·1 + 1·(3 - 1) + 1 + 1 = 28",
            "",
        ),
    ],
)
def test_one_layer(arguments, output, formula, unread):
    (row,) = rows_of(arguments)
    assert (row["output"], row["formula"], row["unread"]) == (output, formula, unread)


def test_each_size_has_its_row():
    rows = rows_of("28 28x30 224x224x3 -k 3 --pad 1")
    assert [row["output"] for row in rows] == ["28", "28x30", "224x224x3"]
    drawn = on_terminal("28 14 7 -k 3 --pad 1")
    assert "(7 - 3 + 2·1 + 1) = 7" in drawn
    assert "unread" not in drawn


@pytest.mark.parametrize(
    ("rule", "pad", "said"),
    [
        ("torch", "1", "(--same-rule tf): pads 0,1,0,1, the same size from other samples"),
        ("tf", "0,1,0,1", "(--same-rule torch): pads 1,1,1,1, the same size from other samples"),
    ],
)
def test_same_with_a_stride_says_which_rule_ran(rule, pad, said):
    arguments = f"6 -k 3 --stride 2 --pad same --same-rule {rule}"
    (row,) = rows_of(arguments)
    assert (row["output"], row["pad"]) == ("3", pad)
    assert said in run(arguments).stderr
    assert run(f"{arguments} --quiet").stderr == ""


def test_json_of_one_layer():
    (answer,) = json.loads(run("28x30x3 -k 3x5 --stride 2 --json").text)["sizes"]
    assert answer == {
        "size": [28, 30, 3],
        "output": [13, 13, 3],
        "kind": "floor",
        "kernel": [3, 5],
        "pad": [0, 0, 0, 0],
        "stride": [2, 2],
        "dilation": [1, 1],
        "formula": ["floor((28 - 3 + 2·0)/2) + 1 = 13", "floor((30 - 5 + 2·0)/2) + 1 = 13"],
        "unread": {"bottom": 1, "right": 1},
        "read_of_every": [None, None],
    }


def test_a_dropped_window_is_said():
    assert "it is dropped" in run("7 -k 2 --stride 2 --ceil --pad 1").stderr


# --- solve ---


@pytest.mark.parametrize(
    ("arguments", "column", "values"),
    [
        ("28 -k 5 --solve pad --want 28", "pad", ["2"]),
        ("28 -k 4 --solve pad --want 28", "pad", ["1,2"]),
        ("28 --stride 2 --solve kernel --want 12", "kernel", ["5", "6"]),
        ("28 -k 3 --solve stride --want 9", "stride", ["3"]),
        ("28x30 -k 3 --solve pad --want 28x32", "pad", ["1", "2"]),
        ("14 -k 4 --stride 2 --transposed --solve pad --want 28", "pad", ["1"]),
    ],
)
def test_solutions(arguments, column, values):
    rows = rows_of(arguments)
    assert [row[column] for row in rows] == values
    assert all(row["formula"].endswith(f" = {row['want']}") for row in rows)


def test_no_solution_is_a_no_with_the_nearest():
    result = run("28 -k 3 --solve stride --want 11")
    assert result.code == 1
    assert result.text == "size\taxis\twant\tstride\tformula\n"
    assert result.stderr == (
        "error: no stride makes 11 of 28 (hint: the nearest: stride 2 gives 13, stride 3 gives 9)\n"
    )
    document = json.loads(run("28 -k 3 --solve stride --want 11 --json").text)
    assert document["solutions"][0]["stride"] == []
    assert [found["output"] for found in document["solutions"][0]["nearest"]] == [13, 9]


def test_more_solutions_than_are_shown_are_said():
    result = run("28 -k 3 --solve stride --want 1")
    assert "more strides give 1" in result.stderr


# --- chains ---


def test_a_chain_in_a_pipe():
    rows = rows_of("28x28x1 conv5c6 pool2 conv5c16 pool2")
    assert [row["output"] for row in rows] == [
        "28x28x1",
        "24x24x6",
        "12x12x6",
        "8x8x16",
        "4x4x16",
        "",
    ]
    assert [row["field"] for row in rows[1:-1]] == ["5", "6", "14", "16"]
    assert [row["jump"] for row in rows[1:-1]] == ["1", "2", "2", "4"]
    assert [row["start"] for row in rows[1:-1]] == ["2", "2.5", "6.5", "7.5"]
    assert rows[1]["parameters"] == "156"
    assert rows[-1] == {
        "number": "",
        "layer": "total",
        "output": "",
        "kernel": "",
        "field": "",
        "jump": "",
        "start": "",
        "parameters": str(156 + 2416),
        "macs": str(24 * 24 * 6 * 25 + 8 * 8 * 16 * 150),
        "flops": str(2 * (24 * 24 * 6 * 25 + 8 * 8 * 16 * 150)),
        "memory": str(4 * (24 * 24 * 6 + 12 * 12 * 6 + 8 * 8 * 16 + 4 * 4 * 16)),
        "exceeds": "",
    }


def test_axes_that_differ_are_both_shown():
    rows = rows_of("28x30x1 conv3x5s2x1d1x2 tconv3s2")
    assert (rows[1]["kernel"], rows[1]["field"], rows[1]["jump"]) == ("3x9", "3x9", "2x1")
    assert rows[1]["start"] == "1,4"
    assert rows[2]["jump"] == "1x0.5"


def test_vgg16_from_its_file():
    rows = rows_of("224x224x3 --layers configs/chains/vgg16.yaml")
    assert rows[-1]["parameters"] == "138357544"
    assert rows[-1]["macs"] == "15470264320"
    assert [row["field"] for row in rows if row["layer"] == "pool2"][-1] == "212"
    assert [row["layer"] for row in rows if row["exceeds"] == "yes"] == ["fc4096"] * 2 + ["fc1000"]


@pytest.mark.parametrize("file", sorted((ROOT / "configs" / "chains").glob("*.yaml")), ids=str)
def test_every_chain_runs_as_its_header_says(file):
    command = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# convkit outsize ")
    assert file.name in command
    assert rows_of(command)[-1]["layer"] == "total"


def test_layers_from_standard_input():
    result = run("28x28x1 --layers - --json", stdin="- conv5c6\n- pool2\n")
    document = json.loads(result.text)
    assert document["input"] == [28, 28, 1]
    assert [layer["output"] for layer in document["layers"]] == [[24, 24, 6], [12, 12, 6]]
    assert document["layers"][1] == {
        "number": "2",
        "layer": "pool2",
        "output": [12, 12, 6],
        "kernel": [2, 2],
        "field": [6, 6],
        "jump": [2, 2],
        "start": [2.5, 2.5],
        "parameters": 0,
        "macs": 0,
        "flops": 0,
        "memory": 3456,
        "exceeds": False,
    }
    assert document["total"]["parameters"] == 156


def test_unknown_channels_are_left_empty_and_said():
    result = run("28 conv5c6 pool2")
    rows = [dict(zip(result.rows[0], row, strict=True)) for row in result.rows[1:]]
    assert (rows[1]["parameters"], rows[1]["macs"]) == ("", "")
    assert "channels is left empty" in result.stderr
    assert json.loads(run("28 conv5c6 --json").text)["total"]["macs"] is None


def test_kept_channels_are_said():
    assert run("28x28x3 conv5 dwconv3").stderr == (
        "conv5: no channels given, so they stay as they come in; write c64 for 64 of them\n"
    )


def test_a_chain_on_a_terminal_fits_and_marks_what_sees_beyond():
    drawn = on_terminal("224x224x3 --layers configs/chains/vgg16.yaml", colour=True)
    plain = ANSI.sub("", drawn)
    assert all(len(line) <= 80 for line in plain.splitlines())
    assert re.search(r"total +138\.36M +15\.47G +30\.94G +60\.45M", plain)
    assert "* sees further than the input reaches" in plain
    marked = [line for line in drawn.splitlines() if "\x1b[1;33m" in line and "fc" in line]
    assert [re.search(r"\d+\*", ANSI.sub("", line))[0] for line in marked] == ["404*"] * 3


def test_flops_go_first_where_room_is_scarce():
    def header(columns):
        drawn = on_terminal("224x224x3 --layers configs/chains/resnet50.yaml", columns=columns)
        return ANSI.sub("", drawn).split("\n")[0].split()

    assert header(120)[-3:] == ["MACs", "FLOPs", "memory"]
    assert header(80)[-3:] == ["params", "MACs", "memory"]


def test_without_colour_the_mark_stays():
    drawn = on_terminal("8x8x1 conv9p4")
    assert "9*" in drawn
    assert "\x1b[33" not in drawn
    assert "\x1b[1;33" not in drawn


# --- forms ---


def test_csv_and_markdown():
    text = run("28x28x1 conv5c6 pool2 --csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["layer"] for row in rows] == ["input", "conv5c6", "pool2", "total"]
    lines = run("28 14 -k 4 --pad same --markdown").text.splitlines()
    assert lines[0].startswith("| size | kernel | pad |")
    assert set(lines[1]) == set("| -:")
    assert lines[3].startswith("| 14 | 4 | 1,2,1,2 | 1 | 1 | 14 | (14 - 4 + (1 + 2) + 1) = 14 |")


# --- what people get wrong ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("28", "give a --kernel, or layers such as conv5 pool2"),
        ("28.5 -k 3", "'28.5' is no size"),
        ("0 -k 3", "a size must be at least 1, got '0'"),
        ("28x28x1x1 -k 3", "is no size (hint: write whole numbers: 28, 28x30 or 224x224x3"),
        ("conv5 28", "'conv5' is no size"),
        ("28 fc 10", "'10' stands behind a layer"),
        ("28 14 conv3", "a chain takes one size, got 28, 14"),
        ("28 conv5 --stride 2", "--stride is for one layer, not for a chain"),
        ("28 conv5 --solve pad --want 3", "--solve is for one layer"),
        ("28 conv5 --layers configs/chains/vgg16.yaml", "keep one of them"),
        ("28 cnov5", "unknown layer 'cnov' in 'cnov5' (hint: did you mean 'conv'?)"),
        ("28 -k 3 --stride 99999999999", "stride 99999999999 is too large (hint: it has 9 digits"),
        ("99999999999 -k 3", "size 99999999999 is too large"),
        ("28 conv99999999999", "kernel 99999999999 is too large"),
        ("1e3 -k 3", "'1e3' is no size (hint: write whole numbers"),
        ("28 --solve windows --want 12", "solve for 'windows' (hint: choose one of: pad, kernel"),
        ("28 --solve foo --want 12", "unknown thing to solve for 'foo'"),
        ("28 --solve pad --want 12 -k 3 --pad 1", "--solve pad finds the pad (hint: leave --pad"),
        ("28 -k 3 --pad smae", "did you mean 'same'?"),
        ("28 -k 3 --pad 1,2", "four for T,B,L,R, got '1,2'"),
        ("28 -k 3 --pad=-1", "pad must be at least 0, got -1"),
        ("28 -k 0", "kernel must be at least 1, got 0"),
        ("28 -k 3 --stride 0", "stride must be at least 1, got 0"),
        ("28 -k 3 --dilation a", "dilation must be one whole number or two, got 'a'"),
        ("28 -k 3 --same-rule keras", "unknown same rule 'keras'"),
        ("2 -k 3", "a kernel spanning 3 doesn't fit into an input of 2"),
        ("28x2 -k 3", "width: a kernel spanning 3"),
        ("28 -k 3 --transposed --ceil", "--ceil is for poolings"),
        ("28 -k 3 --output-padding 1", "add --transposed"),
        ("28 -k 3 --transposed --stride 2 --output-padding 2", "must be smaller than the stride"),
        ("28 -k 3 --transposed --pad same", "takes its padding in numbers, got 'same'"),
        ("28 -k 3 --solve pad", "--solve and --want go together"),
        ("28 -k 3 --solve pads --want 3", "did you mean 'pad'?"),
        ("28 --solve pad --want 28", "--solve pad needs the kernel"),
        ("28 -k 3 --solve kernel --want 28", "leave --kernel out"),
        ("28 -k 3 --json --csv", "--json and --csv exclude each other"),
        ("28 --layers missing.yaml", "no such file: 'missing.yaml'"),
        ("28 --layers configs/chains/vgg61.yaml", "did you mean 'vgg16.yaml'?"),
        ("28 --layers configs", "is a folder"),
        (
            "28x28x1 conv5 pool2 conv5 pool2 conv5",
            "layer 5 (conv5): a kernel spanning 5 doesn't fit into an input of 4 "
            "(hint: the smallest input that works is 32x32x1)",
        ),
        ("7 --layers configs/chains/lenet.yaml", "the smallest input that works is 16"),
    ],
)
def test_mistakes_are_one_line(arguments, words):
    run(arguments).assert_refused(words)


def test_a_closed_pipe_ends_quietly():
    command = f"{sys.executable} -m convkit outsize 224x224x3 --layers configs/chains/resnet50.yaml"
    result = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -1"],
        capture_output=True,
        cwd=ROOT,
        env=process.environment(),
        check=False,
        encoding="utf-8",
    )
    assert result.returncode == 0
    assert result.stdout.startswith("number\tlayer")
    assert result.stderr == ""


# --- help and imports ---


def test_the_examples_of_the_help_run():
    help_text = run("--help").text
    examples = re.findall(
        r"^ +convkit outsize (.+)$", help_text.split("Examples:")[1], re.MULTILINE
    )
    assert len(examples) == 4
    for example in examples:
        assert len(rows_of(example)) >= 1
    assert max(map(len, help_text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ("28 -k 3", set()),
        ("28 -k 3 --json", set()),
        ("28x28x1 conv5 pool2 --markdown", set()),
        ("28 -k 3 --solve stride --want 9", set()),
        ("224x224x3 --layers configs/chains/vgg16.yaml", {"yaml"}),
    ],
)
def test_only_what_is_used_is_loaded(arguments, needed):
    program = (
        "import sys; from convkit.cli import run; run(sys.argv[1:]); "
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, "outsize", *arguments.split()],
        capture_output=True,
        cwd=ROOT,
        env=process.environment(),
        check=False,
        encoding="utf-8",
    )
    loaded = set(result.stderr.split("\n")[-2].split())
    heavy = {"numpy", "PIL", "yaml", "rich", "pydantic", "scipy"}
    assert loaded & heavy == needed & heavy
