"""An explorer as the command line makes it."""

from __future__ import annotations

import pytest

from diffkit.cli.explore import START, reader
from diffkit.functions import parse
from diffkit.report.web.live import Explorer
from diffkit.report.web.live.bounded import Worker


@pytest.fixture(scope="session")
def warm():
    """What is imported when it is first used is there."""
    Explorer(reader("x", parse("x")), START).warm_up()


@pytest.fixture
def explorer(warm):
    """explorer(function, text, seconds): that function is served by its text."""

    def make(function=None, text=START["f"], seconds=30.0, **how):
        start = {**START, "f": text}
        return Explorer(reader(text, function or parse(text)), start, worker=Worker(seconds, **how))

    return make
