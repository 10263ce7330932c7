"""The glowing sample images: soap bubbles on nothing, a galaxy, a spinner."""

from __future__ import annotations

import numpy as np
from brushes import Array, fractal, gradient, inside, pixel_grid, sample, smoothstep
from numpy.typing import NDArray

# Centre (x, y) and radius, in heights of the picture, from the farthest to the nearest.
BUBBLES = [
    (1.06, 0.20, 0.085), (0.16, 0.73, 0.100), (0.80, 0.84, 0.070), (0.70, 0.16, 0.055),
    (1.08, 0.66, 0.200), (0.44, 0.46, 0.310), (0.74, 0.60, 0.120),
]  # fmt: skip


def bubbles(rng: np.random.Generator) -> Array:
    """Return soap bubbles with soft alpha, (240, 320, 4), colour not multiplied by alpha."""
    y, x = pixel_grid(240, 320)
    film = sample(fractal(rng, (256, 256), 2.2), y * 256, x * 256)
    # Light is added up multiplied by its alpha, and divided by it at the end: so the colour is
    # right in the faintest pixels too, and no dark fringe shows on any background.
    light, alpha = np.full((240, 320, 3), 1e-6), np.full((240, 320, 1), 1e-6)
    for centre_x, centre_y, radius in BUBBLES:
        colour, opacity = bubble((x - centre_x) / radius, (y - centre_y) / radius, film)
        light += colour * opacity - light * opacity
        alpha += opacity - alpha * opacity
    return np.concatenate([light / alpha, alpha], axis=-1)


def bubble(x: Array, y: Array, film: Array) -> tuple[Array, Array]:
    """Return colour (H, W, 3) and opacity (H, W, 1) of a bubble of radius 1 at the origin."""
    r = np.hypot(x, y)
    thickness = 1.15 * np.minimum(r, 1.0) ** 2 + 0.32 * y + 0.16 * film
    hues = 0.5 + 0.5 * np.cos(2 * np.pi * (thickness[..., None] + np.array([0.02, 0.36, 0.68])))
    rim = np.clip(r, 0, 1) ** 5
    body = (0.14 + 0.80 * rim) * smoothstep(1.03, 0.97, r)
    glow = 0.32 * np.exp(-np.maximum(r - 0.97, 0) / 0.10) * (r > 0.97)
    right, down = x + 0.42, y + 0.45
    window = smoothstep(0.20, 0.12, np.hypot(0.9 * right + 0.5 * down, 1.5 * down - 0.9 * right))
    spark = 0.7 * smoothstep(0.11, 0.03, np.hypot(x - 0.45, y - 0.52))
    shine = np.maximum(window, spark)[..., None]
    colour = 0.42 + 0.58 * hues
    opacity = np.maximum(np.maximum(body, glow)[..., None], 0.92 * shine)
    return colour + (1 - colour) * shine, opacity


def galaxy(rng: np.random.Generator) -> Array:
    """Return a spiral galaxy among stars, (200, 300, 3), much of it too faint for 8 bits."""
    y, x = pixel_grid(200, 300)
    across, down = x - 0.75, y - 0.5
    along, beside = 0.92 * across + 0.39 * down, (0.92 * down - 0.39 * across) / 0.55
    r, angle = np.hypot(along, beside), np.arctan2(beside, along)
    dust, knots = (fractal(rng, (300, 300), slope)[:200] for slope in (1.15, 0.9))
    winding = 0.5 + 0.5 * np.cos(2 * angle - 5.6 * np.log(r + 0.04) + 0.45 * dust)
    disc = np.exp(-r / 0.17) * smoothstep(0.0, 0.14, r)
    arms = disc * (0.10 + winding**1.6) * np.exp(0.42 * dust)
    glows = [
        (0.05 * np.exp(-r / 0.28), (0.45, 0.55, 1.00)),
        (2.3 * arms, (0.50, 0.68, 1.00)),
        (2.4 * arms * winding * smoothstep(0.9, 2.6, knots), (1.00, 0.30, 0.50)),
        (2.2 * np.exp(-((r / 0.065) ** 0.85)), (1.00, 0.80, 0.52)),
    ]
    canvas = 0.004 + sum(light[..., None] * np.array(colour) for light, colour in glows)
    stars(canvas, rng, number=170)
    return np.asarray(1 - np.exp(-1.4 * canvas))


def stars(canvas: Array, rng: np.random.Generator, number: int) -> None:
    """Add stars, a few of them bright."""
    y, x = np.mgrid[0 : canvas.shape[0], 0 : canvas.shape[1]]
    tints = [(0.0, (1.0, 0.72, 0.50)), (0.5, (1.0, 0.96, 0.90)), (1.0, (0.62, 0.76, 1.0))]
    for _ in range(number):
        brightness = min(0.06 / rng.random() ** 0.8, 2.2)
        distance = (y - rng.uniform(0, 200)) ** 2 + (x - rng.uniform(0, 300)) ** 2
        spread = np.exp(-distance / 0.8) + 0.015 * brightness * np.exp(-np.sqrt(distance) / 2.5)
        canvas += brightness * spread[..., None] * gradient(tints, rng.random())


SPINNER_FRAMES = 12
# Night, deep blue, teal, gold, cream: a level is a place in this palette.
SPINNER_COLOURS = [
    (0.00, (0.055, 0.070, 0.130)), (0.25, (0.090, 0.200, 0.380)), (0.50, (0.110, 0.520, 0.580)),
    (0.75, (0.960, 0.700, 0.330)), (1.00, (1.000, 0.960, 0.870)),
]  # fmt: skip


def spinner() -> tuple[NDArray[np.uint8], Array]:
    """Return the frames as palette levels (12, 96, 96), and the palette (256, 3)."""
    levels = [
        np.rint(255 * spinner_frame(turn)) for turn in np.arange(SPINNER_FRAMES) / SPINNER_FRAMES
    ]
    return np.stack(levels).astype(np.uint8), gradient(SPINNER_COLOURS, np.linspace(0, 1, 256))


def spinner_frame(turn: float) -> Array:
    """Return twelve dots in a ring, (96, 96), bright where a comet is passing."""
    y, x = pixel_grid(96, 96)
    frame = np.zeros((96, 96))
    for dot in range(12):
        angle = 2 * np.pi * dot / 12
        behind = (turn - dot / 12) % 1.0
        brightness = 0.22 + 0.78 * (1 - behind) ** 3
        distance = np.hypot(x - 0.5 - 0.33 * np.sin(angle), y - 0.5 + 0.33 * np.cos(angle))
        size = 0.030 + 0.026 * (1 - behind) ** 2
        glow = 0.45 * brightness**2 * np.exp(-np.maximum(distance - size, 0) / 0.030)
        frame = np.maximum(frame, np.maximum(glow, brightness * inside((distance - size) * 96)))
    return np.where(frame < 0.02, 0.0, frame)
