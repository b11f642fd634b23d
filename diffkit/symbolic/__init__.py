"""What a function equals: SymPy expressions of tapes, and their derivatives.

expression(tape)                  the formula of a tape
piecewise(f, x)                   the formula of a function that branches, both sides of it
derivative, gradient, jacobian, hessian      of a function, as formulas
program(f)                        f and its derivatives as one tape that computes each value once
steps(f)                          its derivative rule by rule, as a student writes it
prune, collect, simplify, share   what becomes of a derivative, pass by pass
as_text, as_latex, as_mathml      formulas on paper, as they stand
export(formula, "c")              the source of a function, for C or NumPy
"""

from diffkit.symbolic.branches import piecewise
from diffkit.symbolic.export import export
from diffkit.symbolic.expression import expression, tree_size
from diffkit.symbolic.layout import as_latex, as_mathml, as_text
from diffkit.symbolic.limited import Simplified, simplify
from diffkit.symbolic.method import Symbolic
from diffkit.symbolic.passes import collect, prune, share
from diffkit.symbolic.program import derivative, gradient, hessian, jacobian, program
from diffkit.symbolic.steps import Stage, Step, Steps, steps

__all__ = [
    "Simplified",
    "Stage",
    "Step",
    "Steps",
    "Symbolic",
    "as_latex",
    "as_mathml",
    "as_text",
    "collect",
    "derivative",
    "export",
    "expression",
    "gradient",
    "hessian",
    "jacobian",
    "piecewise",
    "program",
    "prune",
    "share",
    "simplify",
    "steps",
    "tree_size",
]
