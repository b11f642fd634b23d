"""What a study that takes its time says of it."""

from __future__ import annotations

import pytest

import diffkit as dk
from diffkit.studies import train
from diffkit.studies.portrait import STAGES, portrait
from diffkit.studies.tell import part, silent, told


def test_each_item_is_told_of_before_its_turn():
    order = []
    for item in told(lambda *said: order.append(said), (3, 4), lambda item: f"item {item}"):
        order.append(item)
    assert order == [("item 3", 0, 2), 3, ("item 4", 1, 2), 4]


def test_silence_says_nothing():
    assert list(told(silent, "ab")) == ["a", "b"]


def test_parts_of_a_study_count_together():
    said = []
    for k in range(2):
        list(told(part(lambda *what: said.append(what), k, 2, f"n = {k}"), "ab"))
    part(lambda *what: said.append(what), 1, 2, "the last")("", 0, 1)
    assert said == [
        ("n = 0: a", 0, 4), ("n = 0: b", 1, 4), ("n = 1: a", 2, 4), ("n = 1: b", 3, 4), ("the last", 1, 2),
    ]  # fmt: skip


STUDIES = {
    "compare": (
        lambda tell: dk.compare("x^2", 3.0, methods="central,reverse", tell=tell),
        [("central", 0, 2), ("reverse", 1, 2)],
    ),
    "error_sweep": (
        lambda tell: dk.error_sweep("exp(x)", 1.0, "forward,central", [1e-3, 1e-2], tell=tell),
        [("forward", 0, 4), ("forward", 1, 4), ("central", 2, 4), ("central", 3, 4)],
    ),
    "cost": (
        lambda tell: dk.cost("x^2", (1, 2), "central", tell=tell),
        [("n = 1: central", 0, 4), ("n = 1: taking times", 1, 4),
         ("n = 2: central", 2, 4), ("n = 2: taking times", 3, 4)],
    ),
    "swell": (
        lambda tell: dk.swell("x^2", simplified=False, time_limit=60, tell=tell),
        [("f", 0, 9), ("sympy f", 3, 9), ("sympy diff", 4, 9), ("sympy cse", 5, 9), ("adjoint", 8, 9)],
    ),
    "swell of sizes": (
        lambda tell: dk.swell(family="product", n=(2, 3), max_nodes=1, tell=tell),
        [("n = 2: f", 0, 18), ("n = 2: adjoint", 8, 18), ("n = 3: f", 9, 18), ("n = 3: adjoint", 17, 18)],
    ),
    "check_gradient": (
        lambda tell: dk.check_gradient("x^2*y", {"x": 3, "y": 4}, tell=tell),
        [("x", 0, 2), ("y", 1, 2)],
    ),
    "train": (
        lambda tell: train("x^2", 5.0, rate=0.1, epochs=300, tell=tell),
        [("epochs", done, 300) for done in range(0, 300, 3)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_tells_what_comes_next_and_how_much_is_done(name):
    study, expected = STUDIES[name]
    said = []
    study(lambda *what: said.append(what))
    assert said == expected


@pytest.mark.usefixtures("few_steps")
def test_a_portrait_tells_of_the_studies_within_it():
    said = []
    portrait("x", 1.0, tell=lambda *what: said.append(what))
    stages = [what.split(":")[0] for what, _, _ in said]
    assert list(dict.fromkeys(stages)) == list(STAGES)
    done = [done / of for _, done, of in said]
    assert done == sorted(done)
    assert (done[0], done[-1] < 1) == (0, True)
