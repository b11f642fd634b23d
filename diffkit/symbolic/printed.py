"""Steps on paper: an aligned text, Markdown, LaTeX, HTML with MathML, CSV and JSON's types."""

from __future__ import annotations

import csv as comma_separated
import html as escaping
import io
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from diffkit.symbolic.layout import as_latex, as_mathml, as_text

if TYPE_CHECKING:
    from diffkit.symbolic.steps import Stage, Steps

__all__ = ["csv", "html", "latex", "markdown", "page", "text", "to_dict"]

ORDINALS = ("zeroth", "first", "second", "third", "fourth", "fifth")


def text(s: Steps, width: float = math.inf) -> str:
    """The steps as an aligned table, the passes below it, and whether they are right."""
    return "\n\n".join([_title(s), *(_table(s, n, width) for n in _orders(s)), _passes(s), _sentence(s)])


def _orders(s: Steps) -> range:
    return range(1, s.order + 1)


def _title(s: Steps) -> str:
    return f"f({', '.join(_variables(s))}) = {as_text(s.f)}"


def _variables(s: Steps) -> list[str]:
    return sorted({symbol.name for symbol in s.f.free_symbols} | {s.variable.name}, key=lambda n: (len(n), n))


def heading(s: Steps, order: int) -> str:
    """What the steps of this order are headed with; nothing where there is one order only."""
    if s.order == 1:
        return ""
    ordinal = ORDINALS[order] if order < len(ORDINALS) else f"{order}th"
    return f"The {ordinal} derivative"


def _table(s: Steps, order: int, width: float) -> str:
    """A row a step; where that is too wide, the whole line stands below what the rule writes."""
    steps = _numbered(s, order)
    before = [as_text(step.before) for _, step in steps]
    arrow = max(map(len, before))
    if arrow > 40:  # one long derivative would push all arrows out of sight
        arrow = 0
    rows = [("step", "rule", "replaced", "line")]
    for (number, step), left in zip(steps, before, strict=True):
        replaced = f"{left:{arrow}} -> {as_text(step.after)}"
        rows.append((str(number), step.rule, replaced, as_text(step.expression)))
    lines = _aligned(rows)
    if max(map(len, lines)) > width:
        below = [
            (*row[:3], "") if row[2].endswith(row[3]) else (*row[:3], f"line: {row[3]}") for row in rows[1:]
        ]
        lines = _aligned([part for row in below for part in (row[:3], ("", "", row[3])) if any(part)])
    return "\n".join([*([f"{heading(s, order)}:", ""] if s.order > 1 else []), *lines])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{c:{w}}" for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def _numbered(s: Steps, order: int) -> list[tuple[int, Any]]:
    return [(i, step) for i, step in enumerate(s.steps, 1) if step.order == order]


def _passes(s: Steps) -> str:
    width = max(len(stage.name) for stage in s.stages)
    return "\n".join(f"{stage.name:{width}}  {_stage_text(stage)}" for stage in s.stages)


def _stage_text(stage: Stage) -> str:
    if stage.note:
        return stage.note
    named = [f"{name} = {as_text(e)}" for name, e in stage.definitions]
    return ";  ".join([*named, as_text(stage.form)])


def _sentence(s: Steps) -> str:
    return f"Every stage is {s.check}." if s.check.startswith("equal") else f"Check: {s.check}."


# -- the other forms --------------------------------------------------------------------------------


def markdown(s: Steps) -> str:
    """GitHub tables; formulas between dollar signs."""
    parts = [f"**Derivative of ${as_latex(s.f)}$ with respect to ${as_latex(s.variable)}$**"]
    for n in _orders(s):
        parts += [f"{heading(s, n)}:"] if s.order > 1 else []
        rows = [[str(i), step.rule, f"${as_latex(step.before)} = {as_latex(step.after)}$",
                 f"${as_latex(step.expression)}$"] for i, step in _numbered(s, n)]  # fmt: skip
        parts.append(_pipes(["step", "rule", "replaced", "line"], rows))
    rows = [[stage.name, _formulas(stage, lambda e: f"${as_latex(e)}$")] for stage in s.stages]
    parts += [_pipes(["pass", "derivative"], rows), _sentence(s)]
    return "\n\n".join(parts)


