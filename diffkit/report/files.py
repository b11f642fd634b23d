"""Files that are whole or not there: written beside their place, then moved to it."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """The path of a file that now holds `content`; a reader never meets half of it.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    OSError
        If it cannot be written; what was there before stays.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(target.parent)!r} to write {target.name!r} into")
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target
