"""Means over the samples of an epoch, of what its steps said."""

from __future__ import annotations

from collections.abc import Mapping


class Means:
    """Collects what batches say, each weighed by its samples."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._samples = 0

    def add(self, samples: int, **means: float) -> None:
        """Take in the means of a batch of so many samples, by name."""
        self._samples += samples
        for name, mean in means.items():
            self._sums[name] = self._sums.get(name, 0.0) + mean * samples

    def taken(self) -> dict[str, float]:
        """Return the means by name, and begin anew."""
        means = {name: total / self._samples for name, total in self._sums.items()}
        self._sums, self._samples = {}, 0
        return means

    def state(self) -> dict[str, float]:
        """Return what an epoch that is broken off needs to go on, as JSON holds it."""
        return self._sums | {"samples": self._samples}

    def load_state(self, state: Mapping[str, float]) -> None:
        """Take it in."""
        self._sums = {name: total for name, total in state.items() if name != "samples"}
        self._samples = int(state["samples"])
