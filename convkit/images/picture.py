"""A picture in memory: its frames, what their channels mean, and what travels along with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

Frame = NDArray[Any]
Kind = Literal["grey", "grey+alpha", "rgb", "rgba", "array"]

KINDS: dict[int, Kind] = {1: "grey", 2: "grey+alpha", 3: "rgb", 4: "rgba"}
"""What a number of channels means in an image file."""

CHANNELS = {kind: count for count, kind in KINDS.items()}
"""The number of channels that a kind has."""


@dataclass
class Picture:
    """One or several frames of the same kind.

    Attributes
    ----------
    frames : list of ndarray
        Each (H, W), or (H, W, C) with C = 2 for grey with alpha, 3 for RGB, 4 for RGBA; arrays
        may have any C. One dtype for all of them. They may be read-only views of a file.
    kind : {"grey", "grey+alpha", "rgb", "rgba", "array"}
        What the channels mean; ``array`` are numbers of a .npy or .csv file without that meaning.
    white : float
        The value of white: 255 for 8 bits, 65535 for 16 bits, 1.0 for floats.
    source : str
        What to call the picture in messages.
    icc_profile : bytes, optional
        The colour profile that fits the channels.
    durations : list of int, optional
        How long each frame of an animation is shown, in milliseconds.
    loop : int, optional
        How often an animation is repeated; 0 is for ever, None is not said.
    """

    frames: list[Frame]
    kind: Kind
    white: float
    source: str = "picture"
    icc_profile: bytes | None = None
    durations: list[int] | None = None
    loop: int | None = None

    @property
    def channels(self) -> int:
        """Channels of each frame, alpha included."""
        return channels(self.frames[0])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of every frame."""
        return self.frames[0].dtype

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is transparency."""
        return self.kind in ("grey+alpha", "rgba")

    @property
    def color(self) -> list[Frame]:
        """The frames without alpha: (H, W) for grey, (H, W, 3) for RGB."""
        if self.kind == "grey+alpha":
            return [frame[..., 0] for frame in self.frames]
        if self.kind == "rgba":
            return [frame[..., :3] for frame in self.frames]
        return self.frames

    @property
    def alpha(self) -> list[Frame] | None:
        """The transparency of each frame, (H, W) from 0 to `white`, or None."""
        return [frame[..., -1] for frame in self.frames] if self.has_alpha else None


def channels(frame: Frame) -> int:
    """Return the number of channels of an (H, W) or (H, W, C) frame."""
    return 1 if frame.ndim == 2 else int(frame.shape[2])


def white_of(dtype: DTypeLike) -> float:
    """Return the value of white that image files give to a type.

    The largest value of an integer type, 1.0 for floats and bool.
    """
    kind = np.dtype(dtype)
    return float(np.iinfo(kind).max) if kind.kind in "iu" else 1.0


def white_of_numbers(dtype: DTypeLike) -> float:
    """Return the value of white for numbers without colour meaning.

    As :func:`white_of` for bool, floats, uint8 and uint16. In wider or signed integers people
    write pixels from 0 to 255.
    """
    return white_of(dtype) if np.dtype(dtype).kind in "bf" or dtype in ("u1", "u2") else 255.0
