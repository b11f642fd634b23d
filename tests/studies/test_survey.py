"""The survey: the same rows whoever computes them, a file to go on from, and what the rows say."""

import csv
import io
import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, OptionError, UnknownMethodError, WorkersError
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


# -- workers that die, or stop ------------------------------------------------------------------------


def dying(f):
    """The problems of a survey one of which is of another process."""
    return ["sine", (f.__name__, f, 1.5), "pole", "kink"]


def keys(file):
    """Of every line after the first which row it is."""
    return sorted(
        (row["problem"], row["method"]) for row in map(json.loads, file.read_text().splitlines()[1:])
    )


def every_row(found):
    return sorted((row.problem, row.method) for row in found.rows)


@pytest.mark.slow
def test_a_process_that_is_killed_costs_nothing(mortal, tmp_path):
    file, asked_for = tmp_path / "rows.jsonl", (dying(mortal.held), METHODS)
    found = survey(*asked_for, workers=2, file=file, tell=mortal.kill_held)
    assert found == survey(*asked_for)
    assert keys(file) == every_row(found)


@pytest.mark.slow
def test_the_method_that_its_process_dies_of_is_a_row_that_says_so(mortal, tmp_path):
    file, asked_for = tmp_path / "rows.jsonl", (dying(mortal.deadly_when_complex), METHODS)
    found = survey(*asked_for, workers=2, file=file)
    (died,) = [row for row in found.rows if row.reason == "died"]
    assert (died.problem, died.method, died.status) == ("deadly_when_complex", "complex-step", "failed")
    assert died.note == "its process died twice (signal 9)"
    assert "died: the process died, as the note says: complex-step on deadly_when_complex." in found.remarks()
    assert found["deadly_when_complex", "reverse"].value == 3.0
    assert keys(file) == every_row(found)
    assert survey(*asked_for, file=file) == found  # nor is it tried again


def test_a_map_that_stops_half_way_says_how_to_go_on(found, tmp_path):
    file = tmp_path / "rows.jsonl"

    def breaking(task, items):
        yield task(items[0])
        raise ConnectionError("the cluster is gone")

    says = r"^workers stopped after 1 of 4 tasks \(ConnectionError\): with file= a survey keeps the rows"
    with pytest.raises(WorkersError, match=says) as told:
        survey(NAMES, METHODS, workers=breaking, file=file)
    assert str(told.value.__cause__) == "the cluster is gone"
    assert keys(file) == sorted(("sine", method) for method in found.methods)
    with pytest.raises(WorkersError, match=r"stopped after 2 of 3 tasks: with file="):
        survey(NAMES, METHODS, workers=lambda task, items: map(task, items[:2]), file=file)
    assert survey(NAMES, METHODS, file=file) == found
    assert keys(file) == every_row(found)


def test_what_answers_with_no_rows_takes_no_place_of_map():
    with ThreadPoolExecutor() as threads:
        submit = lambda task, items: [threads.submit(task, item) for item in items]
        with pytest.raises(OptionError, match=r"workers answers with a Future; write .* executor\.map"):
            survey("sine", "central", workers=submit)


def goes_on_after(error, mortal, tmp_path, workers):
    """A survey one of whose workers is killed stops with the error; the same survey then is whole."""
    file, asked_for = tmp_path / "rows.jsonl", (dying(mortal.held), METHODS)
    with pytest.raises(WorkersError, match=rf"^workers stopped after \d of 4 tasks \({error}\)"):
        survey(*asked_for, workers=workers(), file=file, tell=mortal.kill_held)
    before = file.read_bytes()
    assert len(keys(file)) % 4 == 0  # the rows of whole tasks
    found = survey(*asked_for, workers=workers(), file=file)
    assert found == survey(*asked_for)
    assert file.read_bytes().startswith(before)
    assert keys(file) == every_row(found)


@pytest.mark.slow
def test_after_a_broken_pool_a_survey_goes_on(mortal, tmp_path):
    with ExitStack() as stack:
        pool = lambda: stack.enter_context(ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))).map
        goes_on_after("BrokenProcessPool", mortal, tmp_path, pool)


@pytest.fixture
def client(mortal):
    """Of a dask cluster of two processes, which can import what the test can."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.cluster
def test_a_worker_of_a_cluster_that_is_killed_costs_nothing(client, mortal, tmp_path):
    pids = set(client.run(os.getpid).values())
    file, asked_for = tmp_path / "rows.jsonl", (dying(mortal.held), METHODS)
    found = survey(*asked_for, workers=client.get_executor().map, file=file, tell=mortal.kill_held)
    assert len(pids) == 2
    assert mortal.killed in pids
    assert mortal.killed not in client.run(os.getpid).values()
    assert found == survey(*asked_for)
    assert keys(file) == every_row(found)


@pytest.mark.cluster
def test_after_a_broken_cluster_a_survey_goes_on(client, mortal, tmp_path):
    client.cluster.scheduler.allowed_failures = 0  # a task whose worker dies is given up
    # Of a pure task dask would remember that it failed.
    goes_on_after("KilledWorker", mortal, tmp_path, lambda: client.get_executor(pure=False).map)


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
