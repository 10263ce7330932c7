"""Image and array files in and out."""

from convkit.images.color import (
    linear_to_srgb,
    premultiply,
    srgb_to_linear,
    to_grey,
    unpremultiply,
    with_alpha,
)
from convkit.images.encode import encode, write
from convkit.images.expand import Found, expand
from convkit.images.formats import SUFFIXES, check_format
from convkit.images.limits import DEFAULT_MAX_PIXELS
from convkit.images.picture import KINDS, Picture
from convkit.images.read import decode, read
from convkit.images.thumbnail import thumbnail

__all__ = [
    "DEFAULT_MAX_PIXELS",
    "KINDS",
    "SUFFIXES",
    "Found",
    "Picture",
    "check_format",
    "decode",
    "encode",
    "expand",
    "linear_to_srgb",
    "premultiply",
    "read",
    "srgb_to_linear",
    "thumbnail",
    "to_grey",
    "unpremultiply",
    "with_alpha",
    "write",
]
