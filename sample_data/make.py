"""Write the log of a lighthouse keeper: a text to learn to go on with.

    python sample_data/make.py [FOLDER]

writes ``lighthouse_log.txt`` beside this script, or into FOLDER. Every sentence is made of this
file's own words, chosen at random and by the weather of the day; it needs nothing but Python.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FIRST_DAY = date(1887, 3, 1)
ENTRIES = 300
MOST_DAYS_BETWEEN = 8

SKIES = ("clear", "cloudy", "rain", "fog", "storm")
NEXT_SKY = {
    "clear": (6, 3, 0, 1, 0),
    "cloudy": (3, 3, 3, 1, 0),
    "rain": (1, 3, 3, 0, 2),
    "fog": (3, 2, 1, 2, 0),
    "storm": (0, 2, 4, 0, 2),
}
"""How often each sky follows on each other."""

POINTS = ("north", "east", "south", "west")
CORNERS = ("north-east", "south-east", "south-west", "north-west")
WINDS = {
    "clear": ("A light breeze", "A soft wind", "Hardly any wind"),
    "cloudy": ("A fresh breeze", "A steady wind", "A light breeze"),
    "rain": ("A strong wind", "A fresh breeze", "A cold wind"),
    "fog": ("Hardly any wind", "A soft wind"),
    "storm": ("A hard gale", "A full storm", "A strong gale"),
}
SEAS = {
    "clear": ("the sea is calm", "the sea is smooth as glass", "the water is blue to the horizon"),
    "cloudy": ("the sea is grey", "the sea is choppy", "long waves come in"),
    "rain": ("the sea is rough", "rain comes down all day", "the rain beats on the windows"),
    "fog": ("the fog is thick", "nothing can be seen of the sea", "the fog lies on the water"),
    "storm": ("the waves break over the rocks", "spray reaches the lantern", "the tower trembles"),
}
KINDS = ("brig", "schooner", "steamer", "cutter", "fishing boat")
NAMES = ("Margaret", "Good Hope", "Albatross", "Three Brothers", "Northern Star", "Heron", "Ellen")
PORTS = ("Bergen", "Hull", "Lisbon", "Hamburg", "Dublin", "Antwerp", "Riga")
CARGOES = ("timber", "salt", "coal", "wine", "herring", "grain", "iron")
CHORES = (
    "I cleaned the lens",
    "I trimmed the wick",
    "I oiled the clockwork",
    "I polished the brass",
    "I whitewashed the wall",
    "I mended the nets",
    "I carried up the oil",
    "I chopped wood for the stove",
)
EVENTS = (
    "A gull came in through the window.",
    "The hens laid {count} eggs.",
    "Seals lie on the rocks, {count} of them.",
    "The boat brought letters and bread.",
    "My brother writes that all are well.",
    "I read by the stove until midnight.",
    "The cat caught a mouse in the cellar.",
    "We had fish for supper, and potatoes.",
)
NUMBERS = ("two", "three", "four", "five", "six", "seven")


@dataclass
class Day:
    """A day of the log, and what its sentences are drawn with."""

    day: date
    sky: str
    chance: random.Random

    def entry(self) -> str:
        """Return what the keeper wrote."""
        parts: list[Callable[[], str]] = [self.weather, self.ships, self.work, self.lamp]
        if self.chance.random() < 0.4:
            parts.insert(3, self.event)
        heading = f"{self.day:%A}, {self.day.day} {self.day:%B} {self.day.year}."
        return " ".join([heading, *(part() for part in parts)])

    def weather(self) -> str:
        """Return where the wind comes from, and what the sea does."""
        wind, point = self.one_of(WINDS[self.sky]), self.one_of(POINTS + CORNERS)
        return f"{wind} from the {point}; {self.one_of(SEAS[self.sky])}."

    def ships(self) -> str:
        """Return who passed; in a fog one is heard, not seen."""
        if self.sky == "fog":
            return f"We heard the horn of a {self.one_of(KINDS)} at {self.hour()}."
        if self.chance.random() < (0.6 if self.sky == "storm" else 0.2):
            return "No ship was seen."
        ship = f"The {self.one_of(KINDS)} {self.one_of(NAMES)}"
        port, cargo = self.one_of(PORTS), self.one_of(CARGOES)
        if self.sky == "storm":
            return f"{ship} passed under bare poles at {self.hour()}."
        return f"{ship} of {port} passed at {self.hour()} with a cargo of {cargo}."

    def work(self) -> str:
        """Return what was done; in a storm one stays in the tower."""
        if self.sky == "storm":
            return "I stayed in the tower all night."
        return f"{self.one_of(CHORES)}."

    def event(self) -> str:
        """Return what else there was."""
        return self.one_of(EVENTS).format(count=self.one_of(NUMBERS))

    def lamp(self) -> str:
        """Return when the lamp was lit: earlier in winter."""
        hour = "five" if self.day.month in (11, 12, 1, 2) else "eight"
        return f"The lamp was lit at {hour}."

    def hour(self) -> str:
        """Return a time of the day."""
        return self.one_of(("dawn", "noon", "dusk", *NUMBERS))

    def one_of(self, choices: tuple[str, ...]) -> str:
        """Return one of several words."""
        return self.chance.choice(choices)


def days() -> Iterator[Day]:
    """Yield the days with an entry, the sky of each following on that of the one before."""
    chance, sky, day = random.Random(1887), "clear", FIRST_DAY
    for _ in range(ENTRIES):
        yield Day(day, sky, chance)
        day += timedelta(days=chance.randint(1, MOST_DAYS_BETWEEN))
        (sky,) = chance.choices(SKIES, NEXT_SKY[sky])


def main() -> None:
    """Write the log."""
    parser = argparse.ArgumentParser(description="Write the log of a lighthouse keeper.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    text = "".join(f"{day.entry()}\n" for day in days())
    (parser.parse_args().folder / "lighthouse_log.txt").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
