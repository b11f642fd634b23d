"""What is measured: every method on one function, and the errors of differences against their step."""

from diffkit.studies.compare import Comparison, ComparisonRow, compare
from diffkit.studies.error_sweep import Curve, ErrorSweep, error_sweep
from diffkit.studies.study import Study

__all__ = ["Comparison", "ComparisonRow", "Curve", "ErrorSweep", "Study", "compare", "error_sweep"]
