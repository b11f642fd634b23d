"""The heat map of a survey: a cell a problem and method, its digits as shade and as number."""

import math

import matplotlib
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.text import Annotation

import diffkit as dk
from diffkit.report import digits_over_catalogue, new_axes
from diffkit.report.catalogue import SHADES
from diffkit.studies.survey import Survey

NAMES = ("pole", "sine", "kink", "bessel", "branch", "expanded-power", "far-sine")


@pytest.fixture(scope="module")
def survey():
    return dk.survey([*NAMES, ("mine", "abs(x)", 0.0)])


@pytest.fixture(scope="module")
def drawn(survey):
    return digits_over_catalogue(survey)


def cells(ax):
    """The patch and the words of each cell, by the name of its row and column."""
    columns = {
        int(text.xy[0]): text.get_text()
        for text in ax.texts
        if isinstance(text, Annotation) and text.get_text()
    }
    rows = dict(zip(ax.get_yticks(), [label.get_text() for label in ax.get_yticklabels()], strict=True))
    words = {
        (round(text.get_position()[0] - 0.5), text.get_position()[1] // 1): text.get_text()
        for text in ax.texts
        if not isinstance(text, Annotation)
    }
    return {
        (rows[p.get_y() + 0.5], columns[round(p.get_x())]): (p, words.get((round(p.get_x()), p.get_y())))
        for p in ax.patches
        if isinstance(p, Rectangle)
    }


def test_each_cell_has_its_digits_as_a_number_and_as_a_shade(drawn, survey):
    made = cells(drawn)
    for problem in NAMES:
        for method, name in {"forward": "forward", "central": "central", "reverse": "reverse mode"}.items():
            digits = survey[problem, method].digits
            patch, words = made[problem, name]
            assert words == str(math.floor(digits))
            assert patch.get_facecolor() == pytest.approx(SHADES(digits / 16))


def test_more_digits_are_darker_and_no_digits_are_not_paper():
    light = [
        sum(c * w for c, w in zip(to_rgb(SHADES(d / 16)), (0.21, 0.72, 0.07), strict=True)) for d in range(17)
    ]
    assert light == sorted(light, reverse=True)
    assert light[0] < 0.95


def test_a_method_that_does_not_apply_is_hatched_with_its_reason(drawn):
    made = cells(drawn)
    for cell, reason in {("kink", "complex step"): "complex", ("branch", "symbolic"): "formula"}.items():
        patch, words = made[cell]
        assert (patch.get_hatch(), words) == ("////", reason)


def test_without_a_reference_a_cell_is_empty_with_a_mark(drawn):
    patch, words = cells(drawn)["mine", "central"]
    assert (patch.get_facecolor()[3], patch.get_hatch(), words) == (0, None, "?")


def test_rows_stand_in_the_order_of_the_study_under_their_kind(drawn, survey):
    names = [label.get_text() for label in drawn.get_yticklabels()]
    assert names == [name for group in survey.groups().values() for name in group]
    told = [text.get_text() for text in drawn.texts]
    assert {"cancellation", "programs", "smooth, as textbooks have them"} <= set(told)
    (smooth,) = [text for text in drawn.texts if text.get_text() == "smooth, as textbooks have them"]
    first = drawn.get_yticks()[names.index("sine")]
    assert first - 1.5 < smooth.get_position()[1] < first - 0.5


@pytest.mark.parametrize("size", [(7.5, 5.0), (8.0, 4.5), None])
def test_no_two_words_touch_and_none_leaves_the_figure(survey, size, assert_legible):
    ax = digits_over_catalogue(survey, new_axes(*size) if size else None)
    assert_legible(ax)
    assert len(ax.get_yticks()) == len(NAMES) + 1


@pytest.mark.slow
@pytest.mark.parametrize("size", [(8.0, 4.5), (7.5, 5.0)])
def test_rows_too_low_for_words_keep_their_shades_and_the_names_of_their_kinds(survey, size, assert_legible):
    kinds = {f"{name} {k}": kind for k in range(7) for name, kind in survey.kinds.items()}
    rows = tuple(row.__class__(**{**row.__dict__, "problem": f"{row.problem} {k}"}) for k in range(7)
                 for row in survey.rows)  # fmt: skip
    ax = digits_over_catalogue(Survey(kinds, survey.methods, survey.dtypes, rows), new_axes(*size))
    assert_legible(ax)
    assert len(ax.patches) == len(rows)
    assert "cancellation" in [text.get_text() for text in ax.texts]
    assert not [text for text in ax.texts if text.get_text().isdigit()]


def test_another_type_of_the_survey_is_drawn_where_it_is_asked_for():
    survey = dk.survey("sine", "central, reverse", ["float32", "float64"])
    assert digits_over_catalogue(survey).get_title(loc="left") == (
        "Correct digits of 2 methods on 1 problem in float32"
    )
    assert cells(digits_over_catalogue(survey, dtype="float64"))["sine", "reverse mode"][1] == "15"


def test_the_alternative_text_tells_each_kind(drawn):
    assert drawn.alt.startswith(
        "Correct digits of 9 methods on 8 problems, as shades and numbers, a row a problem"
    )
    assert "Cancellation: forward 0, backward 0" in drawn.alt
    assert "symbolic none" in drawn.alt


def test_it_is_the_figure_of_the_study_and_draws_where_it_is_told(survey, drawn):
    ax = new_axes(7.5, 5)
    with matplotlib.rc_context({"font.size": 23.0}):
        before = dict(matplotlib.rcParams)
        assert survey.plot(ax) is ax
        assert dict(matplotlib.rcParams) == before
    assert ax.alt == drawn.alt
