"""The family of errors: one root, built-in cousins, and messages that survive a journey."""

from __future__ import annotations

import pickle

import pytest

from diffkit import errors
from diffkit.errors import DiffkitError, ExpressionError, quoted

FAMILY = {
    "UnknownMethodError": ValueError,
    "UnknownOptionError": TypeError,
    "OptionError": ValueError,
    "ExpressionError": ValueError,
    "ArgumentsError": TypeError,
    "DomainError": ValueError,
    "NotClosedFormError": TypeError,
    "NonScalarError": RuntimeError,
    "NotElementwiseError": ValueError,
    "NoRuleError": NotImplementedError,
    "LostHistoryError": TypeError,
    "GraphError": RuntimeError,
    "AnomalyError": FloatingPointError,
    "GuardError": RuntimeError,
    "WorkersError": RuntimeError,
    "MissingPackageError": ImportError,
}


@pytest.mark.parametrize(("name", "builtin"), FAMILY.items(), ids=FAMILY)
def test_each_error_is_ours_and_the_built_in_one_expects(name, builtin):
    cls = getattr(errors, name)
    assert issubclass(cls, DiffkitError)
    assert issubclass(cls, builtin)


def test_the_family_is_complete_public_and_drawn_in_the_docstring():
    defined = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert defined == set(errors.__all__) == {"DiffkitError", *FAMILY}
    for name, builtin in FAMILY.items():
        assert f"{name} ({builtin.__name__})" in errors.__doc__


@pytest.mark.parametrize("name", FAMILY)
def test_an_error_travels_by_pickle_with_its_message(name):
    error = getattr(errors, name)("what, where, and what instead")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), "what, where, and what instead")


def test_an_expression_error_points_at_its_column():
    error = ExpressionError("unexpected )", "sin(x))", 6)
    assert str(error) == "unexpected )\n  sin(x))\n        ^"
    assert (error.reason, error.text, error.column) == ("unexpected )", "sin(x))", 6)


def test_an_expression_error_without_a_column_is_one_line():
    assert str(ExpressionError("empty")) == "empty"
    assert str(ExpressionError("empty", "x")) == "empty"


@pytest.mark.parametrize("column", [0, 39, 40, 41, 150, 499])
def test_the_caret_of_a_long_text_stays_on_the_screen_and_under_its_character(column):
    text = "".join(chr(ord("a") + i % 26) for i in range(500))
    reason, shown, caret = str(ExpressionError("bad", text, column)).splitlines()
    assert reason == "bad"
    assert shown[caret.index("^")] == text[column]
    assert len(shown) <= 74


def test_characters_that_would_disturb_a_terminal_are_not_printed():
    shown = str(ExpressionError("bad", "x\x1b[31m\t", 1)).splitlines()
    assert shown == ["bad", "  x?[31m?", "   ^"]


@pytest.mark.parametrize("text", ["x +\ny", "x +\r\ny"])
def test_of_several_lines_the_first_is_shown_with_the_caret_at_its_end(text):
    assert str(ExpressionError("bad", text, 3)).splitlines() == ["bad", "  x +", "     ^"]


def test_an_expression_error_travels_with_its_column():
    error = ExpressionError("bad", "x $ y", 2)
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert again.column == 2


def test_what_is_quoted_is_shown_whole_up_to_its_limit_and_then_by_its_ends():
    assert quoted("9" * 60) == repr("9" * 60)
    assert quoted("1" + "9" * 59 + "2") == f"'1{'9' * 29}...{'9' * 14}2'"
