"""Searching for settings: what is searched, how, by whom, and what was found (extra ``tune``).

Optuna proposes and remembers; here stands what of it an experiment needs.
"""
