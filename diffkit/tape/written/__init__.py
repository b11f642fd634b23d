"""NumPy functions that are put together from others: what each one is, and calls that it gets right."""

import diffkit.tape.written.building
import diffkit.tape.written.calculus
import diffkit.tape.written.choosing
import diffkit.tape.written.linear_algebra
import diffkit.tape.written.polynomials
import diffkit.tape.written.products
import diffkit.tape.written.statistics  # noqa: F401
from diffkit.tape.written.declare import EXAMPLES, WRITTEN_WITH_OTHERS, holds_foreign

__all__ = ["EXAMPLES", "WRITTEN_WITH_OTHERS", "holds_foreign"]
