"""Make the picture on top of the README: a scene, and three commands' answers to it.

python docs/edges.py [FILE]     by default docs/edges.webp
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
SCENE = ROOT / "sample_images" / "landscape.png"
COMMANDS = [
    ["--kernel", "sobel-h"],
    ["--pair", "sobel"],
    ["--pair", "sobel", "--direction"],
]
GAP = 8


def answer(options: list[str]) -> Image.Image:
    """Return what ``convkit convolve`` makes of the scene."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "answer.png")
        command = ["convolve", SCENE, *options, "--pad", "same", "--pad-mode", "edge", "-o", target]
        subprocess.run(
            [sys.executable, "-m", "convkit", *command],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with Image.open(target) as image:
            return image.convert("RGB")


def compose(panels: list[Image.Image]) -> Image.Image:
    """Lay out four panels of one size, two by two, with nothing but transparency between them."""
    width, height = panels[0].size
    sheet = Image.new("RGBA", (2 * width + GAP, 2 * height + GAP))
    for number, panel in enumerate(panels):
        row, column = divmod(number, 2)
        sheet.paste(panel, (column * (width + GAP), row * (height + GAP)))
    return sheet


def main() -> None:
    """Write the picture."""
    target = sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "edges.webp"
    with Image.open(SCENE) as scene:
        compose([scene.convert("RGB"), *map(answer, COMMANDS)]).save(target, quality=90, method=6)


if __name__ == "__main__":
    main()
