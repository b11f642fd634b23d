"""Why the digits of a comparison are what they are, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from diffkit.tables import digits_text

__all__ = ["listed", "why"]


class Row(Protocol):
    """What the sentence reads of a method's row; see `diffkit.studies.compare.ComparisonRow`."""

    @property
    def method(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def digits(self) -> float | None: ...
    @property
    def step(self) -> float | None: ...
    @property
    def subtracts(self) -> bool: ...
    @property
    def stepped(self) -> bool: ...
    @property
    def truncation(self) -> float | None: ...
    @property
    def rounding(self) -> float | None: ...


def why(rows: Sequence[Row]) -> str:
    """The sentence that says why the digits are what they are, from what was measured.

    What the step costs the differences, which methods have no step to pay for, and which do not apply.
    """
    known = [row for row in rows if row.status == "ok" and row.digits is not None]
    missing = [row.method for row in rows if row.status != "ok"]
    differences = sorted((row for row in known if row.subtracts), key=lambda row: row.digits or 0)
    others = [row for row in known if not row.subtracts]
    stepless = min((row.digits or 0 for row in others if not row.stepped and row.step is None), default=0)
    wrong = [row for row in others if (row.digits or 0) < stepless - 2]  # two digits are no accident
    truncated = [row for row in wrong if row.step is not None and row.step > _LARGE]
    parts = []
    if differences:
        parts.append(_why_differences(differences))
    parts += [
        f"{row.method} takes no difference, but its h, too large, leaves {digits_text(row.digits)} digits"
        for row in truncated
    ]
    parts += [
        f"{row.method} keeps {digits_text(row.digits)} digits only, since f is not analytic here: on complex "
        f"numbers np.abs, a norm or a comparison is another function"
        for row in wrong
        if row not in truncated
    ]
    if exact := [row for row in others if row not in wrong]:
        kept = sorted(row.digits or 0 for row in exact)
        more = " or more" if digits_text(kept[0]) != digits_text(kept[-1]) else ""
        names = listed([row.method for row in exact])
        verb = "takes no difference and keeps" if len(exact) == 1 else "take no difference and keep"
        parts.append(f"{names} {verb} {digits_text(kept[0])} digits{more}")
    if missing:
        verb = "does" if len(missing) == 1 else "do"
        parts.append(f"{listed(missing)} {verb} not apply, for the reason given")
    if not known:
        parts.append("without a reference there are no errors to compare")
    return f"Why: {'; '.join(parts)}."


# A complex step from which truncation can be seen: its error is of the order h^2.
_LARGE = 1e-9
# One part of an error dominates where it is so many times the other.
_DOMINATES = 100.0


def _why_differences(rows: list[Row]) -> str:
    """What the step did to the differences, from the parts of their errors where these were measured."""
    if (rows[0].digits or 0) > 15:
        return f"what a difference leaves out vanishes for this f, so it keeps {_kept(rows)}"
    fixed = [row for row in rows if row.truncation is not None]  # no method that chooses its steps
    parts = [(abs(row.truncation or 0), abs(row.rounding or 0)) for row in fixed]
    apart = [f"{row.method} keeps {digits_text(row.digits)} digits" for row in rows if row not in fixed]
    more = "; ".join(["see diffkit sweep", *apart])
    if parts and all(t > _DOMINATES * r for t, r in parts):
        return f"h is too large for this f, truncation dominates: differences keep {_kept(fixed)}; {more}"
    if parts and all(r > _DOMINATES * t for t, r in parts):
        return f"h is too small for this f, rounding dominates: differences keep {_kept(fixed)}; {more}"
    balance = "truncation (h too large) against rounding (h too small)"
    return f"a difference has to balance {balance}, which leaves {_kept(rows)}"


def _kept(rows: list[Row]) -> str:
    """The digits of rows that rise in them."""
    low, high = (digits_text(row.digits) for row in (rows[0], rows[-1]))
    if low != high:
        return f"from {low} ({rows[0].method}) to {high} ({rows[-1].method}) digits"
    return f"{low} digits" + f" ({rows[0].method})" * (len(rows) == 1)


def listed(names: list[str]) -> str:
    """Names as a sentence lists them: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
