"""A convolution written as the definition reads, pixel by pixel, in exact or double arithmetic.

It shares no code with the engine: borders are walked one step at a time.
"""

from fractions import Fraction

import numpy as np


def inside(index, n, mode):
    """Return the pixel that stands in for `index` on an axis of n, or None for a constant."""
    while not 0 <= index < n:
        if mode in ("zero", "constant"):
            return None
        if mode == "edge":
            index += 1 if index < 0 else -1
        elif mode == "wrap":
            index += n if index < 0 else -n
        elif mode == "symmetric":
            index = -index - 1 if index < 0 else 2 * n - 1 - index
        elif mode == "reflect101":
            if n == 1:
                return 0
            index = -index if index < 0 else 2 * n - 2 - index
    return index


def correlate(
    image, kernel, *, pads=(0, 0, 0, 0), mode="zero", value=0, stride=(1, 1), dilation=(1, 1)
):
    """Correlate an (H, W) image with a (kh, kw) kernel; return an object array of exact sums."""
    height, width = image.shape
    kh, kw = kernel.shape
    top, bottom, left, right = pads
    corners_y = range(-top, height + bottom - dilation[0] * (kh - 1), stride[0])
    corners_x = range(-left, width + right - dilation[1] * (kw - 1), stride[1])
    out = np.empty((len(corners_y), len(corners_x)), object)
    for row, y in enumerate(corners_y):
        for column, x in enumerate(corners_x):
            total = Fraction(0)
            for i in range(kh):
                for j in range(kw):
                    from_y = inside(y + i * dilation[0], height, mode)
                    from_x = inside(x + j * dilation[1], width, mode)
                    pixel = value if from_y is None or from_x is None else image[from_y, from_x]
                    total += Fraction(float(kernel[i, j])) * Fraction(float(pixel))
            out[row, column] = total
    return out
