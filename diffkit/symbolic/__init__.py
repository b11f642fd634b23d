"""What a function equals: SymPy expressions of tapes, and their derivatives.

expression(tape)          the formula of a tape
piecewise(f, x)           the formula of a function that branches, both sides of it
derivative, gradient, jacobian, hessian      of a function, as formulas
program(f)                f and its derivatives as one tape that computes each value once
"""

from diffkit.symbolic.branches import piecewise
from diffkit.symbolic.expression import expression, tree_size
from diffkit.symbolic.method import Symbolic
from diffkit.symbolic.program import derivative, gradient, hessian, jacobian, program

__all__ = [
    "Symbolic",
    "derivative",
    "expression",
    "gradient",
    "hessian",
    "jacobian",
    "piecewise",
    "program",
    "tree_size",
]
