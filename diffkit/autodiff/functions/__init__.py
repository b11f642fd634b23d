"""Differentiable twins of SciPy functions that make plain arrays of their arguments before NumPy sees them.

Names and signatures are SciPy's: `diffkit.autodiff.functions.special.logsumexp` stands for
`scipy.special.logsumexp`. SciPy's ufuncs (erf, gamma, jv, expit, ...) need no twin.
"""

from diffkit.autodiff.functions import special

__all__ = ["special"]
