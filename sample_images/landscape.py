"""The hero of the sample images: a lighthouse above a bay, before sunset."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from brushes import (
    Array,
    Colour,
    fractal,
    gradient,
    paint,
    pixel_grid,
    polygon,
    quantised,
    reduced,
    sample,
    smoothstep,
)
from lighthouse import lighthouse
from numpy.typing import NDArray
from PIL import Image, ImageDraw

HEIGHT, WIDTH, OVERSAMPLING = 320, 480, 3
SHAPE = (HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING)
# Places are (x, y) in heights of the picture: x runs from 0 to 1.5, y from 0 down to 1.
SHORE = 0.60
SUN = (0.98, 0.47)

SKY = [
    (0.00, (0.13, 0.27, 0.47)),
    (0.22, (0.33, 0.50, 0.66)),
    (0.40, (0.76, 0.70, 0.68)),
    (0.50, (0.98, 0.78, 0.57)),
    (0.60, (1.00, 0.85, 0.62)),
]
# Ridges from far to near: how high they stand above the shore, how rough, and their colour.
RIDGES: list[tuple[float, float, Colour]] = [
    (0.130, 0.040, (0.70, 0.60, 0.62)),
    (0.085, 0.034, (0.50, 0.47, 0.55)),
    (0.040, 0.026, (0.30, 0.34, 0.43)),
]
# The upper edge of the cliff.
CLIFF = [
    (0.00, 0.500), (0.12, 0.505), (0.30, 0.515), (0.38, 0.535), (0.415, 0.56), (0.432, 0.61),
    (0.47, 0.630), (0.485, 0.66), (0.53, 0.675), (0.55, 0.700),
]  # fmt: skip


def landscape(rng: np.random.Generator) -> Array:
    """Return the scene, (320, 480, 3)."""
    canvas = sky(rng)
    for height, roughness, colour in RIDGES:
        mountains(canvas, rng, height, roughness, colour)
    cliff = headland(canvas, rng)
    lighthouse(canvas)
    water(canvas, rng, cliff)
    boat(canvas)
    canvas = meadow(canvas, rng)
    scene = reduced(canvas, OVERSAMPLING)
    grain = rng.normal(0.0, 0.005, (HEIGHT, WIDTH, 1))
    return scene + grain


def sky(rng: np.random.Generator) -> Array:
    y, x = pixel_grid(*SHAPE)
    canvas = gradient(SKY, np.broadcast_to(y, SHAPE))
    clouds(canvas, rng)
    distance = np.hypot(x - SUN[0], y - SUN[1])
    paint(canvas, (1.0, 0.80, 0.48), 0.75 * np.exp(-((distance / 0.22) ** 1.2)))
    paint(canvas, (1.0, 0.95, 0.80), smoothstep(0.050, 0.040, distance))
    return canvas


def clouds(canvas: Array, rng: np.random.Generator) -> None:
    """Paint a layer of clouds seen from below: towards the horizon they shrink and flatten."""
    y, x = pixel_grid(*SHAPE)
    noise = fractal(rng, (512, 512), 1.75)
    distance = 1 / np.maximum(SHORE + 0.10 - y, 0.05)
    down, right = 62 * distance, 105 * (x - 0.75) * distance
    density = sample(noise, down, right)
    towards_sun = sample(noise, down + 5, right + 3.5 * np.tanh(4 * (SUN[0] - x)))
    light = smoothstep(-0.45, 0.55, density - towards_sun + 0.12)[..., None]
    colour = np.array([0.50, 0.46, 0.56]) * (1 - light) + np.array([1.0, 0.88, 0.76]) * light
    paint(canvas, colour, 0.92 * smoothstep(0.05, 1.25, density) * smoothstep(0.62, 0.40, y))


def mountains(
    canvas: Array, rng: np.random.Generator, height: float, roughness: float, colour: Colour
) -> None:
    """Paint one ridge, its slopes lit from the sun's side, mist at its feet."""
    y, x = pixel_grid(*SHAPE)
    profile = fractal(rng, (2 * SHAPE[1],), 1.45)[: SHAPE[1]]
    crest = SHORE - np.maximum(height + roughness * profile, 0.006)
    # The relief hangs from the crest, so that its spurs run down the slopes.
    relief = -np.abs(fractal(rng, SHAPE, 1.9))
    spurs = sample(relief, (y - crest) * 0.6 * SHAPE[0], x * SHAPE[0] + (y - crest) * 300)
    light = np.clip(np.gradient(spurs, axis=1) * 9, -0.16, 0.16)
    mist = 0.55 * smoothstep(0.0, 0.16, y - crest)[..., None]
    lit = np.array(colour) * (1 + light)[..., None]
    paint(canvas, lit * (1 - mist) + np.array([0.96, 0.78, 0.64]) * mist, y > crest)


