"""What a function equals: SymPy expressions of tapes, and their derivatives."""

from diffkit.symbolic.expression import expression, tree_size
from diffkit.symbolic.method import Symbolic

__all__ = ["Symbolic", "expression", "tree_size"]
