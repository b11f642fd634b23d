"""Steps in every form they leave in."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from diffkit.symbolic.steps import steps

PRODUCT = steps("x^2*sin(x)", time_limit=None)
THREE_TIMES = steps("x*exp(x)", order=3, time_limit=None)


def test_text_is_an_aligned_table_the_passes_and_the_check():
    assert str(PRODUCT) == (
        "f(x) = x^2*sin(x)\n"
        "\n"
        "step  rule     replaced                                                 line\n"
        "1     product  d/dx(x^2*sin(x)) -> d/dx(x^2)*sin(x) + x^2*d/dx(sin(x))"
        "  d/dx(x^2)*sin(x) + x^2*d/dx(sin(x))\n"
        "2     power    d/dx(x^2)        -> 2*x                                "
        "  2*x*sin(x) + x^2*d/dx(sin(x))\n"
        "3     sine     d/dx(sin(x))     -> cos(x)                             "
        "  2*x*sin(x) + x^2*cos(x)\n"
        "\n"
        "raw        (2*x^1)*sin(x) + x^2*cos(x)\n"
        "pruned     2*x*sin(x) + x^2*cos(x)\n"
        "collected  2*x*sin(x) + x^2*cos(x)\n"
        "shared     nothing is computed twice\n"
        "\n"
        "Every stage is equal to sympy.diff: proved."
    )


def test_where_a_table_is_too_wide_the_lines_go_below():
    table = PRODUCT.text(80).split("\n\n")[1]
    assert table == (
        "1  product  d/dx(x^2*sin(x)) -> d/dx(x^2)*sin(x) + x^2*d/dx(sin(x))\n"
        "2  power    d/dx(x^2)        -> 2*x\n"
        "            line: 2*x*sin(x) + x^2*d/dx(sin(x))\n"
        "3  sine     d/dx(sin(x))     -> cos(x)\n"
        "            line: 2*x*sin(x) + x^2*cos(x)"
    )


def test_each_order_has_a_heading_and_the_steps_count_on():
    text = str(THREE_TIMES)
    assert [text.count(f"The {n} derivative:") for n in ("first", "second", "third")] == [1, 1, 1]
    assert text.index("second") < text.index("\n4 ") < text.index("third")
    assert "The first" not in str(PRODUCT)


def test_latex_is_one_aligned_environment_with_a_line_a_step():
    assert PRODUCT.latex() == (
        "\\begin{aligned}\n"
        r"\frac{d}{dx}(x^{2} \sin(x)) &= \frac{d}{dx}(x^{2}) \sin(x) + x^{2} \frac{d}{dx}(\sin(x)) "
        "&& \\text{product} \\\\\n"
        r"&= 2 x \sin(x) + x^{2} \frac{d}{dx}(\sin(x)) && \text{power} "
        "\\\\\n"
        r"&= 2 x \sin(x) + x^{2} \cos(x) && \text{sine}"
        "\n\\end{aligned}"
    )
    assert PRODUCT._repr_latex_() == f"$${PRODUCT.latex()}$$"


def test_latex_of_several_orders_goes_on_from_the_collected_derivative():
    lines = THREE_TIMES.latex().splitlines()
    starts = [line.split(" &=")[0] for line in lines if line.startswith(r"\frac")]
    assert starts == [
        r"\frac{d}{dx}(x e^{x})", r"\frac{d}{dx}(e^{x} + x e^{x})", r"\frac{d}{dx}(2 e^{x} + x e^{x})",
    ]  # fmt: skip
    assert r"&= 2 e^{x} + x e^{x} && \text{collected} \\" in lines


def test_html_is_well_formed_and_has_a_row_a_step():
    for trace in (PRODUCT, THREE_TIMES):
        root = ET.fromstring(f"<div>{trace.html()}</div>")
        rows = [len(table.findall("tbody/tr")) for table in root.findall("table")]
        assert sum(rows[:-1]) == len(trace.steps)
        assert rows[-1] == len(trace.stages)
        assert trace._repr_html_() == trace.html()
    assert "<script" not in PRODUCT.html()
    assert PRODUCT.page().startswith('<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>')


def test_markdown_keeps_its_columns():
    for line in steps("abs(x)*x", time_limit=None).markdown().splitlines():
        if line.startswith("|"):
            assert line.count("|") in (5, 3)
    assert "| 2 | power | $\\frac{d}{dx}(x^{2}) = 2 x$ |" in PRODUCT.markdown()


def test_csv_and_json_hold_every_step():
    rows = list(csv.DictReader(io.StringIO(THREE_TIMES.csv())))
    data = json.loads(json.dumps(THREE_TIMES.to_dict(), allow_nan=False))
    assert data["schema"] == "diffkit.steps/1"
    assert [r["line"] for r in rows] == [s["line"] for s in data["steps"]]
    assert [int(r["order"]) for r in rows] == [s.order for s in THREE_TIMES.steps]
    assert data["check"].startswith("equal to sympy.diff")
    assert data["derivative"] == "3*exp(x) + x*exp(x)"


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "markdown", "latex", "html", "csv"])
def test_a_pass_that_was_stopped_says_so(form):
    trace = steps("*".join(f"(1 + exp(x^{i} + x))^{i}" for i in range(2, 9)), time_limit=0.05)
    assert trace.simplified is None
    assert ("stopped after 0.05 s" in getattr(trace, form)()) == (form not in ("latex", "csv"))
    assert trace.to_dict()["stages"][3]["expression"] is None
