"""Small versions of pictures, for a glance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.images.picture import Frame, Picture, channels


def thumbnail(picture: Picture, max_width: int, max_height: int) -> NDArray[np.uint8]:
    """Return the first frame of a picture as 8-bit RGB, reduced to fit; small ones are enlarged.

    Transparent pixels are shown over black. Arrays are stretched from their smallest to their
    largest value; of more than three channels the first is shown.

    Returns
    -------
    (H, W, 3) uint8 array
        With H <= max_height and W <= max_width.
    """
    from PIL import Image

    image = Image.fromarray(_rgb(picture))
    scale = min(max_width / image.width, max_height / image.height)
    size = max(1, int(image.width * scale)), max(1, int(image.height * scale))
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.NEAREST
    return np.asarray(image.resize(size, method))


def _rgb(picture: Picture) -> NDArray[np.uint8]:
    frame: NDArray[Any] = picture.color[0].astype(np.float64)
    frame = _stretched(frame) if picture.kind == "array" else frame / picture.white
    if picture.alpha is not None:
        opacity = picture.alpha[0] / picture.white
        frame = frame * (opacity if frame.ndim == 2 else opacity[..., np.newaxis])
    planes = frame.reshape(*frame.shape[:2], -1)
    if channels(planes) != 3:
        planes = np.repeat(planes[..., :1], 3, axis=2)
    return np.rint(255 * np.clip(np.nan_to_num(planes), 0, 1)).astype(np.uint8)


def _stretched(frame: Frame) -> Frame:
    finite = frame[np.isfinite(frame)]
    if not finite.size or finite.min() == finite.max():
        return np.zeros_like(frame)
    stretched: Frame = (frame - finite.min()) / (finite.max() - finite.min())
    return stretched
