"""Where to sample: derivatives of a black box from its values, and the theory of their errors.

stencil.py        a formula as exact data: offsets, weights, order, error constant
step.py           the step at which truncation and rounding balance
sampling.py       f asked for its values: counted and checked
batch.py          f asked at many points at once
sparse.py         columns of a Jacobian that are found together
finite.py         Forward, Backward, Central
richardson.py     Richardson: (4 D0(h) - D0(2h)) / 3
complex_step.py   ComplexStep: Im f(x + ih) / h, and half a circle for higher orders
analytic.py       whether f is analytic, and what in it is not
"""

from diffkit.numerical.complex_step import ComplexStep
from diffkit.numerical.finite import Backward, Central, FiniteDifference, Forward
from diffkit.numerical.richardson import Richardson
from diffkit.numerical.stencil import Stencil
from diffkit.numerical.step import default_step, optimal_step, representable

__all__ = [
    "Backward",
    "Central",
    "ComplexStep",
    "FiniteDifference",
    "Forward",
    "Richardson",
    "Stencil",
    "default_step",
    "optimal_step",
    "representable",
]
