"""Random numbers of a run: one generator for each purpose, derived from the seed.

What one purpose draws never shifts what another one gets, and what an epoch draws doesn't depend
on the epochs before it, so that a resumed run finds its numbers again.
"""

from __future__ import annotations

from numpy.random import PCG64, Generator, SeedSequence

PURPOSES = {
    "weights": 0,
    "batches": 1,
    "noise": 2,
    "augment": 3,
    "evaluation": 4,
    "acting": 5,
    "latents": 6,
    "generation": 7,
}
"""The number that stands for each purpose. Changing one changes every result: append only.

``weights`` draws initial weights, ``batches`` an epoch's order, ``noise`` what layers such as
dropout draw while training, ``augment`` how a batch is changed, ``evaluation`` what a measure
draws: each time the same, ``acting`` what agents do by chance, and how their episodes begin,
``latents`` the codes that a generator makes samples of while it learns,
``generation`` what is made by chance once training is over.
"""


def generator(seed: int, purpose: str, *counters: int) -> Generator:
    """Return the generator of a purpose, independent of all others.

    Parameters
    ----------
    seed : int
        Of the experiment, at least 0.
    purpose : str
        A key of :data:`PURPOSES`.
    *counters : int
        Tell repetitions apart, such as the number of the epoch.

    Notes
    -----
    A :class:`numpy.random.SeedSequence` with the purpose and the counters as its spawn key.
    """
    return Generator(PCG64(SeedSequence(seed, spawn_key=(PURPOSES[purpose], *counters))))