def _pipes(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, [":---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _formulas(stage: Stage, written: Callable[[Any], str], joint: str = " = ") -> str:
    if stage.note:
        return stage.note
    named = [f"{written(name)}{joint}{written(e)}" for name, e in stage.definitions]
    return ", ".join([*named, written(stage.form)])


def latex(s: Steps) -> str:
    r"""An aligned environment: a line a step, the rule beside it; then the passes that change something."""
    lines = []
    for n in _orders(s):
        steps = [step for step in s.steps if step.order == n]
        left = as_latex(steps[0].before) + " "
        for step in steps:
            lines.append(rf"{left}&= {as_latex(step.expression)} && \text{{{step.rule}}}")
            left = ""
        last = as_latex(steps[-1].expression)
        if n < s.order:
            following = next((t.subexpression for t in s.steps if t.order == n + 1), None)
            stages = [("collected", following)] if following is not None else []
        else:
            stages = [(t.name, t.form) for t in s.stages if t.name == "collected" or t is s.best]
        for name, e in stages:
            if e is not None and (derived := as_latex(e)) != last:
                lines.append(rf"&= {derived} && \text{{{name}}}")
                last = derived
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def html(s: Steps) -> str:
    """Tables without a style sheet; formulas are MathML."""
    parts = [f"<p>Derivative of {as_mathml(s.f)} with respect to {as_mathml(s.variable)}</p>"]
    for n in _orders(s):
        parts += [f"<p>{heading(s, n)}:</p>"] if s.order > 1 else []
        rows = [[str(i), escaping.escape(step.rule), as_mathml(step.before) + " = " + as_mathml(step.after),
                 as_mathml(step.expression)] for i, step in _numbered(s, n)]  # fmt: skip
        parts.append(_html_table(["step", "rule", "replaced", "line"], rows))
    rows = [[stage.name, _formulas(stage, as_mathml)] for stage in s.stages]
    parts += [_html_table(["pass", "derivative"], rows), f"<p>{escaping.escape(_sentence(s))}</p>"]
    return "\n".join(parts)


def page(s: Steps) -> str:
    """The tables as a file of their own."""
    title = escaping.escape(f"d/d{s.variable.name} of {as_text(s.f)}")
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{html(s)}\n</body></html>\n'


def _html_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        style = "text-align:left;padding:0.3em 1em 0.3em 0"
        return "<tr>" + "".join(f'<{tag} style="{style}">{cell}</{tag}>' for cell in cells) + "</tr>"

    body = "\n".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', columns)}</thead><tbody>\n{body}\n</tbody></table>"


def csv(s: Steps) -> str:
    """A line a step."""
    out = io.StringIO()
    writer = comma_separated.writer(out, lineterminator="\n")
    writer.writerow(["order", "step", "rule", "formula", "before", "after", "line"])
    for number, step in enumerate(s.steps, 1):
        formulas = [as_text(e) for e in (step.before, step.after, step.expression)]
        writer.writerow([step.order, number, step.rule, step.formula, *formulas])
    return out.getvalue()


def to_dict(s: Steps) -> dict[str, Any]:
    """Steps and stages in JSON's types."""
    return {
        "schema": "diffkit.steps/1",
        "f": as_text(s.f),
        "variable": s.variable.name,
        "order": s.order,
        "derivative": as_text(s.best.form),
        "latex": as_latex(s.best.form),
        "steps": [
            {
                "order": step.order,
                "rule": step.rule,
                "formula": step.formula,
                "before": as_text(step.before),
                "after": as_text(step.after),
                "line": as_text(step.expression),
            }
            for step in s.steps
        ],
        "stages": [
            {
                "name": stage.name,
                "expression": None if stage.expression is None else as_text(stage.form),
                "definitions": {str(name): as_text(e) for name, e in stage.definitions},
                "agrees": stage.agrees or None,
                "note": stage.note,
            }
            for stage in s.stages
        ],
        "check": s.check,
    }
