"""Image and array files in and out."""

from convkit.images.color import (
    linear_to_srgb,
    luma,
    premultiply,
    srgb_to_linear,
    unpremultiply,
    with_alpha,
)
from convkit.images.encode import encode, write
from convkit.images.expand import Found, expand
from convkit.images.formats import SUFFIXES, check_format
from convkit.images.limits import DEFAULT_MAX_PIXELS
from convkit.images.picture import KINDS, Picture
from convkit.images.read import decode, read, standard_input_suffix
from convkit.images.scanlines import COMPRESSIONS, check_compression
from convkit.images.thumbnail import thumbnail

__all__ = [
    "COMPRESSIONS",
    "DEFAULT_MAX_PIXELS",
    "KINDS",
    "SUFFIXES",
    "Found",
    "Picture",
    "check_compression",
    "check_format",
    "decode",
    "encode",
    "expand",
    "linear_to_srgb",
    "luma",
    "premultiply",
    "read",
    "srgb_to_linear",
    "standard_input_suffix",
    "thumbnail",
    "unpremultiply",
    "with_alpha",
    "write",
]
