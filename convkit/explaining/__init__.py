"""Training made visible: a step with all its numbers, gradients through depth, a line that learns.

``explanation`` writes out one step of a small network, from ``stages`` (what it consists of),
``forward``, ``chain`` (the chain rule, path by path) and ``step`` (the update). ``gradients``
watches how gradients come through the layers while a network trains, ``comparison`` does so for
several networks, and ``perceptron`` follows a perceptron's line.
"""
