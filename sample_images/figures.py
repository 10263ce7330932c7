"""The plain sample images: a printed page, geometric shapes, smooth ramps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from brushes import Array, inside, reduced
from PIL import Image, ImageDraw, ImageFont

PAPER, INK, PALE = 0.965, 0.09, 0.45

TITLE = "Convolution"
SUBTITLE = "A small window that looks at everything"
COLUMNS = [
    """A kernel is a little grid of weights. Lay it on a corner of the picture, multiply every pixel
    under it by the weight above it, and add the products up: that sum is one pixel of the answer.
    Then move one step to the right and begin again.""",
    """What the answer shows depends on the weights alone. Equal ones blur. A minus sign on one side
    and a plus on the other find an edge, for where the picture is even they cancel out, and only
    where it changes is something left.""",
]
SMALL_PRINT = [
    (12, "Twelve: the quick kernel slides over the lazy image."),
    (10, "Ten: every weight is used once for every pixel of the output."),
    (8, "Eight: without padding, n pixels and k weights leave n - k + 1 sums."),
]
MATRIX = [("-1", "-2", "-1"), ("0", "0", "0"), ("1", "2", "1")]


def printed_page() -> Array:
    """Return a page of text in several sizes, (360, 480)."""
    page = Page(480, 360)
    page.words(24, 58, 50, TITLE)
    page.words(26, 80, 14, SUBTITLE, PALE)
    page.line([(26, 94.5), (454, 94.5)], 1)
    for left, text in zip((26, 250), COLUMNS, strict=True):
        justified(page, text, left, top=116, width=204)
    y = 274
    for size, text in SMALL_PRINT:
        page.words(26, y, size, text)
        y += size + 8
    page.words(26, 338, 9, "page 6 of 28", PALE)
    matrix(page, left=322, top=290)
    return page.printed()


class Page:
    """A sheet of paper, printed finely and reduced, so that no letter is bent to the pixels."""

    FINENESS = 4

    def __init__(self, width: int, height: int) -> None:
        size = (width * self.FINENESS, height * self.FINENESS)
        self.sheet = Image.new("L", size, round(PAPER * 255))
        self.draw = ImageDraw.Draw(self.sheet)

    def font(self, size: float) -> ImageFont.FreeTypeFont:
        """Return the font that comes with Pillow, so that none has to be installed."""
        font = ImageFont.load_default(size * self.FINENESS)
        if not isinstance(font, ImageFont.FreeTypeFont):
            raise SystemExit("error: this Pillow was built without FreeType, which draws the text")
        return font

    def length(self, size: float, text: str) -> float:
        return self.font(size).getlength(text) / self.FINENESS

    def words(
        self, x: float, y: float, size: float, text: str, grey: float = INK, anchor: str = "ls"
    ) -> None:
        place = (x * self.FINENESS, y * self.FINENESS)
        self.draw.text(place, text, fill=round(grey * 255), font=self.font(size), anchor=anchor)

    def line(self, points: Sequence[tuple[float, float]], width: int) -> None:
        fine = [(x * self.FINENESS, y * self.FINENESS) for x, y in points]
        self.draw.line(fine, fill=round(INK * 255), width=width * self.FINENESS)

    def printed(self) -> Array:
        return reduced(np.asarray(self.sheet, dtype=float) / 255, self.FINENESS)


def justified(page: Page, text: str, left: int, top: int, width: int) -> None:
    """Set a paragraph so that both its edges are straight; the last line stays loose."""
    size, leading = 13, 18
    lines: list[list[str]] = [[]]
    for word in text.split():
        if page.length(size, " ".join([*lines[-1], word])) > width:
            lines.append([])
        lines[-1].append(word)
    for row, words in enumerate(lines):
        lengths = [page.length(size, word) for word in words]
        gap = page.length(size, " ")
        if row < len(lines) - 1:
            gap = (width - sum(lengths)) / max(len(words) - 1, 1)
        x = float(left)
        for word, length in zip(words, lengths, strict=True):
            page.words(x, top + row * leading, size, word)
            x += length + gap


def matrix(page: Page, left: int, top: int) -> None:
    """Set a 3x3 kernel between brackets."""
    for row, numbers in enumerate(MATRIX):
        for column, number in enumerate(numbers):
            page.words(left + 28 + 38 * column, top + 22 * row, 16, number, anchor="ms")
    for x, inward in ((left, 7), (left + 132, -7)):
        page.line([(x + inward, top - 20), (x, top - 20), (x, top + 52), (x + inward, top + 52)], 2)


def shapes() -> Array:
    """Return six figures with edges of every direction, (320, 480)."""
    y, x = np.mgrid[0:160, 0:160] + 0.5 - 80
    cells = [
        siemens_star(x, y), rings(x, y), turned_squares(x, y),
        compass_rose(x, y), nested_triangles(x, y), sunflower(x, y),
    ]  # fmt: skip
    return np.vstack([np.hstack(cells[:3]), np.hstack(cells[3:])])


def siemens_star(x: Array, y: Array, spokes: int = 18, radius: float = 68) -> Array:
    r = np.hypot(x, y)
    spoke = np.sin(spokes * np.arctan2(y, x)) * r / spokes
    return drawn(inside(spoke) * inside(r - radius), INK)


def rings(x: Array, y: Array, period: float = 17) -> Array:
    r = np.hypot(x, y)
    ring = np.abs(r % period - period / 2) - period / 4
    return drawn(inside(ring) * inside(r - 4 * period), INK)


def turned_squares(x: Array, y: Array) -> Array:
    """Squares inside one another, each turned by 15 degrees and a little smaller."""
    picture = np.full(x.shape, PAPER)
    for index in range(8):
        cos, sin = np.cos(index * np.pi / 12), np.sin(index * np.pi / 12)
        across, along = cos * x + sin * y, cos * y - sin * x
        square = np.maximum(np.abs(across), np.abs(along)) - 64 * 0.8165**index
        picture = drawn(inside(square), (INK, 0.82, PALE, PAPER)[index % 4], picture)
    return picture


def compass_rose(x: Array, y: Array) -> Array:
    """Eight points, four of them long, with a light and a dark half each."""
    picture = np.full(x.shape, PAPER)
    r, angle = np.hypot(x, y), np.arctan2(y, x)
    for turn, radius in ((np.pi / 4, 48.0), (0.0, 72.0)):
        # Fold all four points into the one along the axis; its edge runs from tip to notch.
        folded = (angle + turn + np.pi / 4) % (np.pi / 2) - np.pi / 4
        along, beside = r * np.cos(folded), r * np.sin(folded)
        notch = 0.21 * radius
        edge = ((along - radius) * notch + np.abs(beside) * (radius - notch)) / np.hypot(
            notch, radius - notch
        )
        picture = drawn(inside(edge), INK, picture)
        picture = drawn(inside(edge + 1.6) * inside(-beside), 0.80, picture)
    return picture


def nested_triangles(x: Array, y: Array, radius: float = 78) -> Array:
    """Triangles inscribed into one another, pointing up and down by turns."""
    picture = np.full(x.shape, PAPER)
    for index in range(5):
        upright = y - radius / 8 if index % 2 == 0 else -(y - radius / 8)
        normals = np.pi / 2 + 2 * np.pi / 3 * np.arange(3)
        sides = [x * np.cos(n) + upright * np.sin(n) for n in normals]
        triangle = np.maximum.reduce(sides) - radius / 2 ** (index + 1)
        picture = drawn(inside(triangle), (INK, PAPER, PALE, PAPER, INK)[index], picture)
    return picture


def sunflower(x: Array, y: Array) -> Array:
    """Discs along a spiral of golden angles, larger and darker outwards (Vogel 1979)."""
    picture = np.full(x.shape, PAPER)
    for index in range(1, 96):
        radius, angle = 6.6 * np.sqrt(index), index * np.pi * (3 - np.sqrt(5))
        distance = np.hypot(x - radius * np.cos(angle), y - radius * np.sin(angle))
        picture = drawn(inside(distance - 1.4 - 0.045 * radius), 0.62 - 0.0065 * radius, picture)
    return picture


def drawn(coverage: Array, grey: float, below: Array | float = PAPER) -> Array:
    """Return the picture `below` with a grey shape on it."""
    return np.asarray(below + (grey - below) * coverage)


def ramps() -> Array:
    """Return smooth ramps, (256, 256): a level per column, radial, angular, and a chirp."""
    columns = np.arange(256) / 255
    y, x = np.mgrid[0:128, 0:128] + 0.5 - 64
    radial = 1 - np.clip(np.hypot(x, y) / 64, 0, 1)
    angular = np.arctan2(x, y) / (2 * np.pi) + 0.5
    chirp = 0.5 - 0.5 * np.cos(2 * np.pi * 6 * columns**2)
    band = np.ones((64, 1))
    return np.vstack([band * columns, np.hstack([radial, angular]), band * chirp])
