"""Time whole processes, from file to file: convkit's command line beside other programs.

Examples:
  python -m benchmarks.process --quick
  python -m benchmarks.process --parts files --only 2160x3840
  python -m benchmarks.process --parts memory
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.batch import compare_batch
from benchmarks.files import compare_files
from benchmarks.goals import PROCESS_GOALS, with_goals
from benchmarks.machine import describe_machine, thread_environment, versions
from benchmarks.memory import Peak, measure_peaks, peak_table
from benchmarks.options import at_least_one, parse, shared_parser
from benchmarks.programs import PROGRAMS, ROOT, installed
from benchmarks.report import Report, results_table
from benchmarks.results import Result
from convkit.cli.console import Console

PARTS = {"files": compare_files, "batch": compare_batch}
"""What is timed; the part ``memory`` is counted."""

QUICK = {"sizes": [(512, 512)], "rounds": 3, "images": 8, "side": 4000}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for, and report it."""
    options = _parse(arguments)
    os.environ.update(thread_environment(options.threads))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    )
    console = Console()
    peers = installed()
    for program in PROGRAMS:
        if program.name not in peers:
            console.note(f"{program.name} is not installed and left out")
    with TemporaryDirectory() as name:
        results = with_goals(_time(console, options, Path(name)), PROCESS_GOALS)
        peaks = list(_weigh(console, options, Path(name)))
    if not results and not peaks:
        raise SystemExit(f"no case matches '{options.only}'")
    report = Report(
        "process",
        "convkit beside its peers, as whole processes",
        _facts(options, peers),
        [peak_table(peaks), results_table(results, "From file to file")],
        {
            "results": [result.document() for result in results],
            "peaks": [asdict(peak) | {"reached": peak.reached} for peak in peaks],
        },
    )
    report.show(console)
    for path in report.write(options.out):
        console.note(f"wrote {path}")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = shared_parser("process", __doc__, rounds=11, sizes=[(512, 512), (2160, 3840)])
    parts = [*PARTS, "memory"]
    add = parser.add_argument
    words = ", ".join(parts)
    add("--parts", nargs="+", default=parts, choices=parts, metavar="PART", help=f"of: {words}")
    add("--images", type=at_least_one, default=200, metavar="N", help="in the batch (200)")
    add(
        "--side",
        type=at_least_one,
        default=20_000,
        metavar="N",
        help="of the large image whose memory is measured (20000)",
    )
    return parse(parser, arguments, QUICK)


def _time(console: Console, options: argparse.Namespace, folder: Path) -> Iterator[Result]:
    for part, compare in PARTS.items():
        if part not in options.parts:
            continue
        for result in compare(options, folder):
            console.note(f"{result.case} {result.picture} {result.size}: {result.in_words}")
            yield result


def _weigh(console: Console, options: argparse.Namespace, folder: Path) -> Iterator[Peak]:
    if "memory" not in options.parts:
        return
    for peak in measure_peaks(options, folder):
        console.note(f"{peak.case} {peak.size}: {peak.extra:.0f} MiB beside input and output")
        yield peak


def _facts(options: argparse.Namespace, peers: Mapping[str, str]) -> dict[str, Any]:
    """Return what belongs to every figure: machine, versions, settings."""
    return {
        "machine": describe_machine(),
        "versions": versions({"convkit": "convkit", "NumPy": "numpy"}) | dict(peers),
        "threads on each side": options.threads,
        "rounds at most": options.rounds,
        "images": "photo-like noise (1/f spectrum, sensor noise), as PNG 4 to 5 bits a sample",
        "note": "size of the files written, ours / the peer's",
        "files": "in the page cache; every process starts anew and writes its result",
    }


if __name__ == "__main__":
    main()
