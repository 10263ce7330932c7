"""Does this installation compute what it should? ``checks`` lists what is tried, and tries it.

``installation`` looks at what is installed, ``calculation`` at single results, ``training`` at a
whole small training.
"""
