"""Moments of the built-in environments: in letters for a terminal, in pixels for a GIF."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from convkit.data.environments.base import Pixels

PAPER, INK, WOOD = (255, 255, 255), (45, 45, 45), (203, 153, 102)
BLUE, GREEN, RED, PALE = (76, 114, 176), (85, 168, 104), (196, 78, 82), (234, 234, 242)

# --- the cart ---

TRACK = 61
"""Letters from one end of the track to the other."""
POLE_ROWS = 6
CART = "[=o=]"

WIDTH, HEIGHT, GROUND = 300, 140, 110
POLE_PIXELS, CART_PIXELS = 62, (34, 18)
FINER = 3
"""How many times finer is drawn than shown, so that edges are smooth."""


def cart_text(position: float, angle: float) -> str:
    """Return a cart with its pole on the track.

    Parameters
    ----------
    position : float
        Of the cart, from -1 to 1 on the track.
    angle : float
        Of the pole from the upright, in rad, to the right.
    """
    middle = _place(position, TRACK)
    rows = [
        # A letter is about twice as high as wide.
        _row(TRACK, middle + round(2 * height * math.tan(angle)), _stick(angle))
        for height in range(POLE_ROWS, 0, -1)
    ]
    cart = _row(TRACK, middle - len(CART) // 2, CART)
    return "\n".join([*rows, cart, "-" * TRACK])


def _place(position: float, length: int) -> int:
    return round((min(max(position, -1), 1) + 1) / 2 * (length - 1))


def _stick(angle: float) -> str:
    if abs(angle) < math.radians(3):
        return "|"
    return "/" if angle > 0 else "\\"


def _row(length: int, start: int, text: str) -> str:
    """Return a text at its place in a row, as far as that is in the row."""
    shown = text[max(-start, 0) :]
    return (" " * max(start, 0) + shown)[:length].rstrip()


def cart_picture(position: float, angle: float) -> Pixels:
    """Return the same as pixels, (h, w, 3); see :func:`cart_text`."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), PAPER)
    draw = ImageDraw.Draw(image)

    def scaled(*numbers: float) -> list[float]:
        return [number * FINER for number in numbers]

    middle = (position + 1) / 2 * WIDTH
    wide, high = CART_PIXELS
    joint = GROUND - high
    tip = middle + POLE_PIXELS * math.sin(angle), joint - POLE_PIXELS * math.cos(angle)
    draw.line(scaled(0, GROUND, WIDTH, GROUND), INK, FINER)
    draw.rectangle(scaled(middle - wide / 2, joint, middle + wide / 2, GROUND), INK)
    draw.line(scaled(middle, joint, *tip), WOOD, 6 * FINER)
    draw.ellipse(scaled(middle - 3, joint - 3, middle + 3, joint + 3), BLUE)
    return np.asarray(image.reduce(FINER))


# --- the grid ---

TILE = 32
COLOURS = {"#": INK, ".": PALE, "S": PALE, "G": GREEN, "X": RED}
AGENT = "@"


def grid_text(
    rows: Sequence[str], agent: tuple[int, int], trail: Mapping[tuple[int, int], str]
) -> str:
    """Return a map with the agent, ``@``, and an arrow wherever it was.

    Parameters
    ----------
    rows : sequence of str
        The map.
    agent : (int, int)
        Its row and column.
    trail : dict of (int, int) to str
        The arrow at each place where it was.
    """
    letters = [list(row) for row in rows]
    for (row, column), arrow in trail.items():
        letters[row][column] = arrow
    letters[agent[0]][agent[1]] = AGENT
    return "\n".join("".join(row) for row in letters)


def grid_picture(
    rows: Sequence[str], agent: tuple[int, int], trail: Mapping[tuple[int, int], str]
) -> Pixels:
    """Return the same as pixels, (h, w, 3): tiles, a dot wherever it was, and a disc for itself."""
    tiles = np.array([[COLOURS[letter] for letter in row] for row in rows], np.uint8)
    picture = tiles.repeat(TILE, axis=0).repeat(TILE, axis=1)
    picture[::TILE] = picture[:, ::TILE] = PAPER
    for place in trail:
        _dot(picture, place, TILE / 10, BLUE)
    _dot(picture, agent, TILE / 3, BLUE)
    return picture


def _dot(
    picture: Pixels, place: tuple[int, int], radius: float, colour: tuple[int, int, int]
) -> None:
    away = np.arange(TILE) - TILE / 2
    inside = away[:, np.newaxis] ** 2 + away**2 <= radius**2
    top, left = place[0] * TILE, place[1] * TILE
    picture[top : top + TILE, left : left + TILE][inside] = colour
