"""How every diffkit picture looks and is written: a look per method, one style sheet, one way to save."""

from __future__ import annotations

import hashlib
import html
import io
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.style import context

from diffkit.report.files import write_whole
from diffkit.report.slim import slim

__all__ = [
    "LOOKS",
    "Look",
    "describe",
    "house_style",
    "image",
    "in_words",
    "look_of",
    "new_axes",
    "rendered",
    "save",
    "shown",
]

Dash = str | tuple[float, tuple[float, ...]]


class Look(NamedTuple):
    """How one method is drawn: line colour, a darker ink for its text, marker, dash, and its spoken name."""

    colour: str
    ink: str  # the colour at 4.5:1 on white or better: small text needs more contrast than a line
    marker: str
    dash: Dash
    name: str


SOLID, LONG, DASHDOT, SHORT, DOTS = "-", (0, (7, 1.5)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 2)), (0, (1, 1.5))
SPARSE = (0, (1, 3.5))

# One-sided differences share a hue, since their errors coincide: darker dashes lie on the lighter line.
# The methods of automatic differentiation share black. Peers are dotted, sparsely where the colour is taken.
LOOKS: dict[str, Look] = {
    #                     line       text       marker dash    spoken
    "forward":      Look("#3f90da", "#1f66a8", "o", SOLID,   "forward"),
    "backward":     Look("#1f66a8", "#1f66a8", "s", SHORT,   "backward"),
    "central":      Look("#bd1f01", "#bd1f01", "^", LONG,    "central"),
    "richardson":   Look("#832db6", "#832db6", "D", DASHDOT, "Richardson"),
    "adaptive":     Look("#832db6", "#832db6", "P", SHORT,   "adaptive"),
    "complex-step": Look("#717581", "#5b5f69", "v", SOLID,   "complex step"),
    "symbolic":     Look("#717581", "#5b5f69", "X", SHORT,   "symbolic"),
    "reverse":      Look("#000000", "#000000", "<", SHORT,   "reverse mode"),
    "dual":         Look("#000000", "#000000", ">", DASHDOT, "dual numbers"),
    "torch":        Look("#bd1f01", "#bd1f01", "*", DOTS,    "PyTorch"),
    "jax":          Look("#832db6", "#832db6", "d", DOTS,    "JAX"),
    "autograd":     Look("#3f90da", "#1f66a8", "p", DOTS,    "autograd"),
    "casadi":       Look("#1f66a8", "#1f66a8", "8", DOTS,    "CasADi"),
    "symengine":    Look("#717581", "#5b5f69", "H", DOTS,    "SymEngine"),
    "numdifftools": Look("#bd1f01", "#bd1f01", "$N$", SPARSE, "numdifftools"),
    "jacobi":       Look("#832db6", "#832db6", "$J$", SPARSE, "jacobi"),
    "scipy":        Look("#1f66a8", "#1f66a8", "$S$", SPARSE, "SciPy"),
}  # fmt: skip


def look_of(method: str) -> Look:
    """The look of a method; one that is not in the table, such as the user's own, is black and dotted.

    >>> look_of("central").colour
    '#bd1f01'
    """
    return LOOKS.get(method, Look("#000000", "#000000", "h", DOTS, method))


_ONE_AT_A_TIME = RLock()


@contextmanager
def house_style() -> Iterator[None]:
    """A context in which Matplotlib draws as diffkit does; the user's rcParams are back when it ends.

    The style sheet stands on Matplotlib's own defaults, so that a picture does not depend on who draws it.
    A process has its rcParams once: threads draw one after the other.
    """
    sheet = as_file(files("diffkit.report") / "diffkit.mplstyle")
    with _ONE_AT_A_TIME, sheet as path, context(["default", path]):
        yield


def new_axes(width: float = 7.5, height: float = 5.0) -> Axes:
    """Empty axes on a figure of their own, `width` by `height` inches, in diffkit's style.

    Text and lines are sized for 7 to 8 inches. For slides keep that size and the slide's shape (8 by 4.5),
    then save as SVG or PDF and enlarge: the words grow with the picture.

    >>> new_axes(8, 4.5).figure.get_size_inches().tolist()
    [8.0, 4.5]
    """
    with house_style():
        return Figure(figsize=(width, height)).add_subplot()


