"""Short news of invented events, each with the headline that sums up its key facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from numpy.random import Generator

Facts = dict[str, str]

TEAMS = (
    "Falcons", "Rovers", "Wanderers", "Harriers", "Mariners", "Comets", "Foxes", "Otters",
    "Badgers", "Kestrels", "Miners", "Pilots", "Herons", "Lynxes", "Dragons", "Ravens",
)  # fmt: skip
CITIES = (
    "Oslo", "Porto", "Ghent", "Graz", "Malmo", "Turku", "Basel", "Leeds", "Cork", "Bergen",
    "Lyon", "Turin", "Bremen", "Gdansk", "Split", "Tartu",
)  # fmt: skip
FIRST_NAMES = (
    "Clara", "Jonas", "Mira", "Tomas", "Edith", "Hugo", "Selma", "Viktor", "Ines", "Oskar",
    "Petra", "Leon", "Nadia", "Emil", "Greta", "Felix",
)  # fmt: skip
LAST_NAMES = (
    "Brandt", "Keller", "Novak", "Lund", "Moreau", "Costa", "Varga", "Holm", "Berg", "Silva",
    "Weber", "Horvat", "Dahl", "Rossi", "Kaya", "Murphy",
)  # fmt: skip
COMPANIES = (
    "Novatech", "Alpenbahn", "Seaworks", "Brightmill", "Ferrolux", "Greenfern", "Kornhaus",
    "Lumenia", "Northwool", "Octavia", "Papyra", "Quarzit", "Rheinglas", "Solaris", "Tidewater",
    "Windkraft",
)  # fmt: skip
ROLES = ("chair", "director", "treasurer", "engineer", "designer", "editor")
STORMS = (
    "Agnes", "Boris", "Cecil", "Doris", "Egon", "Frida", "Gerd", "Hilda", "Ivan", "Jutta",
    "Klaus", "Lotte",
)  # fmt: skip
REGIONS = (
    "Norland", "Westmark", "Sudania", "Lakeshire", "Hillwick", "Dunmoor", "Eastfen", "Marchland",
    "Rivenna", "Stonevale", "Tarnwood", "Ulmia",
)  # fmt: skip
MONTHS = ("January", "March", "May", "July", "September", "November")
QUARTERS = ("first", "second", "third", "fourth")


class Kind(NamedTuple):
    """A kind of event.

    Attributes
    ----------
    facts : callable
        Draws what happened.
    told : tuple of tuples of str
        For each thing that the headline needs, ways to say it.
    asides : tuple of str
        What may be said besides.
    headline : str
    """

    facts: Callable[[Generator], Facts]
    told: tuple[tuple[str, ...], ...]
    asides: tuple[str, ...]
    headline: str

    def write(self, rng: Generator) -> tuple[str, str]:
        """Return a paragraph and its headline."""
        facts = self.facts(rng)
        sentences = [_one(rng, ways) for ways in self.told] + _some(rng, self.asides, 2)
        rng.shuffle(sentences)
        return " ".join(sentences).format(**facts), self.headline.format(**facts)


def _one(rng: Generator, choices: tuple[str, ...]) -> str:
    return choices[rng.integers(len(choices))]


def _some(rng: Generator, choices: tuple[str, ...], count: int) -> list[str]:
    """Return different ones."""
    return [choices[place] for place in rng.permutation(len(choices))[:count]]


def _number(rng: Generator, least: int, most: int, step: int = 1) -> str:
    return str(step * rng.integers(least, most + 1))


def _match(rng: Generator) -> Facts:
    winner, loser = _some(rng, TEAMS, 2)
    low = int(rng.integers(4))
    high = low + int(rng.integers(1, 4))
    return {
        "winner": winner, "loser": loser, "high": str(high), "low": str(low),
        "score": f"{high}-{low}", "city": _one(rng, CITIES), "scorer": _one(rng, LAST_NAMES),
        "minute": _number(rng, 2, 44), "crowd": _number(rng, 10, 60, 100),
    }  # fmt: skip


def _appointment(rng: Generator) -> Facts:
    company, other = _some(rng, COMPANIES, 2)
    first, first_before = _some(rng, FIRST_NAMES, 2)
    last, last_before = _some(rng, LAST_NAMES, 2)
    return {
        "company": company, "other": other, "first": first, "last": last,
        "before": f"{first_before} {last_before}", "role": _one(rng, ROLES),
        "month": _one(rng, MONTHS), "years": _number(rng, 2, 30),
    }  # fmt: skip


def _storm(rng: Generator) -> Facts:
    region, other = _some(rng, REGIONS, 2)
    return {
        "storm": _one(rng, STORMS), "region": region, "other": other,
        "homes": _number(rng, 2, 40, 500), "wind": _number(rng, 16, 30, 5),
        "days": _number(rng, 2, 9), "month": _one(rng, MONTHS),
    }  # fmt: skip


def _profit(rng: Generator) -> Facts:
    company, other = _some(rng, COMPANIES, 2)
    rises = bool(rng.integers(2))
    return {
        "company": company, "other": other, "percent": _number(rng, 2, 40),
        "move": "rises" if rises else "falls", "moved": "rose" if rises else "fell",
        "more": "more" if rises else "less", "good": "good" if rises else "poor",
        "quarter": _one(rng, QUARTERS), "sum": _number(rng, 3, 40, 5),
        "staff": _number(rng, 4, 50, 20),
    }  # fmt: skip


KINDS = (
    Kind(
        _match,
        (
            (
                "{winner} beat {loser} by {high} goals to {low}.",
                "{loser} lost to {winner} by {low} goals to {high}.",
                "It was {winner} who won by {high} goals to {low} against {loser}.",
                "Against {winner} it was a defeat for {loser}, by {low} goals to {high}.",
            ),
            (
                "The match took place in {city}.",
                "In {city} it was a full house.",
                "About {crowd} people came to the ground in {city}.",
            ),
        ),
        (
            "The first goal fell after {minute} minutes.",
            "{scorer} was the player of the day.",
            "It rained from the first minute to the last.",
            "Both sides had a goal ruled out.",
            "The return match is in {minute} days.",
        ),
        "{winner} beat {loser} {score} in {city}",
    ),
    Kind(
        _appointment,
        (
            (
                "{first} {last} becomes {role} of {company}.",
                "{company} has found its new {role}: {first} {last}.",
                "The board of {company} chose {first} {last} as {role}.",
                "As {role}, {first} {last} will work for {company} from {month}.",
            ),
        ),
        (
            "{before} retires after {years} years.",
            "{last} comes from {other}.",
            "There had been {years} candidates.",
            "At {other} nobody wished to comment.",
            "The change was planned since {month}.",
        ),
        "{company} names {first} {last} as {role}",
    ),
    Kind(
        _storm,
        (
            (
                "In {region} the lights went out in {homes} homes.",
                "In {region}, {homes} homes are without power.",
                "{homes} homes have lost their power in {region}.",
            ),
            (
                "The cause is storm {storm}, which came at night.",
                "Storm {storm} had brought down the lines.",
                "{storm} is the worst storm since {month}.",
            ),
        ),
        (
            "Gusts of {wind} kilometres an hour were measured.",
            "Repairs may take {days} days.",
            "Schools in {other} stay open.",
            "{other} was spared.",
            "Trains to {other} are {days} hours late.",
        ),
        "Storm {storm} cuts power to {homes} homes in {region}",
    ),
    Kind(
        _profit,
        (
            (
                "{company} earned {percent} percent {more} than a year ago.",
                "The profit of {company} {moved} by {percent} percent.",
                "By {percent} percent the profit {moved} at {company}.",
            ),
            (
                "It was a {good} {quarter} quarter.",
                "That is the result of the {quarter} quarter.",
                "So ended its {quarter} quarter.",
            ),
        ),
        (
            "The sum is {sum} million.",
            "{other} will report next week.",
            "{staff} people work there.",
            "Its rival {other} had hoped for {sum} million.",
            "Shares hardly moved.",
        ),
        "{company} profit {move} {percent} percent in {quarter} quarter",
    ),
)
