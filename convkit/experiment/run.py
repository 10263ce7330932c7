"""The run directory: ``runs/<name>/<number>/`` and what lies in it.

=====================  ==========================================================================
``config.yaml``        the resolved experiment: every value, defaults too
``environment.json``   versions, platform, threads, the seed, hashes of the data
``metrics.jsonl``      a line for each epoch; ``metrics.csv`` says the same
``checkpoints/``       ``last.safetensors`` and ``best.safetensors``
``log.txt``            what happened, with times
``plots/``             pictures, where the extra is installed
``summary.json``       how it ended
=====================  ==========================================================================

A run appears under its number all at once, by a rename that fails if the number is taken; every
file is replaced by a rename, or only ever appended to. So a kill leaves nothing that can't be read.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from convkit.errors import ConvkitError, did_you_mean
from convkit.experiment.plain import dumps
from convkit.files import atomic_write, exists, is_file, is_folder, read_bytes, refusals

RUNS = Path("runs")
"""Where runs lie, in the working folder."""

CONFIG = "config.yaml"
ENVIRONMENT = "environment.json"

CheckpointName = Literal["last", "best"]


@dataclass(frozen=True)
class Run:
    """A run directory.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.folder.resolve().parent.name

    @property
    def number(self) -> int | None:
        """Which run of this experiment it is, from 1; None if the folder was given a name."""
        name = self.folder.resolve().name
        return int(name) if name.isdecimal() else None

    @property
    def config(self) -> Path:
        """The resolved experiment."""
        return self.folder / CONFIG

    @property
    def metrics(self) -> Path:
        """A line of JSON for each epoch."""
        return self.folder / "metrics.jsonl"

    @property
    def plots(self) -> Path:
        """The folder of pictures."""
        return self.folder / "plots"

    def checkpoint(self, name: CheckpointName) -> Path:
        """Return where a checkpoint lies, or would."""
        return self.folder / "checkpoints" / f"{name}.safetensors"

    @property
    def checkpoints(self) -> dict[CheckpointName, Path]:
        """The checkpoints that there are."""
        names: tuple[CheckpointName, ...] = get_args(CheckpointName)
        return {name: self.checkpoint(name) for name in names if exists(self.checkpoint(name))}

    def document(self) -> dict[str, Any]:
        """Return the resolved experiment as plain data.

        Raises
        ------
        ConvkitError
            If there is none any more.
        """
        import yaml  # here, since a list of runs needs none of it

        try:
            document = yaml.safe_load(read_bytes(self.config))
        except (yaml.YAMLError, UnicodeDecodeError):
            document = None
        if not isinstance(document, dict):
            raise ConvkitError(f"'{self.config}' is no experiment", "the file was edited")
        return document

    def environment(self) -> dict[str, Any]:
        """Return what the run was made with."""
        return self._read(ENVIRONMENT) or {}

    def summary(self) -> dict[str, Any] | None:
        """Return how the run ended; None while it hasn't, or if it was killed."""
        return self._read("summary.json")

    def write_summary(self, summary: dict[str, Any]) -> None:
        """Write down how the run ended."""
        self._write("summary.json", dumps(summary, indent=2) + "\n")

    def drop_summary(self) -> None:
        """Forget how the run ended: it goes on."""
        with refusals("remove", self.folder / "summary.json"):
            (self.folder / "summary.json").unlink(missing_ok=True)

    def log(self, message: str) -> None:
        """Add a line to the log, with the time."""
        path = self.folder / "log.txt"
        now = datetime.now().astimezone().isoformat(timespec="milliseconds")
        with refusals("write", path), path.open("ab", buffering=0) as stream:
            stream.write(f"{now} {message}\n".encode())

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        if not exists(path):
            return None
        try:
            content = json.loads(read_bytes(path))
        except ValueError:
            raise ConvkitError(f"'{path}' is no JSON", "the file was edited") from None
        if not isinstance(content, dict):
            raise ConvkitError(f"'{path}' holds no names and values", "the file was edited")
        return content

    def _write(self, name: str, text: str) -> None:
        with atomic_write(self.folder / name, force=True) as stream:
            stream.write(text.encode())


