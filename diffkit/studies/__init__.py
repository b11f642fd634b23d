"""What is measured: every method on one function, errors against their step, the size of derivatives."""

from diffkit.studies.compare import Comparison, ComparisonRow, compare
from diffkit.studies.error_sweep import Curve, ErrorSweep, error_sweep
from diffkit.studies.study import Study
from diffkit.studies.swell import Swell, swell

__all__ = [
    "Comparison",
    "ComparisonRow",
    "Curve",
    "ErrorSweep",
    "Study",
    "Swell",
    "compare",
    "error_sweep",
    "swell",
]
