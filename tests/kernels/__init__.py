"""Tests of convkit.kernels."""
