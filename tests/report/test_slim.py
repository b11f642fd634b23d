"""A slim SVG: well formed, a good deal shorter, and the same picture: every word, colour and point."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

import diffkit as dk
from diffkit.report import rendered
from diffkit.report.slim import short_paths, slim

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pair():
    sweep = dk.error_sweep("exp(x)", 1.0, "central", steps=np.logspace(-12, 0, 40), text='exp(x) <-- "d="')
    whole = rendered(sweep.plot(), "svg").decode()
    return whole, slim(whole)


def points(path):
    """The corners of a path of straight lines, absolute."""
    found, here = [], (0.0, 0.0)
    for letter, told in re.findall(r"([MLlz])([^MLlz]*)", path):
        numbers = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", told)]
        if letter != "z":
            here = (numbers[0] + here[0] * (letter == "l"), numbers[1] + here[1] * (letter == "l"))
            found.append(here)
    return found


def styles(root, svg):
    """What each drawn element looks like: its own style, or that of its class."""
    sheet = dict(re.findall(r"\.(s\d+)\{([^}]*)\}", svg))
    return [
        e.attrib.get("style") or sheet.get(e.attrib.get("class", ""))
        for e in root.iter()
        if e.tag in (SVG + "path", SVG + "use", SVG + "text", SVG + "tspan", SVG + "rect")
    ]


def test_it_is_well_formed_and_about_half_as_long(pair):
    whole, made = pair
    ElementTree.fromstring(made)
    assert len(made) < 0.6 * len(whole)


def test_it_says_and_shows_the_same(pair):
    whole, made = map(ElementTree.fromstring, pair)
    for tag in ("title", "desc", "text"):
        told = [
            ["".join("".join(e.itertext()).split()) for e in root.iter(SVG + tag)] for root in (whole, made)
        ]
        assert told[0] == told[1]
        assert told[0]
    assert styles(whole, pair[0]) == styles(made, pair[1])


def test_every_line_goes_through_the_same_points(pair):
    paths = [
        [e.attrib["d"] for e in ElementTree.fromstring(svg).iter(SVG + "path") if "C" not in e.attrib["d"]]
        for svg in pair
    ]
    assert len(paths[0]) == len(paths[1]) > 20
    for before, after in zip(*paths, strict=True):
        assert np.array(points(after)) == pytest.approx(np.array(points(before)), abs=0.0501)


def test_every_name_that_is_referred_to_is_there(pair):
    made = pair[1]
    names = re.findall(r' id="([^"]*)"', made)
    assert len(names) == len(set(names))
    referred = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', made)
    assert {a or b for a, b in referred} <= set(names)
    assert set(re.search('aria-labelledby="([^"]*)"', made)[1].split()) <= set(names)


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M 0 0 \nL 1 -1 \nz", "M0 0l1-1z"),
        ("M0.04 0L0.08 0L0.12 0", "M0 0l.1 0l0 0"),  # no rounding adds up
        ("M1 1M2 2L3 3", "M1 1M2 2l1 1"),
        ("M0 0C1.0049 1 2 2 3 3", "M0 0C1 1 2 2 3 3"),
        ("", ""),
    ],
)
def test_a_path_is_told_by_its_differences(path, short):
    assert short_paths(f'<path d="{path}"/>') == f'<path d="{short}"/>'
