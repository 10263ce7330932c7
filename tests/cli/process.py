"""Running convkit as a real process: in a pipe, or on a pseudo-terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "convkit"]


@dataclass
class Result:
    """What a process said."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self):
        return self.stdout.decode()

    @property
    def rows(self):
        """The cells of tab-separated output, header included, of a run that went well."""
        assert self.code == 0, self.stderr
        return [line.split("\t") for line in self.text.splitlines()]

    def assert_refused(self, *words, code=2):
        """One line on stderr, nothing on stdout, no traceback."""
        assert self.code == code, (self.text, self.stderr)
        assert self.stdout == b""
        assert self.stderr.startswith("error: "), self.stderr
        assert self.stderr.count("\n") == 1, self.stderr
        assert "a bug in convkit" not in self.stderr
        for word in words:
            assert word in self.stderr, self.stderr


def environment(**variables):
    """Return an environment in which the checkout is what is run, wherever it runs.

    Plots take longer than most trainings here: they are drawn where a test is about them.
    """
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    return clean | {"PYTHONPATH": str(ROOT), "CONVKIT_PLOTS": "no"} | variables


def convkit(*arguments, stdin=b"", cwd=ROOT, **variables):
    """Run convkit in a pipe."""
    process = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment(**variables),
        check=False,
        timeout=120,
    )
    return Result(process.returncode, process.stdout, process.stderr.decode())


def on_terminal(*arguments, code=0, **where):
    """Return what convkit draws on a pseudo-terminal; `where` as for :func:`drawn`."""
    returned, text = drawn([*COMMAND, *map(str, arguments)], **where)
    assert returned == code, text
    return text


def drawn(command, *, columns=100, cwd=ROOT, colour=False, **variables):
    """Run a command on a pseudo-terminal.

    Returns
    -------
    (int, str)
        Its exit code, and what it wrote: stdout and stderr together.
    """
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    size = {"COLUMNS": str(columns), "LINES": "40"}
    look = {"TERM": "xterm-256color"} if colour else {"TERM": "dumb", "NO_COLOR": "1"}
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env=environment(**size | look | variables),
    ) as process:
        os.close(theirs)
        output = b""
        try:
            while part := os.read(ours, 65536):
                output += part
        except OSError:  # Linux answers EIO when the other side has left
            pass
        os.close(ours)
    return process.returncode, output.decode().replace("\r\n", "\n")


def workplace(folder):
    """Make a folder like the repository's root, in which commands run as a reader types them.

    Returns
    -------
    str
        The PATH on which ``convkit`` is this checkout.
    """
    for name in ("sample_images", "sample_data", "configs"):
        shutil.copytree(ROOT / name, folder / name)
    programs = folder / ".programs"
    programs.mkdir()
    program = programs / "convkit"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m convkit "$@"\n')
    program.chmod(0o755)
    return os.pathsep.join([str(programs), os.environ["PATH"]])