class Cliff(NamedTuple):
    """The upper edge and the waterline of the cliff, a y for every column."""

    rim: Array
    foot: Array

    def covers(self, y: Array) -> NDArray[np.bool_]:
        return (y > self.rim) & (y < self.foot)


def headland(canvas: Array, rng: np.random.Generator) -> Cliff:
    """Paint the cliff that carries the lighthouse."""
    y, x = pixel_grid(*SHAPE)
    wobble = fractal(rng, (2 * SHAPE[1],), 1.2)[: SHAPE[1]]
    rim = np.interp(x[0], *np.transpose(CLIFF)) + 0.005 * wobble
    foot = np.interp(x[0], [0.0, 0.30, 0.56], [0.80, 0.765, 0.685]) + 0.002 * np.roll(wobble, 99)
    relief = fractal(rng, SHAPE, 1.55) - 1.3 * np.abs(fractal(rng, SHAPE, 1.6))
    facets = np.gradient(relief, axis=1) - 0.8 * np.gradient(relief, axis=0)
    shade = (
        smoothstep(-0.22, 0.24, facets)[..., None]
        * (1.1 - 0.5 * smoothstep(0, 0.3, y - rim))[..., None]
    )
    colour = np.array([0.11, 0.12, 0.17]) * (1 - shade) + np.array([0.66, 0.50, 0.40]) * shade
    cliff = Cliff(rim, foot)
    rock = cliff.covers(y)
    paint(canvas, colour, rock)
    turf = smoothstep(0.034, 0.010, y - rim + 0.010 * relief)
    paint(canvas, np.array([0.31, 0.34, 0.15]) * (0.7 + 0.6 * shade), turf * rock)
    return cliff


def water(canvas: Array, rng: np.random.Generator, cliff: Cliff) -> None:
    """Mirror cliff, mountains and sky in ripples that grow towards the viewer."""
    y, x = pixel_grid(*SHAPE)
    nearness = np.maximum(y - SHORE, 0.0)
    distance = 1 / (nearness + 0.03)
    ripple = sample(fractal(rng, (512, 512), 1.15), 160 * distance, 26 * (x - 0.75) * distance)
    sway = np.clip(x + 0.012 * ripple, 0, 1.499)
    swell = ripple * (0.004 + 0.10 * nearness)
    # Each column mirrors the cliff about its foot, and what stands behind about the far shore.
    column = (sway * SHAPE[0]).astype(int)
    rim, foot = cliff.rim[column], cliff.foot[column]
    near, far = 2 * foot - y + swell, np.minimum(2 * SHORE - y + swell, SHORE - 0.004)
    mirrored = np.where((near > rim) & (y > rim), np.minimum(near, foot - 0.004), far)
    surface = sample(canvas, np.maximum(mirrored, 0) * SHAPE[0] - 0.5, sway * SHAPE[0] - 0.5)
    depth = smoothstep(0.0, 0.45, nearness)[..., None]
    surface = surface * (0.90 - 0.20 * depth) * np.array([0.90, 0.97, 1.04])
    surface += 0.035 * ripple[..., None]
    path = np.exp(-(((x - SUN[0]) / (0.030 + 0.30 * nearness)) ** 2))
    paint(surface, (1.0, 0.90, 0.68), 0.95 * path * smoothstep(0.0, 0.9, ripple))
    paint(canvas, surface, (y > SHORE) & ~cliff.covers(y))


def boat(canvas: Array) -> None:
    """Paint a small sailing boat and its reflection."""
    x, y = 0.775, 0.672
    shapes: list[tuple[Colour, list[tuple[float, float]]]] = [
        ((0.98, 0.94, 0.86), [(0.003, -0.014), (0.003, -0.098), (0.040, -0.014)]),
        ((0.90, 0.62, 0.44), [(-0.003, -0.014), (-0.003, -0.084), (-0.030, -0.014)]),
        (
            (0.20, 0.15, 0.17),
            [(-0.001, -0.006), (-0.001, -0.104), (0.002, -0.104), (0.002, -0.006)],
        ),
        ((0.42, 0.14, 0.13), [(-0.040, -0.012), (0.045, -0.012), (0.032, 0.0), (-0.028, 0.0)]),
    ]
    for colour, corners in shapes:
        paint(canvas, colour, polygon(SHAPE, [(x + dx, y + dy) for dx, dy in corners]))
        mirrored = [(x + dx, y - 0.8 * dy) for dx, dy in corners]
        paint(canvas, colour, 0.45 * polygon(SHAPE, mirrored))