def describe(ax: Axes, alt: str) -> None:
    """Say a picture in words: the text becomes `ax.alt`, which `save` writes into the file.

    From then on the axes show their figure in a notebook, without pyplot.

    >>> ax = new_axes()
    >>> describe(ax, "Nothing yet.")
    >>> ax.alt
    'Nothing yet.'
    """
    ax.alt = alt  # type: ignore[attr-defined]  # Matplotlib's axes take what one hangs on them
    ax._repr_html_ = partial(shown, ax)  # type: ignore[attr-defined]


def in_words(picture: Axes | Figure) -> str:
    """The alternative text of a picture: what was said of each of its axes."""
    figure = picture if isinstance(picture, Figure) else picture.get_figure(root=True)
    return " ".join(text for ax in getattr(figure, "axes", []) if (text := getattr(ax, "alt", "")))


def image(picture: Axes | Figure) -> str:
    """A picture as <img> with its alternative text.

    >>> image(new_axes())[:40]
    '<img src="data:image/svg+xml;base64,PHN2'
    """
    data = b64encode(slim(rendered(picture, "svg").decode()).encode()).decode()
    alt = html.escape(in_words(picture))
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{alt}" style="max-width: 100%">'


def shown(ax: Axes) -> str | None:
    """The image of the axes' figure for a notebook; None where pyplot, which shows it, has it."""
    figure = ax.get_figure(root=True)
    return image(ax) if figure is not None and figure.canvas.manager is None else None


def save(picture: Axes | Figure, path: str | os.PathLike[str], title: str = "", alt: str = "") -> Path:
    """The path of the picture, now written as SVG, PNG or PDF according to the path's ending.

    The same picture gives the same bytes, whenever it is saved by the same Matplotlib. An SVG carries its
    title and its alternative text for screen readers; a PNG and a PDF carry them as metadata. The file is
    written beside its place and then renamed, so a reader never meets half a picture.

    Parameters
    ----------
    picture
        The axes that a figure function returned, or a figure.
    path
        Where to; the folder must exist.
    title, alt
        What a screen reader says. By default the title of the first axes, and the texts that the figure
        functions leave as the axes' `alt`; where no axes have a title, the first sentence of those.
    """
    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    if kind not in ("svg", "png", "pdf"):
        raise ValueError(f"a picture is written as svg, png or pdf, and {target.name!r} ends in none of them")
    return write_whole(target, rendered(picture, kind, title, alt))


def rendered(picture: Axes | Figure, kind: str, title: str = "", alt: str = "") -> bytes:
    """The content of the file that `save` writes, as "svg", "png" or "pdf".

    >>> rendered(new_axes(), "svg", title="Nothing yet")[:5]
    b'<?xml'
    """
    figure = picture if isinstance(picture, Figure) else picture.get_figure(root=True)
    assert figure is not None, "axes that were removed from their figure cannot be saved"
    title = title or next((ax.get_title(loc="left") or ax.get_title() for ax in figure.axes), "")
    alt = alt or in_words(picture)
    title = title or alt.partition(". ")[0]
    # No date: the bytes follow from the picture and from Matplotlib, whose version is said for that reason.
    maker = f"diffkit, Matplotlib {matplotlib.__version__}"
    metadata: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": maker},
        "png": {"Title": title, "Description": alt, "Software": maker},
        "pdf": {"Title": title, "Subject": alt, "Creator": maker, "CreationDate": None},
    }
    out = io.BytesIO()
    with house_style():
        figure.savefig(out, format=kind, metadata=metadata[kind])
    if kind == "svg":
        return _spoken(out.getvalue().decode(), title, alt).encode()
    return out.getvalue()


def _spoken(svg: str, title: str, alt: str) -> str:
    """The SVG with a role, a title and a description, which is what screen readers look for."""
    # Ids come from the words, so that two pictures inlined in one page do not share them.
    key = hashlib.sha256(f"{title}\n{alt}".encode()).hexdigest()[:10]
    start = svg.index("<svg ")
    end = svg.index(">", start)
    root = f'<svg role="img" aria-labelledby="title-{key} desc-{key}" {svg[start + 5 : end]}>'
    words = f'\n <title id="title-{key}">{escape(title)}</title>\n <desc id="desc-{key}">{escape(alt)}</desc>'
    return svg[:start] + root + words + svg[end + 1 :]
