"""Loops for numba, which the extra ``fast`` installs: their source, and how it is compiled.

The loops are written out tap by tap by the modules here, for kernels of one size, and compiled
when they are first needed. What is compiled is kept on disk.
"""
