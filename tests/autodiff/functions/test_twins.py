"""A twin is SciPy's function for plain arguments, whatever holds them, and ours for active ones."""

import numpy as np
import pytest

from diffkit.autodiff import grad
from diffkit.autodiff.functions.twins import twin


@pytest.fixture
def which():
    seen = []

    def original(*args, **keywords):
        seen.append("scipy")
        return 1.0

    @twin(original)
    def ours(x, y=0.0, pair=()):
        """Ours."""
        seen.append(type(x).__name__)
        return np.sum(x) + np.sum(y)

    return ours, seen


def test_plain_arguments_go_to_scipy(which):
    ours, seen = which
    ours(np.ones(2), y=[1.0, 2.0], pair=(np.ones(2), True))
    assert seen == ["scipy"]


def test_active_arguments_stay_here_also_in_keywords_tuples_lists_and_object_arrays(which):
    ours, seen = which
    calls = [
        lambda x: ours(x), lambda x: ours(1.0, y=x), lambda x: ours(1.0, pair=(x, True)) * x,
        lambda x: ours([x, 1.0]), lambda x: ours(np.array([[x], [2.0]])),
    ]  # fmt: skip
    for f in calls:
        assert grad(f)(2.0) in (1.0, 2.0, 3.0)
    assert seen == ["Node", "float", "float", "Node", "Node"]


def test_it_keeps_its_name_and_text(which):
    ours, _ = which
    assert (ours.__name__, ours.__doc__) == ("ours", "Ours.")
