"""What an experiment says: reading its YAML, describing what can be written, making its parts."""

from convkit.experiment.spec.building import (
    build_augmentations,
    build_family,
    build_layers,
    build_loss,
    build_model,
    build_optimizer,
    build_tuning,
    check_layers,
    load_data,
    locating,
)
from convkit.experiment.spec.catalogue import Catalogue, catalogue
from convkit.experiment.spec.choice import Choice
from convkit.experiment.spec.expectations import Expectation, Unmet, check_expectations
from convkit.experiment.spec.json_schema import json_schema
from convkit.experiment.spec.model import Model, Replacement, is_weights_file
from convkit.experiment.spec.overrides import Override
from convkit.experiment.spec.problems import LocatedError, SpecError
from convkit.experiment.spec.reading import Resolved, experiment_from_document, read_experiment
from convkit.experiment.spec.schema import Checkpoint, EarlyStopping, Experiment, Trainer
from convkit.experiment.spec.tables import Table
from convkit.experiment.spec.templates import TEMPLATES, template
from convkit.experiment.spec.writing import to_yaml

__all__ = [
    "TEMPLATES",
    "Catalogue",
    "Checkpoint",
    "Choice",
    "EarlyStopping",
    "Expectation",
    "Experiment",
    "LocatedError",
    "Model",
    "Override",
    "Replacement",
    "Resolved",
    "SpecError",
    "Table",
    "Trainer",
    "Unmet",
    "build_augmentations",
    "build_family",
    "build_layers",
    "build_loss",
    "build_model",
    "build_optimizer",
    "build_tuning",
    "catalogue",
    "check_expectations",
    "check_layers",
    "experiment_from_document",
    "is_weights_file",
    "json_schema",
    "load_data",
    "locating",
    "read_experiment",
    "template",
    "to_yaml",
]
