"""The figures of secants: the legs and slopes that they show, and that no two words touch."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from PIL import Image

from diffkit.report import animate_secants, draw, new_axes, secant_filmstrip, three_secants
from diffkit.studies import secants

pytestmark = pytest.mark.sampled(3)  # a wide cross of figures and sizes

PAGE, SLIDE = (7.5, 6.0), (8.0, 4.5)
CASES = {"parabola": ("x^2", 1.0), "bell": ("sin(x)*exp(-x^2)", 0.7), "cubic": ("2*x^3 + x^2", 1.0),
         "falling": ("exp(-x)", 0.5)}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def study(request):
    return secants(*CASES[request.param])


@pytest.fixture(scope="module")
def parabola():
    return secants("x^2", 1.0)


@pytest.mark.parametrize("size", [PAGE, SLIDE])
@pytest.mark.parametrize("kind", ["forward", "central"])
def test_no_two_words_of_the_filmstrip_touch(study, kind, size, assert_legible):
    assert_legible(secant_filmstrip(study, new_axes(*size), kind))


@pytest.mark.parametrize("size", [PAGE, SLIDE])
@pytest.mark.parametrize("step", [1.0, 0.1])
def test_no_two_words_of_the_three_secants_touch(study, size, step, assert_legible):
    assert_legible(three_secants(study, new_axes(*size), step))


def test_the_filmstrip_has_a_picture_a_step_with_its_slope(parabola):
    ax = draw(parabola)
    titles = [panel.get_title(loc="left") for panel in ax.child_axes]
    assert titles == ["h = 1: slope 3", "h = 0.3: slope 2.3", "h = 0.1: slope 2.1", "h = 0.01: slope 2.01"]
    assert ax.get_title(loc="left") == "Secants of x^2 at 1 turn into the tangent, slope 2"
    assert len({panel.get_xlim() for panel in ax.child_axes}) == 1
    assert len({panel.get_ylim() for panel in ax.child_axes}) == 1


def test_legs_are_named_and_short_ones_are_under_a_lens(parabola):
    panels = secant_filmstrip(parabola).child_axes
    assert {"dx = 1", "dy = 3"} <= {text.get_text() for text in panels[0].texts}
    assert {"dx = 0.3", "dy = 0.69"} <= {text.get_text() for text in panels[1].texts}
    assert [len(panel.child_axes) for panel in panels] == [0, 0, 1, 1]
    (lens,) = panels[3].child_axes
    assert {"dx", "dy"} <= {text.get_text() for text in lens.texts}
    assert np.ptp(lens.get_xlim()) < 0.03


def test_the_legs_are_drawn_between_the_two_points(parabola):
    panel = secant_filmstrip(parabola).child_axes[0]
    legs = next(one for one in panel.get_lines() if len(one.get_xdata()) == 3)
    assert (list(legs.get_xdata()), list(legs.get_ydata())) == ([1.0, 2.0, 2.0], [1.0, 1.0, 4.0])


def test_three_secants_and_the_tangent_have_their_slopes(parabola):
    ax = three_secants(parabola)
    said = {text.get_text() for text in ax.texts}
    assert said == {"forward: slope 3", "backward: slope 1", "central: slope 2", "tangent: slope 2"}
    for line, slope in zip(ax.get_lines()[1:5], (2, 3, 1, 2), strict=True):
        x, y = line.get_data()
        assert (y[-1] - y[0]) / (x[-1] - x[0]) == pytest.approx(slope)


def test_the_animation_has_a_frame_a_step_and_the_same_bytes_each_time(tmp_path):
    study = secants("x^2", 1.0, steps=(1.0, 0.5, 0.1))
    path = animate_secants(study, tmp_path / "a.gif", seconds=0.1)
    with Image.open(path) as film:
        assert (film.format, film.n_frames, film.info["duration"]) == ("GIF", 3, 100)
        assert b"turns into the tangent" in film.info["comment"]
    assert animate_secants(study, tmp_path / "b.gif", seconds=0.1).read_bytes() == path.read_bytes()


def test_an_animation_is_a_gif(parabola, tmp_path):
    with pytest.raises(ValueError, match=r"'a\.mp4' does not end in \.gif"):
        animate_secants(parabola, tmp_path / "a.mp4")


def test_the_alternative_texts_give_the_slopes(parabola):
    assert "whose slope by step h is 1: 3, 0.3: 2.3, 0.1: 2.1, 0.01: 2.01" in draw(parabola).alt
    assert three_secants(parabola).alt.endswith("slopes: forward 3, backward 1, central 2, tangent 2.")


def test_it_draws_where_it_is_told_and_leaves_the_users_settings_alone(parabola):
    with matplotlib.rc_context({"font.size": 23.0}):
        before = dict(matplotlib.rcParams)
        for figure in (secant_filmstrip, three_secants):
            ax = new_axes(*PAGE)
            assert figure(parabola, ax) is ax
        assert dict(matplotlib.rcParams) == before
