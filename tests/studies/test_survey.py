"""The survey: the same rows whoever computes them, a file to go on from, and what the rows say."""

import csv
import io
import json

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, UnknownMethodError
from diffkit.studies import survey_row
from diffkit.studies.survey import Survey, survey

NAMES = ("sine", "pole", "kink", "branch")
METHODS = "central, complex-step, symbolic, reverse"


@pytest.fixture(scope="module")
def found():
    return survey(NAMES, METHODS)


def test_there_is_a_row_for_each_problem_type_and_method_in_the_order_asked_for():
    rows = survey("pole, sine", "reverse, central", ["float32", np.float64]).rows
    assert [(row.problem, row.dtype, row.method) for row in rows] == [
        (problem, dtype, method)
        for problem in ("pole", "sine")
        for dtype in ("float32", "float64")
        for method in ("reverse", "central")
    ]


def backwards(task, items):
    return [task(item) for item in reversed(items)]


@pytest.mark.parametrize("workers", [backwards, pytest.param(2, marks=pytest.mark.slow)])
def test_the_survey_is_the_same_whatever_the_workers(found, workers):
    assert survey(NAMES, METHODS, workers=workers) == found


def test_only_names_go_to_another_process():
    sent = []
    survey(
        ["sine", ("mine", "x^2", 1.0)], ["central", dk.numerical.Central(h=1e-3)][:1],
        workers=lambda task, items: [sent.append(items), *map(task, items)][1:],
    )  # fmt: skip
    ((sine, _, methods), (mine, _, _)) = sent[0]
    assert (sine, methods) == ("sine", ["central"])
    assert mine.name == "mine"


def test_a_row_is_found_by_problem_and_method(found):
    assert found["pole", "reverse"].digits > 15
    assert found["pole", "reverse", "float64"] is found["pole", "reverse"]
    with pytest.raises(KeyError, match=r"not in this survey; write a problem and a method, such as \('sine'"):
        found["pole", "dual"]


def test_a_problem_that_fails_stops_nothing():
    def f(x):
        raise RuntimeError("no")

    rows = survey([("bad", f, 1.0), "sine"], "central, reverse").rows
    assert [row.status for row in rows] == ["failed", "failed", "ok", "ok"]
    assert rows[0].note == "f fails: RuntimeError('no')"


def test_it_tells_how_many_rows_there_are(tmp_path):
    said, file = [], tmp_path / "rows.jsonl"
    survey("sine, pole", "central, reverse", file=file, tell=lambda *told: said.append(told))
    assert said == [("sine", 2, 4), ("pole", 4, 4)]
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    survey("sine, pole", "central, reverse", file=file, tell=lambda *told: said.append(told))
    assert said[2:] == [("pole", 4, 4)]


# -- the file -----------------------------------------------------------------------------------------


def asked(monkeypatch):
    """The problems that are computed from now on."""
    names, compare = [], survey_row.compare
    monkeypatch.setattr(survey_row, "compare", lambda f, at, **how: names.append(f) or compare(f, at, **how))
    return names


def test_rows_of_the_file_are_not_computed_again(found, tmp_path, monkeypatch):
    file = tmp_path / "rows.jsonl"
    assert survey(NAMES, METHODS, file=file) == found
    computed = asked(monkeypatch)
    assert survey(NAMES, METHODS, file=file) == found
    assert computed == []
    lines = file.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + len(found.rows)
    # Two of the four rows of the second problem are there, and half of the third.
    file.write_bytes(b"".join(lines[:7]) + lines[7][:30])
    assert survey(NAMES, METHODS, file=file) == found
    assert computed == [dk.problems.PROBLEMS[name].f for name in NAMES[1:]]
    assert file.read_bytes() == b"".join(lines)


def test_a_survey_that_is_interrupted_leaves_whole_lines_and_goes_on(found, tmp_path):
    file = tmp_path / "rows.jsonl"

    def interrupted(task, items):
        yield task(items[0])
        yield task(items[1])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        survey(NAMES, METHODS, file=file, workers=interrupted)
    lines = file.read_text().splitlines()
    assert [json.loads(line).get("problem") for line in lines] == [None, *["sine"] * 4, *["pole"] * 4]
    assert survey(NAMES, METHODS, file=file) == found


@pytest.mark.parametrize(
    "other",
    [
        {"problems": NAMES[:2]},
        {"methods": "central"},
        {"methods": [dk.numerical.Central(h=1e-3), "complex-step", "symbolic", "reverse"]},
        {"dtypes": "float32"},
    ],
)
def test_a_file_of_another_survey_is_refused(tmp_path, other):
    file = tmp_path / "rows.jsonl"
    asked_for = {"problems": NAMES, "methods": METHODS}
    with pytest.raises(KeyboardInterrupt):
        survey(**asked_for, file=file, workers=stop)
    before = file.read_bytes()
    with pytest.raises(ArgumentsError, match="is not a file of this survey; name another file"):
        survey(**{**asked_for, **other}, file=file)
    assert file.read_bytes() == before


