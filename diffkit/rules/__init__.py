"""What a derivative is, as tables: a row for each function, good for both modes and every order."""

import diffkit.rules.arrays
import diffkit.rules.moving
import diffkit.rules.ordering
import diffkit.rules.polynomials
import diffkit.rules.products
import diffkit.rules.reductions
import diffkit.rules.ufuncs  # noqa: F401
from diffkit.rules.declare import Rule, array_rule, elementwise, linear, rule_of, rules

__all__ = ["Rule", "array_rule", "elementwise", "linear", "rule_of", "rules"]
