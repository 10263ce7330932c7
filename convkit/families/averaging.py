"""A moving average of a module's weights: steadier than they are themselves."""

from __future__ import annotations

from convkit.nn import Flat, Module, flatten_parameters


class MovingAverage:
    """Follows a module that learns, at some distance.

    Where two networks chase each other and neither comes to rest, the average lies in the middle
    of their circles (Yazıcı et al. 2019, "The unusual effectiveness of averaging in GAN training").
    After t steps the latest counts for at least 9 / (10 + t), so that the weights it began with
    are soon forgotten; as TensorFlow's ExponentialMovingAverage does with `num_updates`.

    Parameters
    ----------
    average : Module
        Becomes the average. It has the weights that `module` begins with.
    module : Module
    flat : Flat
        Its parameters.
    decay : float
        How much of the average a step keeps, from 0 and below 1.

    Attributes
    ----------
    steps : int
        How many it has followed.
    """

    def __init__(self, average: Module, module: Module, flat: Flat, decay: float) -> None:
        buffers = zip(average.buffers().values(), module.buffers().values(), strict=True)
        self._pairs = [(flatten_parameters(average).values, flat.values), *buffers]
        self.decay = decay
        self.steps = 0

    def follow(self) -> None:
        """Take in the module as it is now, its buffers, too."""
        self.steps += 1
        rate = max(1 - self.decay, 9 / (10 + self.steps))
        for average, latest in self._pairs:
            average += rate * (latest - average)
