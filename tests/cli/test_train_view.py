"""What a training shows while it runs: numbers, curves, frames, and how seldom it draws."""

import io
import math
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console as RichConsole

from convkit.cli import train_live
from convkit.cli.sparkline import ASCII, BLOCKS, bounds_of, sparkline
from convkit.cli.train_frame import column_width, columns_that_fit
from convkit.cli.train_live import LiveView
from convkit.cli.train_progress import duration, figure
from convkit.experiment.observer import Moment, Plan
from convkit.experiment.run import Run


def record(epoch, loss=None, **others):
    loss = 1 / epoch if loss is None else loss
    return {
        "epoch": epoch,
        "step": 10 * epoch,
        "train/loss": loss / 2,
        "train/accuracy": 0.9,
        "validation/loss": loss,
        "validation/accuracy": 0.8,
        "lr": 1e-3,
        "seconds": 0.5,
        "samples_per_second": 200.0,
        **others,
    }


def plan(epochs=20, records=()):
    return Plan(
        run=Run(Path("runs/x/1")),
        epochs=epochs,
        steps_per_epoch=10,
        samples={"train": 100, "validation": 20},
        parameters=1234,
        monitor="validation/loss",
        records=list(records),
    )


def outcome():
    return SimpleNamespace(status="finished", metrics={"test/loss": 0.5}, summary={})


def console(width=80, height=30, encoding="utf-8"):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    return RichConsole(
        file=stream, width=width, height=height, force_terminal=True, color_system=None,
        legacy_windows=False,
    )  # fmt: skip


def last_frame(told, *, epochs=20, records=(), **of_console):
    """Return the lines of the frame that is left once a view was told some records."""
    rich = console(**of_console)
    with LiveView(rich) as view:
        view.started(plan(epochs, records))
        for each in told:
            view.epoch_ended(each, best=each.pop("best", False))
        view.ended(outcome())
    rich.file.flush()
    text = rich.file.buffer.getvalue().decode(rich.file.encoding)
    frame = text.rpartition("\x1b[1A\x1b[2K")[2]
    return frame.replace("\x1b[?25h", "").strip("\r\n").split("\n")


# --- the view ---


def test_the_last_epochs_are_shown_and_the_best():
    told = [record(epoch, 0.01 if epoch == 3 else 1.0, best=epoch == 3) for epoch in range(1, 21)]
    lines = last_frame(told, height=20)
    rows = [line.split() for line in lines if line.endswith(" 0.5 s")]
    assert rows[0][:2] == ["★", "3"]
    assert [row[0] for row in rows[1:]] == [str(epoch) for epoch in range(21 - len(rows) + 1, 21)]
    assert "⋮" in {line.strip() for line in lines}
    assert len(lines) < 20


@pytest.mark.parametrize("height", [8, 12, 16, 24, 60])
@pytest.mark.parametrize("width", [20, 40, 80, 160])
def test_a_frame_fits_any_terminal(width, height):
    told = [record(epoch, best=True) for epoch in range(1, 21)]
    lines = last_frame(told, width=width, height=height)
    assert max(map(len, lines)) <= width
    assert len(lines) <= max(height, 9)


def test_a_resumed_run_shows_what_was_before():
    before = [record(epoch, 1 + abs(epoch - 4)) for epoch in range(1, 9)]
    lines = last_frame([record(9, 5.0)], records=before)
    marked = [line.split()[1] for line in lines if line.startswith("★")]
    assert marked == ["4"]
    assert any(line.split()[:1] == ["9"] for line in lines)


def test_a_terminal_of_few_letters_gets_those():
    told = [record(epoch, best=True) for epoch in range(1, 5)]
    lines = last_frame(told, encoding="ascii")
    assert "".join(lines).isascii()
    assert any(line.startswith("*") for line in lines)


def test_an_epoch_that_was_not_evaluated_has_empty_cells():
    first, second = record(1), record(2)
    del second["validation/loss"], second["validation/accuracy"]
    lines = last_frame([first, second])
    rows = {line.split()[0]: line.split() for line in lines if line.endswith(" 0.5 s")}
    assert (len(rows["1"]), len(rows["2"])) == (8, 6)


