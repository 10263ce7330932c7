"""Turning a response into samples, strip by strip while a strip is still in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convkit.conv import levels
from convkit.filtering.response import Response, visit_all
from convkit.filtering.tone import Limits, ToneMap

Array = NDArray[Any]


@dataclass(frozen=True)
class Extent:
    """What there is to say of some values: how many are finite, their extremes and their sum."""

    count: int
    smallest: float
    largest: float
    total: float

    @classmethod
    def of(cls, values: Array) -> Extent:
        """Look at values, leaving NaN and infinities out."""
        smallest, largest = values.min(), values.max()
        if not (np.isfinite(smallest) and np.isfinite(largest)):
            values = values[np.isfinite(values)]
            if not values.size:
                return NOTHING
            smallest, largest = values.min(), values.max()
        return cls(values.size, float(smallest), float(largest), _total(values))

    def __or__(self, other: Extent) -> Extent:
        """Return what there is to say of both together."""
        if not self.count or not other.count:
            return self if self.count else other
        return Extent(
            self.count + other.count,
            min(self.smallest, other.smallest),
            max(self.largest, other.largest),
            self.total + other.total,
        )

    @property
    def mean(self) -> float:
        """The mean, NaN of nothing."""
        return self.total / self.count if self.count else float("nan")


def _total(values: Array) -> float:
    if values.dtype != np.int16:
        return float(values.sum(dtype=np.float64))
    # 32 bits hold the sum of a row of any image, and are summed in half the time.
    return float(values.reshape(len(values), -1).sum(axis=1, dtype=np.int32).sum(dtype=np.int64))


NOTHING = Extent(0, float("nan"), float("nan"), 0.0)


@dataclass(frozen=True)
class Rendering:
    """A response as samples (H', W', C) of an image.

    Attributes
    ----------
    samples : array
    extent : Extent
        Of the response.
    clipped : int
        Samples that the tone map cut to 0 or white.
    """

    samples: Array
    extent: Extent
    clipped: int


def measure(responses: Sequence[Response]) -> list[Extent]:
    """Return the extents of responses to one image."""
    seen: list[dict[int, Extent]] = [{} for _ in responses]
    visit_all(
        responses, lambda index, first, values: seen[index].update({first: Extent.of(values)})
    )
    return [_together(each) for each in seen]


def render(
    responses: Sequence[Response], tone: ToneMap, limits: Sequence[Limits]
) -> list[Rendering]:
    """Map responses to one image to samples, each with its limits; ``raw`` keeps floats."""
    for plan in (plan for response in responses for plan in response.plans):
        if plan.problem.is_whole:
            plan.remember()
    if all(_from_levels_to_levels(response, tone) for response in responses):
        return [_in_one_pass(response, tone) for response in responses]
    canvases = [_Canvas.of(response, tone) for response in responses]

    def map_strip(index: int, first: int, values: Array) -> None:
        canvases[index].map_strip(tone, limits[index], first, values)

    visit_all(responses, map_strip)
    return [canvas.rendering() for canvas in canvases]


@dataclass(frozen=True)
class _Canvas:
    """What is drawn of one response, strip by strip: samples, and what was seen and clipped."""

    samples: Array
    seen: dict[int, Extent] = field(default_factory=dict)
    clipped: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, response: Response, tone: ToneMap) -> _Canvas:
        kind = response.plan.problem.result if tone.name == "raw" else tone.dtype
        return cls(np.empty(response.shape, kind))

    def map_strip(self, tone: ToneMap, limits: Limits, first: int, values: Array) -> None:
        self.seen[first] = Extent.of(values)
        rows = self.samples[first : first + len(values)]
        self.clipped[first] = tone.apply(values, limits, rows)

    def rendering(self) -> Rendering:
        return Rendering(self.samples, _together(self.seen), sum(self.clipped.values()))


def _from_levels_to_levels(response: Response, tone: ToneMap) -> bool:
    """Return whether compiled loops can do all of it."""
    return (
        response.finish is None
        and response.part is None
        and tone.dtype == np.uint8
        and not tone.linear
        and levels.supports(response.plans, response.combine, tone.name, tone.white)
    )


def _in_one_pass(response: Response, tone: ToneMap) -> Rendering:
    samples, seen = levels.render(
        response.plans, response.pixels, response.combine, tone.name, threads=response.threads
    )
    extent = reduce(or_, (Extent(*band[:-1]) for band in seen))
    return Rendering(samples, extent, sum(band.clipped for band in seen))


def _together(seen: dict[int, Extent]) -> Extent:
    """Join what was seen of the strips, in their order: threads must not change the last digit."""
    extent = NOTHING
    for first in sorted(seen):
        extent |= seen[first]
    return extent
