"""The numbers of each epoch: ``metrics.jsonl``, the source of truth, and the same as CSV.

A line is appended by one write, so that a kill tears the last one at most, and readers skip that.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from convkit.errors import ConvkitError
from convkit.experiment.plain import dumps, is_count, plain
from convkit.files import atomic_write, exists, read_bytes, refusals

Record = dict[str, Any]


class MetricsLog:
    """Appends the records of a run's epochs.

    Parameters
    ----------
    path : Path
        Of the ``.jsonl`` file; the CSV stands beside it. Records in it are kept.

    Attributes
    ----------
    records : list of dict
        All that stand in the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.csv_path = path.with_suffix(".csv")
        self.records = read_records(path)
        self._columns = _columns(self.records)

    def append(self, record: Record) -> None:
        """Add the record of an epoch."""
        record = plain(record)
        new = [name for name in record if name not in self._columns]
        self.records.append(record)
        _append(self.path, f"{dumps(record)}\n")
        if new:
            self._columns += new
            self._write_csv()
        else:
            _append(self.csv_path, _comma_separated(self._columns, [record], header=False))

    def truncate(self, epoch: int) -> None:
        """Drop the records of later epochs, and what a kill tore.

        They are made again, the same, when training goes on from there.
        """
        self.records = [record for record in self.records if record["epoch"] <= epoch]
        self._columns = _columns(self.records)
        _replace(self.path, "".join(f"{dumps(record)}\n" for record in self.records))
        self._write_csv()

    def _write_csv(self) -> None:
        _replace(self.csv_path, _comma_separated(self._columns, self.records, header=True))


def read_records(path: Path) -> list[Record]:
    """Return the records of a ``metrics.jsonl``; none if there is no such file yet.

    Raises
    ------
    ConvkitError
        If a line other than a torn last one is no record.
    """
    if not exists(path):
        return []
    # What follows the last newline was torn by a kill.
    *lines, _ = read_bytes(path).split(b"\n")
    return [_parsed(line, path, number) for number, line in enumerate(lines, start=1)]


def _parsed(line: bytes, path: Path, number: int) -> Record:
    try:
        record: Any = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not (isinstance(record, dict) and is_count(record.get("epoch"))):
        raise ConvkitError(
            f"{path}:{number}: no record of an epoch: {line[:40]!r}", "the file was edited"
        )
    return record


def _columns(records: Iterable[Record]) -> list[str]:
    """Return the names of all numbers, in the order in which they came."""
    return list(dict.fromkeys(name for record in records for name in record))


def _comma_separated(columns: list[str], records: Iterable[Record], *, header: bool) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    if header and columns:
        writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def _append(path: Path, text: str) -> None:
    with refusals("write", path), path.open("ab", buffering=0) as stream:
        stream.write(text.encode())


def _replace(path: Path, text: str) -> None:
    with atomic_write(path, force=True) as stream:
        stream.write(text.encode())
