"""The JSON Schema of experiments, with which editors complete and check them."""

from __future__ import annotations

from convkit.experiment.spec.catalogue import Catalogue, catalogue
from convkit.experiment.spec.kinds import Schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(*, choices: Catalogue | None = None) -> Schema:
    """Return the JSON Schema (draft 2020-12) of what can be written, in short and in long form.

    Parameters
    ----------
    choices : Catalogue, optional
        What there is to choose from; all of convkit's by default.
    """
    definitions: dict[str, Schema] = {}
    experiment = (choices or catalogue()).experiment.signature
    return {
        "$schema": DRAFT,
        "title": "convkit experiment",
        **experiment.schema(definitions),
        "$defs": definitions,
    }
