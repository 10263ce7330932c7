"""A vase, a pear, a ring and a die on a table, and how far each of their points is away.

The scene is a signed distance field, walked through by sphere tracing (Hart 1996): from the eye
along every ray, as far as the nearest surface allows, until one is met.
"""

from __future__ import annotations

import numpy as np
from brushes import Array, pixel_grid, reduced, smoothstep

HEIGHT, WIDTH, OVERSAMPLING = 240, 320, 2
EYE = np.array([0.22, 2.3, -6.2])
TILT = 0.215
FOCAL_LENGTH = 1.66
LIGHT = np.array([-0.55, 0.72, -0.42]) / np.linalg.norm([-0.55, 0.72, -0.42])
WALL = 3.2
FAR = 14.0


def distance_to_scene(p: Array) -> Array:
    """Return the distance of points (N, 3) to the nearest surface."""
    shapes = (table, wall, vase, pear, ring, die)
    return np.asarray(np.minimum.reduce([shape(p) for shape in shapes]))


def table(p: Array) -> Array:
    return p[:, 1]


def wall(p: Array) -> Array:
    return WALL - p[:, 2]


def vase(p: Array) -> Array:
    """A body of revolution. A change of radius isn't a distance, hence the shorter steps."""
    x, y, z = (p - (-1.0, 0.0, 0.9)).T
    t = np.clip(y, 0.0, 2.3)
    radius = 0.30 + 0.42 * np.sin(np.pi * (t / 2.3) ** 0.8) ** 1.5 + 0.16 * smoothstep(1.95, 2.3, t)
    return np.asarray(0.55 * np.maximum(np.hypot(x, z) - radius, np.abs(y - 1.15) - 1.15))


def pear(p: Array) -> Array:
    body = np.linalg.norm(p - (0.62, 0.52, -0.55), axis=1) - 0.52
    neck = np.linalg.norm(p - (0.69, 1.12, -0.55), axis=1) - 0.25
    blend = np.clip(0.5 + 0.5 * (neck - body) / 0.42, 0, 1)
    fruit = neck * (1 - blend) + body * blend - 0.42 * blend * (1 - blend)
    start, along = np.array([0.70, 1.32, -0.55]), np.array([0.12, 0.30, 0.0])
    t = np.clip((p - start) @ along / (along @ along), 0, 1)
    stem = np.linalg.norm(p - start - t[:, None] * along, axis=1) - 0.035
    return np.asarray(np.minimum(fruit, stem))


def ring(p: Array) -> Array:
    x, y, z = (p - (-0.62, 0.16, -1.35)).T
    return np.asarray(np.hypot(np.hypot(x, z) - 0.42, y) - 0.155)


def die(p: Array) -> Array:
    q = np.abs(die_coordinates(p)) - 0.47
    outside = np.linalg.norm(np.maximum(q, 0), axis=1)
    return np.asarray(outside + np.minimum(q.max(axis=1), 0) - 0.08)


def die_coordinates(p: Array) -> Array:
    """Return points as the die sees them: from its middle, along its edges."""
    x, y, z = (p - (1.95, 0.55, 0.75)).T
    return np.stack([0.82 * x + 0.57 * z, y, 0.82 * z - 0.57 * x], axis=1)


def pips(p: Array) -> Array:
    """Return the reflectance of the die: a one on top, a five and a four on its sides."""
    x, y, z = die_coordinates(p).T
    face = np.abs([x, y, z]).argmax(axis=0)
    a, b = np.choose(face, [y, x, x]), np.choose(face, [z, z, y])
    middle = (np.hypot(a, b) < 0.11) & (face != 2)
    corners = (np.hypot(np.abs(a) - 0.27, np.abs(b) - 0.27) < 0.10) & (face != 1)
    return np.where(middle | corners, 0.04, 0.75)


def still_life() -> tuple[Array, Array]:
    """Return the grey picture (240, 320) and its depth, 1 for the nearest point and 0 for the
    farthest.
    """
    shape = (HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING)
    rays = eye_rays(shape)
    distance = trace(np.broadcast_to(EYE, rays.shape), rays, FAR)
    points = EYE + distance[:, None] * rays
    picture = reduced(shade(points, rays).reshape(shape), OVERSAMPLING)
    # A depth is never averaged: between two things there is nothing.
    depth = ((points - EYE) @ forward()).reshape(shape)[::OVERSAMPLING, ::OVERSAMPLING]
    return picture, (depth.max() - depth) / np.ptp(depth)


