"""``convkit convolve``: kernels over images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convkit.cli.command import ANSWER_IS_NO, command
from convkit.cli.console import Console, Table
from convkit.cli.convolve_options import (
    EngineOptions,
    GeometryOptions,
    LookOptions,
    OperatorOptions,
    build_filter,
)
from convkit.cli.convolve_output import OutputOptions, ShowOptions
from convkit.errors import ConvkitError
from convkit.geometry import parse_pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from convkit.cli.preview import Screen
    from convkit.filtering import Failed, Filter, Job, Settings
    from convkit.images import Found


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "convolve")(convolve)


def convolve(
    console: Console,
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT", help="Images, .npy, .csv, globs, folders; - is standard input."
        ),
    ],
    what: OperatorOptions,
    where: GeometryOptions,
    look: LookOptions,
    engine: EngineOptions,
    output: OutputOptions,
    show: ShowOptions,
) -> int | None:
    """Slide a kernel over images, multiply element by element and sum.

    An edge kernel gives a grey edge map, a smoothing one keeps colour; the result goes to a PNG
    in the working folder, named after input and kernel. A .csv matrix goes to standard output.

    \b
    Examples:
      convkit convolve sample_images/landscape.png --kernel sobel-h --pad 1
      convkit convolve sample_images/shapes.png --pair sobel --pad same -o edges.png
      convkit convolve sample_images/matrix-5x5.csv -k "-1 0 1; -1 0 1; -1 0 1" --trace 1,1
    """
    from convkit.images import expand

    if "-" in inputs and "-" in what.kernel:
        raise ConvkitError(
            "standard input can't be both the image and the kernel", "name a file for one of them"
        )
    settings = output.settings()
    chosen = build_filter(what, where, engine, look).limited(settings.max_pixels)
    found = expand(inputs, recursive=output.recursive)
    _explain_same(console, chosen)
    if show.trace is not None:
        _check_trace(found, output, show)
        _trace(console, str(found[0].path), chosen, settings, show.trace)
        return None
    operator = chosen.operator
    jobs = output.destination().jobs(found, operator.name, operator.map_names)
    _check_standard_output(console, jobs)
    outcomes = _run(console, jobs, chosen, settings, engine, show)
    done = [outcome for outcome in outcomes if isinstance(outcome, Summary)]
    failed = [outcome for outcome in outcomes if not isinstance(outcome, Summary)]
    _report(console, done, failed)
    if engine.explain:
        _explain_plans(console, done)
    if show.time:
        _report_times(console, done)
    return ANSWER_IS_NO if failed else None


def _check_standard_output(console: Console, jobs: list[Job]) -> None:
    if not any(job.to_standard_output for job in jobs):
        return
    if console.as_json:
        raise ConvkitError(
            "--json and the result can't share standard output", "name a file with -o"
        )
    if console.stdout.isatty() and jobs[0].suffix != ".csv":
        raise ConvkitError(
            "standard output is a terminal, which can't show a picture",
            "redirect it, or name a file with -o; --preview draws it",
        )


@dataclass(frozen=True)
class Summary:
    """What is kept of a job once its pixels are written."""

    job: Job
    records: list[dict[str, Any]]
    warnings: list[str]
    seconds: dict[str, float]
    picture: str


def _run(
    console: Console,
    jobs: list[Job],
    chosen: Filter,
    settings: Settings,
    engine: EngineOptions,
    show: ShowOptions,
) -> Sequence[Summary | Failed]:
    from convkit.cli.preview import Screen
    from convkit.filtering import run_batch
    from convkit.processes import Workers, executor_for, threads
    from convkit.workers import default_threads

    screen = Screen.of(console.stderr) if show.preview else None
    if engine.cluster is None and len(jobs) == 1:
        return [_summary(jobs[0], chosen, settings, screen)]
    if engine.cluster is None:
        pool = threads(min(len(jobs), chosen.geometry.threads or default_threads()))
    else:
        jobs = [job.absolute() for job in jobs]
        # Whether files exist was looked at; one may be there by a worker that then died.
        settings = replace(settings, force=True)
        pool = executor_for(Workers(len(jobs), engine.cluster))
    # Several images at once keep the cores busy; each needs no threads of its own.
    work = partial(_summary, chosen=chosen.with_threads(1), settings=settings, screen=screen)
    with pool as executor, _progress(console, len(jobs)) as advance:
        return run_batch(jobs, work, executor, progress=advance)


def _summary(job: Job, chosen: Filter, settings: Settings, screen: Screen | None) -> Summary:
    from convkit.cli.preview import side_by_side
    from convkit.filtering import run_job

    done = run_job(job, chosen, settings)
    picture = ""
    if screen is not None:
        picture = side_by_side([done.before, *(each.picture for each in done.maps)], screen)
    return Summary(job, done.records(chosen), done.warnings(), done.stopwatch.seconds, picture)


def _report(console: Console, done: list[Summary], failed: list[Failed]) -> None:
    for summary in done:
        if summary.picture:
            console.stderr.write(summary.picture)
        for warning in summary.warnings:
            console.warning(warning)
    records = [record for summary in done for record in summary.records]
    if console.as_json:
        failures = [
            {"input": each.job.source, "error": each.error.message, "hint": each.error.hint}
            for each in failed
        ]
        console.json({"results": records, "failures": failures})
    shown = [record for record in records if record["output"] != "-"]
    if shown and not console.as_json:
        console.table(_table(shown))
    for record in records:
        console.detail(_decided(record))
        if record["output"] == "-" and record["clipped"]:
            console.note(f"{record['clipped']:,} samples of '{record['input']}' were clipped")
    for each in failed:
        named = each.job.source in each.error.message
        where = "" if named else f"{each.job.source}: "
        console.error(f"{where}{each.error.message}", each.error.hint)
    if len(done) + len(failed) > 1:
        console.note(f"{len(done)} of {len(done) + len(failed)} inputs done, {len(failed)} failed")


COLUMNS = ("input", "output", "kernel", "operation", "in", "out", "map", "min", "max", "clipped")


def _table(records: list[dict[str, Any]]) -> Table:
    def row(record: dict[str, Any]) -> list[Any]:
        return [
            record["input"],
            record["output"],
            record["kernel"],
            "convolution" if record["flipped"] else "correlation",
            _size(record["shape_in"]),
            _size(record["shape_out"]),
            record["map"],
            record["min"],
            record["max"],
            record["clipped"],
        ]

    return Table(COLUMNS, [row(record) for record in records], said_once=COLUMNS[2:7])


def _decided(record: dict[str, Any]) -> str:
    pads, stride, dilation = (
        ",".join(map(str, record[name])) for name in ("pad", "stride", "dilation")
    )
    return (
        f"{record['input']}: strategy {record['strategy']}, pads {pads} of {record['pad_mode']} "
        f"(top, bottom, left, right), stride {stride}, dilation {dilation} (y, x)"
    )


def _size(shape: list[int]) -> str:
    return "x".join(map(str, shape))


def _report_times(console: Console, done: list[Summary]) -> None:
    phases: dict[str, float] = {}
    for summary in done:
        for phase, seconds in summary.seconds.items():
            phases[phase] = phases.get(phase, 0.0) + seconds
    total = sum(phases.values())
    parts = ", ".join(
        f"{phase} {1000 * seconds:.1f} ms ({seconds / total:.0%})"
        for phase, seconds in phases.items()
    )
    if parts:
        console.say(f"time: {parts}, together {1000 * total:.1f} ms")


def _explain_plans(console: Console, done: list[Summary]) -> None:
    for summary in done:
        for record in summary.records:
            console.say(f"{record['input']}, {record['kernel']}: estimated work a sample, one core")
            for name, cost in record["candidates"].items():
                taken = " <- taken" if name == record["strategy"] else ""
                console.say(f"  {name:<10} {cost:8.2f} ns{taken}")


def _explain_same(console: Console, chosen: Filter) -> None:
    geometry = chosen.geometry
    if geometry.pad != "same" or geometry.stride == (1, 1):
        return
    if geometry.same_rule == "tf":
        console.note("same with a stride: TensorFlow's rule, only what the last window needs")
    else:
        console.note(
            "same with a stride: d(k-1) pixels in all, as without a stride; "
            "--same-rule tf gives the same size on other pixels"
        )


@contextmanager
def _progress(console: Console, total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on stderr, if that is a terminal."""
    if console.quiet or not console.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console.rich_stderr(), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


def _check_trace(found: list[Found], output: OutputOptions, show: ShowOptions) -> None:
    if len(found) != 1:
        raise ConvkitError(f"a trace follows one input, not {len(found)}", "name one")
    if output.output or output.out_dir or show.preview or show.time:
        raise ConvkitError(
            "a trace writes no file and draws no preview",
            "leave out --output, --out-dir, --preview and --time",
        )


def _trace(
    console: Console, source: str, chosen: Filter, settings: Settings, position: str
) -> None:
    from convkit.cli.trace_view import show_trace
    from convkit.filtering.outputs import default_suffix
    from convkit.filtering.trace import trace
    from convkit.images import read

    at = parse_pair(position, "trace", least=0)
    suffix = default_suffix(source)
    picture = read(source, max_pixels=settings.max_pixels)
    show_trace(console, trace(chosen, picture, at, suffix), picture, chosen)
