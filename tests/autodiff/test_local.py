"""Every number of a sweep is the derivative it stands for."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff.local import adjoints, tangents
from diffkit.errors import NonScalarError


def polynomial(x, y):
    return x * x * y + (y + 2)


def test_adjoints_are_those_of_the_textbook():
    found = adjoints(dk.record(polynomial, 3.0, 4.0), 3.0, 4.0)
    assert found.values == (3.0, 4.0, 9.0, 36.0, 6.0, 42.0)
    assert found.adjoints == (24.0, 10.0, 4.0, 1.0, 1.0, 1.0)
    assert found.partials == ((3.0, 3.0), (4.0, 9.0), (1.0, None), (1.0, 1.0))


def test_tangents_are_those_of_dual_numbers():
    tape = dk.record(polynomial, 3.0, 4.0)
    assert tangents(tape, (3.0, 4.0), (0.0, 1.0)).tangents == (0.0, 1.0, 0.0, 9.0, 1.0, 10.0)


def test_an_adjoint_is_the_change_of_the_result_with_its_slot():
    tape = dk.record(lambda x: np.exp(np.sin(x)) / (1 + x * x), 0.7)
    found = adjoints(tape, 0.7)
    for slot in range(1, 1 + len(tape)):

        def rest(v, slot=slot):
            values = [*found.values[:slot], v]
            for row in tape.instructions[slot:]:
                args = [values[a.index] if hasattr(a, "index") else a for a in row.args]
                values.append(row.function(*args))
            return values[-1]

        assert found.adjoints[slot] == pytest.approx(dk.derivative(rest, found.values[slot]), rel=1e-14)


def test_a_number_that_the_result_does_not_read_has_adjoint_zero_and_a_truth_has_none():
    tape = dk.record(lambda x: (x if np.sin(x) > 0 else -x) * 2, 1.0)
    found = adjoints(tape, 1.0)
    assert found.adjoints == (2.0, 0.0, None, 1.0)


def test_arrays_have_adjoints_of_their_shape():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = adjoints(dk.record(lambda x: np.sum(np.sin(x)), x), x)
    assert found.adjoints[0].tolist() == np.cos(x).tolist()
    assert found.adjoints[1].tolist() == np.ones((2, 2)).tolist()
    assert found.partials[0][0].tolist() == np.cos(x).tolist()
    assert found.partials[1] == (None,)


def test_an_infinite_slope_is_shown():
    assert adjoints(dk.record(np.sqrt, 0.0), 0.0).partials == ((np.inf,),)


def test_a_result_that_is_no_scalar_is_refused():
    with pytest.raises(NonScalarError, match="scalar result"):
        adjoints(dk.record(lambda x: 2 * x, np.ones(2)), np.ones(2))


def test_a_row_with_several_results_has_an_adjoint_for_each():
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    tape = dk.record(lambda a: np.sum(np.linalg.eigh(a)[0] ** 2), a)
    found = adjoints(tape, a)
    assert [np.shape(part) for part in found.values[1]] == [(2,), (2, 2)]
    (of_w, of_v), w = found.adjoints[1], found.values[2]
    assert np.array_equal(of_w, 2 * w)
    assert not of_v.any()
    assert np.array_equal(found.adjoints[0], dk.grad(tape.replay)(a))
