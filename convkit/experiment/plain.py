"""What a run writes down as JSON: full precision, and null for what is no number."""

from __future__ import annotations

import json
import math
from typing import Any, TypeGuard


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Return JSON that every reader takes: numbers in full precision, NaN and infinities null."""
    return json.dumps(plain(value), indent=indent, allow_nan=False, ensure_ascii=False)


def plain(value: Any) -> Any:
    """Return a value of dicts, lists, str, bool, int, finite float and None only."""
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _ if hasattr(value, "tolist"):  # NumPy's arrays and numbers
            return plain(value.tolist())
        case _:
            return value


def is_number(value: Any) -> TypeGuard[float]:
    """Return whether a value read from JSON is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_count(value: Any) -> TypeGuard[int]:
    """Return whether a value read from JSON is a whole number from 0."""
    return is_number(value) and isinstance(value, int) and value >= 0
