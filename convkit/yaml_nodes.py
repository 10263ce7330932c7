"""The nodes of a YAML file: its text and lines, from which nothing can make an object or run code.

What a scalar means is left to who reads it: ``no`` and ``2024-01-01`` stay what was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convkit.errors import ConvkitError

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, ScalarNode, SequenceNode

    YamlNode = MappingNode | ScalarNode | SequenceNode


def compose(data: bytes, name: str) -> YamlNode | None:
    """Return the root of the one document in `data`, or None if there is nothing in it.

    Parameters
    ----------
    data : bytes
        UTF-8, with or without a byte order mark.
    name : str
        What messages call the file.

    Raises
    ------
    ConvkitError
        If it is no UTF-8, no YAML, more than one document, or nested too deeply.
    """
    import yaml

    try:
        root: Any = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except UnicodeDecodeError as error:
        raise ConvkitError(f"{name} is no text: byte {error.start} isn't UTF-8") from error
    except RecursionError as error:
        raise ConvkitError(f"{name} is nested too deeply") from error
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, name) from error
    except yaml.YAMLError as error:
        raise ConvkitError(f"{name}: no valid YAML: {' '.join(str(error).split())}") from error
    node: YamlNode | None = root
    return node


def _syntax_error(error: Any, name: str) -> ConvkitError:
    place = f"{name}:{error.problem_mark.line + 1}" if error.problem_mark else name
    said = f"{error.context or ''} {error.problem or ''}".strip()
    hint = next((hint for part, hint in _HINTS.items() if part in said), None)
    if "single document" in said:
        return ConvkitError(f"{place}: no valid YAML: a second document begins here", hint)
    return ConvkitError(f"{place}: no valid YAML: {error.problem or said}", hint)


_HINTS = {
    "character '\\t'": "indent with spaces, not with tabs",
    "single document": "a file holds one document: leave out the line '---'",
    "chomping or indentation": 'put a comparison in quotes, as ">=0.9"',
    "character '>'": 'put a comparison in quotes, as ">=0.9"',
    "character '@'": "put text that begins with '@' in quotes",
    "character '`'": "put text that begins with '`' in quotes",
    "character '%'": "put text that begins with '%' in quotes",
    "parsing a flow": "a '{' or '[' wants its '}' or ']', and a ',' between the entries",
    "mapping values are not allowed": "is a line before it indented otherwise, or a quote missing?",
    "simple key": "is a ':' missing after a key, or a space after the ':'?",
    "parsing a block": "are the lines of one block indented alike?",
    "end of stream": "is a quote missing?",
}
