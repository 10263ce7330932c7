"""Where results go: a clear name for each, and no two under one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from convkit.errors import ConvkitError
from convkit.files import check_writable
from convkit.images import Found, check_format, standard_input_suffix

STANDARD = "-"
"""Stands for standard input as an input, and for standard output as an output."""

NUMBER_SUFFIXES = (".npy", ".csv")
"""Files of numbers: they hold responses as they are."""


@dataclass(frozen=True)
class Job:
    """An input and where its results go.

    Attributes
    ----------
    source : str
    targets : tuple of str
        A file for each feature map, or one array for all of them, or :data:`STANDARD`.
    suffix : str
        Their format.
    """

    source: str
    targets: tuple[str, ...]
    suffix: str

    @property
    def to_standard_output(self) -> bool:
        """Whether the result goes to standard output."""
        return self.targets[0] == STANDARD

    def absolute(self) -> Job:
        """Return it as another machine can do it, which has another working folder.

        Raises
        ------
        ConvkitError
            If it reads standard input or writes to standard output.
        """
        if STANDARD in (self.source, *self.targets):
            raise ConvkitError("a cluster has no part in standard input and output", "name files")
        targets = tuple(str(Path(target).resolve()) for target in self.targets)
        return replace(self, source=str(Path(self.source).resolve()), targets=targets)


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

    def jobs(
        self, inputs: Sequence[Found], operator_name: str, map_names: Sequence[str] = ("",)
    ) -> list[Job]:
        """Say where the results of each input go.

        Parameters
        ----------
        inputs : sequence of Found
        operator_name : str
            Becomes part of the names.
        map_names : sequence of str
            A name for each feature map, or one empty one.

        Raises
        ------
        ConvkitError
            If a result couldn't be written, would overwrite an input, or two would share a name.
        """
        if self.output is not None:
            jobs = [self._named_job([str(path) for path, _ in inputs], self.output)]
        elif len(inputs) == 1 and self._is_text(str(inputs[0].path)):
            jobs = [Job(str(inputs[0].path), (STANDARD,), ".csv")]
        else:
            jobs = self._default_jobs(inputs, operator_name)
        jobs = [_with_maps(job, map_names) for job in jobs]
        _check_distinct(jobs)
        sources = {identity for job in jobs if (identity := _identity(job.source))}
        for job in jobs:
            for target in job.targets:
                self._check(target, job.suffix, sources)
        return jobs

    def _named_job(self, inputs: Sequence[str], output: str) -> Job:
        if self.folder is not None:
            raise ConvkitError("-o and --out-dir say different things", "give one of them")
        if len(inputs) > 1:
            raise ConvkitError(
                f"-o names one file, but there are {len(inputs)} inputs", "give --out-dir FOLDER"
            )
        if output == STANDARD:
            return Job(inputs[0], (STANDARD,), self.suffix or default_suffix(inputs[0]))
        suffix = Path(output).suffix.lower()
        if suffix and self.suffix not in (None, suffix):
            raise ConvkitError(
                f"-o {output} and --format {self.suffix} say different things",
                "leave --format out: the suffix is the format",
            )
        return Job(inputs[0], (output,), suffix or self.suffix or "")

    def _is_text(self, source: str) -> bool:
        """Return whether a matrix in text becomes a matrix in text, on standard output."""
        unsaid = self.folder is None and self.suffix is None
        return unsaid and default_suffix(source) == ".csv"

    def _default_jobs(self, inputs: Sequence[Found], operator_name: str) -> list[Job]:
        stems = Counter(found.below.with_suffix("") for found in inputs)
        return [
            # a.jpg and a.png side by side: each keeps its suffix in the result's name.
            self._job(found, operator_name, whole_name=stems[found.below.with_suffix("")] > 1)
            for found in inputs
        ]

    def _job(self, found: Found, operator_name: str, *, whole_name: bool) -> Job:
        source = str(found.path)
        stem = found.below.name if whole_name else found.below.stem
        if source == STANDARD:
            stem = "stdin"
        suffix = self.suffix or default_suffix(source)
        folder = self.folder / found.below.parent if self.folder else Path()
        return Job(source, (str(folder / f"{stem}.{slug(operator_name)}{suffix}"),), suffix)

    def _check(self, name: str, suffix: str, sources: set[tuple[int, int]]) -> None:
        if name == STANDARD:
            return
        target = Path(name)
        check_format(suffix)
        if _identity(name) in sources:
            raise ConvkitError(f"the output '{name}' is an input", "name another file with -o")
        if self.folder is not None and not self.folder.is_dir():
            raise _no_folder(self.folder)
        # Folders below --out-dir are made when their first result is there.
        if self.folder is None or target.parent.exists():
            check_writable(target, force=self.force)


def default_suffix(source: str) -> str:
    """Return the format for results of a source: numbers stay numbers, pictures become PNG."""
    suffix = standard_input_suffix() if source == STANDARD else Path(source).suffix.lower()
    return suffix if suffix in NUMBER_SUFFIXES else ".png"


def slug(name: str) -> str:
    """Return a name as part of a file name: ``gaussian:size=7`` becomes ``gaussian-size7``."""
    plain = re.sub(r"[=\s]+", "", name)
    return re.sub(r"[^\w.+-]+", "-", plain).strip("-.")[:80] or "kernel"


def _with_maps(job: Job, map_names: Sequence[str]) -> Job:
    """Give every feature map its file: its name stands before the suffix. A .npy holds all."""
    if len(map_names) == 1 or job.suffix == ".npy":
        return job
    if job.to_standard_output:
        raise ConvkitError(
            f"{len(map_names)} feature maps can't go to standard output as one image",
            "name a file with -o, or write them all with --format npy",
        )
    path = Path(job.targets[0])
    names = (f"{path.stem}.{slug(map_name)}{path.suffix}" for map_name in map_names)
    return replace(job, targets=tuple(str(path.with_name(name)) for name in names))


def _identity(name: str) -> tuple[int, int] | None:
    """Return what tells a file from all others, under whatever name; None if there is none."""
    try:
        found = Path(name).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _no_folder(folder: Path) -> ConvkitError:
    if folder.exists():
        return ConvkitError(f"--out-dir '{folder}' is a file, not a folder", "name a folder")
    return ConvkitError(f"no such folder: '{folder}'", f"create it: mkdir -p '{folder}'")


def _check_distinct(jobs: Sequence[Job]) -> None:
    seen: dict[str, str] = {}
    for job in jobs:
        for target in job.targets:
            if target in seen:
                raise ConvkitError(
                    f"two results would both be written to '{target}', "
                    f"of '{seen[target]}' and '{job.source}'",
                    "give their common folder with --recursive --out-dir, or filter them in turn",
                )
            seen[target] = job.source
