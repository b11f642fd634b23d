"""The house of twins: nothing is imported before it is asked for, and the twins work together."""

import subprocess
import sys

import numpy as np
import pytest

from diffkit.autodiff import functions, grad, hessian, jvp
from diffkit.autodiff.functions.special import logsumexp, softmax
from diffkit.autodiff.functions.stats import norm


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "unloaded"),
    [
        ("import diffkit as dk; dk.autodiff.functions", ("scipy",)),
        (
            "from diffkit.autodiff import functions; functions.special.logsumexp([1.0])",
            ("scipy.stats", "scipy.signal", "scipy.integrate", "scipy.optimize"),
        ),
        (
            "from diffkit.autodiff import functions; functions.stats.norm.pdf(0.0)",
            ("scipy.stats", "scipy.signal", "scipy.integrate", "scipy.optimize"),
        ),
    ],
)
def test_only_the_part_of_scipy_that_is_used_is_loaded(program, unloaded):
    code = f"import sys; {program}; print([m for m in {unloaded!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_module_that_is_not_there_is_told_those_that_are():
    with pytest.raises(AttributeError, match=r"no attribute 'statz'; it has .*special, stats"):
        functions.statz


# A mixture of three normal distributions over eleven points, with the textbook's derivatives: the share r of
# each part in each point, summed.
X = np.array([-2.1, -1.7, -2.4, 0.1, 0.3, -0.2, 0.0, 3.1, 2.8, 3.3, 2.6])
WEIGHTS, MEANS, LOGS = np.array([0.2, -0.3, 0.1]), np.array([-2.0, 0.1, 3.0]), np.array([-1.0, -1.5, -0.7])


def likelihood(weights, means, logs):
    parts = weights - logsumexp(weights) + norm.logpdf(X[:, None], loc=means, scale=np.exp(logs))
    return np.sum(logsumexp(parts, axis=1))


def test_the_gradient_of_a_mixtures_likelihood_is_the_textbooks():
    z = (X[:, None] - MEANS) / np.exp(LOGS)
    r = softmax(WEIGHTS - z * z / 2 - LOGS, axis=1)
    by_weights, by_means, by_logs = grad(likelihood, argnums=(0, 1, 2))(WEIGHTS, MEANS, LOGS)
    assert by_weights == pytest.approx(r.sum(axis=0) - X.size * softmax(WEIGHTS), rel=1e-12)
    assert by_means == pytest.approx((r * z / np.exp(LOGS)).sum(axis=0), rel=1e-12)
    assert by_logs == pytest.approx((r * (z * z - 1)).sum(axis=0), rel=1e-12)


def test_the_curvature_of_a_mixtures_likelihood_is_that_of_its_gradient():
    bend = hessian(lambda m: likelihood(WEIGHTS, m, LOGS))(MEANS)
    slope = grad(lambda m: likelihood(WEIGHTS, m, LOGS))
    columns = [jvp(slope, (MEANS,), (unit,))[1] for unit in np.eye(3)]
    h = 1e-5
    differences = [(slope(MEANS + h * unit) - slope(MEANS - h * unit)) / (2 * h) for unit in np.eye(3)]
    assert bend == pytest.approx(np.stack(columns, axis=1), rel=1e-13)
    assert bend == pytest.approx(np.stack(differences, axis=1), rel=1e-7, abs=1e-7)
