"""How often a property is tried: a few times, many times among the slow tests, by hand as a profile says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings

PROFILES = ("default", "patient")  # any other was asked for: --hypothesis-profile=long


def few_or_many(few: int, many: int) -> Any:
    """The test's `count` of examples: few, and many where slow tests run."""
    return pytest.mark.parametrize("count", [few, pytest.param(many, marks=pytest.mark.slow)])


def tried(count: int) -> Any:
    """So many examples, the same in every run; in a profile that was asked for, those of the profile."""
    if any(settings.default is settings.get_profile(name) for name in PROFILES):
        return settings(max_examples=count, derandomize=True)
    return settings()
