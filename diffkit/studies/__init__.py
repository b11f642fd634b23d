"""What is measured: every method on one function, errors against the step, expression swell, and cost."""

from diffkit.studies.check import GradientCheck, check_gradient
from diffkit.studies.compare import Comparison, ComparisonRow, compare
from diffkit.studies.cost import Cost, cost
from diffkit.studies.error_sweep import Curve, ErrorSweep, error_sweep
from diffkit.studies.study import Study
from diffkit.studies.swell import Swell, swell

__all__ = [
    "Comparison",
    "ComparisonRow",
    "Cost",
    "Curve",
    "ErrorSweep",
    "GradientCheck",
    "Study",
    "Swell",
    "check_gradient",
    "compare",
    "cost",
    "error_sweep",
    "swell",
]
