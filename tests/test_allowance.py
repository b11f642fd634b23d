"""Limits: a table, raised or lowered for a with block, and nowhere else."""

from __future__ import annotations

import threading

import pytest

from diffkit.allowance import LIMITS, beyond, limits, most, require_within
from diffkit.errors import OptionError


def test_a_limit_holds_for_its_block_and_for_nested_ones_alone():
    with limits(order=100, digits=7):
        assert (most("order"), most("digits"), most("nested")) == (100, 7, LIMITS["nested"])
        with limits(order=3):
            assert (most("order"), most("digits")) == (3, 7)
        assert most("order") == 100
    assert most("order") == LIMITS["order"]


def test_a_limit_is_put_back_after_an_error():
    with pytest.raises(ZeroDivisionError), limits(order=100):
        1 / 0
    assert most("order") == LIMITS["order"]


def test_another_thread_keeps_the_limits_of_the_table():
    seen = []
    with limits(order=100):
        thread = threading.Thread(target=lambda: seen.append(most("order")))
        thread.start()
        thread.join()
    assert seen == [LIMITS["order"]]


@pytest.mark.parametrize(
    "allowed", [{"ordre": 3}, {"order": 0}, {"order": 2.5}, {"order": True}, {"order": None}]
)
def test_what_is_no_limit_is_refused(allowed):
    with pytest.raises(OptionError), limits(**allowed):
        pass


@pytest.mark.parametrize("name", LIMITS)
def test_what_is_asked_is_let_through_up_to_the_limit_and_refused_beyond_it(name):
    require_within(name, LIMITS[name])
    with pytest.raises(OptionError, match=rf"the limit is {LIMITS[name]};.* with dk.limits\({name}=\.\.\.\)"):
        require_within(name, LIMITS[name] + 1)
    with limits(**{name: LIMITS[name] + 1}):
        require_within(name, LIMITS[name] + 1)


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        LIMITS["order"] = 1


def test_the_sentence_says_what_else_there_is():
    assert beyond("steps", "there are many", "sweep in parts").endswith(
        "; sweep in parts, or with dk.limits(steps=...): raises it"
    )
