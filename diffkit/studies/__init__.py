"""What is measured: every method on one function, errors against their step, the size of derivatives,
and gradient descent, which uses them.
"""

from diffkit.studies.compare import Comparison, ComparisonRow, compare
from diffkit.studies.error_sweep import Curve, ErrorSweep, error_sweep
from diffkit.studies.secants import Secant, Secants, secants
from diffkit.studies.study import Study
from diffkit.studies.swell import Swell, swell
from diffkit.studies.tasks import TASKS, Regression, linear_regression, task
from diffkit.studies.train import Training, train

__all__ = [
    "TASKS",
    "Comparison",
    "ComparisonRow",
    "Curve",
    "ErrorSweep",
    "Regression",
    "Secant",
    "Secants",
    "Study",
    "Swell",
    "Training",
    "compare",
    "error_sweep",
    "linear_regression",
    "secants",
    "swell",
    "task",
    "train",
]
