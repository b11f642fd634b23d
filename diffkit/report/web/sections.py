"""The sections of the page: each shows one study of a portrait, or says why it is not there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from diffkit.report.web.graph import graph_svg
from diffkit.report.web.labels import Words
from diffkit.report.web.markup import Markup, cells, element, joined, scrolled, table
from diffkit.report.web.plots import DRAWN, Moving, error_svg, legend, row_texts, secant_svg, short, turns
from diffkit.studies.compare import NO_REFERENCE
from diffkit.studies.curve import Array
from diffkit.studies.error_sweep import ErrorSweep
from diffkit.studies.portrait import Coming, Missing, Portrait
from diffkit.studies.reference import DIGITS
from diffkit.studies.stages import whole
from diffkit.studies.stepped import SteppedSecants
from diffkit.studies.stepping import Stepped, positions
from diffkit.symbolic.layout import as_mathml
from diffkit.symbolic.steps import Steps
from diffkit.tables import digits_text, error_text, value_text
from diffkit.views.graph import Graph
from diffkit.views.table import MOST_ROWS, TraceTable, number_text

__all__ = ["header", "methods", "rules", "size", "stepping", "title", "tracing"]

BUTTONS = ("reset", "back", "next", "play")
MOST_FORMULA = 20_000  # characters of MathML: a longer formula is no formula to look at
MOST_RULES = 80_000  # of all steps together


def title(found: Portrait, say: Words) -> str:
    """What the page is about."""
    told = found.comparison
    at = ", ".join(f"{name} = {value_text(value)}" for name, value in told.at.items())
    if told.several:
        return say("title_gradient", at=at)
    return say("title", at=at) if told.order == 1 else say("title_order", at=at, order=told.order)


def header(found: Portrait, say: Words) -> Markup:
    """f, the point, the value, the truth, and how that was got."""
    told = found.comparison
    names = ", ".join(told.at)
    at = ", ".join(f"{name} = {value_text(value)}" for name, value in told.at.items())
    formula: Markup | None = None
    if isinstance(found.steps, Steps):
        formula = _formula(found.steps.f)
    formula = formula or element("code", told.f[:1000])
    source = element("span", say("source_tape", digits=DIGITS))
    if told.reference is None:
        source = _because(say, "no_reference", told.reference_source.removeprefix(NO_REFERENCE))
    truth = say("unknown") if told.reference is None else told.reference_text
    entries = [
        (say("function"), scrolled(say("function"), element("span", f"f({names}) = "), formula)),
        (say("point"), element("span", at)),
        (say("value"), element("span", value_text(told.value))),
        (say("gradient" if told.several else "truth"), element("strong", truth)),
        (say("source"), source),
    ]
    pairs = [joined([element("dt", name), element("dd", value)]) for name, value in entries]
    return element("header", element("h1", title(found, say)), element("dl", *pairs), id="head")


def methods(found: Portrait, say: Words) -> Markup:
    """A row a method, and why the digits are what they are."""
    rows = []
    told = found.comparison.rows
    repeats = [bool(i and row.note and row.note == told[i - 1].note) for i, row in enumerate(told)]
    for i, row in enumerate(told):
        # A reason that holds for several methods in a row is given once, beside them all.
        count = next((k for k, same in enumerate(repeats[i + 1 :], 1) if not same), len(told) - i)
        note = None if repeats[i] else _told(
            "td", row.note, say, class_="note" if row.note else None, rowspan=count if count > 1 else None,
        )  # fmt: skip
        given = [
            value_text(row.value) if row.status == "ok" else say("not_applicable"),
            error_text(row.error), digits_text(row.digits), error_text(row.step),
            "-" if row.evaluations is None else str(row.evaluations),
        ]  # fmt: skip
        rows.append(element(
            "tr", element("th", say(f"={row.method}"), scope="row", class_=f"swatch of-{_class(row.method)}"),
            *(
                element("td", cell, class_="number" if k else "several" if found.comparison.several else None)
                for k, cell in enumerate(given)
            ), note,
        ))  # fmt: skip
    columns = [say(key) for key in ("method", "answer", "error", "digits", "step", "calls", "note")]
    why = found.comparison.remarks()[-1]
    made = table(say("methods_caption"), columns, rows, range(2, 6))
    return _section("methods", say("methods"), made, _told("p", why, say))


def _class(method: str) -> str:
    """The name of a method of the user's own may be anything."""
    return method if method.replace("-", "").isascii() and method.replace("-", "").isalnum() else "other"


