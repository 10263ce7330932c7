"""Experiments that are trained in a moment, or that never end."""

TINY = """\
name: tiny
data: {name: moons, samples: 120, validation: 0.2, test: 0.2}
model:
  - dense: 8
  - tanh
  - dense: 1
loss: binary_cross_entropy_with_logits
optimizer: {name: adam, lr: 0.05}
trainer: {epochs: 4, batch_size: 16}
seed: 1
"""

LONG = TINY.replace("epochs: 4", "epochs: 100000").replace("name: tiny", "name: long")
