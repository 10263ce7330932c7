"""Tests of convkit.cli."""