def stepping(found: Stepped, moving: Moving, say: Words, *, brief: bool = False) -> Markup:
    """The slider, the table that follows it, the secants and the error curve.

    In brief: the curve without the error at every single step, and without its numbers as a table.
    """
    h = positions(found)
    if not len(h):
        assert isinstance(found.secants, Missing)
        return _section("step", say("step_section"), _absent(found, found.secants, say))
    sweep = found.sweep if isinstance(found.sweep, ErrorSweep) else None
    steps = [short(step) for step in h]
    slopes = _slopes(found, h)
    errors = _errors(sweep, slopes, h)
    method, first = next(iter(slopes.items()))
    says = [
        say("says", h=step, method=say(f"={method}"), slope=_slope(slope, 8), error=error)
        for step, slope, (error, *_) in zip(steps, first, errors[method], strict=True)
    ]
    slider = element(
        "div",
        element("label", say("slider"), for_="h"),
        element("input", type="range", id="h", min=0, max=len(h) - 1, step=1, value=moving.start,
                aria_valuetext=moving.follow("h", "aria-valuetext", says), autocomplete="off"),
        moving.text("output", "h-now", [f"h = {step}" for step in steps], for_="h", aria_live="off"),
        class_="slider", data_live=True, hidden=True,
    )  # fmt: skip
    several = found.comparison is not None and len(found.comparison.at) > 1
    secants = found.secants is not None and sweep is not None and sweep.order == 1 and turns(sweep)
    look = say("look_secant" if secants else "look_plain")
    figures = [_secants(found, moving, say), _curves(found, h, moving, say, brief)]
    pictures = element("div", *figures, class_="pair")
    return _section(
        "step", say("step_section"),
        element("p", say("along", name=found.wrt)) if several else None,
        element("p", look), slider, _live(found, slopes, errors, steps, moving, say), pictures,
        _decades(sweep, say) if sweep is not None and not brief else None,
    )  # fmt: skip


def _slopes(found: Stepped, h: Array) -> dict[str, list[float]]:
    """The derivatives that each method makes at these steps."""
    if isinstance(found.secants, SteppedSecants):
        return {method: [line.slope for line in lines] for method, lines in found.secants.lines.items()}
    assert isinstance(found.sweep, ErrorSweep)
    places = np.searchsorted(found.sweep.steps, h)
    return {method: curve.values[places].tolist() for method, curve in found.sweep.curves.items()}


def _errors(
    sweep: ErrorSweep | None, methods: Iterable[str], h: Array
) -> dict[str, list[tuple[str, str, str]]]:
    """Total, truncation and rounding of each method at these steps."""
    if sweep is None:
        return {method: [("-", "-", "-")] * len(h) for method in methods}
    places = {step: i for i, step in enumerate(sweep.steps.tolist())}
    return {
        method: [
            ("…",) * 3 if (i := places.get(step)) is None
            else row_texts(curve.total[i], curve.truncation[i], curve.rounding[i])
            for step in h.tolist()
        ]
        for method, curve in sweep.curves.items()
    }  # fmt: skip


def _slope(slope: float, digits: int = 17) -> str:
    return "-" if math.isnan(slope) else repr(slope) if digits > 16 else f"{slope:.{digits}g}"


def _live(
    found: Stepped, slopes: dict[str, list[float]], errors: dict[str, Any], steps: list[str], moving: Moving,
    say: Words,
) -> Markup:  # fmt: skip
    """A row a method with the numbers at the slider's step; below them what has no step and stays."""
    rows = []
    for method, answers in slopes.items():
        columns = [[_slope(slope) for slope in answers], *zip(*errors[method], strict=True)]
        numbers = [
            moving.text("td", f"{method}-{i}", column, class_="number" if i else None)
            for i, column in enumerate(columns)
        ]
        name = element("th", say(f"={method}"), scope="row", class_=f"swatch of-{_class(method)}")
        rows.append(element("tr", name, *numbers))
    told = found.comparison
    known = {} if told is None or told.several else {row.method: value_text(row.value) for row in told.rows}
    for method, error in (found.sweep.flat if isinstance(found.sweep, ErrorSweep) else {}).items():
        name = element("th", say(f"={method}"), scope="row", class_=f"swatch of-{_class(method)}")
        value = element("td", known.get(method, ""))
        rest = element("td", say("no_step"), colspan=2)
        rows.append(element("tr", name, value, element("td", error_text(error), class_="number"), rest))
    heads = [say(key) for key in ("method", "answer", "error", "truncation", "rounding")]
    made = element(
        "table",
        moving.text("caption", "live", [say("live_caption", h=h) for h in steps]),
        element("thead", element("tr", *(
            element("th", head, scope="col", class_="number" if i > 1 else None)
            for i, head in enumerate(heads)
        ))),
        element("tbody", *rows),
    )  # fmt: skip
    return scrolled(say("live"), made)


