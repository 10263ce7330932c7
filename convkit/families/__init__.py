"""Kinds of systems that can be trained: how each learns from a batch, and what it answers.

``base`` says what a family is, ``network`` holds what those that are networks with a loss share.
"""

from convkit.families.abilities import FineTunes
from convkit.families.agents import A2C, DQN, PPO, Agent, Reinforce
from convkit.families.autoencoder import Autoencoder
from convkit.families.base import Answers, Blueprint, Course, Family
from convkit.families.descent import Descent
from convkit.families.divergence import DivergedError, Origin
from convkit.families.finetuning import FineTuning
from convkit.families.gan import GAN
from convkit.families.language_model import LanguageModel
from convkit.families.measures import (
    FIGURES,
    METRICS,
    WEIGHT_METRICS,
    Metric,
    confusion_matrix,
    grows,
)
from convkit.families.misfit import MisfitError
from convkit.families.naming import owned, within
from convkit.families.perceptron import Perceptron
from convkit.families.randomness import generator
from convkit.families.separation import Separation, separate
from convkit.families.signature import Signature
from convkit.families.supervised import Supervised
from convkit.families.translators import Seq2Seq, Transformer
from convkit.families.vae import VAE

FAMILIES: dict[str, type[Family]] = {
    family.name: family
    for family in (
        Supervised,
        Perceptron,
        Descent,
        LanguageModel,
        Seq2Seq,
        Transformer,
        Autoencoder,
        VAE,
        GAN,
        DQN,
        Reinforce,
        A2C,
        PPO,
    )
}
"""Name in a YAML file -> family."""

__all__ = [
    "A2C",
    "DQN",
    "FAMILIES",
    "FIGURES",
    "GAN",
    "METRICS",
    "PPO",
    "VAE",
    "WEIGHT_METRICS",
    "Agent",
    "Answers",
    "Autoencoder",
    "Blueprint",
    "Course",
    "Descent",
    "DivergedError",
    "Family",
    "FineTunes",
    "FineTuning",
    "LanguageModel",
    "Metric",
    "MisfitError",
    "Origin",
    "Perceptron",
    "Reinforce",
    "Separation",
    "Seq2Seq",
    "Signature",
    "Supervised",
    "Transformer",
    "confusion_matrix",
    "generator",
    "grows",
    "owned",
    "separate",
    "within",
]
