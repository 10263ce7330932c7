"""Whether who has taken a trial lives."""

import socket
import time
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from convkit.tuning.ownership import OWNER, SEEN, SILENCE, UNSIGNED, Owner, is_alive


def trial(seconds, **said):
    """Return a trial that was taken so many seconds ago."""
    began = datetime.now() - timedelta(seconds=seconds)
    return SimpleNamespace(datetime_start=began, user_attrs=said)


class Noted(dict):
    """Takes what is noted of a trial."""

    set_user_attr = dict.__setitem__


@pytest.mark.parametrize(("seconds", "lives"), [(0, True), (UNSIGNED + 1, False)])
def test_who_has_not_signed_soon_is_dead(seconds, lives):
    assert is_alive(trial(seconds)) == lives


@pytest.mark.parametrize(
    ("taken", "seen", "lives"),
    [
        (1, None, True),
        (SILENCE + 1, None, False),
        (SILENCE + 99, 1, True),
        (SILENCE + 99, SILENCE + 1, False),
    ],
)
def test_another_machine_shows_signs_of_life(taken, seen, lives):
    said = {OWNER: ["elsewhere", "/x.lock"]}
    if seen is not None:
        said[SEEN] = time.time() - seen
    assert is_alive(trial(taken, **said)) == lives


def test_on_this_machine_a_lock_tells_it(tmp_path):
    owner, signed = Owner(tmp_path), Noted()
    owner.sign(signed)
    assert signed[OWNER][0] == socket.gethostname()
    assert is_alive(trial(1000, **signed))
    owner._lock.release()  # as a kill does
    assert not is_alive(trial(0, **signed))
    assert not list((tmp_path / "workers").iterdir())
    owner.leave()
    assert not is_alive(trial(0, **signed))
