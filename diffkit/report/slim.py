"""An SVG of Matplotlib's with fewer bytes, for a place that carries it along: the same picture to the eye."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

__all__ = ["short_paths", "slim"]

TENTHS = 10  # of a point: where a line is rounded to


def slim(svg: str) -> str:
    """The SVG without comments, metadata and unused names, its styles as classes, its lines relative.

    >>> line = '<svg><path id="a" d="M 1.04 2 \\nL 3.18 4" style="fill: none"/></svg>'
    >>> slim(line)
    '<svg><path d="M1 2l2.2 2" style="fill: none"/></svg>'
    """
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r">\s+<", "><", svg)
    used = {name for pair in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg) for name in pair}
    used |= {name for names in re.findall(r'aria-labelledby="([^"]*)"', svg) for name in names.split()}
    styles = [style for style, n in Counter(re.findall(r' style="([^"]*)"', svg)).items() if n > 2]
    classes = {style: f"s{i}" for i, style in enumerate(styles)}

    def shorter(tag: re.Match[str]) -> str:
        told = re.sub(r"\s+", " ", tag[0])
        told = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", told)
        told = re.sub(r' style="([^"]*)"', lambda found: _classed(found, classes), told)
        return re.sub(r'( [xy]=|translate)[("][^")]*', lambda found: _hundredths(found[0]), told)

    svg = short_paths(_without_bare_groups(re.sub(r"<[^>]*>", shorter, svg)))
    for i, name in enumerate(sorted(used - {""})):
        if name.startswith(("m", "p")):  # of markers and clips; those of the texts are spoken
            svg = svg.replace(f'"{name}"', f'"n{i}"').replace(f"#{name}", f"#n{i}")
    if not classes:
        return svg
    sheet = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    end = svg.index(">") + 1
    return f"{svg[:end]}<style>{sheet}</style>{svg[end:]}"


def _without_bare_groups(svg: str) -> str:
    """The SVG without the <g> that say nothing."""
    kept: list[bool] = []

    def needed(tag: re.Match[str]) -> str:
        if tag[0].startswith("</"):
            return tag[0] if kept.pop() else ""
        kept.append(tag[0] != "<g>")
        return tag[0] if kept[-1] else ""

    return re.sub(r"<g(?: [^>]*)?>|</g>", needed, svg)


def short_paths(markup: str) -> str:
    """Markup with its paths of straight lines told by their differences.

    >>> short_paths('<path d="M100 20L101.25 20.5"/>')
    '<path d="M100 20l1.2.5"/>'
    """
    return re.sub(r' d="([^"]*)"', lambda found: f' d="{_relative(found[1])}"', markup)


def _classed(found: re.Match[str], classes: dict[str, str]) -> str:
    return f' class="{classes[found[1]]}"' if found[1] in classes else found[0]


def _relative(path: str) -> str:
    """A path of straight lines with their differences; every other one as it is, in hundredths."""
    parts = re.findall(r"[A-Za-z][^A-Za-z]*", path)
    if any(part[0] not in "MLz" for part in parts) or not path.startswith("M"):
        return _hundredths(path)
    places = [
        tuple(round(TENTHS * float(v)) for v in part[1:].split()) if part[0] != "z" else None
        for part in parts
    ]
    told = [f"M{_pair(places[0])}"]
    for (before, here), part in zip(pairwise(places), parts[1:], strict=True):
        if here is None or before is None or part[0] == "M":
            told.append("z" if here is None else f"{part[0]}{_pair(here)}")
        else:
            told.append(f"l{_pair((here[0] - before[0], here[1] - before[1]))}")
    return "".join(told)


def _hundredths(text: str) -> str:
    return re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), text)


def _pair(place: tuple[int, ...] | None) -> str:
    """Two numbers of tenths; a minus or a point parts them as well as a space does."""
    assert place is not None
    x, y = (re.sub(r"^(-?)0\.", r"\1.", f"{v / TENTHS:g}") for v in place)
    apart = y.startswith("-") or (y.startswith(".") and "." in x)
    return f"{x}{y}" if apart else f"{x} {y}"
