"""The wall clock of one process, which jumps: clock.c stands before it.

Not libfaketime: it also stands between a JVM and its timed waits, which then hang or spin.
"""

import pathlib

from shim import Shim


class WallClock(Shim):
    def __init__(self, folder):
        super().__init__(folder, pathlib.Path(__file__).with_name("clock.c"), "FAULT_CLOCK")

    def jump(self, seconds):
        """From the right time to one that is `seconds` away."""
        self.set(seconds)