def create_run(name: str, config: str, environment: dict[str, Any], root: Path = RUNS) -> Run:
    """Make the next run directory of an experiment.

    Parameters
    ----------
    name : str
        The experiment's.
    config : str
        Its resolved YAML.
    environment : dict
        What it is made with.
    root : Path
        Where runs lie; made if need be.

    Raises
    ------
    ConvkitError
        If the disk refuses.
    """
    home = root / name
    with refusals("make", home):
        home.mkdir(parents=True, exist_ok=True)
        prepared = home / f".{os.urandom(4).hex()}.part"
        try:
            (prepared / "checkpoints").mkdir(parents=True)
            (prepared / "plots").mkdir()
            (prepared / CONFIG).write_text(config, encoding="utf-8")
            text = dumps(environment, indent=2) + "\n"
            (prepared / ENVIRONMENT).write_text(text, encoding="utf-8")
            return Run(_take_number(prepared, home))
        finally:
            shutil.rmtree(prepared, ignore_errors=True)


def _take_number(prepared: Path, home: Path) -> Path:
    """Rename a filled folder to the next free number: no two processes can get the same one."""
    while True:
        folder = home / str(max(_numbers(home), default=0) + 1)
        try:
            return prepared.rename(folder)
        except OSError:
            if not is_folder(folder):
                raise


def _numbers(home: Path) -> Iterator[int]:
    return (int(entry.name) for entry in home.iterdir() if entry.name.isdecimal())


def runs_in(root: Path = RUNS) -> list[Run]:
    """Return all runs below a folder, by name and number; it may be an experiment's own.

    Raises
    ------
    ConvkitError
        If the system won't show what is in it.
    """
    if not is_folder(root):
        return []
    with refusals("read", root):
        homes = [root, *sorted(entry for entry in root.iterdir() if is_folder(entry))]
    return [run for home in homes for run in _runs_of(home)]


def _runs_of(home: Path) -> list[Run]:
    """Return the runs in a folder: those that were given names, then by their numbers."""
    with refusals("read", home):
        folders = [each for each in home.iterdir() if each.name[0] != "." and _is_run(each)]
    return sorted(map(Run, folders), key=lambda run: (run.number or 0, run.folder.name))


def _is_run(folder: Path) -> bool:
    """Return whether a folder is a run; one that was copied or renamed needn't have a number."""
    if not is_file(folder / CONFIG):
        return False
    return folder.absolute().name.isdecimal() or is_file(folder / ENVIRONMENT)


def find_run(text: str, root: Path = RUNS) -> Run:
    """Return the run that a user names.

    Parameters
    ----------
    text : str
        A run's folder (``runs/digits-cnn/3``), the same below `root` (``digits-cnn/3``), or an
        experiment (``runs/digits-cnn``, ``digits-cnn``), which stands for its latest run.
    root : Path

    Raises
    ------
    ConvkitError
        If there is no such run.
    """
    for folder in (Path(text), root / text) if text else ():
        if _is_run(folder):
            return Run(folder)
        if is_folder(folder) and (runs := _runs_of(folder)):
            return runs[-1]
    raise ConvkitError(f"no such run: '{text}'", _nearest(text, root))


def _nearest(text: str, root: Path) -> str:
    """Return what may have been meant: a run or an experiment below `root`, or around the path."""
    path = Path(text)
    around = {place for place in (path.parent, path.parent.parent) if str(place) != "."}
    folders = [run.folder for place in around for run in runs_in(place)]
    folders += [run.folder.relative_to(root) for run in runs_in(root)]
    names = [*dict.fromkeys(str(folder.parent) for folder in folders), *map(str, folders)]
    return did_you_mean(text.rstrip("/"), names) or "convkit runs list shows those there are"
