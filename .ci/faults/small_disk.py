"""A file system of a few MiB that can be filled to the last byte and emptied again."""

import errno
import os
import subprocess


class SmallDisk:
    """Mounted at `folder` from `mount` to `unmount`; root only."""

    def __init__(self, folder, mebibytes):
        self.folder = folder
        self.size = mebibytes * 1024 * 1024
        self.ballast = folder / "ballast"

    def mount(self):
        self.folder.mkdir(mode=0o700, parents=True)
        self._run("mount", "-t", "tmpfs", "-o", f"size={self.size},mode=0700", "relay-faults", self.folder)

    def unmount(self):
        self._run("umount", self.folder)

    def fill(self, spare=0):
        """Leaves `spare` bytes, in whole blocks; whoever writes meanwhile takes of the room that is filled."""
        with open(self.ballast, "ab") as file:
            while (room := self._room() - spare) > 0:
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, room)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def _room(self):
        room = os.statvfs(self.folder)
        return room.f_bavail * room.f_bsize

    def free(self):
        self.ballast.unlink()

    @staticmethod
    def _run(*command):
        subprocess.run(command, check=True, timeout=30)
