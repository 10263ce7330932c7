"""Reading tables: dialects, headers, numbers, and errors that name the line."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.errors import ConvkitError
from convkit.tables import DELIMITER_NAMES, parse_number, read_table


@pytest.fixture
def table_file(tmp_path):
    """Return a function that writes a table and returns its path."""

    def write(content, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def columns(table):
    return [table.numbers(str(number)).tolist() for number in range(1, len(table.names) + 1)]


def test_the_sample_holds_the_notes_house_prices():
    table = read_table("sample_data/house_prices.csv")
    assert table.names == ("area", "bedrooms", "bathrooms", "actual", "predicted")
    assert table.numbers("actual").tolist() == [200000, 220000, 250000, 190000, 230000]
    assert table.numbers("5").tolist() == [205000, 215000, 245000, 185000, 235000]
    assert table.numbers("area").dtype == np.float64


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", ",", " "])
def test_the_delimiter_is_found(table_file, delimiter):
    lines = [["x", "y"], ["1", "2.5"], ["-3e2", "4"]]
    table = read_table(table_file("\n".join(delimiter.join(line) for line in lines)))
    assert table.delimiter == delimiter
    assert columns(table) == [[1, -300], [2.5, 4]]


@pytest.mark.parametrize("name", DELIMITER_NAMES)
def test_the_delimiter_may_be_given_by_name(table_file, name):
    content = f"1{DELIMITER_NAMES[name]}2"
    assert columns(read_table(table_file(content), delimiter=name)) == [[1], [2]]


def test_a_given_delimiter_is_obeyed(table_file):
    assert columns(read_table(table_file("a:b\n1:2\n"), delimiter=":")) == [[1], [2]]


@pytest.mark.parametrize("word", ["ab", '"', "\n"])
def test_a_bad_delimiter_is_refused(table_file, word):
    with pytest.raises(ConvkitError, match="bad delimiter"):
        read_table(table_file("1"), delimiter=word)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark(table_file, end, mark):
    table = read_table(table_file(mark + f"prix €,b{end}1,2{end}3,4{end}".encode()))
    assert table.names == ("prix €", "b")
    assert columns(table) == [[1, 3], [2, 4]]
    assert [row.line for row in table.rows] == [2, 3]


def test_quoted_cells_and_blanks_around_them(table_file):
    table = read_table(table_file('"a, b",  "say ""c"""\n "1", 2 \n'))
    assert table.names == ("a, b", 'say "c"')
    assert columns(table) == [[1], [2]]


def test_a_quoted_line_break_keeps_the_line_numbers_right(table_file):
    table = read_table(table_file('note,x\n"two\nlines",1\nc,oops\n'))
    assert [row.line for row in table.rows] == [2, 4]
    with pytest.raises(ConvkitError, match=r"t\.csv:4: column 'x': 'oops' is not a number"):
        table.numbers("x")


@given(
    st.lists(
        st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=2),
        min_size=1,
        max_size=20,
    )
)
def test_numbers_survive_a_round_trip(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("round_trip") / "t.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([["x", "y"], *rows])
    assert columns(read_table(path)) == [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("cell", "number"),
    [("200,000", 200000), ("-1,234,567.5", -1234567.5), ("+7", 7), (".5", 0.5), ("1e3", 1000)],
)
def test_numbers_as_people_write_them(cell, number):
    assert parse_number(cell) == number


@pytest.mark.parametrize("cell", ["1,5", "12,34,567", "1_000", "0x10", "5 km", "€5", "", "1.2.3"])
def test_what_is_no_number(cell):
    with pytest.raises(ValueError):
        parse_number(cell)


def test_thousands_in_quotes(table_file):
    assert columns(read_table(table_file('p,q\n"200,000","1,000.5"\n'))) == [[200000], [1000.5]]


def test_a_comma_between_semicolons_is_ambiguous(table_file):
    with pytest.raises(ConvkitError, match="may be decimal or between thousands"):
        read_table(table_file("a;b\n1,500;2\n")).numbers("a")


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a,b\n1,2\n", ("a", "b")),
        ("1,2\n3,4\n", ("1", "2")),
        ("name,1\nother,2\n", ("1", "2")),
        ("name,kind\nother,thing\n", ("name", "kind")),
        ("NA,2\n3,4\n", ("1", "2")),
        ("1,5;2,5\n3,5;4,5\n", ("1", "2")),
        ("price\n1\n", ("price",)),
        ("1\n", ("1",)),
    ],
)
def test_a_header_is_text_above_the_rows(table_file, content, names):
    assert read_table(table_file(content)).names == names