def eye_rays(shape: tuple[int, int]) -> Array:
    """Return the unit directions (N, 3) from the eye through every pixel."""
    y, x = np.broadcast_arrays(*pixel_grid(*shape))
    right, up = x - WIDTH / HEIGHT / 2, 0.5 - y
    upward = np.array([0.0, np.cos(TILT), np.sin(TILT)])
    rays = FOCAL_LENGTH * forward() + up[..., None] * upward + right[..., None] * [1.0, 0.0, 0.0]
    return unit(rays.reshape(-1, 3))


def forward() -> Array:
    """Return the direction in which the eye looks: ahead and a little down."""
    return np.array([0.0, -np.sin(TILT), np.cos(TILT)])


def unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def trace(start: Array, rays: Array, far: float, steps: int = 90) -> Array:
    """Return how far one can go along each ray before something stands in the way."""
    distance = np.full(len(rays), 0.02)
    moving = np.arange(len(rays))
    for _ in range(steps):
        step = distance_to_scene(start[moving] + distance[moving, None] * rays[moving])
        distance[moving] += step
        moving = moving[(step > 0.0008) & (distance[moving] < far)]
        if not moving.size:
            break
    return np.asarray(np.minimum(distance, far))


def shade(points: Array, rays: Array) -> Array:
    """Return the brightness of surface points: a lamp, its shadow, the sky and a highlight."""
    normals = surface_normals(points)
    lit = np.clip(normals @ LIGHT, 0, 1) * light_reaching(points + 0.01 * normals)
    sky = 0.5 + 0.5 * normals[:, 1]
    open_air = np.clip(distance_to_scene(points + 0.25 * normals) / 0.25, 0, 1)
    highlight = np.clip(np.sum(normals * unit(LIGHT - rays), axis=1), 0, 1) ** 60
    brightness = albedo(points) * (0.78 * lit + 0.27 * sky * (0.35 + 0.65 * open_air))
    return np.asarray(np.sqrt(brightness) + 0.30 * highlight * (lit > 0) * (points[:, 1] > 0.01))


def surface_normals(points: Array) -> Array:
    """Return the unit gradient of the distance field (N, 3), by central differences."""
    offsets = 0.0015 * np.eye(3)
    slopes = [distance_to_scene(points + d) - distance_to_scene(points - d) for d in offsets]
    return unit(np.stack(slopes, axis=1))


def light_reaching(points: Array, steps: int = 36) -> Array:
    """Return how much of a broad lamp is seen from each point: nearly grazed rays are half dark."""
    distance, reaching = np.full(len(points), 0.03), np.ones(len(points))
    for _ in range(steps):
        gap = distance_to_scene(points + distance[:, None] * LIGHT)
        reaching = np.minimum(reaching, 0.5 + 0.5 * gap / (0.07 * distance))
        distance += np.clip(gap, 0.02, 0.4)
    return smoothstep(0.0, 1.0, reaching)


def albedo(points: Array) -> Array:
    """Return the reflectance of each point: the material of the surface that is nearest."""
    x, y, z = points.T
    grain = np.sin(34 * z + 3 * np.sin(0.9 * x + 4 * np.floor(z / 0.8)) + 1.5 * np.sin(2.3 * x))
    seam = np.abs((z + 0.3) % 0.8 - 0.4) > 0.385
    planks = np.where(seam, 0.14, 0.33 + 0.035 * grain)
    stripes = np.where(np.abs(y - 1.55) < 0.10, 0.16, np.where(np.abs(y - 1.30) < 0.04, 0.16, 0.50))
    materials = [
        (table, planks),
        (wall, 0.42 + 0.34 * np.exp(-((x + 0.4) ** 2 + (y - 2.2) ** 2) / 7)),
        (vase, stripes),
        (pear, np.where(y > 1.42, 0.10, 0.72)),
        (ring, np.full_like(x, 0.22)),
        (die, pips(points)),
    ]
    distances = np.stack([shape(points) for shape, _ in materials])
    chosen = np.choose(distances.argmin(axis=0), [reflectance for _, reflectance in materials])
    return np.asarray(chosen)
