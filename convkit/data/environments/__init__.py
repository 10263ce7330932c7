"""Environments: worlds in which an agent observes, acts, and is rewarded."""
