"""Commands with what they print, as documents show them; and whether that still holds.

Nothing but this may differ between what is shown and what is printed:

- a line ``…`` stands for any lines that are left out;
- where a network learns, how long that took, and the last digits of the figures: another machine's
  linear algebra rounds otherwise, and a training magnifies that.
"""

import re
from itertools import zip_longest

LEARNING = re.compile(r"\bconvkit (train|evaluate|predict|explain|runs|compare|tune)\b")
TOLERANCE = 0.05

LEFT_OUT = "…"
TIME = re.compile(r"\d[\d,.]* ?(ms|s|min|samples/s)(?!\w)")
BARS = re.compile(r"[▁-▏─]+")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def holds(command, shown, printed):
    """Return whether a command that prints this may be shown with that."""
    alike = nearly_alike if LEARNING.search(command) else str.__eq__
    return _fits(shown.splitlines(), printed.splitlines(), alike)


def _fits(shown, printed, alike):
    for place, line in enumerate(shown):
        if line == LEFT_OUT:
            rest = shown[place + 1 :]
            return any(_fits(rest, printed[n:], alike) for n in range(place, len(printed) + 1))
        if place >= len(printed) or not alike(line, printed[place]):
            return False
    return len(shown) == len(printed)


def nearly_alike(one, other):
    """Return whether two lines say the same, but for durations and small differences."""
    one, other = _comparable(one), _comparable(other)
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    pairs = zip_longest(NUMBER.findall(one), NUMBER.findall(other))
    return all(_near(*(float(text.replace(",", "")) for text in pair)) for pair in pairs)


def _comparable(line):
    return " ".join(BARS.sub("─", TIME.sub("TIME", line)).split())


def _near(one, other):
    return abs(one - other) <= TOLERANCE * max(one, other)
