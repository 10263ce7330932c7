"""Data to learn from: embedded, drawn and read; split, scaled and in batches."""

from convkit.data.augmentation import (
    AUGMENTATIONS,
    Augmentation,
    Mixed,
    Pipeline,
    Targets,
    misfits,
)
from convkit.data.batches import Batch, Batches
from convkit.data.dataset import Dataset
from convkit.data.folders import read_pictures
from convkit.data.npz import npz_inputs
from convkit.data.preprocessing import Preprocessing, Scaling
from convkit.data.sequences.series import windows
from convkit.data.source import Source
from convkit.data.splitting import Shares, Splits, split
from convkit.data.table import DATASETS
from convkit.data.tabular import table_inputs

__all__ = [
    "AUGMENTATIONS",
    "DATASETS",
    "Augmentation",
    "Batch",
    "Batches",
    "Dataset",
    "Mixed",
    "Pipeline",
    "Preprocessing",
    "Scaling",
    "Shares",
    "Source",
    "Splits",
    "Targets",
    "misfits",
    "npz_inputs",
    "read_pictures",
    "split",
    "table_inputs",
    "windows",
]
