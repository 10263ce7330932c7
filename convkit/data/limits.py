"""How much memory a data set may take: what is too much is said before it is read."""

from __future__ import annotations

from convkit.errors import ConvkitError
from convkit.memory import gigabytes, physical_memory


def check_memory(size: int, name: str, hint: str = "use fewer samples") -> None:
    """Refuse more bytes than a quarter of this machine's memory.

    Splitting and preparing make copies.

    Raises
    ------
    ConvkitError
    """
    limit = physical_memory() // 4
    if size > limit:
        raise ConvkitError(
            f"data '{name}' would take {gigabytes(size)} of memory, "
            f"more than {gigabytes(limit)}, a quarter of this machine's",
            hint,
        )
