"""Differentiable twins of SciPy functions that make plain arrays of their arguments before NumPy sees them.

Names and signatures are SciPy's: `diffkit.autodiff.functions.special.logsumexp` stands for
`scipy.special.logsumexp`. SciPy's ufuncs (erf, gamma, jv, expit, ...) need no twin. Each module, and the
part of SciPy that it stands for, is imported when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["integrate", "linalg", "signal", "special", "stats"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
