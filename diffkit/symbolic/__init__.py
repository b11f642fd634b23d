"""What a function equals: SymPy expressions of tapes, and their derivatives."""

from diffkit.symbolic.expression import Symbolic, expression, tree_size

__all__ = ["Symbolic", "expression", "tree_size"]
