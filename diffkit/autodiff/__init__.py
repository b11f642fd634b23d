"""How derivatives travel: reverse mode and dual numbers, driven by the same rules.

NumPy warns of what f computes as when f is called by itself, under the `np.errstate` of the caller; the
derivative adds no warning, since an infinite slope, as of sqrt at 0, is an answer.
"""

from diffkit.autodiff import functions
from diffkit.autodiff.adjoint import adjoint
from diffkit.autodiff.anomaly import detect_anomaly
from diffkit.autodiff.checkpoint import checkpoint
from diffkit.autodiff.compile import compile
from diffkit.autodiff.custom import custom_rule
from diffkit.autodiff.dual import dual
from diffkit.autodiff.jacobians import hessian, hvp, jacobian
from diffkit.autodiff.modes import DualNumbers, Reverse
from diffkit.autodiff.tangent import tangent
from diffkit.autodiff.transforms import grad, jvp, value_and_grad, vjp
from diffkit.tape.active import is_active

__all__ = [
    "DualNumbers",
    "Reverse",
    "adjoint",
    "checkpoint",
    "compile",
    "custom_rule",
    "detect_anomaly",
    "dual",
    "functions",
    "grad",
    "hessian",
    "hvp",
    "is_active",
    "jacobian",
    "jvp",
    "tangent",
    "value_and_grad",
    "vjp",
]
