"""What is read out of docstrings."""

from __future__ import annotations

from convkit.experiment.spec.docs import parameter_docs, summary


class Base:
    """First line
    goes on, with ``code`` and :class:`~a.b.C`.

    More.

    Parameters
    ----------
    one : int
        What one is,
        on two lines.
    two, three : {"a", "b"}, optional
        What both are: ``2``.

        Still two.
    bare
        Without a type.

    Raises
    ------
    ConvkitError
        Never.
    """


class Inheriting(Base):
    """Has its own.

    Parameters
    ----------
    one : float
        Another one."""


class ByInit:
    """Something."""

    def __init__(self, x: int) -> None:
        """Begin.

        Parameters
        ----------
        x : int
            In the constructor.
        """


def test_summaries_are_the_first_paragraph():
    assert summary(Base) == "First line goes on, with code and a.b.C."


def test_parameters_are_those_of_the_section():
    assert parameter_docs(Base) == {
        "one": "What one is, on two lines.",
        "two": "What both are: 2. Still two.",
        "three": "What both are: 2. Still two.",
        "bare": "Without a type.",
    }


def test_inherited_parameters_are_described_where_they_stand():
    docs = parameter_docs(Inheriting)
    assert docs["one"] == "Another one."
    assert docs["two"] == "What both are: 2. Still two."


def test_the_constructor_may_describe_them():
    assert parameter_docs(ByInit) == {"x": "In the constructor."}
