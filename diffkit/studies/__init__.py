"""What is measured: every method on one function, errors against their step, the size and the cost of
derivatives, and gradient descent, which uses them.

Each study prints as a table. In a notebook it shows its picture below, as an image that stays when the
notebook is saved, and where it has a step of one variable, the slider for it.
"""

from diffkit.studies.check import GradientCheck, check_gradient
from diffkit.studies.compare import Comparison, ComparisonRow, compare
from diffkit.studies.cost import Cost, cost
from diffkit.studies.error_sweep import Curve, ErrorSweep, ErrorSweeps, error_sweep, sweeps
from diffkit.studies.secants import Secant, Secants, secants
from diffkit.studies.study import Study
from diffkit.studies.survey import Survey, SurveyRow, survey
from diffkit.studies.swell import Swell, swell
from diffkit.studies.tasks import TASKS, Regression, linear_regression, task
from diffkit.studies.train import Training, train

__all__ = [
    "TASKS",
    "Comparison",
    "ComparisonRow",
    "Cost",
    "Curve",
    "ErrorSweep",
    "ErrorSweeps",
    "GradientCheck",
    "Regression",
    "Secant",
    "Secants",
    "Study",
    "Survey",
    "SurveyRow",
    "Swell",
    "Training",
    "check_gradient",
    "compare",
    "cost",
    "error_sweep",
    "linear_regression",
    "secants",
    "survey",
    "sweeps",
    "swell",
    "task",
    "train",
]
