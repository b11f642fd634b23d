"""Tables of texts: aligned columns, Markdown, HTML."""

import pytest

from diffkit.views.grid import BELOW, Table

TABLE = Table(("method", "digits"), (("central", "10.6"), ("a|<b>", "5")), frozenset({"digits"}))


def test_text_columns_line_up_and_numbers_stand_on_the_right():
    assert TABLE.text().splitlines() == ["method   digits", "central    10.6", "a|<b>         5"]


COLUMNS = ("method", "value", "step", "calls", "note")
WIDE = Table(
    COLUMNS,
    (
        ("central", "[1.5, -2.25, 3.125, 4.0]", "-", "8", "first of all"),
        ("dual", "[1.0, -2.0, 3.0, 4.0]", "-", "4", ""),
    ),
    frozenset({"step", "calls"}),
)


@pytest.mark.parametrize(
    ("width", "row", "below"),
    [
        (60, "central  [1.5, -2.25, 3.125, 4.0]     -      8  first of all", []),
        (59, "central  [1.5, -2.25, 3.125, 4.0]     -      8", ["", "central: first of all"]),
        (45, "central  [1.5, -2.25, 3.125, 4.0]      8", ["", "central: first of all"]),
        (37, "central  [1.5, -2.25, ...]          8", ["", "central: first of all"]),
        (1, "central  [1.5, ...]      8", ["", "central: first of all"]),
    ],
)
def test_in_a_narrow_place_words_give_way_and_numbers_stay_whole(width, row, below):
    lines = WIDE.text(width).splitlines()
    assert lines[1] == row
    assert lines[3:] == below


def test_a_note_that_points_below_is_not_repeated_there():
    rows = (("central", "first of all"), ("symbolic", BELOW))
    assert Table(("method", "note"), rows).text(10).splitlines()[3:] == ["", "central: first of all"]


def test_a_table_without_lists_or_notes_stays_as_it_is_however_narrow():
    assert TABLE.text(1) == TABLE.text()


@pytest.mark.parametrize(
    ("cell", "short"),
    [
        ("x=1.0, y=2.0, z=3.0", "x=1.0, ..."),
        ("(1.0, 2.0)", "(1.0, ...)"),
        ("[1.0, 2.0, 3.0, ... 99 values]", "[1.0, ... 99 values]"),
        ("-0.08396815100693278", "-0.08396815100693278"),
    ],
)
def test_a_list_keeps_its_first_entry_and_a_number_all_its_digits(cell, short):
    assert Table(("value",), ((cell,),)).text(1).splitlines()[1] == short


def test_markdown_escapes_the_bar():
    assert TABLE.markdown().splitlines()[-1] == r"| a\|<b> | 5 |"
    assert TABLE.markdown().splitlines()[1] == "| :--- | ---: |"


def test_html_escapes_angle_brackets():
    assert "a|&lt;b&gt;" in TABLE.html()


def test_a_bar_over_a_letter_takes_no_room():
    lines = Table(("a", "b"), (("v̄3", "1"), ("v33", "2"))).text().splitlines()
    assert lines == ["a    b", "v̄3   1", "v33  2"]
