"""Where a study is remembered: a journal in its folder, or any database that Optuna takes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from convkit.errors import ConvkitError, missing
from convkit.files import refusals

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

JOURNAL = "study.journal"
"""Of a study without a database, in its folder."""

DRIVERS = {
    "postgresql": {"psycopg2": "psycopg2", "psycopg": "psycopg"},
    "mysql": {"pymysql": "pymysql", "MySQLdb": "mysqldb"},
}
"""Of databases that have several, the modules and what SQLAlchemy calls them.

Which of them it takes by itself differs from version to version.
"""

URLS = "postgresql://user:password@host/database or sqlite:///study.db"
"""Examples, for hints."""

FORGETFUL = ("sqlite://", "sqlite:///", "sqlite:///:memory:")
"""Databases in the memory of one process."""

TRIES, PAUSE = 5, 0.2
"""How often, and after how many seconds each time, a database is tried again."""


class Place(NamedTuple):
    """Where a study is, as every process of it can be told.

    Attributes
    ----------
    storage : str
        A database's URL, or the path of a journal.
    name : str
        The study's.
    """

    storage: str
    name: str

    @property
    def is_database(self) -> bool:
        """Whether it is a URL."""
        return "://" in self.storage

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file that processes of one machine alone can share."""
        return self.storage.startswith("sqlite")


class StorageError(ConvkitError):
    """A storage that can't be used for the moment: nothing is known of how a trial went."""


def database(url: str, name: str) -> Place:
    """Return the place of a study in a database.

    Raises
    ------
    ConvkitError
        If it isn't a URL, or one of a database that nobody could find again.
    """
    if "://" not in url:
        raise ConvkitError(f"a storage is a URL, got '{url}'", f"such as {URLS}")
    if url in FORGETFUL:
        raise ConvkitError(f"the storage '{url}' is forgotten at once", "sqlite:///study.db")
    return Place(url, name)


def load_optuna() -> Any:
    """Return Optuna, which then says nothing by itself.

    Raises
    ------
    ConvkitError
        If it isn't installed.
    """
    try:
        import optuna
    except ModuleNotFoundError:
        raise missing("convkit tune", "optuna", "tune") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    # Its newest parts are called experimental; which of them serve here is our choice.
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna


def open_storage(place: Place) -> BaseStorage:
    """Return the storage of a study; it is made if it isn't there.

    Raises
    ------
    ConvkitError
        If the database can't be reached, or its driver isn't installed.
    """
    optuna = load_optuna()
    if not place.is_database:
        return _journal(Path(place.storage))
    try:
        return _database(optuna, _with_driver(place.storage))
    except ImportError as error:
        raise ConvkitError(
            f"the driver for '{_public(place.storage)}' isn't installed: {_first_line(error)}",
            "PostgreSQL: pip install psycopg2-binary, MySQL: pip install pymysql",
        ) from None
    except Exception as error:
        # What is no URL, or of something that it doesn't know, Optuna says by a ValueError.
        if not isinstance(error, ValueError) and not _is_of_database(error):
            raise
        raise StorageError(
            f"can't use the storage '{_public(place.storage)}': {_first_line(error)}",
            f"such as {URLS}",
        ) from None


def _database(optuna: Any, url: str) -> BaseStorage:
    """Return a database, with its tables.

    Several processes that begin at once all want to make them: who comes late fails, and finds them
    when it looks again.
    """
    for _ in range(TRIES):
        try:
            storage: BaseStorage = optuna.storages.get_storage(url)
        except Exception as error:
            if not hasattr(error, "orig"):  # the database's own error, in SQLAlchemy's
                raise
            failure = error
            sleep(PAUSE)
        else:
            return storage
    raise failure


def _with_driver(url: str) -> str:
    """Return a URL with the driver that is installed, where it names none."""
    scheme, _, rest = url.partition("://")
    for module, driver in DRIVERS.get(scheme, {}).items():
        if find_spec(module) is not None:
            return f"{scheme}+{driver}://{rest}"
    return url


def _public(url: str) -> str:
    """Return a URL without its password; a path as it is."""
    if "://" not in url:
        return url
    scheme, _, rest = url.partition("://")
    access, at, where = rest.rpartition("@")
    return f"{scheme}://{access.partition(':')[0]}{at}{where}"


def _journal(path: Path) -> BaseStorage:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    from convkit.tuning.locks import FileLock

    with refusals("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_suffix(".lock"))
        with lock.held():
            _mend(path)
        storage: BaseStorage = JournalStorage(JournalFileBackend(str(path), lock_obj=lock))
    return storage


def _mend(path: Path) -> None:
    """Take off the beginning of a line that a crash left at the end of a journal."""
    if not path.exists():
        return
    with path.open("rb+") as stream:
        content = stream.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            stream.truncate(whole)


@contextmanager
def storage_errors(place: Place) -> Iterator[None]:
    """Say in one line what a storage refuses while it is used.

    Raises
    ------
    StorageError
    """
    try:
        yield
    except Exception as error:
        if not isinstance(error, OSError) and not _is_of_database(error):
            raise
        raise StorageError(
            f"the storage '{_public(place.storage)}' failed: {_first_line(error)}",
            "once it is back, the same command goes on",
        ) from error


def _is_of_database(error: Exception) -> bool:
    # SQLAlchemy isn't installed with a journal alone, so its errors can't be named here.
    return type(error).__module__.startswith(("sqlalchemy", "optuna"))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
