"""What docstrings in NumPy's style say of a constructor and its parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any


def summary(constructor: Callable[..., Any]) -> str:
    """Return the first paragraph of the docstring, on one line and as plain text."""
    return _one_line((inspect.getdoc(constructor) or "").partition("\n\n")[0].splitlines())


def parameter_docs(constructor: Callable[..., Any]) -> dict[str, str]:
    """Return what the docstring says of each parameter, on one line.

    A class inherits what is said of the parameters that it inherits.

    >>> parameter_docs(parameter_docs)
    {}
    """
    if not isinstance(constructor, type):
        return _parameters(constructor.__doc__)
    docs: dict[str, str] = {}
    for base in reversed(constructor.__mro__):
        docs |= _parameters(base.__doc__)
        docs |= _parameters(vars(base).get("__init__", base).__doc__)
    return docs


def _parameters(doc: str | None) -> dict[str, str]:
    text = inspect.cleandoc(doc or "")
    section = re.search(r"^Parameters\n-+\n(.*?)(?=\n\n?\S[^\n]*\n---|\Z)", text, re.M | re.S)
    docs: dict[str, str] = {}
    for names, body in re.findall(
        r"^(\S[^\n:]*?)(?: *:[^\n]*)?\n((?:(?:[ \t]+[^\n]*)?(?:\n|\Z))*)",
        section[1] + "\n" if section else "",
        re.M,
    ):
        said = _one_line(body.splitlines())
        docs |= {name.strip(" *"): said for name in names.split(",")}
    return docs


def _one_line(lines: Iterable[str]) -> str:
    text = " ".join(line.strip() for line in lines if line.strip())
    return re.sub(r":\w+:`~?([^`]*)`", r"\1", text).replace("``", "").replace("`", "")
