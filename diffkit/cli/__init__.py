"""What a user types at a shell: `diffkit compare F --at P`, `diffkit sweep F --at P`, `diffkit steps F`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process with its exit status.

    0 fine, 1 a check or the output failed, 2 bad usage or unreadable F, 3 f failed at that point,
    130 interrupted.
    """
    from diffkit.cli.commands import run

    sys.exit(run(sys.argv[1:]))
