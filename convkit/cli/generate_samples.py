"""What ``convkit generate`` shows of samples: a file, a table, or a picture on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from convkit.cli.console import Console, Table
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from numpy.random import Generator

    from convkit.cli.generate import SampleOptions
    from convkit.families import Family

COUNT, ROWS = 64, 8


def draw(console: Console, family: Any, options: SampleOptions, rng: Generator) -> None:
    """Draw samples of a family that draws, and write or show them.

    Raises
    ------
    ConvkitError
        If they can't be written where they shall go, or there is nowhere to show them.
    """
    from convkit.report.drawing import STEPS, check_file, drawn, interpolated, save_samples

    count = (ROWS if options.interpolate else COUNT) if options.count is None else options.count
    if count < 1:
        raise ConvkitError(f"--count must be at least 1, got {count}")
    shape = family.signature.sample_shape
    path = None if options.output is None else Path(options.output)
    if path is not None:
        check_file(path, shape, force=options.force)
    elif not console.as_json and len(shape) > 1 and not console.stdout.isatty():
        raise ConvkitError("pictures need a file to go to", "-o grid.png")
    samples = (interpolated if options.interpolate else drawn)(family, count, rng)
    columns = STEPS if options.interpolate else None
    if path is not None:
        save_samples(samples, path, _names(family), columns, force=options.force)
    if console.as_json:
        where = {"output": str(path)} if path is not None else {"samples": samples.tolist()}
        console.json({"count": len(samples), **where})
    elif path is not None:
        console.text(str(path))
    elif len(shape) == 1:
        console.table(Table(_names(family), samples.tolist()))
    else:
        _show(console, samples, columns)


def _names(family: Family) -> list[str]:
    """Return what the columns of samples are called."""
    names = family.signature.features
    width = family.signature.sample_shape[0]
    return list(names) if len(names) == width else [str(number) for number in range(width)]


def _show(console: Console, samples: Any, columns: int | None) -> None:
    """Show pictures on the terminal."""
    from convkit.cli.preview import Screen, side_by_side
    from convkit.report.drawing import grid

    console.stdout.write(side_by_side([grid(samples, columns)], Screen.of(console.stdout)))
