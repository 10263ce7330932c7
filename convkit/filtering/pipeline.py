"""From a picture to its feature maps: colour, alpha, operator, tone map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv import Border
from convkit.errors import ConvkitError
from convkit.filtering.direction import wheel
from convkit.filtering.operators import Operator
from convkit.filtering.rendering import Extent, Rendering, measure, render
from convkit.filtering.response import Geometry, Response
from convkit.filtering.tone import Limits, ToneMap
from convkit.images import (
    KINDS,
    SUFFIXES,
    Picture,
    luma,
    premultiply,
    srgb_to_linear,
    unpremultiply,
    with_alpha,
)
from convkit.kernels import Kernel

Array = NDArray[Any]


@dataclass(frozen=True)
class Filter:
    """Everything that is to happen to a picture.

    Attributes
    ----------
    operator : Operator
    geometry : Geometry
    scale, bias : float
        A response r becomes ``scale * r + bias``.
    tone : str, optional
        The tone map; None picks the one a person expects.
    colour : str, optional
        ``grey`` or ``per-channel``; None turns colour into grey where the operator finds edges.
    linear : bool
        Filter linear light rather than sRGB values.
    direction : bool
        Show the direction of a gradient or compass instead of its strength.
    """

    operator: Operator
    geometry: Geometry = field(default_factory=Geometry)
    scale: float = 1.0
    bias: float = 0.0
    tone: str | None = None
    colour: str | None = None
    linear: bool = False
    direction: bool = False

    def with_threads(self, threads: int) -> Filter:
        """Return this filter, computed by so many threads."""
        return replace(self, geometry=replace(self.geometry, threads=threads))

    def limited(self, max_pixels: int) -> Filter:
        """Return this filter, refusing outputs of more pixels."""
        return replace(self, geometry=replace(self.geometry, max_pixels=max_pixels))

    @property
    def smooths(self) -> bool:
        """Whether every step is a weighted mean, so that alpha can be filtered along."""
        return all(kernel.is_smoothing for kernel in self.operator.steps)


@dataclass(frozen=True)
class FeatureMap:
    """A filtered picture, and what there is to say of it.

    Attributes
    ----------
    picture : Picture
    name : str
        Of this map, where a filter gives several; else empty.
    response : Response
        Of the first frame.
    tone : str
        The tone map that was used.
    extent : Extent
        Of the responses, before the tone map.
    clipped : int
        Samples that the tone map cut to 0 or white.
    gaps : int
        Responses that are NaN or infinite.
    """

    picture: Picture
    name: str
    response: Response
    tone: str
    extent: Extent
    clipped: int
    gaps: int


def apply(chosen: Filter, picture: Picture, suffix: str = ".png") -> list[FeatureMap]:
    """Filter a picture, frame by frame.

    Parameters
    ----------
    chosen : Filter
    picture : Picture
    suffix : str
        The format that the result is for: a file of numbers holds responses as they are, unless a
        tone map is asked for, and few formats hold floats.

    Raises
    ------
    ConvkitError
        If the filter and the picture don't fit.
    """
    if chosen.linear and picture.kind == "array":
        raise ConvkitError(
            f"'{picture.source}' holds plain numbers, which are no sRGB values",
            "leave --linear out",
        )
    chosen = replace(chosen, geometry=_in_light(chosen, picture))
    frames = [_filter_frame(chosen, frame, picture) for frame in picture.frames]
    tone = ToneMap(
        name=chosen.tone or default_map(chosen, picture, suffix),
        white=1.0 if chosen.linear else picture.white,
        dtype=output_dtype(picture, suffix),
        linear=chosen.linear,
    )
    limits = _limits(tone, frames)
    drawn = [_draw(chosen, frame, tone, limits) for frame in frames]
    return [
        _feature_map(picture, tone, of_map, renderings)
        for of_map, renderings in zip(
            zip(*frames, strict=True), zip(*drawn, strict=True), strict=True
        )
    ]


def default_map(chosen: Filter, picture: Picture, suffix: str) -> str:
    """Return the tone map that a person expects of this filter in a file of this format."""
    if SUFFIXES[suffix].holds is None:
        return "raw"
    if picture.kind == "array" and picture.frames[0].dtype.kind == "f":
        return "minmax"  # nothing says what white would be
    return "abs" if chosen.operator.finds_edges else "clip"


def output_dtype(picture: Picture, suffix: str) -> np.dtype[Any]:
    """Return the dtype of the filtered picture: as deep as the original.

    Of a float picture it is 8 bits where the format holds no floats.
    """
    if picture.white == 65535:
        return np.dtype(np.uint16)
    if picture.white == 255 or not SUFFIXES[suffix].holds_floats:
        return np.dtype(np.uint8)
    return np.dtype(np.float32)


def _in_light(chosen: Filter, picture: Picture) -> Geometry:
    """Return the geometry with its pad value in the units that are filtered."""
    geometry = chosen.geometry
    if not chosen.linear or geometry.border.mode != "constant":
        return geometry
    light = srgb_to_linear(np.asarray(geometry.border.value) / picture.white)
    return replace(geometry, border=Border("constant", tuple(light.tolist())))


def prepare(chosen: Filter, frame: Array, picture: Picture) -> tuple[Array, Array | None]:
    """Return the (H, W, C) samples that the operator sees, and alpha (H, W, 1) in 0…1 or None."""
    pixels = frame if frame.ndim == 3 else frame[:, :, np.newaxis]
    alpha = None
    if picture.has_alpha:
        alpha = pixels[:, :, -1:].astype(np.float32) / np.float32(picture.white)
        pixels = pixels[:, :, :-1]
    if pixels.shape[2] == 3 and picture.kind != "array" and _wants_grey(chosen):
        pixels = luma(pixels)[:, :, np.newaxis]
    if chosen.linear:
        pixels = srgb_to_linear(pixels / np.float32(picture.white))
    if alpha is not None and chosen.smooths:
        # Weighted by alpha, so that the colour under transparent pixels can't bleed out.
        pixels = premultiply(pixels, alpha[:, :, 0])
    return pixels, alpha


@dataclass(frozen=True)
class _Filtered:
    """A response and the alpha (H', W', 1) that belongs to it."""

    response: Response
    alpha: Array | None


def _filter_frame(chosen: Filter, frame: Array, picture: Picture) -> list[_Filtered]:
    pixels, alpha = prepare(chosen, frame, picture)
    responses = chosen.operator.respond(pixels, chosen.geometry)
    kept = _kept_alpha(chosen, alpha)
    finish = _finisher(chosen, picture, kept)
    return [_Filtered(replace(response, finish=finish), kept) for response in responses]


def _kept_alpha(chosen: Filter, alpha: Array | None) -> Array | None:
    """Return the alpha of the filtered frame, if it has one."""
    if alpha is None:
        return None
    if chosen.smooths:
        return _follow(alpha, chosen.geometry, [_as_mean(step) for step in chosen.operator.steps])
    # Where a kernel sums to zero, filtered alpha would make an opaque image invisible.
    unflipped = replace(chosen.geometry, flip=False)
    return _follow(alpha, unflipped, [_as_impulse(step) for step in chosen.operator.steps])


def _finisher(
    chosen: Filter, picture: Picture, alpha: Array | None
) -> Callable[[int, Array], Array] | None:
    """Return what is done to each strip of a response: alpha taken out again, scale, bias."""
    # Linear light is counted from 0 to 1, a bias always in the image's own units.
    bias = chosen.bias / (picture.white if chosen.linear else 1)
    weighted = alpha is not None and chosen.smooths
    scaled = chosen.scale != 1 or bias != 0
    if not weighted and not scaled:
        return None

    def finish(first: int, values: Array) -> Array:
        if weighted and alpha is not None:
            values = unpremultiply(values, alpha[first : first + len(values), :, 0])
        kind = np.result_type(values, np.float32).type
        return values * kind(chosen.scale) + kind(bias) if scaled else values

    return finish


def _wants_grey(chosen: Filter) -> bool:
    if chosen.colour:
        return chosen.colour == "grey"
    banks = [step for step in chosen.operator.steps if step.is_bank]
    if banks:
        return int(banks[0].weights.shape[1]) == 1
    return chosen.operator.finds_edges


def _follow(alpha: Array, geometry: Geometry, kernels: Sequence[NDArray[np.float64]]) -> Array:
    """Take alpha through the geometry of every step. A constant border is an opaque colour."""
    border = Border("constant", (1.0,)) if geometry.border.mode == "constant" else geometry.border
    geometry = replace(geometry, border=border, strategy=None)
    for weights in kernels:
        alpha = geometry.plan(alpha, weights).run(alpha)
    return alpha


def _as_mean(kernel: Kernel) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = kernel.weights / kernel.weights.sum()
    return mean


def _as_impulse(kernel: Kernel) -> NDArray[np.float64]:
    """Return a kernel of the same size that picks the pixel under the anchor."""
    kh, kw = kernel.weights.shape[-2:]
    impulse = np.zeros((kh, kw))
    impulse[(kh - 1) // 2, (kw - 1) // 2] = 1
    return impulse


def _limits(tone: ToneMap, frames: Sequence[Sequence[_Filtered]]) -> list[Limits]:
    """Return for each map what the tone map needs to know of all its frames together."""
    if tone.name != "minmax":
        return [Limits(tone.white, 0.0, tone.white)] * len(frames[0])
    extents = [measure([each.response for each in frame]) for frame in frames]
    of_maps = [reduce(or_, of_map) for of_map in zip(*extents, strict=True)]
    return [Limits(tone.white, extent.smallest, extent.largest) for extent in of_maps]


def _draw(
    chosen: Filter, frame: Sequence[_Filtered], tone: ToneMap, limits: Sequence[Limits]
) -> list[Rendering]:
    """Return the maps of one frame."""
    responses = [each.response for each in frame]
    if chosen.direction:
        return [_directions(response, tone) for response in responses]
    return render(responses, tone, limits)


def _feature_map(
    picture: Picture, tone: ToneMap, frames: Sequence[_Filtered], drawn: Sequence[Rendering]
) -> FeatureMap:
    extent = reduce(or_, (each.extent for each in drawn))
    samples = [each.samples for each in drawn]
    return FeatureMap(
        picture=_assemble(picture, tone, samples, [frame.alpha for frame in frames]),
        name=frames[0].response.name,
        response=frames[0].response,
        tone=tone.name,
        extent=extent,
        clipped=sum(each.clipped for each in drawn),
        gaps=sum(each.samples.size for each in drawn) - extent.count,
    )


def _directions(response: Response, tone: ToneMap) -> Rendering:
    """Return the directions in degrees, or as a picture: hue for the angle, light for strength."""
    extent = Extent.of(response.direction)
    if tone.name == "raw":
        return Rendering(response.direction, extent, clipped=0)
    if response.shape[2] != 1:
        raise ConvkitError("directions are drawn for one channel", "add --grey")
    strength = np.clip(np.nan_to_num(response.values[:, :, 0]) / tone.white, 0, 1)
    drawn = wheel(response.direction[:, :, 0], strength) * tone.peak
    samples = (np.rint(drawn) if tone.is_whole else drawn).astype(tone.dtype)
    return Rendering(samples, replace(extent, count=samples.size), clipped=0)


def _assemble(
    picture: Picture, tone: ToneMap, samples: list[Array], alphas: list[Array | None]
) -> Picture:
    """Put mapped samples and alpha together; a file of raw numbers holds the samples alone."""
    channels = samples[0].shape[2]
    if tone.name == "raw" or channels not in (1, 3):
        # Responses aren't colours, so no profile describes them.
        frames = [frame[:, :, 0] if channels == 1 else frame for frame in samples]
        return replace(picture, frames=frames, kind="array", icc_profile=None)
    frames, kind = samples, KINDS[channels + picture.has_alpha]
    if picture.has_alpha:
        frames = [
            with_alpha(frame, _alpha_samples(alpha, tone))
            for frame, alpha in zip(samples, alphas, strict=True)
        ]
    elif channels == 1:
        frames = [frame[:, :, 0] for frame in samples]
    return replace(picture, frames=frames, kind=kind, white=tone.peak)


def _alpha_samples(alpha: Array | None, tone: ToneMap) -> Array:
    assert alpha is not None  # every frame of a picture with alpha has one
    samples = np.clip(alpha[:, :, 0], 0, 1) * tone.peak
    return (np.rint(samples) if tone.is_whole else samples).astype(tone.dtype)