def test_frames_are_seldom_and_take_little_of_the_time(monkeypatch):
    """By a clock of our own: a step takes 1 ms, a frame 5 ms."""
    now, frames = [0.0], []

    def draw(story, rich):
        now[0] += 0.005
        frames.append(now[0])
        return ""

    monkeypatch.setattr(train_live, "perf_counter", lambda: now[0])
    monkeypatch.setattr(train_live, "frame", draw)
    with LiveView(console()) as view:
        view.started(plan(epochs=10**6))
        for step in range(10_000):
            now[0] += 0.001
            view.stepped(Moment(1, step, step, 1.0, now[0]))
        view.ended(outcome())
    gaps = [after - before for before, after in pairwise(frames[:-1])]
    assert min(gaps) >= 0.005 / train_live.SHARE
    assert 30 < len(frames) < 8 * now[0]


def test_a_view_that_is_left_by_an_error_gives_the_terminal_back():
    rich = console()
    with suppress(ZeroDivisionError), LiveView(rich) as view:
        view.started(plan())
        _ = 1 / 0
    rich.file.flush()
    assert rich.file.buffer.getvalue().count(b"\x1b[?25h") == 1


def test_columns_go_from_the_least_that_matters():
    columns = [columns_that_fit(record(1), "validation/loss", width) for width in range(0, 100, 5)]
    assert columns[0] == []
    assert columns[-1] == [
        "epoch", "train/loss", "train/accuracy", "validation/loss", "validation/accuracy", "lr",
        "seconds",
    ]  # fmt: skip
    for fewer, more in pairwise(columns):
        assert set(fewer) <= set(more)
    for width, names in zip(range(0, 100, 5), columns, strict=True):
        assert sum(column_width(name) + 2 for name in names) <= width


# --- curves and numbers ---


@pytest.mark.parametrize("letters", [BLOCKS, ASCII])
def test_a_curve_goes_from_the_bottom_to_the_top(letters):
    values = [10.0**place for place in range(8)]
    assert sparkline(values, 8, letters=letters) == letters
    assert sparkline(values[::-1], 8, letters=letters) == letters[::-1]


def test_a_long_curve_is_averaged_and_keeps_its_ends():
    values = [math.exp(-place / 100) for place in range(1000)]
    curve = sparkline(values, 40)
    assert len(curve) == 40
    assert curve[0] == BLOCKS[-1]
    assert curve[-1] == BLOCKS[0]
    assert list(curve) == sorted(curve, reverse=True)


def test_curves_share_a_scale():
    high, low = [100.0, 100.0], [1.0, 1.0]
    bounds = bounds_of(high, low)
    assert bounds == (1.0, 100.0)
    assert sparkline(high, 10, bounds) == BLOCKS[-1] * 2
    assert sparkline(low, 10, bounds) == BLOCKS[0] * 2


@pytest.mark.parametrize("values", [[], [math.nan], [0.0, -1.0], [math.inf]])
def test_what_cannot_be_drawn_is_left_out(values):
    assert sparkline(values, 10) == ""
    assert bounds_of(values) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5000"),
        (12.0, "12.0000"),
        (-999.99994, "-999.9999"),
        (23456.7, "23,456.7"),
        (1.5e9, "1.500e+09"),
        (2e-6, "2.000e-06"),
        (0.0, "0"),
        (1234, "1,234"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "inf"),
    ],
)
def test_a_figure_is_short(value, text):
    assert figure(value) == text
    assert len(text) <= 9


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "0 ms"),
        (0.04, "40 ms"), (0.84, "0.8 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1:00 min"),
        (185, "3:05 min"), (3599.7, "1:00:00 h"), (3723, "1:02:03 h"), (90000, "25:00:00 h"),
    ],
)  # fmt: skip
def test_a_duration_is_said_as_people_do(seconds, text):
    assert duration(seconds) == text
