"""Ctrl-C and SIGTERM, put off until the running step is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Whether somebody has asked to stop.

    Attributes
    ----------
    wanted : bool
    """

    def __init__(self) -> None:
        self.wanted = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Note the first signal; the second one doesn't wait."""
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True


@contextmanager
def put_off() -> Iterator[Interruption]:
    """Note signals that ask to stop, in place of what they do otherwise.

    Only the main thread gets signals: in another one nothing is changed.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    # What runs in the background of a script is told to ignore Ctrl-C, and goes on to do so.
    before = {
        number: handler
        for number in SIGNALS
        if (handler := signal.getsignal(number)) is not signal.SIG_IGN
    }
    for number in before:
        signal.signal(number, interruption.ask)
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
