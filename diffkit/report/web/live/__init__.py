"""The page live: a form above it, and a server on this computer that answers what is typed there."""

from diffkit.report.web.live.explorer import Explorer, Unreadable
from diffkit.report.web.live.server import Server

__all__ = ["Explorer", "Server", "Unreadable"]
