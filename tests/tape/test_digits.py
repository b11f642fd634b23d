"""mpmath has one precision for the whole process, and two threads may want different ones."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import mpmath
import pytest

from diffkit.tape.digits import one_at_a_time, working_bits, working_digits


def test_a_block_has_its_digits_and_puts_those_before_back():
    before = mpmath.mp.prec
    with working_digits(40) as outer:
        with working_bits(10) as inner:
            assert inner is outer is mpmath.mp
            assert inner.prec == 10
        assert outer.dps == 40
    assert mpmath.mp.prec == before


def test_digits_come_back_when_something_is_raised():
    before = mpmath.mp.prec
    with pytest.raises(ZeroDivisionError), working_digits(40):
        1 / 0
    assert mpmath.mp.prec == before


def test_threads_with_different_digits_do_not_change_each_others():
    before, start = mpmath.mp.prec, Barrier(8)

    def third(digits):
        start.wait()
        seen = set()
        for _ in range(200):
            with working_digits(digits) as mp:
                seen.add(mp.nstr(mp.mpf(1) / 3, digits))
        return seen

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(third, range(20, 100, 10)))
    assert found == [{"0." + "3" * digits} for digits in range(20, 100, 10)]
    assert mpmath.mp.prec == before


def test_what_changes_the_precision_by_itself_waits_for_the_block_of_another_thread():
    before, start = mpmath.mp.prec, Barrier(8)

    @one_at_a_time
    def as_sympy_does(digits):
        with mpmath.workdps(digits):
            return mpmath.nstr(mpmath.mpf(1) / 3, digits)

    def third(digits):
        start.wait()
        seen = set()
        for _ in range(200):
            seen.add(as_sympy_does(digits))
            with working_digits(digits) as mp:
                seen.add(mp.nstr(mp.mpf(1) / 3, digits))
        return seen

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(third, range(20, 100, 10)))
    assert found == [{"0." + "3" * digits} for digits in range(20, 100, 10)]
    assert mpmath.mp.prec == before
