"""How much memory a model may take: what is too much is said before it is made."""

from __future__ import annotations

from collections.abc import Iterable

from convkit.errors import ConvkitError
from convkit.memory import gigabytes, physical_memory
from convkit.nn.layer import LayerError, Row

PARTS = 16
"""Parameters may take one of so many parts of the memory.

Training holds each of them about five times, with its gradient and what the optimizer remembers;
a checkpoint copies all of that twice.
"""


def check_memory(rows: Iterable[Row], itemsize: int) -> None:
    """Refuse parameters of more than a sixteenth of this machine's memory.

    Parameters
    ----------
    rows : iterable of Row
        Of a model's summary.
    itemsize : int
        Bytes of a parameter.

    Raises
    ------
    LayerError
        It names the first layer that is too much.
    """
    limit = physical_memory() // PARTS
    size = 0
    for row in rows:
        size += itemsize * row.parameters
        if size > limit:
            too_much = ConvkitError(
                f"the parameters up to here would take {gigabytes(size)} of memory, more than "
                f"{gigabytes(limit)}, a sixteenth of this machine's",
                "make the layer smaller; training needs its parameters more than ten times",
            )
            raise LayerError(row.path, row.name, too_much)
