"""Write the tides of a harbour, hour by hour: a series to forecast.

    python sample_data/make_tides.py [FOLDER]

writes ``tides.csv`` beside this script, or into FOLDER. The tide is the sum of its five largest
constituents, as the moon and the sun make them; upon it comes the weather, which raises or lowers
the water for a day or two. It needs nothing but Python.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(1887, 3, 1)
HOURS = 60 * 24

CONSTITUENTS = {
    "M2": (28.9841042, 1.35, 40),
    "S2": (30.0, 0.46, 85),
    "N2": (28.4397295, 0.27, 15),
    "K1": (15.0410686, 0.11, 120),
    "O1": (13.9430356, 0.09, 300),
}
"""Speed in degrees in an hour, amplitude in metres, phase in degrees."""

MEAN = 3.2
KEPT, PUSHED = 0.96, 0.035
"""How much of a surge is left after an hour, and how much the wind adds, in metres."""


def rows() -> Iterator[tuple[datetime, float]]:
    """Yield each hour and the height of the water in metres."""
    wind, surge = random.Random(1887), 0.0
    for hour in range(HOURS):
        tide = sum(
            amplitude * math.cos(math.radians(speed * hour - phase))
            for speed, amplitude, phase in CONSTITUENTS.values()
        )
        surge = KEPT * surge + wind.gauss(0, PUSHED)
        yield START + timedelta(hours=hour), MEAN + tide + surge


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="Write the tides of a harbour.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    lines = [f"{time:%Y-%m-%d %H:00},{height:.2f}\n" for time, height in rows()]
    text = "".join(["time,height\n", *lines])
    (parser.parse_args().folder / "tides.csv").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
