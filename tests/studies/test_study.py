"""What every study can do with its title, tables and remarks."""

import pytest

from diffkit.studies.study import Study
from diffkit.studies.table import Table


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


def test_a_study_that_leaves_a_part_out_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        Study()
