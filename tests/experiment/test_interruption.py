"""Signals, put off until a step is done, and given back."""

import os
import signal
import threading

import pytest

from convkit.experiment.interruption import SIGNALS, put_off


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_noted_and_the_second_one_does_not_wait(number):
    with put_off() as interruption:
        assert not interruption.wanted
        os.kill(os.getpid(), number)
        assert interruption.wanted
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)


def test_handlers_are_given_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    with put_off():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_what_ignores_a_signal_goes_on_to():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with put_off() as interruption:
            os.kill(os.getpid(), signal.SIGINT)
            assert not interruption.wanted
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_get_no_signals():
    seen = []

    def look():
        with put_off() as interruption:
            seen.append((interruption.wanted, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [(False, signal.getsignal(signal.SIGINT))]
