"""metrics.jsonl and metrics.csv: in step with each other, readable whatever a kill left."""

import csv
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convkit.errors import ConvkitError
from convkit.experiment.metrics_log import MetricsLog, read_records

RECORDS = [{"epoch": n, "step": 10 * n, "train/loss": 1 / (n + 2)} for n in range(1, 5)]


def written(path):
    log = MetricsLog(path)
    for record in RECORDS:
        log.append(record)
    return log


def rows(path):
    with path.with_suffix(".csv").open(newline="") as stream:
        return [
            {name: float(cell) for name, cell in row.items() if cell}
            for row in csv.DictReader(stream)
        ]


def test_both_files_say_the_same_to_the_last_bit(tmp_path):
    log = written(tmp_path / "metrics.jsonl")
    assert read_records(log.path) == RECORDS == rows(log.path)


def test_it_goes_on_where_it_was(tmp_path):
    path = tmp_path / "metrics.jsonl"
    written(path)
    MetricsLog(path).append({"epoch": 5, "step": 50, "train/loss": 0.1})
    assert [record["epoch"] for record in rows(path)] == [1, 2, 3, 4, 5]


def test_a_column_that_comes_later(tmp_path):
    log = written(tmp_path / "metrics.jsonl")
    new = {"epoch": 5, "step": 50, "train/loss": 0.2, "validation/loss": 0.3}
    log.append(new)
    log.append({"epoch": 6, "step": 60, "train/loss": 0.1})
    assert rows(log.path) == [*RECORDS, new, {"epoch": 6, "step": 60, "train/loss": 0.1}]


@pytest.mark.parametrize(("epoch", "left"), [(0, 0), (1, 1), (3, 3), (4, 4), (99, 4)])
def test_truncating(tmp_path, epoch, left):
    log = written(tmp_path / "metrics.jsonl")
    log.truncate(epoch)
    assert log.records == read_records(log.path) == rows(log.path) == RECORDS[:left]


@given(st.integers(0, 1000))
def test_whatever_byte_it_was_torn_at(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("log") / "metrics.jsonl"
    data = written(path).path.read_bytes()
    path.write_bytes(data[:cut])
    whole = data[:cut].count(b"\n")
    assert read_records(path) == RECORDS[:whole]
    log = MetricsLog(path)
    log.truncate(whole)
    for record in RECORDS[whole:]:
        log.append(record)
    assert path.read_bytes() == data
    assert rows(path) == RECORDS


def test_no_number_is_null(tmp_path):
    log = MetricsLog(tmp_path / "metrics.jsonl")
    log.append({"epoch": 1, "step": 1, "train/loss": math.inf, "r2": math.nan})
    assert json.loads(log.path.read_text()) == {
        "epoch": 1,
        "step": 1,
        "train/loss": None,
        "r2": None,
    }


def test_a_line_that_was_edited_is_named(tmp_path):
    log = written(tmp_path / "metrics.jsonl")
    lines = log.path.read_text().splitlines()
    lines[1] = lines[1].replace('"epoch"', '"epok"')
    log.path.write_text("\n".join(lines) + "\n")
    with pytest.raises(ConvkitError, match=r"metrics\.jsonl:2: no record of an epoch"):
        read_records(log.path)


@pytest.mark.parametrize("epoch", ["1e400", "1.5", "true", "-1", '"1"', "null", "[" * 9])
def test_an_epoch_that_is_no_count_is_named(tmp_path, epoch):
    log = written(tmp_path / "metrics.jsonl")
    log.path.write_text(f'{{"epoch": {epoch}}}\n[1]\n')
    with pytest.raises(ConvkitError, match=r"metrics\.jsonl:1: no record of an epoch"):
        read_records(log.path)