def meadow(canvas: Array, rng: np.random.Generator) -> Array:
    """Draw the near bank: pines on the right, grass and flowers along the bottom."""
    picture = Image.fromarray(quantised(canvas))
    draw = ImageDraw.Draw(picture)
    edge = bank_edge(rng)
    grass(draw, rng, edge, rows=26)
    for x, height in ((1.15, 0.23), (1.43, 0.58), (1.30, 0.42), (1.22, 0.28), (1.48, 0.36)):
        pine(draw, rng, x, float(np.interp(x, np.linspace(0, 1.5, edge.size), edge)) + 0.03, height)
    return np.asarray(picture, dtype=float) / 255


def bank_edge(rng: np.random.Generator) -> Array:
    """Return the y of the bank's upper edge for every column."""
    x = np.linspace(0, 1.5, SHAPE[1])
    line = np.interp(x, [0, 0.35, 0.75, 1.05, 1.25, 1.5], [0.90, 0.90, 0.93, 0.86, 0.79, 0.755])
    smooth = np.convolve(np.pad(line, 120, mode="edge"), np.full(241, 1 / 241), mode="valid")
    return smooth + 0.004 * fractal(rng, (2 * SHAPE[1],), 1.5)[: SHAPE[1]]


def grass(draw: ImageDraw.ImageDraw, rng: np.random.Generator, edge: Array, rows: int) -> None:
    """Draw blades of grass row by row from the edge down, longer and darker towards the viewer."""
    size = SHAPE[0]
    outline = [(column, y * size) for column, y in enumerate(edge)]
    draw.polygon([*outline, (SHAPE[1], size), (0, size)], fill=(58, 66, 34))
    for row in range(rows):
        near = row / (rows - 1)
        for x in rng.uniform(0, 1.5, 560):
            y = edge[min(int(x * size), SHAPE[1] - 1)] + near * 0.26 + rng.uniform(-0.005, 0.005)
            length = (0.012 + 0.040 * near) * rng.uniform(0.6, 1.3)
            lean = rng.normal(0.15, 0.35) * length
            shade = rng.uniform(0.45, 1.25) * (1.05 - 0.40 * near)
            colour = tuple(int(min(c * shade, 255)) for c in (126, 128, 58))
            tip = ((x + lean) * size, (y - length) * size)
            draw.line([(x * size, y * size), tip], fill=colour, width=2 + round(2 * near))
            if rng.random() < 0.012:
                flower(draw, rng, tip, 2.2 + 3.5 * near)


def flower(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, tip: tuple[float, float], radius: float
) -> None:
    petals = ((236, 226, 206), (240, 178, 72), (206, 74, 62))[rng.integers(3)]
    x, y = tip
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=petals)


def pine(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, foot: float, height: float
) -> None:
    """Draw a pine as whorls of drooping branches, the sunny left side lighter."""
    size = SHAPE[0]
    top = foot - height
    draw.polygon(
        [
            ((x - 0.012 * height) * size, foot * size),
            (x * size, top * size),
            ((x + 0.022 * height) * size, foot * size),
        ],
        fill=(44, 34, 32),
    )
    for level in np.linspace(0.0, 0.90, int(150 * height) + 30):
        reach = height * (0.015 + 0.24 * level) * (1 + 0.35 * np.sin(level * 75))
        y = top + level * height
        for _ in range(9):
            side = rng.uniform(-1, 1)
            end = (x + side * reach, y + (0.30 + 0.25 * rng.random()) * abs(side) * reach + 0.004)
            light = np.clip(0.30 - 0.55 * side + rng.uniform(-0.2, 0.25), 0, 1)
            colour = tuple(
                int(a + (b - a) * light) for a, b in zip((17, 29, 31), (72, 82, 50), strict=True)
            )
            draw.line([(x * size, y * size), (end[0] * size, end[1] * size)], fill=colour, width=3)