def test_names_and_numbers_above_numbers_may_be_either(table_file):
    path = table_file("city,2019,2020\n1,2,3\n")
    with pytest.raises(ConvkitError, match=r"t\.csv:1: .*--header or --no-header"):
        read_table(path)
    assert read_table(path, header=True).numbers("2020").tolist() == [3]
    assert read_table(path, header=False).numbers("3").tolist() == [2020, 3]


def test_a_header_that_is_a_number_is_a_name_first(table_file):
    table = read_table(table_file("2,1\n10,20\n"), header=True)
    assert table.numbers("2").tolist() == [10]


def test_blank_lines_between_rows_are_dropped(table_file):
    table = read_table(table_file("\n\na,b\n\n1,2\n   \n3,4\n\n\n"))
    assert columns(table) == [[1, 3], [2, 4]]
    assert [row.line for row in table.rows] == [5, 7]


def test_a_blank_line_in_a_single_column_is_missing(table_file):
    table = read_table(table_file("\n1\n2\n\n4\n\n"))
    with pytest.raises(ConvkitError, match=r"t\.csv:4: column '1': missing value"):
        table.numbers("1")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", "missing value"),
        ("NA", "missing value 'NA'"),
        ("nan", "missing value 'nan'"),
        ("-", "missing value '-'"),
        ("inf", "'inf' is not a finite number"),
        ("1e999", "'1e999' is not a finite number"),
        ("twelve", "'twelve' is not a number"),
        ("1_0", "'1_0' is not a number"),
    ],
)
def test_a_bad_cell_is_named_with_its_line_and_column(table_file, cell, words):
    table = read_table(table_file(f"a,b\n1,2\n3,{cell}\n"))
    assert table.numbers("a").tolist() == [1, 3]
    with pytest.raises(ConvkitError, match=rf"t\.csv:3: column 'b': {words}"):
        table.numbers("b")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"a,b\n", "a header but no rows"),
        (b"a,b\n1,2\n1,2,3\n", r"t\.csv:3: 3 cells, where line 1 has 2"),
        (b"a,b\n1\n1,2\n", r"t\.csv:2: 1 cell, where line 1 has 2"),
        (b'a,b\n1,2\n"3,4\n', r"t\.csv:3: broken row"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "is not UTF-8 text"),
        ("a,b\n1,2\n".encode("utf-16"), "is not UTF-8 text"),
        (b"x" * 200_000, r"t\.csv:1: broken row: field larger"),
    ],
)
def test_a_broken_table_is_refused(table_file, content, words):
    with pytest.raises(ConvkitError, match=words):
        read_table(table_file(content))


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("actul", r"unknown column 'actul' in '.*t\.csv' \(did you mean 'actual'\?\)"),
        ("0", "no column 0 in .* numbered from 1 to 3"),
        ("4", "no column 4 in"),
        ("x", "several columns called 'x'"),
    ],
)
def test_a_column_that_is_not_there(table_file, key, words):
    with pytest.raises(ConvkitError, match=words):
        read_table(table_file("actual,x,x\n1,2,3\n")).numbers(key)


def test_a_file_that_is_not_there(tmp_path):
    (tmp_path / "prices.csv").write_text("1")
    with pytest.raises(ConvkitError, match=r"no such file: .*did you mean 'prices\.csv'"):
        read_table(tmp_path / "price.csv")
    with pytest.raises(ConvkitError, match="there is no folder"):
        read_table(tmp_path / "absent" / "price.csv")
    with pytest.raises(ConvkitError, match="is a folder, not a file"):
        read_table(tmp_path)
