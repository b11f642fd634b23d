"""What a user types at a shell: `diffkit compare F --at P`, `diffkit sweep F --at P`, `diffkit steps F`."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process with its exit status.

    0 fine, 1 a check or the output failed, 2 bad usage or unreadable F, 3 f failed at that point,
    130 interrupted.
    """
    # Who ends a process politely is answered as Ctrl-C is: no file is left half-written, no process behind.
    with suppress(ValueError):  # outside of the main thread there are no signals
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from diffkit.cli.commands import run
    except KeyboardInterrupt:
        print("diffkit: interrupted", file=sys.stderr)
        sys.exit(130)
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except (OSError, AttributeError):  # it has been told; at its end the process would try once more
        with suppress(OSError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)
