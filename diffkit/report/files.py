"""Files that are whole or not there: written beside their place, then moved to it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """The path of a file that now holds `content`; a reader never meets half of it.

    A symbolic link stays, and the file that it points to is written; a file that is there keeps its mode. A
    pipe or a device is no file to be replaced: it is opened and written to.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    OSError
        If it cannot be written; what was there before stays.
    """
    given = Path(path)
    try:
        mode = given.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{str(path)!r} is a folder; name a file to write")
    if mode is not None and not stat.S_ISREG(mode):
        given.write_bytes(content)
        return given
    target = Path(os.path.realpath(given))
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(given.parent)!r} to write {given.name!r} into")
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.touch()
        if mode is not None:  # before the content: what only its owner may read is never open to others
            beside.chmod(stat.S_IMODE(mode))
        beside.write_bytes(content)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return given