def stop(task, items):
    raise KeyboardInterrupt


def test_a_line_that_is_no_row_is_refused(tmp_path):
    file = tmp_path / "rows.jsonl"
    with pytest.raises(KeyboardInterrupt):
        survey("sine", "central", file=file, workers=stop)
    file.write_bytes(file.read_bytes() + b'{"speed": 3}\n')
    with pytest.raises(ArgumentsError, match=r"a line that is no row of a survey: \{'speed': 3\}"):
        survey("sine", "central", file=file)


# -- what it says -------------------------------------------------------------------------------------


def test_the_table_has_digits_or_a_word(found):
    (table,) = found.tables()
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["sine"] == ("11.1", "15.9", "15.9", "15.9")
    assert rows["kink"][1] == "complex"
    assert rows["branch"][2] == "formula"
    assert found.title() == ["correct digits of 4 methods on 4 problems in float64"]


def test_in_a_group_the_problems_that_keep_most_digits_stand_first():
    found = survey("long-difference, pole, one-minus-cosine, sine", "forward, reverse")
    assert found.groups() == {
        "cancellation": ["one-minus-cosine", "long-difference"],
        "near a pole, or the edge of the domain": ["pole"],
        "smooth, as textbooks have them": ["sine"],
    }


def test_the_remarks_say_who_wins_and_loses_where(found):
    told = found.remarks()
    digits = [found["pole", method].digits for method in found.methods]
    assert any(
        line.startswith("near a pole, or the edge of the domain: 15.9 (")
        and line.endswith(f"digits on average, down to {min(digits) - 0.05:.1f} (central).")
        for line in told
    )
    assert "complex: f does not take complex numbers, or is not analytic: complex-step on kink." in told
    assert "formula: f is no single formula of reasonable size: symbolic on branch." in told


def test_methods_that_do_not_apply_to_all_of_a_kind_are_not_averaged(found):
    (line,) = [line for line in found.remarks() if line.startswith("programs: ")]
    assert "symbolic" not in line


def test_a_problem_on_which_nothing_works_is_named():
    told = survey("sine, expanded-power", "central, reverse").remarks()
    assert any(line.startswith("No method keeps half the digits on expanded-power (2.") for line in told)


def test_several_types_are_told_apart():
    found = survey("sine", "central, reverse", ["float32", "float64"])
    assert [table.columns[0] for table in found.tables()] == ["float32", "float64"]
    assert found["sine", "reverse", "float32"].digits < 8 < 15 < found["sine", "reverse", "float64"].digits
    assert found.remarks()[1].startswith("smooth, as textbooks have them in float64: 15.9 (reverse)")


def test_the_dictionary_is_json_and_the_csv_has_a_line_a_row(found):
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (data["schema"], data["methods"]) == ("diffkit.survey/1", list(found.methods))
    assert data["kinds"]["branch"] == "programs"
    head, *lines = csv.reader(io.StringIO(found.csv()))
    assert head[:4] == ["problem", "point", "method", "dtype"]
    assert [line[0] for line in lines] == [row["problem"] for row in data["rows"]]


def test_a_survey_is_the_front_doors_and_is_a_study():
    assert dk.survey is survey
    assert issubclass(Survey, dk.studies.Study)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"problems": "sien"}, ArgumentsError, "no problem 'sien' in the catalogue; did you mean 'sine'"),
        ({"methods": "centre"}, UnknownMethodError, "no method 'centre'; did you mean 'central'"),
        ({"methods": ["central", dk.numerical.Central(h=1e-3)]}, ArgumentsError, "are named 'central'"),
        ({"dtypes": []}, ArgumentsError, "no dtype is given"),
        ({"dtypes": "int8"}, ArgumentsError, "dtype is int8; write float16"),
    ],
)
def test_bad_arguments_get_one_sentence(arguments, error, said):
    with pytest.raises(error, match=said):
        survey(**{"problems": "sine", "methods": "central", **arguments})


@pytest.mark.slow
def test_the_whole_catalogue_has_a_row_for_everything():
    found = survey(workers=2)
    assert len(found.rows) == len(dk.problems.PROBLEMS) * len(found.methods)
    assert all(row.status == "ok" or row.reason for row in found.rows)
    assert not [row for row in found.rows if row.status == "failed"]
