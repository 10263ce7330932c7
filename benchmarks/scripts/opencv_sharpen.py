"""Grey or RGB file → sharpened, with OpenCV."""

import sys

import cv2
import numpy as np

SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])

source, target = sys.argv[1:]
image = cv2.imread(source, cv2.IMREAD_UNCHANGED)
cv2.imwrite(target, cv2.filter2D(image, -1, SHARPEN))
