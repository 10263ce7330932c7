"""Pictures in folders, one for each class, decoded by threads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from convkit.data.dataset import Dataset, Floats
from convkit.data.limits import check_memory
from convkit.data.paths import folder
from convkit.data.source import source
from convkit.errors import ConvkitError
from convkit.files import is_folder, refusals
from convkit.workers import default_threads

Color = Literal["grey", "rgb"]
Shape = tuple[int, int, int]

CHANNELS: dict[Color, int] = {"grey": 1, "rgb": 3}


@source()
def image_folder(
    path: str,
    size: int | tuple[int, int] | None = None,
    color: Color | None = None,
    *,
    root: Path,
) -> Dataset:
    """Read pictures from a folder that has a folder for each class.

    Any image that Pillow reads, in 8 or 16 bits, becomes numbers in 0…1; what is transparent is
    shown over black. Folders are classes in the order of their names. Files that are no pictures by
    their names, and hidden ones, are left out.

    Parameters
    ----------
    path : str
        The folder.
    size : int or (int, int), optional
        The height and width to which pictures are resized, smoothly and without regard to their
        proportions; by default all must have the same.
    color : {"grey", "rgb"}, optional
        What they are converted to; by default all must be alike.
    """
    place = folder(root, path)
    files = {name: _pictures(place / name) for name in _folders(place)}
    paths = [path for group in files.values() for path in group]
    labels = np.repeat(np.arange(len(files)), [len(group) for group in files.values()])
    return Dataset(
        name=place.resolve().name,
        inputs=read_pictures(paths, size=size, color=color),
        targets=labels,
        classes=tuple(files),
        target_names=("class",),
        source=place.name,
    )


def read_pictures(
    paths: Sequence[Path],
    *,
    size: int | tuple[int, int] | None = None,
    color: Color | None = None,
) -> Floats:
    """Read pictures as float32 in 0…1, (n, height, width, channels), with a thread for each core.

    Parameters
    ----------
    paths : sequence of Path
    size : int or (int, int), optional
        The height and width to resize them to; by default all must have the first one's.
    color : {"grey", "rgb"}, optional
        What to convert them to; by default all must be as the first one.

    Raises
    ------
    ConvkitError
        If there is none, one can't be read or differs from the first, or all of them would take
        too much memory.
    """
    if not paths:
        raise ConvkitError("no pictures to read")
    from concurrent.futures import ThreadPoolExecutor

    height, width = _checked_size(size)
    first = _decoded(paths[0], height, width, color)
    shape: Shape = first.shape
    check_memory(first.nbytes * len(paths), str(paths[0].parent), "give a smaller size")
    pictures = np.empty((len(paths), *shape), np.float32)
    pictures[0] = first

    def decode(index: int) -> None:
        picture = _decoded(paths[index], height, width, color)
        if picture.shape != shape:
            raise _unlike(paths[index], picture.shape, paths[0], shape)
        pictures[index] = picture

    with ThreadPoolExecutor(default_threads()) as pool:
        jobs = [pool.submit(decode, index) for index in range(1, len(paths))]
        try:
            for job in jobs:  # in order: the first file that is wrong is the one that is named
                job.result()
        finally:
            pool.shutdown(cancel_futures=True)
    return pictures


def _folders(place: Path) -> list[str]:
    with refusals("read", place):
        names = sorted(name for name in os.listdir(place) if not name.startswith("."))  # noqa: PTH208
    folders = [name for name in names if is_folder(place / name)]
    if len(folders) < 2:
        held = "no folders" if not folders else f"one folder, '{folders[0]}'"
        raise ConvkitError(
            f"'{place}' holds {held}", "put the pictures of each class in a folder of its own there"
        )
    return folders


def _pictures(place: Path) -> list[Path]:
    from convkit.images import expand

    return [found.path for found in expand([str(place)])]


def _checked_size(size: int | tuple[int, int] | None) -> tuple[int, int] | tuple[None, None]:
    if size is None:
        return None, None
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < 1:
        raise ConvkitError(f"size must be at least 1 pixel, got {height}x{width}")
    return height, width


def _decoded(path: Path, height: int | None, width: int | None, color: Color | None) -> Floats:
    """Return a picture as (height, width, channels) float32 in 0…1."""
    from convkit.images import luma, read

    picture = read(path)
    frame: NDArray[Any] = picture.color[0].astype(np.float32)
    frame /= picture.white
    if picture.alpha is not None:
        opacity = picture.alpha[0].astype(np.float32) / np.float32(picture.white)
        frame *= opacity if frame.ndim == 2 else opacity[..., np.newaxis]
    if frame.ndim == 3 and frame.shape[2] == 1:
        frame = frame[..., 0]
    if color == "grey" and frame.ndim == 3:
        frame = luma(frame)
    planes = frame[..., np.newaxis] if frame.ndim == 2 else frame
    if color == "rgb" and planes.shape[2] == 1:
        planes = np.repeat(planes, 3, axis=2)
    if height is None or width is None or planes.shape[:2] == (height, width):
        return planes
    return _resized(planes, height, width)


def _resized(planes: Floats, height: int, width: int) -> Floats:
    """Return a picture of another size, by Pillow's bilinear filter, which smooths what shrinks."""
    from PIL import Image

    resized = [
        Image.fromarray(np.ascontiguousarray(planes[..., channel])).resize(
            (width, height), Image.Resampling.BILINEAR
        )
        for channel in range(planes.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in resized], axis=-1)


def _unlike(path: Path, shape: Sequence[int], first: Path, expected: Shape) -> ConvkitError:
    if tuple(shape[:2]) != expected[:2]:
        return ConvkitError(
            f"'{path}' has {shape[0]}x{shape[1]} pixels, but '{first}' {expected[0]}x{expected[1]}",
            f"have all resized: size: [{expected[0]}, {expected[1]}]",
        )
    return ConvkitError(
        f"'{path}' has {_channels(shape[2])}, but '{first}' {_channels(expected[2])}",
        "have all converted: color: grey or color: rgb",
    )


def _channels(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"
