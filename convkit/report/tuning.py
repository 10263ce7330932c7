"""What a search found, in pictures and on a page (pictures: extra ``plot``)."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from convkit.files import atomic_write, refusals
from convkit.report.style import can_draw, look
from convkit.tuning.entry import Entry
from convkit.tuning.results import BEST, Results
from convkit.tuning.study import Study

PLOTS, PAGE = "plots", "report.html"

CAPTIONS = {
    "history": "What each trial reached, and the best so far.",
    "importance": "How much of the differences each key explains (PED-ANOVA).",
    "parallel": "Each trial is a line through its values.",
    "contour": "What the two most important keys lead to together.",
    "front": "Trials by their metrics; those that no other one beats in all are marked.",
}
"""Each picture's name, and what it shows."""

FEWEST = 2
"""Trials that there is something to draw of."""

MOST_ROWS = 200


def write_report(results: Results, study: Study, folder: Path) -> list[Path]:
    """Write the pictures and the page into a study's folder; return the files.

    Without matplotlib there is the page alone, without pictures.

    Raises
    ------
    ConvkitError
        If the disk refuses.
    """
    plots = list(_draw(results, study, folder / PLOTS)) if can_draw() else []
    page = folder / PAGE
    with atomic_write(page, force=True) as stream:
        stream.write(_page(results, folder, plots).encode())
    return [*plots, page]


# --- pictures ---


def _draw(results: Results, study: Study, folder: Path) -> Iterator[Path]:
    """Draw what can be drawn of the trials, with Optuna's own plots."""
    if len(results.complete) < FEWEST:
        return
    with refusals("make", folder):
        folder.mkdir(parents=True, exist_ok=True)
    import matplotlib

    # No window is opened, whatever the machine has.
    matplotlib.use("Agg")
    from matplotlib import pyplot

    for name, draw in _drawings(results, study).items():
        path = folder / f"{name}.png"
        # Logarithmic axes are labelled in the language of mathematics, which `look` turns off.
        mathematics = matplotlib.rc_context({"text.parse_math": True})
        with look(), mathematics, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            axes = draw()
            figure = _figure(axes)
            figure.set_size_inches(8, 5)
            with atomic_write(path, force=True) as stream:
                figure.savefig(stream, format="png", dpi=110, bbox_inches="tight")
            pyplot.close("all")
        yield path


def _figure(axes: Any) -> Any:
    """Return the figure of some axes, or of an array of them."""
    return axes.flat[0].figure if hasattr(axes, "flat") else axes.figure


def _drawings(results: Results, study: Study) -> dict[str, Callable[[], Any]]:
    """Return what draws each picture: only what the trials are enough for."""
    from optuna.visualization import matplotlib as draw

    drawn, names = study.trials_drawn, list(results.plan.tuning.metrics)
    if len(names) > 1:
        if len(names) > 3:
            return {}
        return {"front": lambda: draw.plot_pareto_front(drawn, target_names=names)}
    drawings: dict[str, Callable[[], Any]] = {
        "history": lambda: draw.plot_optimization_history(drawn, target_name=names[0]),
        "parallel": lambda: draw.plot_parallel_coordinate(drawn, target_name=names[0]),
    }
    important = importances(results, study)
    if len(important) > 1:
        from optuna.importance import PedAnovaImportanceEvaluator

        drawings["importance"] = lambda: draw.plot_param_importances(
            drawn, evaluator=PedAnovaImportanceEvaluator(), target_name=names[0]
        )
        if find_spec("scipy") is None:  # of which Optuna's contours are made
            return drawings
        first_two = list(important)[:2]
        drawings["contour"] = lambda: draw.plot_contour(
            drawn, params=first_two, target_name=names[0]
        )
    return drawings


def importances(results: Results, study: Study) -> dict[str, float]:
    """Return how much of the differences each key explains, the most important first.

    Of the keys that every complete trial has; by PED-ANOVA (Watanabe, Bansal and Hutter 2023),
    nothing where there are too few trials or several metrics.
    """
    if len(results.complete) < 4 or len(results.plan.directions) > 1:
        return {}
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    always = [
        key
        for key in results.plan.tuning.search
        if all(key in entry.values for entry in results.complete)
    ]
    if not always:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = get_param_importances(
            study.trials_drawn, evaluator=PedAnovaImportanceEvaluator(), params=always
        )
    return {key: float(share) for key, share in found.items()}


# --- the page ---

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
th, td { padding: 0.25rem 0.8rem 0.25rem 0; text-align: left; border-bottom: 1px solid #e4e4e4; }
tr.best { font-weight: 600; } img { max-width: 100%; } figure { margin: 1.5rem 0; }
figcaption, .faint { color: #767676; } pre { background: #f6f6f6; padding: 1rem; overflow: auto; }
"""


def _page(results: Results, folder: Path, plots: Sequence[Path]) -> str:
    """Return the page as HTML that needs no other file."""
    tuning = results.plan.tuning
    document = results.document()
    counts = ", ".join(f"{count} {state}" for state, count in document["counts"].items() if count)
    goals = zip(results.plan.directions, tuning.metrics, strict=True)
    goal = ", ".join(f"{direction} {metric}" for direction, metric in goals)
    best = folder / BEST
    config = best.read_text("utf-8") if results.best() and best.exists() else "no trial ended"
    pictures = "".join(map(_picture, plots))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(tuning.name)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(tuning.name)}</h1>\n"
        f"<p>{escape(tuning.method)} search to {escape(goal)}; trials: {escape(counts)}.</p>\n"
        f"<h2>The best</h2>\n<pre>{escape(config)}</pre>\n{pictures}"
        f"<h2>Trials</h2>\n{_table(results)}\n</body>\n</html>\n"
    )


def _picture(path: Path) -> str:
    content = base64.b64encode(path.read_bytes()).decode()
    caption = escape(CAPTIONS[path.stem])
    return (
        f'<figure><img alt="{caption}" src="data:image/png;base64,{content}">'
        f"<figcaption>{caption}</figcaption></figure>\n"
    )


def _table(results: Results) -> str:
    tuning = results.plan.tuning
    keys = list(tuning.search)
    best = results.best()
    others = [entry for entry in results.entries if entry.state != "complete"]
    entries = [*results.ranked(), *others]
    head = "".join(f"<th>{escape(name)}</th>" for name in ("", *tuning.metrics, *keys, "state"))
    rows = "".join(
        _row(entry, len(tuning.metrics), keys, best=entry in best) for entry in entries[:MOST_ROWS]
    )
    more = len(entries) - MOST_ROWS
    left_out = f'<p class="faint">and {more:,} more: trials.json has all.</p>' if more > 0 else ""
    return f"<table>\n<tr>{head}</tr>\n{rows}</table>{left_out}"


def _row(entry: Entry, metrics: int, keys: Sequence[str], *, best: bool) -> str:
    results = entry.results if entry.results is not None else (None,) * metrics
    cells: list[Any] = [
        entry.number,
        *("" if value is None else f"{value:.6g}" for value in results),
    ]
    cells += [_cell(entry.values.get(key)) for key in keys]
    state = entry.state if entry.state == "complete" else f"{entry.state}: {entry.reason}"
    said = "".join(f"<td>{escape(str(cell))}</td>" for cell in [*cells, state])
    return f'<tr class="best">{said}</tr>\n' if best else f"<tr>{said}</tr>\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else json.dumps(value)
