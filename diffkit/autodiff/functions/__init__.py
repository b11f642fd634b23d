"""Differentiable twins of SciPy functions that make plain arrays of their arguments before NumPy sees them.

Names and signatures are SciPy's: `diffkit.autodiff.functions.special.logsumexp` stands for
`scipy.special.logsumexp`. SciPy's ufuncs (erf, gamma, jv, expit, ...) need no twin. A module is imported
when it is first asked for.
"""

from importlib import import_module
from types import ModuleType

__all__ = ["linalg", "special"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
