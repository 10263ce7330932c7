"""YAML as a tree: what scalars mean, where they stand, and what is refused."""

from __future__ import annotations

import math

import pytest

from convkit.errors import ConvkitError
from convkit.experiment.spec.tree import from_plain, read_tree, read_value


def read(text, problems=None):
    data = text if isinstance(text, bytes) else text.encode()
    return read_tree(data, "a.yaml", [] if problems is None else problems)


# Section 10.3.2 of the YAML 1.2.2 specification, and what PyYAML makes otherwise.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100000.0),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("12e03", 12000.0),
        ("+12", 12),
        ("010", 10),
        ("0o14", 12),
        ("0xC", 12),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("tRUE", "tRUE"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1e", "1e"),
        (".", "."),
        ("'3'", "3"),
        ('"true"', "true"),
        ("''", ""),
        (".inf", math.inf),
        ("-.INF", -math.inf),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text, value):
    plain = read(f"a: {text}\n").plain["a"]
    assert plain == value
    assert type(plain) is type(value)


def test_nan_is_a_number():
    assert math.isnan(read("a: .nan").plain["a"])


def test_endless_digits_are_no_number():
    assert isinstance(read("a: " + "9" * 5000).plain["a"], str)


def test_nodes_know_the_line_of_their_key():
    root = read("a:\n  b:\n    - 1\n    - c: |\n        two\n        lines\nd: 2\n")
    inner = root.value["a"].value["b"]
    assert inner.origin == "a.yaml:2"
    assert [node.origin for node in inner.value] == ["a.yaml:3", "a.yaml:4"]
    assert inner.value[1].value["c"].plain == "two\nlines\n"
    assert root.value["d"].origin == "a.yaml:7"


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\ufeff"])
def test_an_empty_file_has_no_tree(text):
    assert read(text) is None


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert read("\ufeffa: 1".encode()).plain == {"a": 1}


def test_aliases_repeat_and_merge_keys_bring_in():
    text = """\
one: &one {a: 1, b: 2}
two: &two {b: 3, c: 4}
same: *one
both: {<<: [*one, *two], a: 0}
nested: {<<: {<<: *two, d: 5}}
word: {'<<': 1}
"""
    plain = read(text).plain
    assert plain["same"] == {"a": 1, "b": 2}
    # Of several the first counts, and what stands there itself counts most.
    assert plain["both"] == {"a": 0, "b": 2, "c": 4}
    assert plain["nested"] == {"b": 3, "c": 4, "d": 5}
    assert plain["word"] == {"<<": 1}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' is given twice, first in a.yaml:1"),
        ("a: !!python/object:os.system x\n", 1, "the tag 'tag:yaml.org,2002:python/object"),
        ("b: 1\na: !thing 3\n", 2, "the tag '!thing' means nothing here"),
        ("a: {[1, 2]: 3}\n", 1, "a key is a word"),
        ("a: {<<: 3}\n", 1, "'<<' takes an alias"),
    ],
)
def test_slips_are_noted_and_the_rest_is_read(text, line, said):
    problems = []
    read(text + "last: 1\n", problems)
    assert [problem.message.startswith(f"a.yaml:{line}: {said}") for problem in problems] == [True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\t- b\n", "a.yaml:2: no valid YAML: found character '\\t'"),
        ("a: [1, 2\n", "a.yaml:2: no valid YAML"),
        ('a: "x\n', "no valid YAML"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2: no valid YAML: a second document begins here"),
        ("a: *x\n", "a.yaml:1: no valid YAML: found undefined alias 'x'"),
        ("a: >=0.9\n", 'put a comparison in quotes, as ">=0.9"'),
        ("a: {b: >=0.9}\n", 'put a comparison in quotes, as ">=0.9"'),
        (b"\xff\xfe\x00a", "a.yaml is no text: byte 0 isn't UTF-8"),
        (b"a: \x00", "a.yaml: no valid YAML"),
        ("[" * 5000, "a.yaml is nested too deeply"),
        ("a: &a [*a]\n", "nested more than 40 deep"),
        ("a: &a {b: *a}\n", "nested more than 40 deep"),
        ("a: &a {<<: *a}\n", "nested more than 40 deep"),
        ("a: &a [*a, *a, *a]\n", "nested more than"),
        ("a: " + "[" * 60 + "]" * 60, "nested more than 40 deep"),
    ],
)
def test_what_is_no_yaml_is_refused(text, said):
    with pytest.raises(ConvkitError) as caught:
        read(text)
    assert said in str(caught.value)


def test_a_billion_laughs_are_cut_short():
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 30)]
    with pytest.raises(ConvkitError, match="nested more than 20,000 values in all"):
        read("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.01", 0.01),
        ("", None),
        ("[1, {a: b=c}]", [1, {"a": "b=c"}]),
        ("{name: csv, path: a=b.csv}", {"name": "csv", "path": "a=b.csv"}),
        (">=0.9", ">=0.9"),
        ("!x", "!x"),
    ],
)
def test_values_of_the_command_line(text, value):
    assert read_value(text, "--set", []).plain == value


def test_plain_data_come_back():
    plain = {"a": [1, {"b": None}, "x"], "c": 0.5}
    assert from_plain(plain, "").plain == plain
