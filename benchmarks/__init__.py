"""How fast convkit is beside its peers: in one process (`convolve`), and as one (`process`).

::

    pip install ".[bench]"
    python -m benchmarks.convolve --quick
    python -m benchmarks.process --quick
"""
