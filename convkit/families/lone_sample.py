"""Whether an epoch may end with a single sample: batch normalization can't train on one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from convkit.autograd import no_grad
from convkit.errors import ConvkitError
from convkit.nn import LayerError, Module


def check_lone_sample(
    module: Module, learn_from_one: Callable[[], object], samples: int, size: int
) -> None:
    """If an epoch's last portion is a single sample, try whether the layers can train on one.

    Parameters
    ----------
    module : Module
        What the layers belong to; it is left as it is.
    learn_from_one : callable
        Lets a sample go through them as it does while training.
    samples, size : int
        Those of an epoch, and of them a portion.

    Raises
    ------
    LayerError
        If a layer can't, with the nearest batch sizes that leave more than one sample.
    """
    if _last_portion(samples, size) > 1:
        return
    before = module.state()
    try:
        with no_grad(), np.errstate(all="ignore"):
            learn_from_one()
    except LayerError as error:
        reason = f"{error.cause.message}, but the last of {samples} samples is alone in its batch"
        hint = _sizes_beside(samples, size) or error.hint
        raise LayerError(error.path, error.name, ConvkitError(reason, hint)) from error
    finally:
        module.load_state(before)


def _last_portion(samples: int, size: int) -> int:
    """Return how many samples are left for the last portion of an epoch."""
    return (samples - 1) % size + 1


def _sizes_beside(samples: int, size: int) -> str | None:
    """Return the nearest batch sizes that leave more than one sample to the last portion."""
    fitting = [each for each in range(2, samples + 1) if _last_portion(samples, each) > 1]
    below = max((each for each in fitting if each < size), default=None)
    above = min((each for each in fitting if each > size), default=None)
    sizes = [str(each) for each in (below, above) if each is not None]
    return f"batch_size: {' or '.join(sizes)}" if sizes else None
