"""diffkit: how derivatives are computed, numerically, symbolically and automatically, side by side.

    dk.derivative(f, x, method="reverse")      the one API; also gradient, jacobian, hessian
    dk.compare(f, x)                           every method on the same function
    dk.error_sweep(f, x)                       error against the step, truncation and rounding apart
    dk.survey()                                every method on every problem of the catalogue
    dk.swell(f)                                how large a derivative becomes when it is written out
    dk.cost(f)                                 what a gradient costs, against the number of inputs
    dk.check_gradient(f, x, gradient=df)       whether a gradient is right, and which components are not
    dk.record(f, x)                            what f does, as a tape (Wengert list)
    dk.views                                   a tape as table, graph and Python source
    dk.grad(f), dk.autodiff                    automatic differentiation, functional
    dk.tensor(x, requires_grad=True)           the same, imperative: x.grad after y.backward()
    dk.numerical, dk.symbolic                  the other two rooms
    dk.METHODS, dk.register_method             the names of the methods
    dk.limits(order=100)                       how large a piece of work may be, for a with block

`f` is plain NumPy code, a SymPy expression, or text such as "sin(x)*exp(-x^2)".
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Where each public name lives. Nothing is imported before it is used, so that `import diffkit` and
# the command line start at once.
_HOME = {
    "derivative": "api",
    "gradient": "api",
    "jacobian": "api",
    "hessian": "api",
    "compare": "studies.compare",
    "error_sweep": "studies.error_sweep",
    "survey": "studies.survey",
    "swell": "studies.swell",
    "Swell": "studies.swell",
    "cost": "studies.cost",
    "Cost": "studies.cost",
    "check_gradient": "studies.check",
    "GradientCheck": "studies.check",
    "record": "api",
    "grad": "autodiff",
    "value_and_grad": "autodiff",
    "tensor": "autodiff.tensor",
    "Tensor": "autodiff.tensor",
    "no_grad": "autodiff.tensor",
    "METHODS": "methods",
    "register_method": "methods",
    "limits": "allowance",
    "Estimate": "result",
    "DiffkitError": "errors",
}
_ROOMS = (
    "autodiff",
    "errors",
    "numerical",
    "problems",
    "report",
    "rules",
    "studies",
    "swell",
    "symbolic",
    "tape",
    "views",
)

__all__ = [
    "METHODS",
    "Cost",
    "DiffkitError",
    "Estimate",
    "GradientCheck",
    "Swell",
    "Tensor",
    "autodiff",
    "check_gradient",
    "compare",
    "cost",
    "derivative",
    "error_sweep",
    "errors",
    "grad",
    "gradient",
    "hessian",
    "jacobian",
    "limits",
    "no_grad",
    "numerical",
    "problems",
    "record",
    "register_method",
    "report",
    "rules",
    "studies",
    "survey",
    "swell",
    "symbolic",
    "tape",
    "tensor",
    "value_and_grad",
    "views",
]

if TYPE_CHECKING:
    from diffkit import autodiff, errors, numerical, problems, report, rules, studies, symbolic, tape, views
    from diffkit.allowance import limits
    from diffkit.api import derivative, gradient, hessian, jacobian, record
    from diffkit.autodiff import grad, value_and_grad
    from diffkit.autodiff.tensor import Tensor, no_grad, tensor
    from diffkit.errors import DiffkitError
    from diffkit.methods import METHODS, register_method
    from diffkit.result import Estimate
    from diffkit.studies.check import GradientCheck, check_gradient
    from diffkit.studies.compare import compare
    from diffkit.studies.cost import Cost, cost
    from diffkit.studies.error_sweep import error_sweep
    from diffkit.studies.survey import survey
    from diffkit.studies.swell import Swell, swell


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(f"diffkit.{_HOME[name]}"), name)
    elif name in _ROOMS:
        value = import_module(f"diffkit.{name}")
    else:
        raise AttributeError(f"module 'diffkit' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
