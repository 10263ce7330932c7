"""Grey or RGB file → its edge map, with SciPy and Pillow."""

import sys

import numpy as np
from PIL import Image
from scipy import ndimage

SOBEL = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])

source, target = sys.argv[1:]
image = np.asarray(Image.open(source))
kernel = SOBEL if image.ndim == 2 else SOBEL[:, :, np.newaxis]
edges = np.abs(ndimage.correlate(image, kernel, output=np.int16, mode="mirror"))
Image.fromarray(np.minimum(edges, 255).astype(np.uint8)).save(target)
