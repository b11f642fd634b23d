"""The sections: every number is the study's, and a study that is missing is a sentence."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

import diffkit as dk
from diffkit.report.web import sections
from diffkit.report.web.labels import words
from diffkit.report.web.plots import Moving
from diffkit.studies.portrait import Coming, Missing, Sitting, portrait
from diffkit.tables import digits_text, error_text
from diffkit.views.table import number_text

SAY = words("en")


def cells_of(made):
    """The rows of the tables, as texts."""
    rows, row = [], []
    for element in made.all("tr", "th", "td"):
        if element.tag == "tr":
            row = []
            rows.append(row)
        else:
            row.append(element.text)
    return rows


def test_the_header_says_f_its_value_the_truth_and_how_it_was_got(found, parsed):
    made = parsed(sections.header(found, SAY))
    told = dict(zip([e.text for e in made.all("dt")], [e.text for e in made.all("dd")], strict=True))
    assert told["Point"] == "x = 0.7"
    assert float(told["Value of f"]) == found.comparison.value
    assert told["Derivative"] == "-0.08396815100693275559253302"
    assert told["How it was got"].startswith("To 50 digits: the recorded program of f, run again in mpmath")
    assert told["Function"].startswith("f(x) = sin")
    assert made.all("math")


def test_the_methods_have_the_numbers_of_the_comparison(found, parsed):
    rows = cells_of(parsed(sections.methods(found, SAY)))[1:]
    for row, told in zip(found.comparison.rows, rows, strict=True):
        assert told == [
            row.method, repr(row.value), error_text(row.error), digits_text(row.digits),
            error_text(row.step), str(row.evaluations), row.note,
        ]  # fmt: skip


@pytest.mark.usefixtures("few_steps")
def test_a_method_that_does_not_apply_says_why(parsed):
    few = dataclasses.replace(portrait("x", 1.0), comparison=dk.compare(lambda x: float(x), 1.0))
    made = parsed(sections.methods(few, SAY))
    rows = {row[0]: row for row in cells_of(made)[1:]}
    for method in ("symbolic", "dual", "reverse"):
        assert rows[method][1:6] == ["not applicable", "-", "-", "-", "-"]
    assert rows["symbolic"][6].startswith("float()")
    assert len(rows["dual"]) == len(rows["reverse"]) == 6  # their reason is the cell above
    assert [e.attributes.get("rowspan") for e in made.all("td") if e.text.startswith("float()")] == ["3"]


def test_the_slider_shows_at_each_position_what_the_studies_measured(found, made):
    moves = made.moves()
    places = np.searchsorted(found.sweep.steps, found.secants.steps)
    for method, lines in found.secants.lines.items():
        assert [float(text) for text in moves[f"{method}-0", ""]] == [line.slope for line in lines]
        curve = found.sweep[method]
        for column, errors in enumerate((curve.total, curve.truncation, curve.rounding), 1):
            assert moves[f"{method}-{column}", ""] == [error_text(abs(errors[i])) for i in places]
    assert moves["h-now", ""][-1] == "h = 1"
    spoken = moves["h", "aria-valuetext"]
    h, slope, error = re.fullmatch(r"h = (.+), forward: slope (.+), error (.+)", spoken[40]).groups()
    assert float(h) == pytest.approx(found.secants.steps[40], rel=0.005)
    assert float(slope) == pytest.approx(found.secants.lines["forward"][40].slope, rel=1e-7)
    assert error == moves["forward-1", ""][40]


def test_what_has_no_step_stays_in_the_table_with_its_error(found, made):
    rows = {row[0]: row for row in cells_of(made) if "no step: this row stays" in row}
    assert list(rows) == ["reverse", "dual"]
    for method, error in found.sweep.flat.items():
        assert rows[method][1:3] == [repr(found.comparison[method].value), error_text(error)]


@pytest.mark.usefixtures("few_steps")
def test_a_higher_order_has_its_errors_and_no_secant(parsed):
    moving = Moving(0)
    made = parsed(sections.stepping(portrait("x^3", 2.0, order=2), moving, SAY))
    assert "A derivative of order 2 is no slope of a secant." in made.all("section")[0].text
    assert [e.attributes["class"] for e in made.all("svg") if e.attributes.get("role")] == ["plot"]
    assert "dot-central" in [name for name, _, _ in moving.rows]


def test_a_black_box_has_secants_and_neither_tangent_nor_errors(parsed):
    moving = Moving(0)
    found = portrait(lambda x: float(x) ** 2, 3.0)
    made = parsed(sections.stepping(found, moving, SAY))
    assert [e.text for e in made.all("title")] == ["Secants and tangent"]
    assert not [e for e in made.all("path") if e.attributes.get("class") == "tangent"]
    assert {text for name, _, values in moving.rows if name == "forward-1" for text in values} == {"-"}
    assert "Not here, for the reason given above." in made.all("section")[0].text
    assert "float()" in sections.methods(found, SAY)


@pytest.mark.usefixtures("few_steps")
def test_of_several_variables_it_is_said_which_one_moves(parsed):
    made = parsed(sections.stepping(portrait("x*y", {"x": 1.0, "y": 2.0}), Moving(0), SAY))
    assert "By x alone; the other variables stay where they are." in made.all("section")[0].text


def test_the_trace_has_the_rows_of_the_table(found, made):
    for i, row in enumerate(found.table.rows):
        assert made.ids[f"value-cell-{i}"].text == number_text(row.value)
        assert made.ids[f"adjoint-cell-{i}"].text == number_text(row.derivative)


def test_the_walk_goes_down_the_values_and_up_the_adjoints(found, made):
    steps, count = made.data["walk"]["steps"], len(found.table.rows)
    assert [step["row"] for step in steps] == [*range(count), *reversed(range(count))]
    assert [step["side"] for step in steps] == ["value"] * count + ["adjoint"] * count
    assert steps[0]["told"] == "Step 1 of 12, forward: input x = 0.7"
    assert steps[2]["told"] == "Step 3 of 12, forward: v2 = x**2 = 0.49"
    assert steps[6]["told"] == "Step 7 of 12, back: adjoint of v5 = 1"
    assert steps[8]["told"] == "Step 9 of 12, back: adjoint of v3 = v̄4*v4 = 0.394665"


def test_a_step_lights_its_own_node_and_the_local_derivatives_it_multiplies_by(found, made):
    nodes = {node.key: node for node in found.graph.nodes}
    for step in made.data["walk"]["steps"]:
        node = nodes[step["node"]]
        assert node.label == found.table.rows[step["row"]].label
        edges = [found.graph.edges[i] for i in step["edges"]]
        if step["side"] == "value":
            assert {edge.head for edge in edges} <= {node.key}
        elif edges:  # an adjoint is the sum of what comes back along the lit edges
            back = sum(nodes[edge.head].adjoint * edge.partial for edge in edges)
            assert back == pytest.approx(node.adjoint)
        else:
            assert node.kind == "result"


@pytest.mark.usefixtures("few_steps")
def test_a_long_trace_is_shown_by_its_ends_and_a_loop_is_one_box(parsed):
    def loop(x):
        for _ in range(40):
            x = x * x - 0.5
        return x

    tape = dk.record(loop, 0.3)
    few = dataclasses.replace(
        portrait("x", 0.3), table=dk.views.table(tape, 0.3), graph=dk.views.graph(tape, 0.3)
    )
    section, walk = sections.tracing(few, SAY)
    made = parsed(section)
    assert walk is None
    assert "The trace has 81 rows" in made.all("section")[0].text
    assert ["...", "21 more rows", "", "", ""] in cells_of(made)
    assert "node-loop" in made.ids
    assert not made.all("button")


def test_the_rules_are_those_of_the_steps_each_with_its_formula(found, made):
    rows = [row for row in cells_of(made) if row[0].isdigit() and len(row) == 4]
    assert [row[1] for row in rows] == [step.rule for step in found.steps.steps]
    assert all(row[2] and row[3] for row in rows)


def test_the_rules_that_take_too_much_room_are_counted(parsed, found, monkeypatch):
    monkeypatch.setattr(sections, "MOST_RULES", 4000)
    made = parsed(sections.rules(found, SAY))
    shown = len(made.all("tr")) - 1
    assert 0 < shown < len(found.steps.steps)
    assert f"{len(found.steps.steps) - shown} more steps follow" in made.all("section")[0].text


def test_a_formula_that_is_too_long_is_left_out_of_the_rules_and_text_in_the_header(
    parsed, found, monkeypatch
):
    monkeypatch.setattr(sections, "MOST_FORMULA", 100)
    assert [e.text for e in parsed(sections.header(found, SAY)).all("code")] == ["sin(x)*exp(-x^2)"]
    assert "…" in parsed(sections.rules(found, SAY)).all("section")[0].text


def test_the_swell_has_the_counts_of_the_study(found, parsed):
    rows = cells_of(parsed(sections.size(found, SAY)))[1:]
    known = [row for row in found.swell.rows if row.operations is not None]
    assert [(row[0], int(row[1].replace(" ", ""))) for row in rows] == [
        (row.stage, row.operations) for row in known
    ]


def test_each_study_that_is_missing_is_a_sentence(found, parsed):
    gone = Missing("it < is gone")
    bare = dataclasses.replace(
        found, sweep=gone, secants=gone, table=gone, graph=gone, steps=gone, swell=gone
    )
    parts = [
        sections.stepping(bare, Moving(0), SAY), sections.tracing(bare, SAY)[0], sections.rules(bare, SAY),
        sections.size(bare, SAY),
    ]  # fmt: skip
    for part in parts:
        (said,) = parsed(part).all("p")
        assert said.text == "Not here: it < is gone."


def test_a_count_is_written_as_in_the_sentence_below_it(found, parsed):
    rows = tuple(
        dataclasses.replace(row, tree=12345) if row.stage == "raw" else row for row in found.swell.rows
    )
    larger = dataclasses.replace(found, swell=dataclasses.replace(found.swell, rows=rows))
    made = parsed(sections.size(larger, SAY))
    assert next(row for row in cells_of(made) if row[0] == "raw")[2] == "12 345"
    assert "the bare rules give 12 345 nodes" in made.all("p")[0].text


def test_without_secants_the_errors_still_slide(found, parsed):
    bare, moving = dataclasses.replace(found, secants=Missing("no line")), Moving(0)
    made = parsed(sections.stepping(bare, moving, SAY))
    assert "Secants and tangentNot here: no line." in made.all("section")[0].text
    assert [e.text for e in made.all("title")] == ["Error against h"]
    moves = {name: values for name, _, values in moving.rows}
    curve, last = found.sweep["central"], moves["central-0"][-1]
    assert float(last) == curve.values[-1]
    assert moves["central-1"][-1] == error_text(abs(curve.total[-1]))


def test_in_brief_there_are_the_medians_alone_and_no_table_of_errors(found, parsed):
    whole, brief = (parsed(sections.stepping(found, Moving(0), SAY, brief=b)) for b in (False, True))
    raw = [
        [e for e in made.all("path") if "raw" in (e.attributes.get("class") or "")] for made in (whole, brief)
    ]
    assert [len(lines) for lines in raw] == [3, 0]
    assert [len(made.all("details")) for made in (whole, brief)] == [1, 0]


def test_what_is_being_made_says_so_in_every_section(found, parsed):
    gone = Coming()
    bare = dataclasses.replace(
        found, sweep=gone, secants=gone, table=gone, graph=gone, steps=gone, swell=gone
    )
    for part in (
        sections.stepping(bare, Moving(0), SAY), sections.tracing(bare, SAY)[0], sections.rules(bare, SAY),
        sections.size(bare, SAY),
    ):  # fmt: skip
        assert [e.text for e in parsed(part).all("p")] == ["Being measured …"]


def test_of_one_step_the_others_wait_for_their_errors_and_so_does_the_curve(found, parsed):
    sitting = Sitting("sin(x)*exp(-x^2)", 0.7, h=0.3)
    seen = sitting.secants()
    one = dataclasses.replace(found, h=0.3, sweep=sitting.swept(alone=True), secants=seen)
    moving = Moving(0)
    made = parsed(sections.stepping(one, moving, SAY))
    texts = {name: values for name, attribute, values in moving.rows if not attribute}
    place = seen.steps.tolist().index(0.3)
    assert texts["central-1"][place] == error_text(abs(one.sweep["central"].total[0]))
    assert set(texts["central-1"][:place] + texts["central-1"][place + 1 :]) == {"…"}
    assert "…" not in texts["central-0"]
    assert [e.text for e in made.all("p") if e.attributes.get("class") == "coming"] == ["Being measured …"]
