"""The derivative of the functions of scipy.special, a row each, in a file a subject.

Letters as in `diffkit.rules.ufuncs`. Formulas: NIST Digital Library of Mathematical Functions (DLMF), at the
section that each group names. None stands where an operand (an order, a shape) has no closed derivative.
A formula is chosen so that nothing cancels and the limits come out right, at every order: where the
textbook has a quotient 0/0, the row names the hypergeometric function that the quotient is.
"""

from diffkit.rules.special import bessel, distributions, elementary, elliptic, gamma, integrals, polynomials

__all__ = ["bessel", "distributions", "elementary", "elliptic", "gamma", "integrals", "polynomials"]
