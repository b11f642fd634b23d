"""A file of finished rows, one JSON object a line, in which an interrupted study goes on where it stopped."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from diffkit.errors import ArgumentsError

__all__ = ["Journal"]


class Journal:
    """The file: its first line says what is studied, every other is a row. It always holds whole lines.

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
            If it is a file of something else, which is left as it is.
        OSError
            If it cannot be read or written.
        """
        self.path, self.header = Path(path), _line(header)
        self.rows: list[dict[str, Any]] = []
        content = self.path.read_bytes() if self.path.exists() else b""
        first, *lines = content.split(b"\n")
        # Where no line has come to its end, nothing is there, or no more than the beginning of the first.
        if first + b"\n" != self.header if lines else not self.header.startswith(content):
            raise ArgumentsError(
                f"{self.path} is not a file of this survey; name another file, or ask for the same problems, "
                f"methods and dtypes as before"
            )
        for number, line in enumerate(lines[:-1], 2):
            try:
                self.rows.append(dict(json.loads(line)))
            except (TypeError, ValueError):
                raise ArgumentsError(
                    f"line {number} of {self.path} is no row in JSON; mend or delete that line"
                ) from None
        # What follows the last line's end was cut off, and is written over.
        self._end = len(content) - len(lines[-1]) if lines else 0
        self._file = open(self.path, "r+b" if content else "wb", buffering=0)  # noqa: SIM115  closed by close()
        self._file.truncate(self._end)
        self._file.seek(self._end)
        if not self._end:
            self._write(self.header)

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
            self._file.seek(self._end)
            raise
        self._end += len(line)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.close()


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, allow_nan=False, ensure_ascii=False).encode() + b"\n"
