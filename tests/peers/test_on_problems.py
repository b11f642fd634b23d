"""The catalogue crossed with the peers, against the 50-digit reference; known differences have a table."""

from __future__ import annotations

from typing import Any

import pytest

import diffkit as dk
from diffkit.errors import DiffkitError
from diffkit.functions import as_function
from diffkit.methods import METHODS
from diffkit.peers.method import PeerMethod
from diffkit.peers.table import PEERS, is_installed
from diffkit.problems import PROBLEMS
from diffkit.studies.reference import exact_derivative
from diffkit.tape.digits import working_digits

EXACT = ["torch", "jax", "autograd", "casadi", "symengine"]
NUMERICAL = ["numdifftools", "jacobi", "scipy"]

# Where an exact peer has another answer than the derivative, or none.
NAN = "gives nan"  # it comes in from the side that np.where leaves out, where the slope is infinite
LACKS = "has no meaning"
DIFFERENT: dict[tuple[str, str], str] = {
    **{("where", peer): NAN for peer in ("torch", "jax", "autograd")},
    **{("bessel", peer): LACKS for peer in ("torch", "jax", "casadi", "symengine")},
    ("gamma", "casadi"): LACKS,
    ("log-gamma", "casadi"): LACKS,
    ("gamma", "symengine"): "cannot differentiate",  # it writes polygamma and has no number for it
    ("log-gamma", "symengine"): "cannot differentiate",
    ("noisy-sine", "symengine"): "leaves .* as it is",  # the derivative of floor
    ("loop", "symengine"): "not closed form",
}
# JAX's compiler takes subnormal numbers for 0.
FLUSHED = {("subnormal-sine", "jax")}

# So many digits a numerical peer has, with its own steps, where f varies on the scale of x and is computed
# without cancellation. On the other rows its steps may be far too long or too short.
DIGITS = {"numdifftools": 9, "jacobi": 12, "scipy": 9}
SHORT: dict[tuple[str, str], float] = {
    ("far-cosine", "jacobi"): 5,  # its steps do not grow with the scale of f
    ("far-cosine", "scipy"): 5,
    ("tiny-sine", "jacobi"): 0,  # values of 1e-200 are converged to it
    ("subnormal-sine", "jacobi"): 0,
}


def peers(names: list[str]) -> Any:
    """The peers that have to be installed are marked, and skipped where they are not."""
    marked = [
        name
        if name == "scipy"
        else pytest.param(
            name,
            marks=[pytest.mark.peers, pytest.mark.skipif(not is_installed(name), reason=f"needs {name}")],
        )
        for name in names
    ]
    return pytest.mark.parametrize("peer", marked)


def relative_error(name: str, peer: str) -> float:
    problem = PROBLEMS[name]
    value = dk.derivative(problem.f, problem.at, peer)
    truth = exact_derivative(as_function(problem.f), problem.at)
    with working_digits(50) as mp:
        return float(abs(mp.mpf(value) - truth) / (abs(truth) or 1))


def test_every_peer_is_crossed() -> None:
    assert {*EXACT, *NUMERICAL} == set(PEERS)
    assert all(isinstance(METHODS[name], PeerMethod) for name in PEERS if name in METHODS)


@pytest.mark.parametrize("name", PROBLEMS)
@peers(EXACT)
def test_an_exact_peer_has_all_digits_but_for_its_own_functions(name: str, peer: str) -> None:
    if (name, peer) in DIFFERENT:
        with pytest.raises(DiffkitError, match=DIFFERENT[name, peer]):
            dk.derivative(PROBLEMS[name].f, PROBLEMS[name].at, peer)
    elif (name, peer) in FLUSHED:
        assert relative_error(name, peer) == 1.0
    else:
        assert relative_error(name, peer) <= 1e-13 * 10 ** PROBLEMS[name].digits_lost


ORDINARY = [
    name
    for name, row in PROBLEMS.items()
    if max(1.0, abs(row.at)) / 3 <= row.scale <= 3 * max(1.0, abs(row.at))
    and not row.digits_lost
    and not row.smooth
]


@pytest.mark.parametrize("name", ORDINARY)
@peers(NUMERICAL)
def test_a_numerical_peer_has_its_digits_where_f_varies_on_the_scale_of_x(name: str, peer: str) -> None:
    least = SHORT.get((name, peer), DIGITS[peer])
    assert relative_error(name, peer) <= 10.0**-least


@pytest.mark.parametrize("name", PROBLEMS)
@peers(NUMERICAL)
def test_elsewhere_a_numerical_peer_answers_with_a_number_or_one_line(
    name: str, peer: str, assert_one_clear_line: Any
) -> None:
    calls = []
    f = as_function(PROBLEMS[name].f)
    try:
        found = dk.derivative(lambda x: calls.append(x) or f(x), PROBLEMS[name].at, peer, full_output=True)
    except DiffkitError as error:
        assert_one_clear_line(error)
    else:
        assert found.evaluations == len(calls)
        assert type(found.value) is float
        assert found.error_estimate >= 0
