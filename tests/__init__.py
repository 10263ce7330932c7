"""Tests of convkit; each file mirrors one of the package."""
