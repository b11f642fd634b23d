"""Which problems are meant: by name, as objects, as triples, as a mapping."""

import pytest

from diffkit.errors import ArgumentsError
from diffkit.problems import PROBLEMS, Problem
from diffkit.studies.chosen import problems_for


def test_nothing_means_the_catalogue():
    assert problems_for(None) == list(PROBLEMS.values())


@pytest.mark.parametrize(
    "given", ["sine, pole", ["sine", PROBLEMS["pole"]], (name for name in ("sine", "pole"))]
)
def test_names_stand_for_rows_of_the_catalogue(given):
    assert problems_for(given) == [PROBLEMS["sine"], PROBLEMS["pole"]]


def test_one_problem_is_a_list_of_one():
    assert problems_for(PROBLEMS["kink"]) == [PROBLEMS["kink"]]


@pytest.mark.parametrize("given", [[("mine", "x^3", 2.0)], {"mine": ("x^3", 2.0)}])
def test_a_function_of_ones_own_has_a_name_and_a_point(given):
    assert problems_for(given) == [Problem("mine", "x^3", 2.0, (), "")]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("sin", "no problem 'sin' in the catalogue; did you mean 'sine'"),
        ("", "no problems are given"),
        (["sine", ("sine", "x", 1.0)], "several problems are named 'sine'; give each a name of its own"),
        ([3], r"3 is no problem; write a name such as 'sine', or \(name, f, point\)"),
        ([("x^2", 1.0)], "is no problem; write"),
        ([("mine", "x^2", "1")], "the point of 'mine' is '1'; write one number"),
        ({"mine": ("x^2", [1.0, 2.0])}, r"the point of 'mine' is \[1.0, 2.0\]; write one number"),
    ],
)
def test_what_is_no_problem_is_refused_in_one_sentence(given, said):
    with pytest.raises(ArgumentsError, match=said):
        problems_for(given)


def test_a_row_knows_under_which_heading_it_stands():
    assert PROBLEMS["sine"].kind == "smooth, as textbooks have them"
    assert PROBLEMS["while"].kind == "programs"
    assert all(problem.kind for problem in PROBLEMS.values())
