"""Tests of convkit.conv."""
