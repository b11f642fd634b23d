"""A file of finished rows, one JSON object a line, in which an interrupted study goes on where it stopped."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from diffkit.errors import ArgumentsError

if sys.platform != "win32":
    import fcntl

__all__ = ["Journal"]


class Journal:
    """The file: its first line says what is studied, every other is a row. It always holds whole lines.

    While it is open no other process opens it as a journal; on Windows, and on a file system without locks,
    that is left to whoever starts them.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "rows.jsonl")
    >>> with Journal(path, {"of": "squares"}) as journal:
    ...     journal.append({"n": 2, "square": 4})
    >>> with Journal(path, {"of": "squares"}) as journal:
    ...     journal.rows
    [{'n': 2, 'square': 4}]
    """

    def __init__(self, path: str | os.PathLike[str], header: dict[str, Any]) -> None:
        """Open or begin the file, and read its rows; a last line that was cut off is dropped.

        Raises
        ------
        ArgumentsError
            If it is a file of something else, which is left as it is, or another process writes it.
        OSError
            If it cannot be read or written.
        """
        self.path, self.header = Path(path), _line(header)
        self._file = open(self.path, "a+b", buffering=0)  # noqa: SIM115  closed by __exit__
        try:
            self._lock()
            self.rows = self._read()
        except BaseException:
            self._file.close()
            raise

    def _lock(self) -> None:
        if sys.platform == "win32":
            return
        try:  # of the process: it goes when the process does, however it ends, and no fork inherits it
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise ArgumentsError(
                f"{self.path} is being written by another process; wait for its end, or name another file"
            ) from None
        except OSError:  # a file system without locks
            pass

    def _read(self) -> list[dict[str, Any]]:
        self._file.seek(0)
        content = self._file.read()
        first, *lines = content.split(b"\n")
        # Where no line has come to its end, nothing is there, or no more than the beginning of the first.
        if first + b"\n" != self.header if lines else not self.header.startswith(content):
            raise ArgumentsError(
                f"{self.path} is not a file of this survey; name another file, or ask for the same problems, "
                f"methods and dtypes as before"
            )
        rows = []
        for number, line in enumerate(lines[:-1], 2):
            try:
                rows.append(dict(json.loads(line)))
            except (TypeError, ValueError):
                raise ArgumentsError(
                    f"line {number} of {self.path} is no row in JSON; mend or delete that line"
                ) from None
        # What follows the last line's end was cut off, and is written over.
        self._end = len(content) - len(lines[-1]) if lines else 0
        self._file.truncate(self._end)
        if not self._end:
            self._write(self.header)
        return rows

    def append(self, row: dict[str, Any]) -> None:
        """Write one more row."""
        self._write(_line(row))

    def _write(self, line: bytes) -> None:
        try:
            rest = line
            while rest:
                rest = rest[self._file.write(rest) :]
        except BaseException:  # also a key that interrupts, or a disk that is full
            self._file.truncate(self._end)
            raise
        self._end += len(line)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.close()


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, allow_nan=False, ensure_ascii=False).encode() + b"\n"
