"""Data sets of texts: streams of symbols to go on with, and pairs to translate."""
