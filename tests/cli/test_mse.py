"""``convkit mse`` as a process: in a pipe, on a terminal, and with what people get wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from convkit import metrics
from tests.cli import process
from tests.cli.process import ROOT

PRICES = "sample_data/house_prices.csv"


def run(*arguments, **options):
    return process.convkit("mse", *arguments, **options)


def on_terminal(*arguments, **options):
    return process.on_terminal("mse", *arguments, **options)


def lines_of(drawn):
    """Return the lines with single blanks between words, the way a person reads across."""
    return [" ".join(line.split()) for line in drawn.splitlines()]


def test_house_prices_in_a_pipe():
    result = run(PRICES, "--actual", "actual", "--predicted", "predicted")
    assert (result.code, result.stderr) == (0, "")
    assert result.text == (
        "measure\tvalue\n"
        "mse\t25000000.0\n"
        "rmse\t5000.0\n"
        "mae\t5000.0\n"
        f"r2\t{1 - 125 / 2280!r}\n"
        "max_error\t5000.0\n"
    )


def test_house_prices_on_a_terminal():
    lines = lines_of(on_terminal(PRICES, "--actual", "actual", "--predicted", "predicted"))
    assert "row actual predicted error squared_error" in lines
    assert "1 200,000 205,000 -5,000 25,000,000" in lines
    assert "5 230,000 235,000 -5,000 25,000,000" in lines
    assert "sum 125,000,000" in lines
    assert "mse = 125,000,000 / 5 = 25,000,000" in lines
    assert "mse 25,000,000 1/n Σ(y − ŷ)²" in lines


def test_rows_in_a_pipe():
    lines = run(PRICES, "--rows").text.splitlines()
    assert lines[0] == "row\tactual\tpredicted\terror\tsquared_error"
    assert lines[1] == "1\t200000.0\t205000.0\t-5000.0\t25000000.0"
    assert len(lines) == 6


def test_json_holds_every_digit_and_row():
    document = json.loads(run(PRICES, "--json").stdout)
    assert list(document) == [
        "actual", "predicted", "count", "sum_squared_error", "measures", "rows",
    ]  # fmt: skip
    assert document["measures"]["mse"] == 25_000_000
    assert document["measures"]["r2"] == 1 - 125 / 2280
    assert document["rows"][0] == {
        "row": 1, "actual": 200000, "predicted": 205000, "error": -5000, "squared_error": 25000000,
    }  # fmt: skip


def test_one_bare_number():
    assert run(PRICES, "--metric", "rmse").stdout == b"5000.0\n"
    document = json.loads(run(PRICES, "--metric", "rmse", "--json").stdout)
    assert document["measures"] == {"rmse": 5000}


def test_standard_input():
    table = (ROOT / PRICES).read_bytes()
    result = run("-", "--actual", "4", "--predicted", "5", "--metric", "mse", stdin=table)
    assert result.stdout == b"25000000.0\n"


def test_standard_input_beside_a_file(tmp_path):
    (tmp_path / "guess.csv").write_text("1\n4\n")
    result = run("-", tmp_path / "guess.csv", "--metric", "mse", stdin=b"1\n2\n")
    assert result.stdout == b"2.0\n"


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(5)
    actual = rng.integers(0, 256, (20, 16, 3), np.uint8)
    predicted = np.clip(actual + rng.normal(0, 9, actual.shape), 0, 255).astype(np.uint8)
    paths = tmp_path / "a.png", tmp_path / "b.png"
    for path, pixels in zip(paths, (actual, predicted), strict=True):
        Image.fromarray(pixels).save(path)
    return paths, (actual, predicted)


def test_pictures_by_channel(pictures):
    paths, arrays = pictures
    lines = run(*paths).rows
    assert lines[0] == ["measure", "all", "red", "green", "blue"]
    values = {name: [float(cell) for cell in cells] for name, *cells in lines[1:]}
    assert list(values) == [*metrics.MEASURES, *metrics.PICTURE_MEASURES]
    assert values["mse"][0] == metrics.mse(*arrays)
    assert values["ssim"][0] == metrics.ssim(*arrays, data_range=255)
    assert values["mse"][2] == metrics.mse(*(array[..., 1] for array in arrays))


def test_pictures_on_a_terminal(pictures):
    lines = lines_of(on_terminal(*pictures[0]))
    assert "measure all red green blue formula" in lines
    assert any(line.startswith("ssim ") for line in lines)


def test_a_picture_from_standard_input(pictures):
    (first, second), arrays = pictures
    result = run("-", second, "--metric", "mse", stdin=first.read_bytes())
    assert float(result.stdout) == metrics.mse(*arrays)


def test_equal_pictures(pictures):
    first = pictures[0][0]
    result = run(first, first, "--json")
    document = json.loads(result.stdout)
    assert document["measures"]["mse"] == 0
    assert document["measures"]["ssim"] == pytest.approx(1)
    # JSON knows no infinity; null would say that it is undefined.
    assert document["measures"]["psnr"] == "Infinity"
    assert b"psnr\tinf\t" in run(first, first).stdout


def test_what_is_undefined_is_empty_and_said(tmp_path):
    flat = tmp_path / "flat.png"
    Image.fromarray(np.full((5, 20), 7, np.uint8)).save(flat)
    result = run(flat, flat)
    assert result.code == 0
    assert b"\nr2\t\n" in result.stdout
    assert result.stdout.endswith(b"\nssim\t\n")
    assert "r2 is undefined" in result.stderr
    assert "ssim is undefined" in result.stderr
    assert run(flat, flat, "--quiet").stderr == ""
    assert run(flat, flat, "--metric", "r2").stdout == b"\n"
    measures = json.loads(run(flat, flat, "--json").stdout)["measures"]
    assert (measures["r2"], measures["ssim"]) == (None, None)


def test_a_larger_picture_may_be_trusted(pictures):
    first = pictures[0][0]
    refused = run(first, first, "--max-pixels", "3")
    assert refused.code == 2
    assert "--max-pixels" in refused.stderr
    assert run(first, first, "--max-pixels", refused.stderr.split()[-1].rstrip(")")).code == 0
    assert "at least 1" in run(first, first, "--max-pixels", "0").stderr


@pytest.mark.parametrize(("threshold", "code"), [("25000000", 0), ("24999999.9", 1), ("0", 1)])
def test_fail_above(threshold, code):
    result = run(PRICES, "--fail-above", threshold)
    assert result.code == code
    assert result.stdout.startswith(b"measure\tvalue\nmse\t25000000.0\n")
    message = f"error: the MSE is 25000000.0, above {float(threshold)!r}\n" if code else ""
    assert result.stderr == message


@pytest.fixture
def long_table(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("y,p\n" + "".join(f"{n},{n + 1}\n" for n in range(1, 1001)))
    return [path, "--actual", "y", "--predicted", "p"]


def test_a_terminal_shows_the_ends_of_a_long_table(long_table):
    lines = lines_of(on_terminal(*long_table))
    assert "10 10 11 -1 1" in lines
    assert "11 11 12 -1 1" not in lines
    assert "⋮" in lines
    assert "995 995 996 -1 1" not in lines
    assert "996 996 997 -1 1" in lines
    assert "985 rows left out; --rows prints all" in lines
    assert "sum 1,000" in lines


def test_rows_shows_them_all(long_table):
    lines = lines_of(on_terminal(*long_table, "--rows"))
    assert "500 500 501 -1 1" in lines
    assert "⋮" not in lines
    assert len(run(*long_table, "--rows").stdout.splitlines()) == 1001
    assert len(json.loads(run(*long_table, "--json").stdout)["rows"]) == 1000


def test_a_file_name_is_no_markup(tmp_path):
    # Closing a tag that was never opened, it would stop rich.
    path = tmp_path / "a[" / "b]"
    path.parent.mkdir()
    path.write_text("actual,predicted\n1,2\n")
    drawn = on_terminal(path)
    assert "a[/b]: actual − predicted" in drawn.replace("\n", "")


def test_a_terminal_is_no_input():
    drawn = on_terminal("-", code=2)
    assert drawn.startswith("error: standard input is a terminal")
    assert drawn.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([PRICES, "--actual", "actul"], "did you mean 'actual'?"),
        ([PRICES, "--actual", "9"], "no column 9"),
        ([PRICES, "--metric", "rsme"], "did you mean 'rmse'?"),
        ([PRICES, "--metric", "psnr"], "no psnr of columns"),
        ([PRICES, "--metric", "mse", "--rows"], "leave one of them out"),
        ([PRICES, "--fail-above", "nan"], "--fail-above must be at least 0, got nan"),
        ([PRICES, "--fail-above", "much"], "'--fail-above': 'much' is not a"),
        (["sample_data/house_price.csv"], "did you mean 'house_prices.csv'?"),
        (["-"], "'standard input' is empty"),
        ([], "Missing argument"),
    ],
)
def test_bad_usage_is_one_line(arguments, words):
    run(*arguments).assert_refused(words)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"actual,predicted\n1,2\n3,\n", "standard input:3: column 'predicted': missing value"),
        (b"actual,predicted\n1,2\nten,4\n", "standard input:3: column 'actual': 'ten' is not a"),
        (b"actual,predicted\n1,2\n3,nan\n", "standard input:3: column 'predicted': missing value"),
        (b"actual,predicted\n1,2\n3,inf\n", "'inf' is not a finite number"),
        (b"actual,predicted\n1,2\n3\n", "standard input:3: 1 cell, where line 1 has 2"),
        (b"\x89PNG\r\n\x1a\n\xff", "is not UTF-8 text"),
    ],
)
def test_bad_tables_are_one_line_with_the_row(table, words):
    run("-", stdin=table).assert_refused(words)


def test_rows_of_pictures_are_refused(pictures):
    run(*pictures[0], "--rows").assert_refused("not the pixels of pictures")
