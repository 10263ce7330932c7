"""``--cluster``, for the commands whose work may leave the machine."""

from __future__ import annotations

HELP = (
    "Let the workers of a Dask cluster do it, tcp://host:8786 (extra cluster). They need convkit, "
    "and all files under the same absolute paths: a shared file system."
)
