"""The catalogue: named functions, each at a point, with its exact derivatives and why it is interesting.

Every test and study that asks "and on hard functions?" asks it of these rows. A bug is fixed with the
case that showed it: one more row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

__all__ = ["PROBLEMS", "Problem"]

Function = Callable[[Any], Any] | str


@dataclass(frozen=True)
class Problem:
    """A function of one variable at a point, with the exact answers.

    Attributes
    ----------
    name
        What it is called on the command line and in `PROBLEMS`.
    f
        A callable written with NumPy, or text in the language of `diffkit.functions`.
    at
        The point; its exact binary value counts.
    derivatives
        The exact derivatives of order 1, 2, ..., as far as given, in the form of `f`. Without
        constants that are only nearly right: replayed in 50-digit arithmetic they are right to 40.
    why
        What this row is here to show, in a sentence.
    scale
        A length s over which f varies: measured in s, the Taylor coefficients f^(k) s^k / k! past the
        second are no larger than those before. Finite differences want steps that are short against it.
    digits_lost
        How many decimal digits the derivative loses, by every method that computes with f's own
        operations, because those cancel or pile up rounding errors at this point.
    smooth
        What a noisy f would be without its noise, whose derivatives are the ones given; None for the others.
    kind
        What makes it hard: the heading under which the catalogue has it.

    Examples
    --------
    >>> runge = PROBLEMS["runge"]
    >>> runge.f, runge.at, runge.derivatives[0]
    ('1/(1 + 25*x^2)', 0.3, '-50*x/(1 + 25*x^2)^2')
    >>> slope = PROBLEMS["logistic-map"].derivatives[0]
    >>> round(slope(0.2), 12)
    9.0660864
    """

    name: str
    f: Function
    at: float
    derivatives: tuple[Function, ...]
    why: str
    scale: float = 1.0
    digits_lost: float = 0.0
    smooth: Function | None = None
    kind: str = ""


# -- functions that take Python to write ------------------------------------------------------------


def logistic(x: Any) -> Any:
    """l4 of the logistic map l1 = x, l(n+1) = 4 l(n) (1 - l(n))."""
    for _ in range(3):
        x = 4 * x * (1 - x)
    return x


def logistic_slope(x: Any) -> Any:
    slope = 1
    for _ in range(3):
        slope = 4 * (1 - 2 * x) * slope
        x = 4 * x * (1 - x)
    return slope


def loop(x: Any) -> Any:
    """The loop of a hundred steps of the textbook, with a = b = x."""
    z = 0
    for i in range(100):
        z = x * np.cos(z + i) + z * np.sin(x - i)
    return z


def loop_slope(x: Any) -> Any:
    z, slope = 0 * x, 0 * x
    for i in range(100):
        slope = np.cos(z + i) - x * np.sin(z + i) * slope + slope * np.sin(x - i) + z * np.cos(x - i)
        z = x * np.cos(z + i) + z * np.sin(x - i)
    return slope


def huber(x: Any) -> Any:
    """x^2 / 2 up to 1, the tangent from there on."""
    if abs(x) <= 1:
        return x * x / 2
    return abs(x) - 0.5


def huber_slope(x: Any) -> Any:
    return x if abs(x) <= 1 else np.sign(x)


def recursive_sine(x: Any) -> Any:
    """sin x from sin(x / 3), down to where three terms of the series are enough for seven digits."""
    if abs(x) < 0.25:
        return x - x**3 / 6 + x**5 / 120
    s = recursive_sine(x / 3)
    return 3 * s - 4 * s**3


def recursive_sine_slope(x: Any) -> Any:
    if abs(x) < 0.25:
        return 1 - x**2 / 2 + x**4 / 24
    s = recursive_sine(x / 3)
    return (1 - 4 * s**2) * recursive_sine_slope(x / 3)


def babylonian(x: Any) -> Any:
    """sqrt x by Heron's rule: the mean of y and x / y until y^2 is x to 12 digits, or, in a
    type that has no 12, y comes down no more; nan below 0."""
    if x < 0:  # for which the loop would never end
        return np.nan
    y = (1 + x) / 2
    while abs(y * y - x) > 1e-12 * x:
        y, before = (y + x / y) / 2, y
        if not y < before:
            break
    return y


def babylonian_slope(x: Any) -> Any:
    y, slope = (1 + x) / 2, 0.5 + 0 * x
    while abs(y * y - x) > 1e-12 * x:
        y, slope, before = (y + x / y) / 2, (slope + 1 / y - x * slope / y**2) / 2, y
        if not y < before:
            break
    return slope


def stable_softplus(x: Any) -> Any:
    """log(1 + exp x), each side written so that its own exp is small."""
    return np.where(x > 0, x + np.log1p(np.exp(-x)), np.log1p(np.exp(x)))


# pi as a result, exact in every arithmetic: in a text the constant pi is a float of 16 digits.
PI = "acos(-x^0)"

# -- the rows -----------------------------------------------------------------------------------------
#            name                    f                     at      f', f'', ...
#            why                                                  scale (1), digits lost (0), smooth (None)

# fmt: off
_KINDS: dict[str, tuple[Problem, ...]] = {
  "smooth, as textbooks have them": (
    Problem("polynomial",           "2*x^3 + x^2",        1.0,    ("6*x^2 + 2*x", "12*x + 2", "12 + 0*x"),
            "Five rules are enough for it, and central differences still miss by h^2."),
    Problem("sine",                 "sin(x)",             1.0,
            ("cos(x)", "-sin(x)", "-cos(x)", "sin(x)"),
            "The plainest smooth function: what each method can do at its best."),
    Problem("exponential",          "exp(x)",             1.0,
            ("exp(x)", "exp(x)", "exp(x)", "exp(x)"),
            "Every derivative is the function itself, so errors of any order compare."),
    Problem("damped-sine",          "sin(x)*exp(-x^2)",   0.7,
            ("(cos(x) - 2*x*sin(x))*exp(-x^2)", "((4*x^2-3)*sin(x) - 4*x*cos(x))*exp(-x^2)",
             "((18*x - 8*x^3)*sin(x) + (12*x^2 - 7)*cos(x))*exp(-x^2)"),
            "The running example: near its maximum the two terms of the slope nearly cancel.", 0.5),
    Problem("triple-product",       "x*sin(x)*exp(-x^2)", 0.7,
            ("((1 - 2*x^2)*sin(x) + x*cos(x))*exp(-x^2)",
             "((4*x^3 - 7*x)*sin(x) + (2 - 4*x^2)*cos(x))*exp(-x^2)",
             "((30*x^2 - 8*x^4 - 9)*sin(x) + (12*x^3 - 19*x)*cos(x))*exp(-x^2)"),
            "A product of three: the product rule writes it out three times.", 0.5),
    Problem("nested-sine",          "sin(sin(sin(x)))",   1.0,
            ("cos(sin(sin(x)))*cos(sin(x))*cos(x)",
             "-sin(x)*cos(sin(x))*cos(sin(sin(x))) - cos(x)^2*(sin(sin(x))*cos(sin(sin(x)))"
             " + cos(sin(x))^2*sin(sin(sin(x))))"),
            "The chain rule three deep, and nothing else."),
    Problem("logistic-map",         logistic,             0.2,
            (logistic_slope,
             "-128*(21 + x*(-504 + x*(3960 + x*(-14080 + x*(24960 + x*(-21504 + 7168*x))))))",
             "3072*(1 - 2*x)*(21 + x*(-288 + x*(1184 + x*(-1792 + 896*x))))"),
            "Four lines of program, and a formula that swells with every step.", 0.1),
    Problem("sigmoid",              "1/(1 + exp(-x))",    0.5,
            ("exp(-x)/(1 + exp(-x))^2", "exp(-x)*(exp(-x) - 1)/(1 + exp(-x))^3",
             "exp(-x)*(exp(-2*x) - 4*exp(-x) + 1)/(1 + exp(-x))^4"),
            "The neuron's curve: its slope comes for free from its value."),
    Problem("softplus",             "log1p(exp(x))",      -30.0,
            ("1/(1 + exp(-x))", "exp(-x)/(1 + exp(-x))^2", "exp(-x)*(exp(-x) - 1)/(1 + exp(-x))^3"),
            "Tiny far to the left, where log(1 + exp(x)) would have lost 13 digits of itself."),
    Problem("tanh",                 "tanh(x)",            0.5,
            ("1 - tanh(x)^2", "-2*tanh(x)*(1 - tanh(x)^2)", "(6*tanh(x)^2 - 2)*(1 - tanh(x)^2)"),
            "Saturates, and its slope is given by its value."),
    Problem("arctangent",           "atan(x)",            0.5,
            ("1/(1 + x^2)", "-2*x/(1 + x^2)^2", "(6*x^2 - 2)/(1 + x^2)^3"),
            "A transcendental function whose derivative is rational."),
    Problem("erf",                  "erf(x)",             0.5,
            (f"2*exp(-x^2)/sqrt({PI})", f"-4*x*exp(-x^2)/sqrt({PI})",
             f"(8*x^2 - 4)*exp(-x^2)/sqrt({PI})"),
            "An integral without a closed form, with a derivative that has one."),
    Problem("gamma",                "gamma(x)",           4.5,    ("gamma(x)*digamma(x)",),
            "A special function whose derivative needs another special function."),
    Problem("bessel",               "j0(x)",              10.0,
            ("-j1(x)", "j1(x)/x - j0(x)", "j1(x) + j0(x)/x - 2*j1(x)/x^2"),
            "SciPy has no complex j0, so a complex step cannot enter."),
    Problem("log-gamma",            "lgamma(x)",          10.0,   ("digamma(x)",),
            "Grows slowly where gamma itself would overflow soon."),
    Problem("runge",                "1/(1 + 25*x^2)",     0.3,
            ("-50*x/(1 + 25*x^2)^2", "50*(75*x^2 - 1)/(1 + 25*x^2)^3",
             "15000*x*(1 - 25*x^2)/(1 + 25*x^2)^4"),
            "Smooth on the whole line, yet its poles at +-i/5 spoil high-order formulas.", 0.2),
    Problem("x-to-the-x",           "x^x",                2.5,
            ("x^x*(1 + log(x))", "x^x*((1 + log(x))^2 + 1/x)",
             "x^x*((1 + log(x))^3 + 3*(1 + log(x))/x - 1/x^2)"),
            "Base and exponent both vary: neither the power rule nor the exponential rule will do.", 0.7),
    Problem("high-power",           "x^20",               1.1,
            ("20*x^19", "380*x^18", "6840*x^17", "116280*x^16"),
            "Its higher derivatives grow fast, and so do truncation errors.", 0.1),
  ), "at the ends of the scales": (
    Problem("slow-exponential",     "exp(1e-8*x)",        1.0,
            ("1e-8*exp(1e-8*x)", "1e-8*(1e-8*exp(1e-8*x))", "1e-8*(1e-8*(1e-8*exp(1e-8*x)))"),
            "Hardly moves over a usual step: the difference is all rounding.", 1e8),
    Problem("far-cosine",           "cos(x/1e8)",         3e8,
            ("-sin(x/1e8)/1e8", "-cos(x/1e8)/1e16", "sin(x/1e8)/1e8/1e16"),
            "Varies over 1e8, so that a step of 1e-8 does not even change x.", 1e8),
    Problem("far-sine",             "sin(x)",             1e6,
            ("cos(x)", "-sin(x)", "-cos(x)", "sin(x)"),
            "A step in proportion to |x| jumps over whole periods.", 1.0),
    Problem("fast-sine",            "sin(100*x)",         0.7,
            ("100*cos(100*x)", "-1e4*sin(100*x)", "-1e6*cos(100*x)", "1e8*sin(100*x)"),
            "Varies over 0.01 where a default step expects 1.", 0.01),
    Problem("tiny-sine",            "1e-200*sin(x)",      1.0,
            ("1e-200*cos(x)", "-1e-200*sin(x)", "-1e-200*cos(x)"),
            "Absolute tolerances and squares underflow: a method has to be free of scale."),
    Problem("subnormal-sine",       "1e-310*sin(x)",      1.0,
            ("1e-310*cos(x)", "-1e-310*sin(x)", "-1e-310*cos(x)"),
            "Below 1e-308 numbers have fewer digits, and every value here is down there."),
    Problem("subnormal-point",      "exp(x)",             1e-310, ("exp(x)", "exp(x)", "exp(x)"),
            "The point is subnormal: a step in proportion to |x| is lost in f."),
    Problem("huge-exponential",     "exp(x)",             300.0,  ("exp(x)", "exp(x)", "exp(x)"),
            "At 1e130 no absolute tolerance is ever met, and a few more products overflow."),
    Problem("tail",                 "erfc(x)",            10.0,
            (f"-2*exp(-x^2)/sqrt({PI})", f"4*x*exp(-x^2)/sqrt({PI})",
             f"(4 - 8*x^2)*exp(-x^2)/sqrt({PI})"),
            "At 2e-45 nothing is left of 1 - erf(x), and it falls by half every thirtieth.", 0.1),
    Problem("steep-tanh",           "tanh(1000*x)",       1e-4,
            ("1000*(1 - tanh(1000*x)^2)", "-2e6*tanh(1000*x)*(1 - tanh(1000*x)^2)",
             "1e9*(6*tanh(1000*x)^2 - 2)*(1 - tanh(1000*x)^2)"),
            "A step in all but name, smooth only when seen from a thousandth away.", 1e-3),
  ), "near a pole, or the edge of the domain": (
    Problem("pole",                 "1/x",                1e-3,   ("-1/x^2", "2/x^3", "-6/x^4", "24/x^5"),
            "A stencil wider than 0.001 straddles the pole and answers with confidence.", 1e-3),
    Problem("tangent-pole",         "tan(x)",             1.57,
            ("1 + tan(x)^2", "2*tan(x)*(1 + tan(x)^2)", "(2 + 6*tan(x)^2)*(1 + tan(x)^2)"),
            "Eight ten-thousandths from the pole at pi/2.", 7.9e-4),
    Problem("log-edge",             "log(x)",             1e-3,   ("1/x", "-1/x^2", "2/x^3", "-6/x^4"),
            "A step of more than 0.001 to the left leaves the domain.", 1e-3),
    Problem("root-edge",            "sqrt(x)",            1e-4,
            ("0.5/sqrt(x)", "-0.25/(x*sqrt(x))", "0.375/(x^2*sqrt(x))", "-0.9375/(x^3*sqrt(x))"),
            "The slope grows without bound toward the edge at 0.", 1e-4),
    Problem("arcsine-edge",         "asin(x)",            0.999,
            ("1/sqrt(1 - x^2)", "x/(1 - x^2)^1.5", "(1 + 2*x^2)/(1 - x^2)^2.5"),
            "The edge of the domain is 0.001 to the right, and the slope is infinite there.", 1e-3),
    Problem("arccosh-edge",         "acosh(x)",           1.001,
            ("1/sqrt(x^2 - 1)", "-x/(x^2 - 1)^1.5", "(1 + 2*x^2)/(x^2 - 1)^2.5"),
            "The edge of the domain is 0.001 to the left, and backward differences look there.", 1e-3),
    Problem("power-edge",           "x^1.5",              1e-3,
            ("1.5*sqrt(x)", "0.75/sqrt(x)", "-0.375/(x*sqrt(x))"),
            "Value and slope end at 0 with the domain, and the curvature is infinite there.", 1e-3),
    Problem("poles-beside",         "1/(x^2 + 1e-4)",     2e-3,
            ("-2*x/(x^2 + 1e-4)^2", "(6*x^2 - 2*1e-4)/(x^2 + 1e-4)^3",
             "24*x*(1e-4 - x^2)/(x^2 + 1e-4)^4"),
            "Smooth on the whole line, with poles a hundredth beside it, at +-i/100.", 5e-3),
  ), "cancellation": (
    Problem("difference-quotient",  "(exp(x) - 1)/x",     1e-5,   ("(x*exp(x) - expm1(x))/x^2",),
            "exp(x) - 1 loses five digits and the slope ten, whenever these operations are run.", 1.0, 10),
    Problem("expanded-power",       "x^7 - 7*x^6 + 21*x^5 - 35*x^4 + 35*x^3 - 21*x^2 + 7*x - 1", 1.01,
            ("7*(x - 1)^6", "42*(x - 1)^5", "210*(x - 1)^4", "840*(x - 1)^3"),
            "(x - 1)^7 multiplied out: terms of size 35 have to leave 1e-14, and leave noise.", 3e-3, 11),
    Problem("long-difference",      "sqrt(x^2 + 1) - x",  1e4,
            ("-1/(sqrt(x^2 + 1)*(x + sqrt(x^2 + 1)))", "1/(x^2 + 1)^1.5", "-3*x/(x^2 + 1)^2.5"),
            "Two large numbers whose difference, and the difference of whose slopes, is small.", 1e4, 8),
    Problem("one-minus-cosine",     "1 - cos(x)",         1e-4,
            ("sin(x)", "cos(x)", "-sin(x)", "-cos(x)"),
            "The value has lost eight digits and its derivative by the rules none.", 1e-4),
  ), "oscillation, flatness, kinks, noise": (
    Problem("oscillation",          "sin(1/x)",           0.05,
            ("-cos(1/x)/x^2", "(2*x*cos(1/x) - sin(1/x))/x^4",
             "((1 - 6*x^2)*cos(1/x) + 6*x*sin(1/x))/x^6"),
            "Ever faster toward 0: no one step suits two points.", 2.5e-3),
    Problem("chirp",                "sin(x^2)",           30.0,
            ("2*x*cos(x^2)", "2*cos(x^2) - 4*x^2*sin(x^2)", "-12*x*sin(x^2) - 8*x^3*cos(x^2)"),
            "The further out the faster: at 30 a wave is a tenth long, and |x| says nothing of it.", 1/60),
    Problem("flat",                 "exp(-1/x^2)",        0.2,
            ("2*exp(-1/x^2)/x^3", "(4 - 6*x^2)*exp(-1/x^2)/x^6", "(24*x^4 - 36*x^2 + 8)*exp(-1/x^2)/x^9"),
            "Every derivative at 0 is 0, although the function is not.", 4e-3),
    Problem("flat-power",           "x^9",                1e-3,   ("9*x^8", "72*x^7", "504*x^6"),
            "So flat that its slope of 9e-24 hides below every absolute tolerance.", 3e-4),
    Problem("kink",                 "abs(x)",             1e-6,   ("sign(x)", "0*x", "0*x"),
            "Differentiable here, yet central steps reach over the kink, and |z| is not analytic.", 1e-6),
    Problem("relu",                 "max(x, 0)",          0.5,    ("(1 + sign(x))/2", "0*x", "0*x"),
            "The kink at 0 lies half a unit away, so every method agrees: the slope is 1.", 0.5),
    Problem("rounded-kink",         "sqrt(x^2 + 1e-8)",   1e-5,
            ("x/sqrt(x^2 + 1e-8)", "1e-8/(x^2 + 1e-8)^1.5", "-3*(1e-8*x)/(x^2 + 1e-8)^2.5"),
            "Looks like |x| from afar, and is smooth when seen from a ten-thousandth.", 3e-5),
    Problem("cubed-kink",           "abs(x)^3",           1e-2,   ("3*x*abs(x)", "6*abs(x)", "6*sign(x)"),
            "Twice differentiable at 0, a hundredth away, where the third derivative jumps.", 1e-2),
    Problem("parabola-at-0",        "x^2",                0.0,    ("2*x", "2 + 0*x", "0*x"),
            "The derivative is 0, so a relative error means nothing."),
    Problem("cosine-at-0",          "cos(x)",             0.0,
            ("-sin(x)", "-cos(x)", "sin(x)", "cos(x)"),
            "The derivative is 0 where the value is 1: differences of even functions cancel exactly."),
    Problem("noisy-sine",           "sin(x) + 1e-6*sin(floor(1e14*x)^2)", 0.7,
            ("cos(x)", "-sin(x)", "-cos(x)"),
            "Noise that is the same each time and constant over 1e-14: the rules see the sine alone.",
            smooth="sin(x)"),
  ), "programs": (
    Problem("branch",               huber,                0.5,
            (huber_slope, "(1 - sign(abs(x) - 1))/2", "0*x"),
            "An if on the argument: there is no single formula, and the branch taken is smooth.", 0.5),
    Problem("loop",                 loop,                 0.5,    (loop_slope,),
            "A hundred passes: a tape of 700 rows, and a formula that no library could hold.", 0.1, 1),
    Problem("recursion",            recursive_sine,       2.0,    (recursive_sine_slope,),
            "A function that calls itself until its argument is small."),
    Problem("while",                babylonian,           2.0,    (babylonian_slope,),
            "How often it runs depends on x: what is differentiated is the steps that were taken."),
    Problem("where",                stable_softplus,      800.0,
            ("1/(1 + exp(-x))", "exp(-x)/(1 + exp(-x))^2", "exp(-x)*(exp(-x) - 1)/(1 + exp(-x))^3"),
            "The side that np.where leaves out is inf there; 0 times inf must not leak into the answer."),
  ),
}
# fmt: on

_ROWS = tuple(replace(problem, kind=kind) for kind, rows in _KINDS.items() for problem in rows)

PROBLEMS: Mapping[str, Problem] = MappingProxyType({problem.name: problem for problem in _ROWS})
"""Name -> problem, in the order of the groups above."""
