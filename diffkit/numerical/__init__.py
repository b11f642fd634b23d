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
adaptive.py       Adaptive: steps that are searched for, and an error estimate that holds
edge.py           the derivative at one x: around it, or beside it at the edge of f's domain
search.py         the search for one derivative on one side or both: which steps, when to stop, how sure to be
quotients.py      difference quotients at steps of a constant ratio, and how they end
epsilon.py        Wynn's epsilon algorithm: limits of slowly converging sequences
place.py          where a search looks, and what it finds
ladder.py         samples at falling steps, and every formula that can be made of them
corner.py         corners, jumps and infinite slopes
lines.py          lines through a point of many numbers
noise.py          how noisy f is
samples.py        derivatives of tabulated data
theory.py         explain: the error of a difference with this function's own numbers
"""

from diffkit.numerical.adaptive import Adaptive
from diffkit.numerical.complex_step import ComplexStep
from diffkit.numerical.epsilon import epsilon_limit
from diffkit.numerical.finite import Backward, Central, FiniteDifference, Forward
from diffkit.numerical.noise import noise_level
from diffkit.numerical.richardson import Richardson
from diffkit.numerical.samples import derivative_of_samples
from diffkit.numerical.stencil import Stencil
from diffkit.numerical.step import default_step, optimal_step, representable
from diffkit.numerical.theory import Explanation, explain

__all__ = [
    "Adaptive",
    "Backward",
    "Central",
    "ComplexStep",
    "Explanation",
    "FiniteDifference",
    "Forward",
    "Richardson",
    "Stencil",
    "default_step",
    "derivative_of_samples",
    "epsilon_limit",
    "explain",
    "noise_level",
    "optimal_step",
    "representable",
]
