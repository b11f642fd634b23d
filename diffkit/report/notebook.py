"""A study in a notebook, below its tables: its picture, which always shows, and what slides when it is run.

A notebook that is saved and not trusted keeps tables and <img>; it drops frames, scripts and SVG of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from diffkit.report.slim import short_paths

__all__ = ["below", "picture", "slider"]


def below(study: Any) -> list[str]:
    """The picture of a study and its slider as HTML, as far as it has them; what fails says why."""
    return [made for make in (picture, slider) if (made := _tried(make, study))]


def picture(study: Any) -> str:
    """The figure of a study or of a graph as <img> with its alternative text; "" where none belongs to it.

    >>> import diffkit as dk
    >>> picture(dk.compare("x^2", 3.0, methods="reverse"))[:40]
    '<img src="data:image/svg+xml;base64,PHN2'
    """
    from diffkit.report import FIGURES, draw
    from diffkit.report.style import image

    return image(draw(study)) if type(study).__name__ in FIGURES else ""


def slider(study: Any) -> str:
    """A frame with the slider of the step, for a study of one variable; "" where nothing slides."""
    from diffkit.report.web.page import slider_of
    from diffkit.studies.stepping import positions, stepping

    found = stepping(study)
    if found is None or len(positions(found)) < 2:
        return ""
    title = study.title()[0]
    # Between single quotes the many double ones stay single characters.
    page = short_paths(slider_of(found, title)).replace("&", "&amp;").replace("'", "&#39;")
    return (
        f'<iframe title="{escape(title)}" srcdoc=\'{page}\' width="100%" height="900" style="border: 0">'
        "</iframe>"
    )


def _tried(make: Callable[[Any], str], study: Any) -> str:
    try:
        return make(study)
    except Exception as error:  # the tables above are what counts
        return f"<p>(no {make.__name__}: {escape(type(error).__name__)}: {escape(str(error))})</p>"
