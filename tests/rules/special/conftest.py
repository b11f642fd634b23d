"""What every elementwise row of scipy.special owes; a test file is asked about the rows of its twin."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import mpmath
import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad
from diffkit.errors import NoRuleError
from diffkit.rules import rules


def rows_in(module):
    """The elementwise rows that are written in a file: by their partials, which numbers do not tell."""
    text = inspect.getsource(module)

    def is_in(rule):
        name = getattr(rule.function, "__name__", "")
        if any(getattr(partial, "__module__", "") == module.__name__ for partial in rule.partials):
            return True
        return getattr(sc, name, None) is rule.function and re.search(rf"elementwise\(sc\.{name},", text)

    return [rule for rule in rules() if rule.partials is not None and is_in(rule)]


def pytest_generate_tests(metafunc):
    wanted = {"known", "unknown"} & set(metafunc.fixturenames)
    if wanted:
        name = Path(metafunc.module.__file__).stem.removeprefix("test_")
        cases = [
            pytest.param((rule, position), id=f"{rule.function.__name__}-{position}")
            for rule in rows_in(import_module(f"diffkit.rules.special.{name}"))
            for position, partial in enumerate(rule.partials)
            if (partial is None) == ("unknown" in wanted)
        ]
        assert cases
        metafunc.parametrize(wanted.pop(), cases)


@pytest.fixture
def rows_of():
    return rows_in


def points(box, count=3):
    rng = np.random.default_rng(3)
    return [[rng.uniform(*side) if isinstance(side, tuple) else side for side in box] for _ in range(count)]


def real_parts(rule, exact=None):
    """[(f, the same in mpmath)]: the function of a row, or the two parts of a complex one."""
    function = rule.function
    if not np.iscomplexobj(function(*points(rule.domain[0])[0])):
        return [(function, exact)]
    return [
        (lambda *a, p=p: p(function(*a)), lambda *a, q=q: q(exact(*a)))
        for p, q in ((np.real, mpmath.re), (np.imag, mpmath.im))
    ]


@pytest.fixture
def check_row(check_partial, has_value):
    """check(rule, position, exact): one partial, at first and second order, in both modes."""

    def check(rule, position, exact):
        tried = 0
        for function, g in real_parts(rule, exact.get(rule.function)):
            for box in rule.domain:
                for point in points(box):
                    if has_value(function, point):
                        tried += 1
                        check_partial(function, point, position, g)
        assert tried >= 3

    return check


@pytest.fixture
def check_row_of_arrays(check_arrays):
    """check(rule, position): arrays give what their elements give, in their own precision."""

    def check(rule, position):
        for function, _ in real_parts(rule):
            check_arrays(function, points(rule.domain[0], 4), position)

    return check


@pytest.fixture
def check_refusal():
    """check(rule, position): an operand without a closed derivative is an error."""

    def check(rule, position):
        point = points(rule.domain[0])[0]
        sentence = f"operand {position + 1}|not supported for the input"
        with pytest.raises((NoRuleError, TypeError), match=sentence):
            grad(lambda *x: np.real(rule.function(*x)), argnums=position)(*map(float, point))

    return check
