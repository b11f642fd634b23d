"""What every study can do with its title, tables and remarks."""

import copy
import pickle
import subprocess
import sys
from pathlib import PurePosixPath

import pytest
from matplotlib.figure import Figure

import diffkit as dk
from diffkit.errors import ArgumentsError
from diffkit.studies.study import Study
from diffkit.tables import Table


class Small(Study):
    def title(self):
        return ["what <it> is", "where"]

    def tables(self):
        return [Table(("a", "b"), (("1", "2"),))]

    def remarks(self):
        return ["why & how"]

    def to_dict(self):
        return {"schema": "small/1"}

    def csv(self):
        return "a,b\n1,2\n"


def test_the_text_is_title_tables_remarks_with_empty_lines_between():
    assert str(Small()) == "what <it> is\nwhere\n\na  b\n1  2\n\nwhy & how"


def test_markdown_has_the_title_in_bold_and_the_table_as_a_table():
    assert Small().markdown().startswith("**what <it> is**\n\nwhere\n\n| a | b |")


def test_html_escapes_what_a_user_may_have_typed():
    page = Small()._repr_html_()
    assert "what &lt;it&gt; is" in page
    assert "why &amp; how" in page


def test_a_study_without_a_figure_says_so():
    with pytest.raises(TypeError, match="no figure belongs to a Small"):
        Small().plot()


@pytest.mark.parametrize(
    "study", [dk.compare("x^2", 1.0, methods="reverse"), dk.error_sweep("exp(x)", 1.0, "central")]
)
@pytest.mark.parametrize(
    ("ax", "said"),
    [
        ("sweep.png", r'^ax is a str, .*; to save it, write \.plot\(\)\.figure\.savefig\("sweep\.png"\)$'),
        (PurePosixPath("out/a.pdf"), r'^ax is a PurePosixPath, .*savefig\("out/a\.pdf"\)$'),
        (Figure(), r'^ax is a Figure, .*Matplotlib axes; .*savefig\("a\.svg"\)$'),
    ],
)
def test_what_is_no_axes_is_refused_with_the_line_that_saves_a_figure(study, ax, said):
    with pytest.raises(ArgumentsError, match=said):
        study.plot(ax)


def test_a_study_is_drawn_on_the_axes_that_are_given_and_saved_by_their_figure(tmp_path):
    study, ax = dk.compare("x^2", 1.0, methods="reverse"), Figure().add_subplot()
    assert study.plot(ax) is ax
    study.plot().figure.savefig(tmp_path / "a.svg")
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()


def test_a_study_that_leaves_a_part_out_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        Study()


def test_copies_keep_f_whatever_it_is():
    f = lambda x: x**2
    found = dk.compare(f, 1.0, methods="reverse")
    assert copy.copy(found).function is copy.deepcopy(found).function is f
    assert copy.copy(found) == copy.deepcopy(found) == found


def test_an_f_of_a_session_that_is_over_takes_nothing_else_with_it():
    """f goes by its name; where nobody knows the name any more, the numbers come back all the same."""
    code = (
        "import sys, pickle, diffkit as dk\n"
        "def f(x): return x * x\n"
        "sys.stdout.buffer.write(pickle.dumps(dk.compare(f, 3.0, methods='reverse')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    again = pickle.loads(done.stdout)
    assert (again["reverse"].value, again.function) == (6.0, None)
