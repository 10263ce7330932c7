"""Grey or RGB file → sharpened, with Pillow."""

import sys

from PIL import Image, ImageFilter

source, target = sys.argv[1:]
with Image.open(source) as image:
    image.filter(ImageFilter.Kernel((3, 3), [0, -1, 0, -1, 5, -1, 0, -1, 0])).save(target)
