"""Time convkit's convolution beside OpenCV, SciPy, scikit-image, PyTorch and Pillow.

All cases of one large image take about a quarter of an hour, most of it the slow peers'.

Examples:
  python -m benchmarks.convolve --quick
  python -m benchmarks.convolve --only "edge map*" --peers OpenCV
  python -m benchmarks.convolve --sizes 256 512 1024 2160x3840 8192 --kernels 3 7 15 31 63
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from types import ModuleType
from typing import Any

from benchmarks.comparison import compare
from benchmarks.goals import GOALS, measured_by_grey, with_goals
from benchmarks.jobs import Job, Way, all_jobs
from benchmarks.machine import describe_machine, thread_environment, versions
from benchmarks.options import odd, parse, shared_parser
from benchmarks.peers import PEERS, Peer, sort_out
from benchmarks.plot import plot_kernel_sizes
from benchmarks.report import Report, results_table, summary_table
from benchmarks.results import Result
from convkit.cli.console import Console

SIDES = (3, 5, 7, 9, 11, 15, 21, 31, 63)
QUICK = {"sizes": [(512, 512)], "kernels": [3, 9, 21], "rounds": 5}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for, and report it."""
    options = _parse(arguments)
    # Before convkit and its peers are loaded: some read it only then.
    os.environ.update(thread_environment(options.threads))
    console = Console()
    peers, missing = sort_out(options.peers)
    for peer in missing:
        console.note(f"{peer.name} is not installed and left out: pip install {peer.installs}")
    results = measured_by_grey(with_goals(_measure(console, options, peers), GOALS))
    if not results:
        raise SystemExit(f"no case matches '{options.only}'")
    report = Report(
        "convolve",
        "convkit beside its peers, in one process",
        _facts(options, peers),
        [summary_table(results, "In short"), results_table(results, "Every case")],
        {"results": [result.document() for result in results]},
    )
    report.show(console)
    for path in (*report.write(options.out), *plot_kernel_sizes(results, options.out)):
        console.note(f"wrote {path}")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = shared_parser("convolve", __doc__, rounds=15, sizes=[(2160, 3840)])
    names = [peer.name for peer in PEERS]
    words = ", ".join(names)
    parser.add_argument(
        "--kernels", type=odd, nargs="+", default=SIDES, metavar="K", help="sizes, 3 to 63"
    )
    parser.add_argument(
        "--peers", nargs="+", default=names, choices=names, metavar="PEER", help=f"of: {words}"
    )
    return parse(parser, arguments, QUICK)


def _measure(
    console: Console, options: argparse.Namespace, peers: Sequence[Peer]
) -> Iterator[Result]:
    from benchmarks.peers import ours

    modules = {peer.name: peer.load() for peer in peers}
    for module in (ours, *modules.values()):
        module.limit_threads(options.threads)
    for job in all_jobs(options.sizes, options.kernels):
        if not fnmatch(job.name, f"*{options.only}*"):
            continue
        theirs = _ways_of_peers(job, modules)
        for result in compare(
            job,
            ours.WAYS[job.operation],
            theirs,
            rounds=options.rounds,
            seconds=options.seconds,
        ):
            console.note(f"{job.name}: {result.in_words}")
            yield result


def _ways_of_peers(job: Job, modules: Mapping[str, ModuleType]) -> list[Way]:
    return [
        way
        for name, module in modules.items()
        if name == "OpenCV" or job.is_for_everybody
        for way in module.WAYS.get(job.operation, ())
    ]


def _facts(options: argparse.Namespace, peers: Sequence[Peer]) -> dict[str, Any]:
    """Return what belongs to every figure: machine, versions, settings."""
    modules = {"convkit": "convkit", "NumPy": "numpy"} | {peer.name: peer.imports for peer in peers}
    return {
        "machine": describe_machine(),
        "versions": versions(modules),
        "threads on each side": options.threads,
        "rounds at most": options.rounds,
        "border": "reflect101 (dcb|abcd|cba), the output as large as the image",
        "image": "photo-like noise (1/f spectrum, sensor noise)",
    }


if __name__ == "__main__":
    main()
