"""Whether who has taken a trial lives."""

import socket
import time
from types import SimpleNamespace

import pytest

from convkit.tuning import ownership
from convkit.tuning.ownership import OWNER, SEEN, SILENCE, UNSIGNED, Owner, Witness, show_life


def trial(**said):
    return SimpleNamespace(number=7, user_attrs=said)


class Noted(dict):
    """Takes what is noted of a trial."""

    set_user_attr = dict.__setitem__


@pytest.fixture
def clock(monkeypatch):
    """Our clock, which stands still unless it is set."""
    now = SimpleNamespace(monotonic=0.0)
    fake = SimpleNamespace(monotonic=lambda: now.monotonic, time=time.time)
    monkeypatch.setattr(ownership, "time", fake)
    return now


@pytest.mark.parametrize(("seconds", "lives"), [(UNSIGNED - 1, True), (UNSIGNED + 1, False)])
def test_who_has_not_signed_soon_is_dead(seconds, lives, clock):
    witness = Witness()
    assert witness.is_alive(trial())
    clock.monotonic += seconds
    assert witness.is_alive(trial()) == lives


@pytest.mark.parametrize("zone", [-7200, 0, 7200])
def test_another_machine_shows_signs_of_life_whatever_its_clock_says(zone, clock):
    witness, said = Witness(), {OWNER: ["elsewhere", "/x.lock"]}
    assert witness.is_alive(trial(**said))
    clock.monotonic += SILENCE - 1
    assert witness.is_alive(trial(**said, **{SEEN: 1e9 + zone}))
    clock.monotonic += SILENCE - 1
    assert witness.is_alive(trial(**said, **{SEEN: 1e9 + zone}))
    clock.monotonic += 2
    assert not witness.is_alive(trial(**said, **{SEEN: 1e9 + zone}))


def test_a_machine_of_the_same_name_is_another_one(tmp_path):
    said = {OWNER: [socket.gethostname(), str(tmp_path / "not here.lock")]}
    assert Witness().is_alive(trial(**said))


def test_signs_of_life_differ(monkeypatch):
    noted = Noted()
    show_life(noted)
    first = noted[SEEN]
    time.sleep(0.01)
    show_life(noted)
    assert noted[SEEN] != first


def test_on_this_machine_a_lock_tells_it(tmp_path):
    owner, signed = Owner(tmp_path), Noted()
    owner.sign(signed)
    assert signed[OWNER][0] == socket.gethostname()
    assert Witness().is_alive(trial(**signed))
    owner._lock.release()  # as a kill does
    assert not Witness().is_alive(trial(**signed))


def test_nothing_is_left_of_who_was_killed(tmp_path):
    dead, alive = Owner(tmp_path), Owner(tmp_path)
    dead._lock.release()
    alive.sweep()
    assert list((tmp_path / "workers").iterdir()) == [alive._lock.path]
    alive.leave()
    assert not list((tmp_path / "workers").iterdir())
