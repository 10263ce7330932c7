"""Plain data as YAML that reads as the same data, here and in every YAML 1.1 or 1.2 reader."""

from __future__ import annotations

from typing import Any

from convkit.experiment.spec.tree import scalar


def to_yaml(document: dict[str, Any]) -> str:
    """Return a document as YAML: keys in their order, mappings without others inside on one line.

    >>> print(to_yaml({"optimizer": {"name": "adam", "lr": 1e-3}, "seed": 1}), end="")
    optimizer: {name: adam, lr: 0.001}
    seed: 1
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quotes what would be read as something else than text; never writes aliases."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = None if isinstance(scalar(value), str) else "'"
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)

    Dumper.add_representer(str, text)
    return yaml.dump(
        document,
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=10_000,
    )
