"""The rules by which a generator and a discriminator learn from each other."""

from __future__ import annotations

from dataclasses import dataclass

from convkit.errors import ConvkitError
from convkit.families.adversarial import Objective
from convkit.families.base import Course


@dataclass(frozen=True)
class Rules:
    """How two networks learn from each other.

    Attributes
    ----------
    objective : callable
        What they want.
    discriminator_steps : int
        Before one of the generator.
    pack : int
        How many samples are judged at once.
    r1, gradient_penalty : float
        The strengths of the penalties on the discriminator's gradient.
    ema : float
        How much of the generator's moving average a step keeps; 0: there is none.
    """

    objective: Objective
    discriminator_steps: int
    pack: int
    r1: float
    gradient_penalty: float
    ema: float

    @property
    def penalises(self) -> bool:
        """Whether the discriminator's gradient is penalised."""
        return bool(self.r1 or self.gradient_penalty)

    def portion(self, course: Course) -> int:
        """Return how many real samples a step takes.

        Raises
        ------
        ConvkitError
            If they don't make whole packs, there are fewer, or batches are to be gathered; or if a
            part of the data is too small to be measured.
        """
        if course.accumulate > 1:
            raise ConvkitError(
                f"accumulate (={course.accumulate}): the steps of a gan take one batch each",
                f"batch_size: {course.accumulate * course.batch_size}",
            )
        if course.batch_size % self.pack:
            raise ConvkitError(
                f"pack (={self.pack}): a batch of {course.batch_size} doesn't make whole packs",
                f"batch_size: {self.pack * max(1, round(course.batch_size / self.pack))}",
            )
        portion, samples = course.batch_size * self.discriminator_steps, len(course.splits.train)
        if portion > samples:
            raise ConvkitError(
                f"a step takes {portion} samples, but there are {samples}", "lower batch_size"
            )
        for name, part in course.splits.parts.items():
            if len(part) < self.pack:
                raise ConvkitError(
                    f"pack (={self.pack}): the {name} part of the data has {len(part)} samples, "
                    "which make no pack",
                    f"give it {self.pack}",
                )
        return portion
