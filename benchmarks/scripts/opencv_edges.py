"""Grey or RGB file → its edge map, with OpenCV."""

import sys

import cv2
import numpy as np

SOBEL = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])

source, target = sys.argv[1:]
image = cv2.imread(source, cv2.IMREAD_UNCHANGED)
cv2.imwrite(target, cv2.convertScaleAbs(cv2.filter2D(image, cv2.CV_16S, SOBEL)))