def _secants(found: Stepped, moving: Moving, say: Words) -> Markup | None:
    head, seen = element("h3", say("secant")), found.secants
    if seen is None:
        return None
    if isinstance(seen, Missing):
        return element("div", head, _absent(found, seen, say))
    if seen.order > 1:
        return element("div", head, element("p", say("no_secant_order", order=seen.order)))
    slope = found.sweep.exact if isinstance(found.sweep, ErrorSweep) else None
    entries = (
        [("curve", say("curve")), ("tangent", say("tangent"))] if slope is not None else [("curve", "f")]
    )
    entries += [(f"line-{method}", say(f"={method}")) for method in DRAWN]
    picture = secant_svg(seen, slope, found.wrt or "x", moving, say)
    return element("figure", head, picture, legend([*entries, ("legs", say("legs"))]))


def _curves(found: Stepped, h: Array, moving: Moving, say: Words, brief: bool) -> Markup:
    head, sweep = element("h3", say("errors")), found.sweep
    if isinstance(sweep, Missing):
        return element("div", head, _absent(found, sweep, say))
    if len(sweep.steps) < len(h):
        return element("div", head, _absent(found, Coming(), say))
    entries = [(f"line-{method}", say(f"={method}")) for method in sweep.curves]
    entries += [("line-reverse", say(f"={method}")) for method in list(sweep.flat)[:1]]
    return element("figure", head, error_svg(sweep, h, moving, say, brief), legend(entries))


def _decades(sweep: ErrorSweep, say: Words) -> Markup:
    """The errors in numbers, folded away."""
    decades, summary = sweep.tables()
    names = [say(f"={name}") for name in decades.columns[1:]]
    columns = [
        say(key)
        for key in ("method", "order", "slope", "best_h", "median_error", "predicted_h", "predicted_error")
    ]
    right = range(1, 7)
    return element(
        "details", element("summary", say("decades")),
        table(say("decades_caption"), ["h", *names], [cells(r, right) for r in decades.rows], right),
        table(
            say("summary_caption"), columns,
            [cells((say(f"={r[0]}"), *r[1:]), right) for r in summary.rows], right,
        ),
    )  # fmt: skip


def tracing(found: Portrait, say: Words) -> tuple[Markup, dict[str, Any] | None]:
    """The graph and the trace; and for the script, the steps of a walk through both."""
    drawing, shown = found.graph, found.table
    if isinstance(shown, Missing):
        return _section("graph", say("graph"), _absent(found, shown, say)), None
    picture: Markup
    keys: dict[str, str] = {}
    edges: tuple[Any, ...] = ()
    if isinstance(drawing, Graph) and len(drawing.nodes) <= MOST_ROWS:
        picture = joined([element("p", say("graph_look")), graph_svg(drawing, say)])
        keys, edges = {node.label: node.key for node in drawing.nodes if node.label}, drawing.edges
    elif isinstance(drawing, Graph):
        picture = element("p", say("too_many_nodes", count=len(drawing.nodes)))
    else:
        picture = _absent(found, drawing, say)
    columns = [say(key) for key in ("name", "computation", "number", "adjoint", "from")]
    heads, caption = element("h3", say("trace")), say("trace_caption")
    if len(shown.rows) > MOST_ROWS:
        grid = table(caption, columns, map(cells, shown.grid().rows))
        long = element("p", say("too_long", count=len(shown.rows)))
        return _section("graph", say("graph"), picture, heads, long, grid), None
    steps = _walk(shown, keys, edges, say)
    controls = element(
        "div", *(element("button", say(key), type="button", id=key) for key in BUTTONS),
        class_="controls", role="group", aria_label=say("controls"), data_live=True, hidden=True,
    )  # fmt: skip
    told = element(
        "p", say("rest"), id="told", class_="told", aria_live="polite", data_live=True, hidden=True
    )
    rows = [
        element(
            "tr", element("th", row.label, scope="row"),
            element("td", say("input") if row.primal.startswith("input ") else entry["primal"]),
            element("td", number_text(row.value), class_="number", id=f"value-cell-{i}"),
            element("td", number_text(row.derivative), class_="number adjoint", id=f"adjoint-cell-{i}"),
            element("td", entry["from"], id=f"adjoint-from-{i}"), id=f"row-{i}",
        )
        for i, (row, entry) in enumerate(zip(shown.rows, shown.to_dict()["rows"], strict=True))
    ]  # fmt: skip
    walk = {"steps": steps, "rest": say("rest"), "play": say("play"), "pause": say("pause")}
    made = table(caption, columns, rows, (2, 3))
    return _section("graph", say("graph"), picture, heads, controls, told, made), walk


