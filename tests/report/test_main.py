"""The pictures that are kept are the pictures that are drawn."""

from __future__ import annotations

from pathlib import Path

import diffkit.report
from diffkit.report.__main__ import PICTURES, main

FIGURES = Path(__file__).parents[2] / "figures"


def test_every_picture_is_kept_under_the_name_of_the_function_that_draws_it():
    assert {path.stem for path in FIGURES.iterdir()} == set(PICTURES)
    assert all(hasattr(diffkit.report, name) for name in PICTURES)


def test_drawing_writes_the_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        "diffkit.report.__main__.PICTURES", {"computational_graph": PICTURES["computational_graph"]}
    )
    main(str(tmp_path))
    assert capsys.readouterr().out == f"{tmp_path / 'computational_graph.svg'}\n"
    assert (tmp_path / "computational_graph.svg").read_text().startswith("<?xml")
