"""Dates as people write them, and as ISO 8601 does."""

from __future__ import annotations

from datetime import date, timedelta

from numpy.random import Generator

from convkit.data.dataset import Dataset
from convkit.data.source import source
from convkit.data.texts.pairing import paired
from convkit.errors import ConvkitError

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

STYLES = (
    "{day} {month} {year}",
    "{day} {month:.3} {year}",
    "{day:02} {month:.3} {year}",
    "{month} {day}, {year}",
    "{month:.3} {day}, {year}",
    "{month:.3}. {day}, {year}",
    "{nth} {month} {year}",
    "{month} {nth}, {year}",
    "the {nth} of {month} {year}",
    "the {nth} of {month}, {year}",
    "{weekday}, {day} {month} {year}",
    "{weekday}, {month} {day}, {year}",
    "{weekday:.3} {day} {month:.3} {year}",
    "{weekday:.3}, {month:.3} {nth}, {year}",
    "{day:02}-{month:.3}-{year}",
    "{year} {month} {day}",
    "{year}, {month:.3} {day}",
    "{day}.{number}.{year}",
    "{day:02}.{number:02}.{year}",
    "{number}/{day}/{year}",
    "{number:02}/{day:02}/{year}",
    "{year}/{number}/{day}",
    "{year}{number:02}{day:02}",
)
"""Ways to write a date, each of which says which number is the day: behind a month's number stands
a dot (3.5.1979 is in May), before a day's a slash (5/3/1979 is, too)."""

CASES = (str, str, str, str.lower, str.upper)
"""How the letters are written; most often as they should be."""


@source()
def dates(
    samples: int = 5000, first_year: int = 1900, last_year: int = 2099, *, rng: Generator
) -> Dataset:
    """Draw dates, no two alike, in free form, to be written as ISO 8601 does.

    ``the 3rd of May, 1979`` → ``1979-05-03``. Each date is in one part only: those of the test were
    never seen, in no style.

    Parameters
    ----------
    samples : int
        How many dates, at most as many as there are days in these years.
    first_year : int
        Where they begin, from 1000.
    last_year : int
        Where they end, to 9999.
    """
    if not 1000 <= first_year <= last_year <= 9999:
        raise ConvkitError(
            "dates: years must be from 1000 to 9999, the first before the last, "
            f"got {first_year} to {last_year}"
        )
    start = date(first_year, 1, 1)
    count = (date(last_year, 12, 31) - start).days + 1
    if not 1 <= samples <= count:
        raise ConvkitError(
            f"dates: samples must be from 1 to {count:,}, got {samples}",
            "so many days have these years" if samples > 0 else None,
        )
    days = [start + timedelta(int(each)) for each in rng.choice(count, samples, replace=False)]
    styles = rng.integers(len(STYLES), size=samples).tolist()
    cases = rng.integers(len(CASES), size=samples).tolist()
    texts = [
        (CASES[case](written(day, STYLES[style])), day.isoformat())
        for day, style, case in zip(days, styles, cases, strict=True)
    ]
    return paired("dates", texts)


def written(day: date, style: str) -> str:
    """Return a date as a style of :data:`STYLES` writes it."""
    return style.format(
        day=day.day,
        nth=f"{day.day}{_ending(day.day)}",
        number=day.month,
        month=MONTHS[day.month - 1],
        weekday=DAYS[day.weekday()],
        year=day.year,
    )


def _ending(number: int) -> str:
    """Return what follows a number that counts: st, nd, rd or th."""
    if number in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
