"""Writing pictures: the format is told by the suffix, and nothing is lost in silence."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from convkit.errors import ConvkitError
from convkit.files import atomic_write, check_writable
from convkit.images import gif, png, tiff
from convkit.images.arrays import encode_csv, encode_npy, save_npy
from convkit.images.formats import Format, check_format, check_holds
from convkit.images.modes import with_kind
from convkit.images.picture import KINDS, Frame, Kind, Picture
from convkit.images.profiles import fitting_profile
from convkit.images.scanlines import check_compression

JPEG_QUALITY = 95


class Effort(NamedTuple):
    """How hard it is tried to make a file small, and by how many threads."""

    compress: str
    threads: int | None


def encode(
    picture: Picture, suffix: str, *, compress: str = "fast", threads: int | None = None
) -> bytes:
    """Return a picture as the bytes of a file. The same picture gives the same bytes.

    JPEG is written with quality 95 and full colour resolution, WebP without loss, GIF with up to
    256 colours a frame, TIFF uncompressed; CSV with as few digits as tell each number apart.

    Parameters
    ----------
    picture : Picture
        An array is taken for grey, grey with alpha, RGB or RGBA by its channels.
    suffix : str
        One of :data:`SUFFIXES`.
    compress : {"fast", "small"}
        For PNG, whether to spare time or bytes: "small" takes 20 times as long or more, and mostly
        10 to 50 % fewer bytes.
    threads : int, optional
        How many work on a PNG; by default ``CONVKIT_THREADS``, else one for each core.

    Raises
    ------
    ConvkitError
        If the suffix or `compress` is unknown, or the format can't hold the picture.
    """
    effort = Effort(check_compression(compress), threads)
    form = check_format(suffix)
    kind = KINDS.get(picture.channels)
    _check_frames(picture, form)
    check_holds(form, picture, kind)
    return _ENCODERS[form.name](picture, kind or "array", effort)


def write(
    picture: Picture,
    path: str | Path,
    *,
    suffix: str | None = None,
    force: bool = False,
    compress: str = "fast",
    threads: int | None = None,
) -> None:
    """Write a picture to a file, which appears only when it is complete.

    Parameters
    ----------
    picture : Picture
    path : str or Path
    suffix : str, optional
        Tells the format; by default that of the path.
    force : bool
        Whether an existing file may be overwritten.
    compress, threads
        As of :func:`encode`.

    Raises
    ------
    ConvkitError
        As :func:`encode`, and if the file can't be written.
    """
    path = Path(path)
    suffix = suffix or path.suffix
    if check_format(suffix).name == "NPY":
        # Straight from the array: a large one isn't held twice.
        with atomic_write(path, force=force) as stream:
            save_npy(stream, picture.frames)
        return
    check_writable(path, force=force)
    data = encode(picture, suffix, compress=compress, threads=threads)
    with atomic_write(path, force=force) as stream:
        stream.write(data)


def _check_frames(picture: Picture, form: Format) -> None:
    if not picture.frames or 0 in picture.frames[0].shape:
        raise ConvkitError(f"'{picture.source}' is empty")
    shapes = {frame.shape for frame in picture.frames}
    if len(shapes) > 1 and form.name != "TIFF":
        sizes = ", ".join(sorted(f"{shape[1]}x{shape[0]}" for shape in shapes))
        raise ConvkitError(f"{form.name} can't hold frames of unlike size: {sizes}", "write .tif")


def _frames(picture: Picture) -> list[Frame]:
    """Return frames with grey ones as (H, W)."""
    return [
        frame.reshape(frame.shape[:2]) if picture.channels == 1 else frame
        for frame in picture.frames
    ]


def _png(picture: Picture, kind: Kind, effort: Effort) -> bytes:
    durations = picture.durations or [100] * len(picture.frames)
    return png.encode(
        _frames(picture),
        icc_profile=fitting_profile(picture.icc_profile, kind),
        animation=png.Animation(durations, picture.loop or 0),
        compress=effort.compress,
        threads=effort.threads,
    )


def _tiff(picture: Picture, kind: Kind, _: Effort) -> bytes:
    return tiff.encode(_frames(picture), icc_profile=fitting_profile(picture.icc_profile, kind))


def _gif(picture: Picture, *_: object) -> bytes:
    return gif.encode(_frames(picture), durations=picture.durations, loop=picture.loop)


def _webp(picture: Picture, kind: Kind, _: Effort) -> bytes:
    colored: Kind = "rgba" if kind in ("grey+alpha", "rgba") else "rgb"
    options: dict[str, Any] = {"lossless": True, "exact": True}
    if kind == colored:
        options["icc_profile"] = fitting_profile(picture.icc_profile, kind) or b""
    frames = [Image.fromarray(with_kind(frame, colored)) for frame in _frames(picture)]
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:], "loop": picture.loop or 0}
        options["duration"] = picture.durations or 100
    return _saved(frames[0], "WEBP", options)


def _jpeg(picture: Picture, kind: Kind, _: Effort) -> bytes:
    profile = fitting_profile(picture.icc_profile, kind) or b""
    options = {"quality": JPEG_QUALITY, "subsampling": 0, "icc_profile": profile}
    return _saved(Image.fromarray(_frames(picture)[0]), "JPEG", options)


def _bmp(picture: Picture, *_: object) -> bytes:
    return _saved(Image.fromarray(_frames(picture)[0]), "BMP", {})


def _netpbm(picture: Picture, kind: Kind, _: Effort) -> bytes:
    """Write the binary forms, samples with the high byte first (netpbm.sourceforge.net/doc)."""
    frame = picture.frames[0]
    height, width = frame.shape[:2]
    magic = "P5" if kind == "grey" else "P6"
    header = f"{magic}\n{width} {height}\n{2 ** (8 * frame.itemsize) - 1}\n"
    return header.encode() + frame.astype(frame.dtype.newbyteorder(">")).tobytes()


def _saved(image: Image.Image, name: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


_ENCODERS: dict[str, Callable[[Picture, Kind, Effort], bytes]] = {
    "PNG": _png,
    "JPEG": _jpeg,
    "TIFF": _tiff,
    "GIF": _gif,
    "WebP": _webp,
    "BMP": _bmp,
    "PPM": _netpbm,
    "PGM": _netpbm,
    "NPY": lambda picture, *_: encode_npy(picture.frames),
    "CSV": lambda picture, *_: encode_csv(picture.frames[0]),
}
"""Name of a format -> what writes it."""
