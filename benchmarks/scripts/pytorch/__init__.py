"""The systems as PyTorch's users write them, each made of a recipe."""

from benchmarks.scripts.pytorch.agent import PPO
from benchmarks.scripts.pytorch.coding import VAE, Autoencoder
from benchmarks.scripts.pytorch.gan import GAN
from benchmarks.scripts.pytorch.language_model import LanguageModel
from benchmarks.scripts.pytorch.supervised import Supervised
from benchmarks.scripts.pytorch.translation import Seq2Seq, Transformer

SYSTEMS = {
    "supervised": Supervised,
    "language_model": LanguageModel,
    "autoencoder": Autoencoder,
    "vae": VAE,
    "gan": GAN,
    "seq2seq": Seq2Seq,
    "transformer": Transformer,
    "ppo": PPO,
}
"""Name of a family -> its system."""
