"""What makes a network do without parts of itself: dropout."""

from __future__ import annotations

import numpy as np

from convkit.autograd.engine import Derived, Operand, primitive
from convkit.errors import ConvkitError


@primitive
def dropout(x: Operand, *, rate: float, rng: np.random.Generator) -> Derived:
    """Set each element to 0 with probability `rate`, and divide the others by ``1 - rate``.

    The expected value is x, so that nothing is left to do in evaluation (Srivastava et al. 2014).

    Raises
    ------
    ConvkitError
        If the rate isn't at least 0 and less than 1.
    """
    if not 0 <= rate < 1:
        raise ConvkitError(f"the dropout rate must be at least 0 and less than 1, got {rate}")
    factor = (rng.random(x.shape, dtype=np.float32) >= rate).astype(x.dtype)
    factor *= 1 / (1 - rate)
    return x * factor, lambda grad: grad * factor
