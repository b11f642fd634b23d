"""What a function equals: SymPy expressions of tapes, and their derivatives.

expression(tape)          the formula of a tape
derivative, gradient, jacobian, hessian      of a function, as formulas
program(f)                f and its derivatives as one tape that computes each value once
"""

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
    "program",
    "tree_size",
]
