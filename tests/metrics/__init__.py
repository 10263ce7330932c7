"""Tests of convkit.metrics."""
