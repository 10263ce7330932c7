"""Memory that is kept: the system is asked for the same pages once, not again and again."""

import platform
import subprocess
import sys

import pytest

from tests.cli.process import ROOT, environment

FAULTS = """
import resource
import numpy as np
from convkit.autograd import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        arrays = [np.ones(2**19) for _ in range(4)]
        del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

given_back = faults()
is_kept = keep_freed_memory()
faults()
print(given_back, is_kept, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc only")
def test_freed_memory_is_kept():
    output = subprocess.run(
        [sys.executable, "-c", FAULTS],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        check=True,
    ).stdout.split()
    before, kept, after = int(output[0]), output[1] == "True", int(output[2])
    assert kept
    # 20 times 16 MiB are some 80,000 pages of 4 KiB, unless the system hands out larger ones.
    assert before > 1000
    assert after < before / 20
