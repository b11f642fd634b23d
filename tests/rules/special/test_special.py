"""The package: each of its rows is written in one file, whose twin here tries it."""

from collections import Counter
from importlib import import_module

import numpy as np

from diffkit.rules import rules, special


def test_each_elementwise_row_that_is_not_numpys_is_written_in_one_file(rows_of):
    files = ["ufuncs", *(f"special.{name}" for name in special.__all__)]
    written = Counter(
        rule.function for name in files for rule in rows_of(import_module(f"diffkit.rules.{name}"))
    )
    rows = [rule.function for rule in rules() if rule.partials]
    others = [function for function in rows if getattr(np, function.__name__, None) is not function]
    assert {written[function] for function in others} == {1}
