"""Colour profiles: kept where they describe the channels, dropped where they would lie."""

from __future__ import annotations

from convkit.images.picture import Kind

_SPACES: dict[Kind, bytes] = {
    "grey": b"GRAY",
    "grey+alpha": b"GRAY",
    "rgb": b"RGB ",
    "rgba": b"RGB ",
}


def fitting_profile(profile: bytes | None, kind: Kind) -> bytes | None:
    """Return a profile if it is for this kind of picture, else None.

    An ICC profile names its colour space in bytes 16 to 19 of its header (ICC.1:2022, 7.2.8); a
    CMYK one is wrong after the conversion to RGB, an RGB one for grey.
    """
    return profile if profile and profile[16:20] == _SPACES.get(kind) else None
