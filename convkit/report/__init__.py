"""What runs have to show: ``listing`` and ``beside`` make rows of them, ``plots`` pictures.

The pictures of one run: ``curves`` over epochs, the ``confusion`` matrix, the ``weights`` of the
first layer and ``samples`` of what it predicts; ``style`` is what all of them share. They need
matplotlib (extra ``plot``), which is loaded only when something is drawn. ``pictures`` needs none:
it lays samples side by side, pixel by pixel.
"""
