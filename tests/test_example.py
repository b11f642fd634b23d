"""Every row is taken at its word: it holds for the calls that stand beside it, in both modes and orders."""

import numpy as np
import pytest

from diffkit.autodiff import jvp, vjp
from diffkit.example import Array, example
from diffkit.rules import rules
from diffkit.tape import record, written

# From NumPy 2.5 on; its row stays for those who write it.
pytestmark = pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")

ROWS = [rule for rule in rules() if rule.partials is None]
SHOWN = {rule.function: rule.examples for rule in ROWS} | written.EXAMPLES
EXAMPLES = [  # by default the first of each row
    pytest.param(function, shown, id=f"{function.__name__}-{i}", marks=[pytest.mark.slow] if i else [])
    for function, examples in SHOWN.items()
    for i, shown in enumerate(examples)
]


@pytest.mark.parametrize(("function", "shown"), EXAMPLES)
def test_a_row_holds_for_the_calls_beside_it(function, shown, check_maps, program):
    f, shapes = program(function, shown)
    check_maps(f, *shapes)


@pytest.mark.slow
@pytest.mark.parametrize(("function", "shown"), EXAMPLES)
def test_the_derivative_has_the_precision_of_the_call(function, shown, program):
    f, shapes = program(function, shown)
    rng = np.random.default_rng(7)
    single = tuple(rng.uniform(0.3, 1.3, shape).astype(np.float32)[()] for shape in shapes)
    expected = np.asarray(f(*single)).dtype
    y, pullback = vjp(f, *single)
    y_dot = jvp(f, single, single)[1]
    assert [np.asarray(part).dtype for part in (y, y_dot)] == [expected, expected]
    x_bars = [x_bar for x_bar in pullback(np.ones_like(y)) if np.ndim(x_bar)]
    assert all(x_bar.dtype == np.float32 for x_bar in x_bars)


@pytest.mark.slow
@pytest.mark.parametrize(("function", "shown"), EXAMPLES)
def test_a_tape_of_the_call_gives_its_value(function, shown, program):
    f, shapes = program(function, shown)
    rng = np.random.default_rng(7)
    args = tuple(rng.uniform(0.3, 1.3, shape)[()] for shape in shapes)
    assert record(f, *args).replay(*args) == pytest.approx(f(*args), rel=2e-15, abs=1e-15, nan_ok=True)


@pytest.mark.parametrize("function", SHOWN, ids=lambda function: function.__name__)
def test_a_row_without_partials_and_a_function_written_with_others_bring_examples(function):
    assert SHOWN[function]


def test_an_example_is_a_call_with_the_arrays_marked(program):
    f, shapes = program(np.concatenate, example([Array(2), np.ones(1), Array(1)], axis=0))
    assert shapes == [(2,), (1,)]
    assert f(np.array([1.0, 2.0]), np.array([3.0])).tolist() == [1.0, 2.0, 1.0, 3.0]


def test_an_array_that_has_to_be_special_is_made_so(program):
    f, shapes = program(np.linalg.det, example(Array(2, 2, made=lambda a: a + 3 * np.eye(2))))
    assert (f(np.zeros((2, 2))), shapes) == (pytest.approx(9.0), [(2, 2)])
