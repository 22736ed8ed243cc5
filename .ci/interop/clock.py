"""The wall clock of one process, which jumps: clock.c stands before it.

Not libfaketime: it also stands between a JVM and its timed waits, which then hang or spin.
"""

import pathlib
import struct
import subprocess


class WallClock:
    """To be made before the process is started with `environment`."""

    def __init__(self, folder):
        self.file = folder / "clock"
        library = folder / "clock.so"
        source = pathlib.Path(__file__).with_name("clock.c")
        subprocess.run(["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source], check=True, timeout=60)
        self.environment = {"LD_PRELOAD": str(library), "FAULT_CLOCK": str(self.file)}
        self.jump(0)

    def jump(self, seconds):
        """From the right time to one that is `seconds` away."""
        with open(self.file, "r+b" if self.file.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))
