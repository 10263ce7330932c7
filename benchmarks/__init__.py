"""How fast convkit is beside its peers.

In one process (`convolve`), as a process (`process`), and in training (`train`).

::

    pip install ".[bench]"
    python -m benchmarks.convolve --quick
    python -m benchmarks.process --quick
    python -m benchmarks.train --quick
"""
