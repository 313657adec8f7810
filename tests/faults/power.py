"""A disk whose power can be cut: a file system in a file, on a loop device, that is shut down as a power cut leaves it (Linux, root).

What was not written out by an fsync or by the kernel's own leisure is gone, which `kill -9` cannot show: it keeps the page cache.
"""

import fcntl
import os
import struct
import subprocess
from pathlib import Path

SHUT_DOWN = 0x8004587D
"""FS_IOC_SHUTDOWN of ext4 and xfs (EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN)."""

NO_LOG_FLUSH = 2
"""The journal in memory is lost, too."""

MAY_MOUNT = 1 << 21
"""CAP_SYS_ADMIN (capabilities(7))."""

SIZES_MB = {"ext4": 64, "xfs": 320}


def available() -> bool:
    """Whether this machine lets us mount a loop device; a container's root often may not."""
    (rights,) = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff:")]
    return bool(int(rights, 16) & MAY_MOUNT) and Path("/dev/loop-control").exists()


class Disk:
    """A file system of its own under `root` / "disk"."""

    def __init__(self, root: Path, kind: str) -> None:
        self._image, self.folder = root / "disk.img", root / "disk"
        self.folder.mkdir()
        with self._image.open("wb") as file:
            file.truncate(SIZES_MB[kind] * 1024 * 1024)
        force = "-F" if kind == "ext4" else "-f"
        _run(f"mkfs.{kind}", "-q", force, str(self._image))
        self._mount()

    def cut(self) -> None:
        """Cut the power: from now on nothing reaches the disk, and every call fails."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUT_DOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(folder)

    def come_back(self) -> None:
        """Give what the disk holds after the cut; nobody may have a file of it open."""
        _run("umount", str(self.folder))
        self._mount()

    def remove(self) -> None:
        """Unmount it for good."""
        _run("umount", str(self.folder))
        self._image.unlink()

    def _mount(self) -> None:
        _run("mount", "-o", "loop", str(self._image), str(self.folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)
