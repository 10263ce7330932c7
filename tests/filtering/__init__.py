"""Tests of convkit.filtering."""
