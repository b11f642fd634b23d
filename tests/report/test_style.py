"""How pictures look and are written: repeatable bytes, spoken words, whole files, no trace left."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
from PIL import Image

import diffkit.report
from diffkit.methods import own_methods
from diffkit.peers.table import PEERS
from diffkit.report import LOOKS, error_against_step, house_style, look_of, new_axes, save
from diffkit.report.style import DOTS, describe, image, rendered

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ["svg", "png", "pdf"]


def contrast_on_white(colour: str) -> float:
    """The contrast ratio of WCAG 2."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@pytest.fixture
def simple() -> Any:
    ax = new_axes(4, 3)
    ax.plot([0, 1], [0, 1])
    ax.set_title("A < B & C", loc="left")
    describe(ax, 'The line goes "up" & right.')
    return ax


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_drawn_twice_a_figure_gives_the_same_bytes(sweep: Any, tmp_path: Path, kind: str) -> None:
    first, second = (save(error_against_step(sweep), tmp_path / f"{k}.{kind}") for k in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_saved_twice_a_figure_gives_the_same_bytes(simple: Any, tmp_path: Path, kind: str) -> None:
    first, second = (save(simple, tmp_path / f"{k}.{kind}") for k in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_an_svg_speaks(simple: Any, tmp_path: Path) -> None:
    root = ElementTree.parse(save(simple, tmp_path / "a.svg")).getroot()
    title, desc = root[0], root[1]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert (title.tag, title.text) == (f"{SVG}title", "A < B & C")
    assert (desc.tag, desc.text) == (f"{SVG}desc", 'The line goes "up" & right.')


def test_axes_that_are_said_in_words_show_themselves_in_a_notebook(simple: Any) -> None:
    assert simple._repr_html_() == image(simple)
    assert 'alt="The line goes &quot;up&quot; &amp; right."' in image(simple)
    again = pickle.loads(pickle.dumps(simple))
    assert again._repr_html_() == image(simple)


def test_axes_of_pyplot_are_left_to_pyplot(simple: Any) -> None:
    import matplotlib.pyplot as plt

    with matplotlib.rc_context({"backend": "agg"}):
        ax = plt.figure().add_subplot()
        describe(ax, "A line.")
        assert ax._repr_html_() is None
        plt.close(ax.figure)


def test_an_svg_keeps_its_text_as_text(sweep: Any, tmp_path: Path) -> None:
    root = ElementTree.parse(save(error_against_step(sweep.only("central")), tmp_path / "a.svg")).getroot()
    texts = {"".join(text.itertext()) for text in root.iter(f"{SVG}text")}
    assert {"step h", "central", "slope 2", "best h ≈ 2e-06, error ≈ 6e-12"} <= texts


def test_two_pictures_on_one_page_do_not_share_ids(simple: Any, tmp_path: Path) -> None:
    ids = [
        ElementTree.parse(save(simple, tmp_path / "a.svg", alt=alt)).getroot().get("aria-labelledby")
        for alt in ("one", "two")
    ]
    assert ids[0] != ids[1]


def test_a_png_carries_title_and_description(simple: Any, tmp_path: Path) -> None:
    with Image.open(save(simple, tmp_path / "a.png", title="T", alt="D")) as image:
        assert (image.info["Title"], image.info["Description"]) == ("T", "D")


def test_words_given_replace_those_of_the_axes(simple: Any, tmp_path: Path) -> None:
    root = ElementTree.parse(save(simple, tmp_path / "a.svg", title="T", alt="D")).getroot()
    assert (root[0].text, root[1].text) == ("T", "D")


def test_a_figure_is_saved_like_its_axes(simple: Any, tmp_path: Path) -> None:
    of_axes, of_figure = save(simple, tmp_path / "a.png"), save(simple.figure, tmp_path / "b.png")
    assert of_axes.read_bytes() == of_figure.read_bytes()


def test_an_unknown_ending_names_the_known(simple: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"svg, png or pdf, and 'a\.gif' ends in none of them"):
        save(simple, tmp_path / "a.gif")


def test_a_missing_folder_is_one_sentence(simple: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere' to write 'a\.svg' into"):
        save(simple, tmp_path / "nowhere" / "a.svg")


def test_the_ending_may_be_in_capitals(simple: Any, tmp_path: Path) -> None:
    assert save(simple, tmp_path / "A.PNG").read_bytes().startswith(b"\x89PNG")


def test_a_failed_save_leaves_the_old_picture_and_nothing_else(
    simple: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = save(simple, tmp_path / "a.svg")
    before = old.read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no space left"):
        save(simple, old, title="other")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert old.read_bytes() == before


def test_saving_leaves_the_users_settings(simple: Any, tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    for kind in KINDS:
        save(simple, tmp_path / f"a.{kind}")
    assert dict(matplotlib.rcParams) == before


def test_a_picture_does_not_depend_on_the_users_settings(sweep: Any, tmp_path: Path) -> None:
    sweep = sweep.only("central")
    plain = save(error_against_step(sweep), tmp_path / "a.svg").read_bytes()
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "black", "svg.fonttype": "path"}):
        assert save(error_against_step(sweep), tmp_path / "b.svg").read_bytes() == plain


def test_no_two_methods_look_alike() -> None:
    looks = [
        (look.marker, look.dash if isinstance(look.dash, str) else look.dash[1]) for look in LOOKS.values()
    ]
    assert len({marker for marker, _ in looks}) == len(LOOKS)
    assert len({(look.colour, str(look.dash)) for look in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize("look", LOOKS.values(), ids=list(LOOKS))
def test_lines_and_words_stand_out_from_white(look: Any) -> None:
    assert contrast_on_white(look.colour) >= 3.0  # WCAG 2.1, 1.4.11: graphics
    assert contrast_on_white(look.ink) >= 4.5  # WCAG 2.1, 1.4.3: text


def test_every_method_and_every_peer_has_a_look_and_others_are_black_and_dotted() -> None:
    assert set(LOOKS) == {*own_methods(), *PEERS}
    assert look_of("mine") == ("#000000", "#000000", "h", DOTS, "mine")
    assert look_of("mine")[:4] not in [look[:4] for look in LOOKS.values()]


def test_the_style_ends_with_its_context() -> None:
    before = dict(matplotlib.rcParams)
    with house_style():
        assert matplotlib.rcParams["svg.fonttype"] == "none"
        assert matplotlib.rcParams["lines.linewidth"] >= 1.5
    assert dict(matplotlib.rcParams) == before


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_room_does_not_import_matplotlib() -> None:
    assert run("import sys, diffkit.report; print('matplotlib' in sys.modules)") == "False"


def test_drawing_and_saving_do_not_import_pyplot(tmp_path: Path) -> None:
    code = (
        "import sys; from diffkit.report import new_axes, save, error_against_step; "
        f"save(new_axes(), {str(tmp_path / 'a.svg')!r}); print('matplotlib.pyplot' in sys.modules)"
    )
    assert run(code) == "False"


def test_the_room_lists_what_it_offers() -> None:
    assert all(hasattr(diffkit.report, name) for name in dir(diffkit.report))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        diffkit.report.nothing


def test_threads_that_draw_at_once_draw_the_same_and_leave_the_user_style():
    """Text in one thread's SVG became paths when the other put Matplotlib's settings back meanwhile."""
    before, usual = dict(matplotlib.rcParams), sys.getswitchinterval()
    ax = new_axes()
    ax.set_title("words", loc="left")
    alone = rendered(ax, "svg")
    axes = [new_axes() for _ in range(8)]
    for each in axes:
        each.set_title("words", loc="left")
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda each: rendered(each, "svg"), axes)) == {alone}
    finally:
        sys.setswitchinterval(usual)
    assert dict(matplotlib.rcParams) == before
