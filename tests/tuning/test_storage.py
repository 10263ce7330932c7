"""Where studies are remembered: what a kill leaves, what a database refuses, what isn't there."""

import sys

import pytest

from convkit.errors import ConvkitError
from convkit.tuning import storage
from convkit.tuning.storage import Place, database, load_optuna, open_storage, storage_errors

optuna = pytest.importorskip("optuna")


def test_half_a_line_that_a_kill_left_is_taken_off(tmp_path):
    place = Place(str(tmp_path / "study.journal"), "s")
    optuna.create_study(study_name="s", storage=open_storage(place))
    whole = (tmp_path / "study.journal").read_bytes()
    with (tmp_path / "study.journal").open("ab") as stream:
        stream.write(whole[: len(whole) // 2 - 3])
    study = optuna.load_study(study_name="s", storage=open_storage(place))
    study.enqueue_trial({})
    again = optuna.load_study(study_name="s", storage=open_storage(place))
    assert len(again.trials) == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nosql://x", "can't use the storage 'nosql://x'"),
        ("redis://x", "can't use the storage 'redis://x'"),
        ("postgresql://host:port/x", "can't use the storage 'postgresql://host:port/x'"),
        ("sqlite:////no/such/folder/study.db", "can't use the storage 'sqlite:"),
        ("postgresql://me:secret@127.0.0.1:1/x", "'postgresql://me@127.0.0.1:1/x'"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_line(url, message):
    if url.startswith("postgresql"):
        pytest.importorskip("psycopg2")
    with pytest.raises(ConvkitError) as caught:
        open_storage(Place(url, "s"))
    assert message in caught.value.message
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "installed", "told"),
    [
        ("postgresql://host/x", "psycopg2", "postgresql+psycopg2://host/x"),
        ("postgresql://host/x", "psycopg", "postgresql+psycopg://host/x"),
        ("mysql://host/x", "pymysql", "mysql+pymysql://host/x"),
        ("mysql+mysqldb://host/x", "pymysql", "mysql+mysqldb://host/x"),
        ("postgresql://host/x", "", "postgresql://host/x"),
        ("sqlite:///x.db", "psycopg2", "sqlite:///x.db"),
    ],
)
def test_the_driver_is_the_one_that_is_installed(url, installed, told, monkeypatch):
    monkeypatch.setattr(storage, "find_spec", lambda name: name if name == installed else None)
    assert storage._with_driver(url) == told


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("study.db", "a storage is a URL, got 'study.db'"),
        ("postgres:/host/x", "a storage is a URL, got 'postgres:/host/x'"),
        ("sqlite://", "is forgotten at once"),
        ("sqlite:///:memory:", "is forgotten at once"),
    ],
)
def test_what_nobody_could_find_again_is_no_storage(url, message):
    with pytest.raises(ConvkitError, match=message):
        database(url, "s")


def test_what_breaks_while_it_is_used_is_told():
    place = Place("postgresql://me:secret@host/x", "s")
    with pytest.raises(ConvkitError, match=r"'postgresql://me@host/x' failed: it is full"):  # noqa: SIM117
        with storage_errors(place):
            raise OSError("it is full")
    with pytest.raises(KeyError), storage_errors(place):
        raise KeyError


def test_without_optuna_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConvkitError, match="convkit tune needs optuna") as caught:
        load_optuna()
    assert caught.value.hint == "pip install 'convkit[tune]'"
