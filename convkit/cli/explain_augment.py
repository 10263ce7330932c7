"""``convkit explain --augment``: training pictures as they are, and as training sees them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from convkit.cli.console import Console
from convkit.cli.explain_options import Augmenting, Output
from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from convkit.experiment.spec import Experiment

COUNT = 8


def show_variants(
    console: Console,
    experiment: Experiment,
    root: Path,
    augmenting: Augmenting,
    output: Output,
    *,
    force: bool,
) -> None:
    """Draw some training pictures, each before and after augmentation.

    Parameters
    ----------
    console : Console
    experiment : Experiment
    root : Path
        The folder that relative paths in it start from.
    augmenting : Augmenting
        How many pictures.
    output : Output
        The file they go to; without, they are shown on the terminal.
    force : bool
        Whether a file may be overwritten.

    Raises
    ------
    ConvkitError
        If there is nothing to show, or nowhere.
    """
    from convkit.cli.preview import Screen, side_by_side
    from convkit.explaining.augmenting import augmented
    from convkit.files import check_writable
    from convkit.images import write
    from convkit.report.pictures import as_picture, film_strip

    path = None if output.output is None else Path(output.output)
    if path is not None:
        check_writable(path, force=force)
    elif console.as_json or not console.stdout.isatty():
        raise ConvkitError("pictures need a file to go to", "-o augmented.png")
    count = COUNT if augmenting.count is None else augmenting.count
    variants = augmented(experiment, root, count)
    picture = as_picture(film_strip(variants.frames))
    if path is None:
        console.stdout.write(side_by_side([picture], Screen.of(console.stdout)))
        return
    write(picture, path, force=force)
    rows, columns = variants.frames.shape[:2]
    names = list(variants.augmentations)
    if console.as_json:
        console.json({"output": str(path), "rows": rows, "columns": columns, "augment": names})
    else:
        console.text(str(path))
        console.note(f"{rows} pictures, each as it is and {columns - 1} times changed")
