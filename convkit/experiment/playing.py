"""Watching what a run has trained act: episode by episode, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from convkit.data.environments import Observations, VectorEnvironment
from convkit.errors import ConvkitError
from convkit.experiment import spec
from convkit.experiment.assembly import experiment_of, restore, root_of
from convkit.experiment.run import CheckpointName, Run
from convkit.experiment.summary import counting_checkpoint
from convkit.families.abilities import Acts

Ending = Literal["terminated", "truncated"]


@dataclass
class Episode:
    """An episode, as far as it has come.

    Attributes
    ----------
    seed : int
        What it began with.
    total : float
        The sum of its rewards.
    actions : list of str
        What was done.
    ending : {"terminated", "truncated"} or None
        Whether the world ended it, or it only lasted long enough; None while it goes on.
    """

    seed: int
    total: float
    actions: list[str]
    ending: Ending | None = None

    def state(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "seed": self.seed,
            "return": self.total,
            "length": len(self.actions),
            "ending": self.ending,
            "actions": self.actions,
        }


class Player:
    """An agent in its environment, always doing what it takes for best.

    Parameters
    ----------
    run : Run
    checkpoint : {"last", "best"}, optional
        By default the one that the run was tested with.

    Attributes
    ----------
    environment : VectorEnvironment
        With one place.

    Raises
    ------
    ConvkitError
        If what the run has trained is no agent, or there is no such checkpoint.
    """

    def __init__(self, run: Run, checkpoint: CheckpointName | None = None) -> None:
        experiment = experiment_of(run)
        self.checkpoint = checkpoint or counting_checkpoint(experiment.trainer, run)
        family = restore(run, self.checkpoint)
        if not isinstance(family, Acts):
            raise ConvkitError(
                f"family '{family.name}', which run '{run.folder}' has trained, doesn't act",
                f"ask it with convkit predict {run.folder}",
            )
        self._act = family.act
        self.environment = _environment(spec.load_data(experiment, root_of(run)).train)

    def play(self, seed: int) -> Iterator[Episode]:
        """Play an episode; yield it before the first step, and after each: the same object."""
        environment = self.environment
        episode = Episode(seed, 0.0, [])
        observations = environment.reset([0], [seed])
        yield episode
        while episode.ending is None:
            actions: NDArray[Any] = self._act(observations)
            steps = environment.step(actions)
            observations = steps.observations
            episode.actions.append(environment.actions[actions[0]])
            episode.total += float(steps.rewards[0])
            if steps.ended[0]:
                episode.ending = "terminated" if steps.terminated[0] else "truncated"
            yield episode


def _environment(train: object) -> VectorEnvironment:
    # What acts was trained in an environment.
    assert isinstance(train, Observations)
    return train.environment(1)


def returns_of(episodes: list[Episode]) -> dict[str, float | None]:
    """Return the mean and the sample standard deviation of returns; one has no deviation."""
    totals = np.array([episode.total for episode in episodes])
    deviation = float(totals.std(ddof=1)) if len(totals) > 1 else None
    return {"mean": float(totals.mean()), "deviation": deviation}
