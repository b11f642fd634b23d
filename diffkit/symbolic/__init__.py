"""What a function equals: SymPy expressions of tapes, and their derivatives.

    expression(tape)                  the formula of a tape
    piecewise(f, x)                   the formula of a function that branches, both sides of it
    derivative, gradient, jacobian, hessian      of a function, as formulas
    program(f)                        f and its derivatives as one tape that computes each value once
    steps(f)                          its derivative rule by rule, as a student writes it
    prune, collect, simplify, share   what becomes of a derivative, pass by pass
    as_text, as_latex, as_mathml      formulas on paper, as they stand
    export(formula, "c")              the source of a function, for C or NumPy
    evaluate(formula, point, 50)      its value to any number of digits

Symbols are real numbers. Where a function has a kink or a jump, its derivative is a convention, and reverse
mode has the same; between kinks and jumps, of course, it is exact.

    function               first derivative there             second derivative there
    abs(x) at 0            0                                  0
    max(x, 0) at 0         1/2: the mean of both sides        0
    min(x, 0) at 0         1/2                                0
    max(x, x^2) at 0       1/2                                1
    sign(x) at 0           0: steps have slope 0              0
    heaviside(x) at 0      0                                  0
    floor(x), ceil(x)      0                                  0       (at whole numbers, and between them)
    x mod 1, frac(x)       1                                  0       (also at whole numbers)
    cbrt(x) at 0           none: it is infinite               none

A piece that holds at a single point only, as in Piecewise((sin(x)/x, Ne(x, 0)), (1, True)), says nothing
about the slope at that point: this is the limit of the slopes around, and none where the function jumps.
With share=True, whose rules look at no limits, it is the slope of the piece, here 0, which reverse mode has
too; and sinc has none at 0.
"""

from diffkit.symbolic.branches import piecewise
from diffkit.symbolic.evaluate import evaluate
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
    "evaluate",
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
