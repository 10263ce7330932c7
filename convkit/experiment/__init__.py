"""Experiments: what they say, the runs that they leave, training, and what comes after.

``spec`` reads an experiment, ``session`` trains it, ``run`` is the directory that it leaves.
"""