def _walk(
    shown: TraceTable, keys: dict[str, str], edges: tuple[Any, ...], say: Words
) -> list[dict[str, Any]]:
    """Down the values and up the adjoints: what is told, and the row, the node and the edges of each step."""
    rows = list(enumerate(zip(shown.rows, shown.to_dict()["rows"], strict=True)))
    steps: list[dict[str, Any]] = []
    n = 2 * len(rows)
    for side, order in (("value", rows), ("adjoint", rows[::-1])):
        for i, (row, entry) in order:
            given = row.primal.startswith("input ")
            key = keys.get(row.label) or ("loop" if "loop" in keys.values() else None)
            number, formula = number_text(row.value), entry["primal"]
            label = "say_input" if given else "say_value"
            if side == "adjoint":
                number, formula = number_text(row.derivative), entry["from"]
                label = "say_adjoint" if formula not in ("", number) else "say_unused"
            told = say(label, k=len(steps) + 1, n=n, label=row.label, formula=formula, value=number)
            # A value comes along the edges into its node, an adjoint along those out of it.
            met = [k for k, e in enumerate(edges) if key and key == (e.head if side == "value" else e.tail)]
            steps.append({"told": told, "row": i, "side": side, "node": key, "edges": met})
    return steps


def rules(found: Portrait, say: Words) -> Markup:
    """The derivative rule by rule, and what it comes to."""
    made = found.steps
    if isinstance(made, Missing):
        return _section("steps", say("steps"), _absent(found, made, say))
    rows, taken = [], 0
    for number, step in enumerate(made.steps, 1):
        formulas = [_formula(e) for e in (step.before, step.after, step.expression)]
        before, after, line = (formula or element("span", "…") for formula in formulas)
        replaced = joined([before, " = ", after])
        taken += len(replaced) + len(line)
        if taken > MOST_RULES:
            break
        rows.append(cells((str(number), say(f"={step.rule}"), replaced, line)))
    columns = [say(key) for key in ("count", "rule", "replaced", "line")]
    more = len(made.steps) - len(rows)
    result = _formula(made.best.form) or element("span", "…")
    return _section(
        "steps", say("steps"), table(say("steps_caption"), columns, rows),
        element("p", say("more_steps", count=more)) if more else None,
        scrolled(say("result"), element("p", say("result"), ": ", result)),
        _because(say, "checked", made.check),
    )  # fmt: skip


def size(found: Portrait, say: Words) -> Markup:
    """The size of the derivative, stage by stage."""
    made = found.swell
    if isinstance(made, Missing):
        return _section("swell", say("swell"), _absent(found, made, say))
    rows = [
        cells((say(f"={row.stage}"), *map(_count, (row.operations, row.tree, row.shared))), (1, 2, 3))
        for row in made.rows
        if row.operations is not None
    ]
    columns = [say(key) for key in ("stage", "operations", "nodes", "distinct")]
    told = _told("p", made.remarks()[0].removesuffix(".") + ".", say)
    return _section("swell", say("swell"), table(say("swell_caption"), columns, rows, (1, 2, 3)), told)


def _count(count: int | None) -> str:
    return "-" if count is None else whole(count)


def _formula(e: Any) -> Markup | None:
    """MathML, which browsers draw by themselves; None of what is too long to be looked at."""
    made = as_mathml(e).replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "", 1)
    return Markup(made) if len(made) <= MOST_FORMULA else None


def _absent(found: Stepped, gone: Missing, say: Words) -> Markup:
    """Why a study is not there; where the header or a method has given that reason, it is not said again."""
    if isinstance(gone, Coming):
        return element("p", say("coming"), class_="coming")
    told = found.comparison
    if told is None:
        return _because(say, "missing", gone.reason)
    given = {told.reference_source.removeprefix(NO_REFERENCE), *(row.note for row in told.rows)}
    if gone.reason.rstrip(".") in {reason.rstrip(".") for reason in given}:
        return element("p", say("missing_above"))
    return _because(say, "missing", gone.reason)


def _because(say: Words, key: str, reason: str) -> Markup:
    """A sentence with a reason that a study gives."""
    before, after = say(key, reason="\0").split("\0")
    return element("p", before, _told("span", reason.rstrip("."), say), after)


def _told(tag: str, text: str, say: Words, **attributes: Any) -> Markup:
    """What a study says, in the page's language, or marked as English."""
    told = say(f"~{text}")
    return element(tag, told, **attributes, lang="en" if text and told == text else None)


def _section(name: str, heading: str, *content: Markup | None) -> Markup:
    return element("section", element("h2", heading, id=name), *content, aria_labelledby=name)
