"""The file formats that are written, what each can hold, and which files a folder is searched for.

A format is added by its line in :data:`SUFFIXES` and its encoder in :mod:`convkit.images.encode`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convkit.errors import ConvkitError, unknown

if TYPE_CHECKING:
    from convkit.images.picture import Kind, Picture

Holds = Mapping[str, tuple["Kind", ...]]

_ALL: tuple[Kind, ...] = ("grey", "grey+alpha", "rgb", "rgba")
_DEPTHS = {"uint8": "8-bit", "uint16": "16-bit"}


@dataclass(frozen=True)
class Format:
    """A file format that is written.

    Attributes
    ----------
    name : str
    holds : mapping of str to kinds, optional
        The kinds of picture it holds, for each dtype; None holds any numbers.
    frames : bool
        Whether it holds more than one frame.
    max_side : int, optional
        Its largest width or height.
    max_channels : int, optional
        Where it holds any numbers, how many it holds at a place.
    profiles : bool
        Whether a colour profile is kept.
    """

    name: str
    holds: Holds | None
    frames: bool = False
    max_side: int | None = None
    max_channels: int | None = None
    profiles: bool = False

    @property
    def holds_floats(self) -> bool:
        """Whether floating-point samples can be written."""
        return self.holds is None or "float32" in self.holds

    def fits(self, picture: Picture, kind: Kind | None) -> bool:
        """Whether it holds frames of the picture's type and of a kind."""
        if self.holds is None:
            return self.max_channels is None or picture.channels <= self.max_channels
        return kind in self.holds.get(str(picture.dtype), ())


PNG = Format("PNG", {"uint8": _ALL, "uint16": _ALL}, frames=True, profiles=True)
JPEG = Format("JPEG", {"uint8": ("grey", "rgb")}, max_side=65500, profiles=True)
TIFF = Format(
    "TIFF",
    {"uint8": _ALL, "uint16": ("grey", "rgb", "rgba"), "float32": ("grey",)},
    frames=True,
    profiles=True,
)
GIF = Format("GIF", {"uint8": _ALL}, frames=True, max_side=65535)
WEBP = Format("WebP", {"uint8": _ALL}, frames=True, max_side=16383, profiles=True)
BMP = Format("BMP", {"uint8": ("grey", "rgb")})
PPM = Format("PPM", {"uint8": ("grey", "rgb"), "uint16": ("grey", "rgb")})
PGM = Format("PGM", {"uint8": ("grey",), "uint16": ("grey",)})
NPY = Format("NPY", None, frames=True)
CSV = Format("CSV", None, max_channels=1)

SUFFIXES: dict[str, Format] = {
    ".png": PNG,
    ".apng": PNG,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".tif": TIFF,
    ".tiff": TIFF,
    ".gif": GIF,
    ".webp": WEBP,
    ".bmp": BMP,
    ".ppm": PPM,
    ".pnm": PPM,
    ".pgm": PGM,
    ".npy": NPY,
    ".csv": CSV,
}
"""File suffix -> the format that is written under it."""

READABLE = frozenset(SUFFIXES) | {
    *(".avif", ".dib", ".fits", ".ico", ".j2k", ".jfif", ".jp2", ".jpe", ".pbm", ".pcx", ".pfm"),
    *(".psd", ".qoi", ".sgi", ".tga", ".tsv", ".xbm", ".xpm"),
}
"""Suffixes that are taken for pictures when a folder is searched."""


def check_format(suffix: str) -> Format:
    """Return the format that is written under a suffix; ask before any work is done.

    Parameters
    ----------
    suffix : str
        With its dot, in any case: ``.png``.

    Raises
    ------
    ConvkitError
        If no format is written under it.
    """
    if not suffix:
        raise ConvkitError(
            "the output has no suffix to tell its format", f"end it in {_any_of(SUFFIXES)}"
        )
    if suffix.lower() not in SUFFIXES:
        raise unknown("output format", suffix, SUFFIXES)
    return SUFFIXES[suffix.lower()]


def check_holds(form: Format, picture: Picture, kind: Kind | None) -> None:
    """Refuse what a format can't hold, and name formats that can.

    Parameters
    ----------
    form : Format
    picture : Picture
    kind : Kind, optional
        What its channels are in an image file; None if they are more than any file holds.

    Raises
    ------
    ConvkitError
        If the frames are too many, too large, too deep or of the wrong kind.
    """
    dtype, count = str(picture.dtype), len(picture.frames)
    way_out = f"write {_any_of(_suffixes_for(picture, kind))}"
    if not form.fits(picture, kind):
        content = kind or f"{picture.channels}-channel"
        raise ConvkitError(
            f"{form.name} can't hold {_DEPTHS.get(dtype, dtype)} {content} pixels, "
            f"which '{picture.source}' has",
            way_out,
        )
    if count > 1 and not form.frames:
        raise ConvkitError(
            f"{form.name} can't hold the {count} frames of '{picture.source}'", way_out
        )
    height, width = picture.frames[0].shape[:2]
    if form.max_side and max(height, width) > form.max_side:
        raise ConvkitError(
            f"{form.name} can't hold {width}x{height} pixels: its sides end at {form.max_side}",
            way_out,
        )


def _suffixes_for(picture: Picture, kind: Kind | None) -> list[str]:
    """Return the suffix of each format that holds a picture of any size."""
    count = len(picture.frames)
    suffixes: dict[str, str] = {}
    for suffix, form in SUFFIXES.items():
        if form.fits(picture, kind) and not form.max_side and (form.frames or count == 1):
            suffixes.setdefault(form.name, suffix)
    return list(suffixes.values())


def _any_of(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
