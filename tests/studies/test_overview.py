"""The methods in one table: facts that were tried."""

import json
import sys
from pathlib import Path

import scipy

import diffkit as dk
from diffkit.methods import own_methods
from diffkit.peers.table import PEERS
from diffkit.studies.overview import overview

README = Path(__file__).parents[2] / "README.md"


def test_calls_for_n_inputs_are_n_plus_one_two_n_n_and_one():
    calls = {row.name: row.calls for row in overview().rows}
    assert calls["forward"] == (2, 11, 101)
    assert calls["central"] == (2, 20, 200)
    assert calls["dual"] == (1, 10, 100)
    assert calls["complex-step"] == (3, 12, 102)  # two real ones show that f is analytic
    assert calls["reverse"] == (1, 1, 1)


def test_only_symbolic_stops_at_a_branch_and_only_differences_take_a_black_box():
    rows = {row.name: row for row in overview().rows}
    assert [name for name, row in rows.items() if not row.branches] == ["symbolic"]
    assert [name for name, row in rows.items() if row.black_box] == [
        "forward",
        "backward",
        "central",
        "richardson",
        "adaptive",
    ]


def test_the_complex_step_takes_a_black_box_of_complex_numbers_as_the_readme_says():
    rows = {row.name: row for row in overview().rows}
    taken = [name for name, row in rows.items() if row.complex_black_box and not row.black_box]
    assert taken == ["complex-step"]
    assert [line.split()[0] for line in str(overview()).splitlines() if "  if complex  " in line] == taken
    assert "| an analytic black box that takes complex numbers | `complex-step` |" in README.read_text(
        "utf-8"
    )


def test_what_is_said_of_a_method_is_one_whole_sentence_of_its_own():
    for row in overview().rows:
        first, _, _ = type(dk.METHODS[row.name]).__doc__.strip().partition("\n")
        assert first == f"{row.about}."
        assert row.about.count("(") == row.about.count(")")
        assert len(row.about) <= 90


def test_every_method_has_a_row_and_exports():
    found = overview()
    assert [row.name for row in found.rows] == list(own_methods())
    assert json.loads(json.dumps(found.to_dict()))["schema"] == "diffkit.methods/1"
    assert len(found.csv().splitlines()) == len(found.rows) + 1
    assert "reverse" in str(found)


def test_only_what_takes_no_step_at_all_is_exact():
    table, _ = overview().tables()
    column = table.columns.index("truncation")
    assert {row[0]: row[column] for row in table.rows if row[column] in ("exact", "chosen")} == {
        "adaptive": "chosen",
        "symbolic": "exact",
        "dual": "exact",
        "reverse": "exact",
    }


def test_each_peer_has_its_version_or_the_line_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "casadi", None)  # as if it were not installed
    found = overview()
    peers = {peer.name: peer for peer in found.peers}
    assert list(peers) == list(PEERS)
    assert (peers["scipy"].kind, peers["scipy"].version) == ("numerical", scipy.__version__)
    assert (peers["casadi"].kind, peers["casadi"].version) == ("automatic", None)
    _, table = found.tables()
    assert ("casadi", "automatic", "missing: pip install casadi") in table.rows
    assert {
        "name": "scipy",
        "kind": "numerical",
        "version": scipy.__version__,
        "install": "pip install scipy",
    } in (found.to_dict()["peers"])
