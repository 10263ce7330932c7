"""Pairs of texts: each second one is what a rule of its own makes of the first."""

import re
from datetime import date, datetime

import numpy as np
import pytest

from convkit.data import DATASETS
from convkit.data.texts.alphabet import Alphabet
from convkit.data.texts.dates import STYLES, written
from convkit.errors import ConvkitError

RULES = {
    "reverse": lambda text: "".join(reversed(text)),
    "sort": lambda text: "".join(sorted(text)),
    "addition": lambda text: str(sum(map(int, text.split("+")))),
}


def texts(dataset):
    """Return the pairs that the numbers in a data set stand for."""
    given, made = Alphabet(dataset.symbols), Alphabet(dataset.classes)
    return [
        (given.decode(row), made.decode(target))
        for row, target in zip(dataset.inputs.astype(int), dataset.targets, strict=True)
    ]


@pytest.mark.parametrize("name", RULES)
def test_puzzles_are_solved(name):
    splits = DATASETS[name](samples=200)
    for part in splits.parts.values():
        assert all(RULES[name](given) == made for given, made in texts(part))
    end = Alphabet(splits.train.classes).end
    assert (np.count_nonzero(splits.train.targets == end, axis=1) == 1).all()


def test_their_sizes_are_as_asked_for():
    shown = texts(DATASETS["reverse"](samples=50, length=7, letters=2, test=0.0).train)
    assert {len(given) for given, _ in shown} == {7}
    assert set("".join(given for given, _ in shown)) == {"a", "b"}
    sums = texts(DATASETS["addition"](samples=100, digits=1, test=0.0).train)
    assert {given for given, _ in sums} == {f"{a}+{b}" for a in range(10) for b in range(10)}


@pytest.mark.parametrize("style", STYLES)
def test_a_date_can_be_read_again(style):
    """By the way in which Python reads dates, which knows nothing of ours."""
    day = date(1987, 11, 3)
    text = written(day, style)
    plain = re.sub(r"(\d)(?:st|nd|rd|th)\b|[.,]|\bthe |\bof ", r"\1 ", text).split()
    known = [
        "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%A %d %B %Y", "%A %B %d %Y", "%a %d %b %Y",
        "%a %b %d %Y", "%d-%b-%Y", "%Y %B %d", "%Y %b %d", "%m/%d/%Y", "%Y/%m/%d", "%d %m %Y",
        "%Y%m%d",
    ]  # fmt: skip
    read = set()
    for form in known:
        try:
            read.add(datetime.strptime(" ".join(plain), form).date())
        except ValueError:
            continue
    assert read == {day}


@pytest.mark.parametrize(
    ("day", "ending"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (13, "13th"), (22, "22nd")],
)
def test_days_are_counted_in_english(day, ending):
    assert written(date(1999, 5, day), "{nth} {month}") == f"{ending} May"


def test_no_date_is_in_two_parts():
    parts = DATASETS["dates"](samples=3000, validation=0.1).parts.values()
    days = [made for part in parts for _, made in texts(part)]
    assert len(set(days)) == 3000
    assert min(days) < "1905"
    assert max(days) > "2095"


def test_a_headline_says_nothing_that_the_news_do_not():
    """Names and numbers stand in both; only the words that link them are the headline's own."""
    links = {"beat", "in", "names", "as", "Storm", "cuts", "power", "to", "homes", "profit"}
    links |= {"rises", "falls", "percent", "quarter"}
    for news, headline in texts(DATASETS["summaries"](samples=300).train):
        words = set(re.findall(r"\w+", news))
        assert set(re.findall(r"\w+", headline)) - links <= words
        assert len(words) > 2 * len(headline.split())


# --- from a file ---


def test_pairs_of_a_table(tmp_path):
    (tmp_path / "words.tsv").write_text("en\tnote\tde\na cat\t1\teine Katze\na dog\t2\tein Hund\n")
    words = {"given": "en", "wanted": "de", "tokens": "words", "test": 0.0, "shuffle": False}
    dataset = DATASETS["pairs"]("words.tsv", root=tmp_path, **words).train
    assert texts(dataset) == [("a cat", "eine Katze"), ("a dog", "ein Hund")]
    assert dataset.symbols == ("no word", "a", "cat", "dog")
    assert dataset.source == "words.tsv"
    (tmp_path / "bare.csv").write_text("ab,ba\n")
    bare = DATASETS["pairs"]("bare.csv", header=False, test=0.0, root=tmp_path).train
    assert texts(bare) == [("ab", "ba")]


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        ("a,b\nx,y\n", {"given": "c"}, "unknown column 'c' in"),
        ("a,b\nx,y\n", {"given": "b"}, "column 'b' of .* is both given and wanted"),
        ("a,b\nx,y\n,y\n", {}, r"bad\.csv:3: column 'a' is empty"),
    ],
)
def test_tables_that_hold_no_pairs(tmp_path, content, settings, message):
    (tmp_path / "bad.csv").write_text(content)
    with pytest.raises(ConvkitError, match=message):
        DATASETS["pairs"]("bad.csv", root=tmp_path, **settings)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("reverse", {"length": 0}, "reverse: length must be at least 1, got 0"),
        ("sort", {"samples": 0}, "sort: samples must be at least 1, got 0"),
        ("sort", {"letters": 27}, "sort: letters must be from 1 to 26, got 27"),
        ("addition", {"digits": 7}, "addition: digits must be from 1 to 6, got 7"),
        ("addition", {"samples": 10001}, "addition: samples must be from 1 to 10,000, got 10001"),
        ("dates", {"first_year": 2001, "last_year": 2000}, "the first before the last, got 2001"),
        ("dates", {"samples": 80000}, "dates: samples must be from 1 to 73,049, got 80000"),
        ("summaries", {"samples": 0}, "summaries: samples must be at least 1, got 0"),
        ("dates", {"stratify": True}, "can't stratify data 'dates'"),
    ],
)
def test_settings_that_are_out_of_range(name, settings, message):
    with pytest.raises(ConvkitError, match=message):
        DATASETS[name](**settings)
