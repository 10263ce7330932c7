"""Time training beside PyTorch: the same network, the same batches, the same initial weights.

A step is forward, loss, backward and update; a whole job is a process from its start to its end.
All cases together take an hour or two, most of it for the whole jobs of the slowest.

Examples:
  python -m benchmarks.train --quick
  python -m benchmarks.train --parts step --only digits
  python -m benchmarks.train --only adding-lstm --rounds 3
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.goals import TRAINING_GOALS, with_goals
from benchmarks.machine import describe_machine, thread_environment, versions
from benchmarks.options import parse, shared_parser
from benchmarks.programs import ROOT
from benchmarks.report import Report, results_table
from benchmarks.results import Result
from benchmarks.training.cases import CASES, Case
from convkit.cli.console import Console

PARTS = ("step", "whole job")

QUICK = {"rounds": 3, "seconds": 3.0}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for, and report it."""
    options = _parse(arguments)
    if find_spec("torch") is None:
        raise SystemExit("PyTorch is not installed: pip install torch")
    console = Console()
    with TemporaryDirectory() as name:
        folder = Path(name)
        # Before anything reads them.
        os.environ.update(_environment(options.threads, folder))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        results = with_goals(_time(console, options, folder), TRAINING_GOALS)
    if not results:
        raise SystemExit(f"no case matches '{options.only}'")
    report = Report(
        "train",
        "convkit beside PyTorch, training",
        _facts(options),
        [results_table(results, "Steps and whole jobs")],
        {"results": [result.document() for result in results]},
    )
    report.show(console)
    for path in report.write(options.out):
        console.note(f"wrote {path}")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = shared_parser("train", __doc__, rounds=15)
    parser.set_defaults(seconds=60)
    words = ", ".join(PARTS)
    parser.add_argument(
        "--parts", nargs="+", default=PARTS, choices=PARTS, metavar="PART", help=f"of: {words}"
    )
    return parse(parser, arguments, QUICK)


def _environment(threads: int, folder: Path) -> dict[str, str]:
    """Return what makes everybody's processes alike: threads, and bytecode as if installed."""
    paths = (str(ROOT), os.environ.get("PYTHONPATH", ""))
    return thread_environment(threads) | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }


def _time(console: Console, options: argparse.Namespace, folder: Path) -> Iterator[Result]:
    for case in CASES:
        parts = [
            part
            for part in PARTS
            if part in options.parts and fnmatch(f"{part} {case.name}", f"*{options.only}*")
        ]
        for result in _compare(case, parts, options, folder) if parts else ():
            console.note(f"{result.case}: {result.in_words}")
            yield result


def _compare(
    case: Case, parts: Sequence[str], options: argparse.Namespace, folder: Path
) -> Iterator[Result]:
    """Yield a result for each part beside each of PyTorch's ways."""
    # Here, since all of them read the environment.
    import torch
    from threadpoolctl import threadpool_limits

    from benchmarks.training.prepared import prepare
    from benchmarks.training.steps import compare_steps
    from benchmarks.training.whole_jobs import compare_jobs

    torch.set_num_threads(options.threads)
    # NumPy is loaded already: its BLAS has read an older environment.
    threadpool_limits(options.threads, user_api="blas")
    prepared = prepare(case, folder)
    compare = {"step": compare_steps, "whole job": compare_jobs}
    size = f"batch {prepared.recipe['batch_size']}"
    for part in parts:
        for peer, figures in compare[part](
            prepared, rounds=options.rounds, seconds=options.seconds
        ):
            yield Result(part, case.name, 0, size, prepared.shape, "convkit", peer, **figures)


def _facts(options: argparse.Namespace) -> dict[str, Any]:
    """Return what belongs to every figure: machine, versions, settings."""
    return {
        "machine": describe_machine(),
        "versions": versions({"convkit": "convkit", "NumPy": "numpy", "PyTorch": "torch"}),
        "threads on each side": options.threads,
        "rounds at most": options.rounds,
        "step": "forward, loss, backward, Adam's update (of a GAN's two networks, of an agent what "
        "it learns from a batch); ten steps have the same losses first",
        "whole job": "reading or drawing data, all epochs, the test part, saving; eager",
        "on PyTorch's side": "data are drawn and split already; nothing is measured while it "
        "learns but the validation part, and no text is written freely; the agent's world is "
        "convkit's",
        "PyTorch tuned": "channels_last and Adam(fused=True)",
        "note": "a figure of the test part, ours / PyTorch's",
    }


if __name__ == "__main__":
    main()
