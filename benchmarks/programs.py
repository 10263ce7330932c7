"""Programs that turn an image file into another: convkit's command line, and its peers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCRIPTS = Path(__file__).parent / "scripts"

Command = list[str]
Build = Callable[[Path, Path], Command]

OPERATIONS = {"edge map": ("sobel-h", "abs"), "sharpen": ("sharpen", "clip")}
"""Kernel and tone map. Most peers can't take the absolute value; sharpening all can."""

SHARPEN_ROWS = ("0,-1,0", "-1,5,-1", "0,-1,0")

IMAGE_MAGICK = ("magick", "convert-im6", "convert")
"""What it is called, newest first."""


@dataclass(frozen=True)
class Program:
    """A peer.

    Attributes
    ----------
    name : str
    find_version : callable
        Returns the version that is installed, or nothing.
    commands : dict of str to callable
        By operation: given input and output, the command.
    """

    name: str
    find_version: Callable[[], str]
    commands: dict[str, Build]


def convkit(*arguments: str | Path) -> Command:
    """Return the command that runs convkit's ``convolve`` as it is installed or checked out."""
    return [sys.executable, "-m", "convkit", "convolve", *map(str, arguments), "--force", "--quiet"]


def convkit_for(operation: str) -> Build:
    """Return how convkit is called for an operation, each channel alone, as the peers do it."""
    kernel, tone = OPERATIONS[operation]
    options = ["-k", kernel, "--map", tone, "--per-channel", "--pad", "same"]
    return lambda source, target: convkit(
        source, *options, "--pad-mode", "reflect101", "-o", target
    )


def _run_script(file: str) -> Build:
    return lambda source, target: [sys.executable, *map(str, (SCRIPTS / file, source, target))]


def _vips(source: Path, target: Path) -> Command:
    matrix = target.with_suffix(".mat")
    rows = [row.replace(",", " ") for row in SHARPEN_ROWS]
    matrix.write_text("\n".join(["3 3 1 0", *rows, ""]), encoding="utf-8")
    return ["vips", "conv", *map(str, (source, target, matrix)), "--precision", "integer"]


def _image_magick(source: Path, target: Path) -> Command:
    kernel = f"3x3: {' '.join(SHARPEN_ROWS)}"
    name = next(filter(_image_magick_version, IMAGE_MAGICK))
    return [name, str(source), "-morphology", "Convolve", kernel, str(target)]


def _graphics_magick(source: Path, target: Path) -> Command:
    return ["gm", "convert", str(source), "-convolve", ",".join(SHARPEN_ROWS), str(target)]


# --- running them ---


def failure(command: Command) -> str:
    """Run a command; return the last thing it said if it failed, else nothing."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    return (done.stderr.splitlines() or [f"exit code {done.returncode}"])[-1]


def runner(command: Sequence[str]) -> Callable[[], Any]:
    """Return what runs a command to its end, in silence."""
    return lambda: subprocess.run(command, capture_output=True, check=True)


# --- what is installed ---


def _module_version(module: str) -> Callable[[], str]:
    return lambda: str(import_module(module).__version__) if find_spec(module) else ""


def _says(*command: str) -> str:
    """Return what a command prints, or nothing if there is no such command."""
    if shutil.which(command[0]) is None:
        return ""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _number(said: str) -> str:
    """Return the version out of what a program says about itself."""
    found = re.search(r"\d+(\.\d+)+\S*", said)
    return found.group() if found else ""


@cache
def _image_magick_version(name: str) -> str:
    """Return ImageMagick's version if this is its name here; others call a program so, too."""
    said = _says(name, "-version")
    return _number(said) if "ImageMagick" in said else ""


PROGRAMS = (
    Program(
        "OpenCV script",
        _module_version("cv2"),
        {
            "edge map": _run_script("opencv_edges.py"),
            "sharpen": _run_script("opencv_sharpen.py"),
        },
    ),
    Program("SciPy script", _module_version("scipy"), {"edge map": _run_script("scipy_edges.py")}),
    Program("Pillow script", _module_version("PIL"), {"sharpen": _run_script("pillow_sharpen.py")}),
    Program("libvips", lambda: _number(_says("vips", "--version")), {"sharpen": _vips}),
    Program(
        "ImageMagick",
        lambda: next(filter(None, map(_image_magick_version, IMAGE_MAGICK)), ""),
        {"sharpen": _image_magick},
    ),
    Program(
        "GraphicsMagick", lambda: _number(_says("gm", "version")), {"sharpen": _graphics_magick}
    ),
)


def installed() -> dict[str, str]:
    """Return the version of each program that is here, by its name."""
    versions = {program.name: program.find_version() for program in PROGRAMS}
    return {name: version for name, version in versions.items() if version}
