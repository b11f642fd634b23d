"""How a tape looks as text: `dk.views.source(tape)` is its program as Python source."""

from diffkit.views.source import source

__all__ = ["source"]
