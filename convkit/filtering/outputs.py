"""Where results go: a clear name for each, and no two under one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convkit.errors import ConvkitError
from convkit.files import check_writable
from convkit.images import Found, check_format

STANDARD = "-"
"""Stands for standard input as an input, and for standard output as an output."""

NUMBER_SUFFIXES = (".npy", ".csv")
"""Files of numbers: they hold responses as they are."""


@dataclass(frozen=True)
class Job:
    """An input, where its result goes (a file or :data:`STANDARD`), and the format it gets."""

    source: str
    target: str
    suffix: str

    @property
    def to_standard_output(self) -> bool:
        """Whether the result goes to standard output."""
        return self.target == STANDARD

    @property
    def is_raw(self) -> bool:
        """Whether the result is a file of numbers."""
        return self.suffix in NUMBER_SUFFIXES

    def target_for(self, map_name: str) -> str:
        """Return the target of one feature map: its name stands before the suffix."""
        if not map_name or self.to_standard_output:
            return self.target
        path = Path(self.target)
        return str(path.with_name(f"{path.stem}.{slug(map_name)}{path.suffix}"))


@dataclass(frozen=True)
class Destination:
    """What a user said of outputs.

    Attributes
    ----------
    output : str, optional
        One file for one input, or ``-``.
    folder : Path, optional
        For all results; by default the working folder.
    suffix : str, optional
        The format, where no file name tells it.
    force : bool
        Whether existing files may be overwritten.
    """

    output: str | None = None
    folder: Path | None = None
    suffix: str | None = None
    force: bool = False

    def jobs(self, inputs: Sequence[Found], operator_name: str) -> list[Job]:
        """Say where the result of each input goes.

        Parameters
        ----------
        inputs : sequence of Found
        operator_name : str
            Becomes part of the names.

        Raises
        ------
        ConvkitError
            If a result couldn't be written, would overwrite its input, or two would share a name.
        """
        if self.output is not None:
            jobs = [self._named_job([str(path) for path, _ in inputs], self.output)]
        elif len(inputs) == 1 and self._is_text(str(inputs[0].path)):
            jobs = [Job(str(inputs[0].path), STANDARD, ".csv")]
        else:
            jobs = [self._job(found, operator_name) for found in inputs]
        _check_distinct(jobs)
        for job in jobs:
            self._check(job)
        return jobs

    def _named_job(self, inputs: Sequence[str], output: str) -> Job:
        if self.folder is not None:
            raise ConvkitError("-o and --out-dir say different things", "give one of them")
        if len(inputs) > 1:
            raise ConvkitError(
                f"-o names one file, but there are {len(inputs)} inputs", "give --out-dir FOLDER"
            )
        if output == STANDARD:
            return Job(inputs[0], STANDARD, self.suffix or default_suffix(inputs[0]))
        return Job(inputs[0], output, Path(output).suffix.lower() or self.suffix or "")

    def _is_text(self, source: str) -> bool:
        """Return whether a matrix in text becomes a matrix in text, on standard output."""
        unsaid = self.folder is None and self.suffix is None
        return unsaid and default_suffix(source) == ".csv"

    def _job(self, found: Found, operator_name: str) -> Job:
        source = str(found.path)
        stem = "stdin" if source == STANDARD else found.below.stem
        suffix = self.suffix or default_suffix(source)
        folder = self.folder / found.below.parent if self.folder else Path()
        return Job(source, str(folder / f"{stem}.{slug(operator_name)}{suffix}"), suffix)

    def _check(self, job: Job) -> None:
        if job.to_standard_output:
            return
        target = Path(job.target)
        check_format(job.suffix)
        if job.source != STANDARD and target.exists() and target.samefile(job.source):
            raise ConvkitError(
                f"the output '{target}' is the input itself", "name another file with -o"
            )
        if self.folder is not None and not self.folder.is_dir():
            raise ConvkitError(
                f"no such folder: '{self.folder}'", f"create it: mkdir -p '{self.folder}'"
            )
        # Folders below --out-dir are made when their first result is there.
        if self.folder is None or target.parent.exists():
            check_writable(target, force=self.force)


def default_suffix(source: str) -> str:
    """Return the format for results of a source: numbers stay numbers, pictures become PNG."""
    suffix = Path(source).suffix.lower()
    return suffix if suffix in NUMBER_SUFFIXES else ".png"


def slug(name: str) -> str:
    """Return a name as part of a file name: ``gaussian:size=7`` becomes ``gaussian-size7``."""
    plain = re.sub(r"[=\s]+", "", name)
    return re.sub(r"[^\w.+-]+", "-", plain).strip("-.")[:80] or "kernel"


def _check_distinct(jobs: Sequence[Job]) -> None:
    seen: dict[str, str] = {}
    for job in jobs:
        if job.target in seen:
            raise ConvkitError(
                f"'{seen[job.target]}' and '{job.source}' would both be written to '{job.target}'",
                "filter them in two runs, or give folders with --recursive and --out-dir",
            )
        seen[job.target] = job.source
