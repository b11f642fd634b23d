"""The pictures that are kept are the pictures that are drawn."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from PIL import Image

import diffkit.report
from diffkit.report.__main__ import ANIMATIONS, PICTURES, draw_all

FIGURES = Path(__file__).parents[2] / "figures"
# Of pictures of rounding errors, and those are the last bits of sin and exp, which differ between processors.
ROUNDING = {
    "digits_by_method", "digits_over_catalogue", "error_against_step", "error_against_tolerance",
    "error_by_precision", "error_small_multiples", "error_split",
}  # fmt: skip


def title_and_words(path):
    root = ElementTree.parse(path).getroot()
    space = "{http://www.w3.org/2000/svg}"
    return root.findtext(f"{space}title"), root.findtext(f"{space}desc")


def look_alike(*paths):
    """Whether no pixel differs by more than a shade, as logarithms with another last bit make it."""
    one, other = (np.asarray(Image.open(path).convert("RGB"), int) for path in paths)
    return one.shape == other.shape and np.max(np.abs(one - other)) <= 4


def maker(path):
    return re.search("diffkit, Matplotlib [0-9.]+", path.read_text())[0]


def test_every_picture_is_kept_under_the_name_of_the_function_that_draws_it():
    kept = {f"{name}.{kind}" for name in PICTURES for kind in ("svg", "png")}
    measured = {f"benchmarks.{kind}" for kind in ("json", "md", "svg", "png")}  # by tests.benchmarks
    assert {path.name for path in FIGURES.iterdir()} == kept | {
        f"{name}.gif" for name in ANIMATIONS
    } | measured
    assert all(hasattr(diffkit.report, name) for name in (*PICTURES, *ANIMATIONS))


@pytest.mark.parametrize("name", PICTURES)
def test_a_kept_picture_speaks_as_svg_and_as_png(name):
    title, words = title_and_words(FIGURES / f"{name}.svg")
    assert title
    assert len(words) > 60
    with Image.open(FIGURES / f"{name}.png") as picture:
        assert (picture.info["Title"], picture.info["Description"]) == (title, words)


@pytest.mark.slow
@pytest.mark.parametrize("name", PICTURES)
def test_drawn_again_a_picture_has_the_bytes_that_are_kept(name, tmp_path):
    ax = PICTURES[name]()
    for kind in ("svg", "png"):
        again, kept = diffkit.report.save(ax, tmp_path / f"{name}.{kind}"), FIGURES / f"{name}.{kind}"
        if kind == "svg" and maker(again) != maker(kept):
            pytest.skip(f"this is {matplotlib.__version__}, and the picture is of {maker(kept)}")
        if name not in ROUNDING:
            assert again.read_bytes() == kept.read_bytes() or (kind == "png" and look_alike(again, kept))
    digits = re.compile("[0-9.]+(e-[0-9]+)?")
    for drawn, said in zip(title_and_words(tmp_path / f"{name}.svg"),
                           title_and_words(FIGURES / f"{name}.svg"), strict=True):  # fmt: skip
        assert digits.sub("#", drawn) == digits.sub("#", said)


def test_drawing_writes_the_files(tmp_path, monkeypatch, capsys):
    only = "computational_graph"
    monkeypatch.setattr("diffkit.report.__main__.PICTURES", {only: PICTURES[only]})
    monkeypatch.setattr("diffkit.report.__main__.ANIMATIONS", {})
    draw_all(str(tmp_path))
    svg, png = tmp_path / f"{only}.svg", tmp_path / f"{only}.png"
    assert capsys.readouterr().out == f"{svg}\n{png}\n"
    assert svg.read_text().startswith("<?xml")
    assert png.read_bytes()[:4] == b"\x89PNG"
