"""Sequences: tasks that need a memory, and series of numbers whose future is asked for."""
