"""The twins of multivariate_normal and dirichlet."""

import numpy as np
import pytest
import scipy.stats

from diffkit.autodiff.functions.multivariate import dirichlet, multivariate_normal
from diffkit.example import Array, example

SPREAD = Array(3, 3, made=lambda a: a @ np.transpose(a) + np.eye(3))
PROBABILITIES = Array(3, 2, made=lambda x: x / np.sum(x, axis=0))
SIMPLEX = Array(3, made=lambda x: x / np.sum(x))


NORMAL = [
    *[
        (method, shown)
        for method in ("pdf", "logpdf")
        for shown in (
            example(Array(3), Array(3), SPREAD),
            example(Array(2, 4, 3), Array(3), SPREAD),
            example(Array(3), None, Array(made=lambda c: c + 1)),
            example(Array(4, 3), Array(3), Array(3, made=lambda c: c + 1)),
            example(Array(), Array(), Array()),
            example(Array(4), 0.5, Array()),
            example(Array(1, 3), Array(3), SPREAD),
        )
    ],
    ("entropy", example(None, SPREAD)),
    ("entropy", example(None, Array())),
]


@pytest.mark.parametrize(("method", "shown"), NORMAL)
def test_the_normal_distribution_of_vectors_has_scipys_values(method, shown, program):
    ours, shapes = program(getattr(multivariate_normal, method), shown)
    theirs, _ = program(getattr(scipy.stats.multivariate_normal, method), shown)
    arrays = [np.random.default_rng(5).uniform(0.3, 1.3, shape)[()] for shape in shapes]
    np.testing.assert_allclose(ours(*arrays), theirs(*arrays), rtol=1e-13)
    assert np.shape(ours(*arrays)) == np.shape(theirs(*arrays))


@pytest.mark.parametrize(("method", "shown"), NORMAL)
def test_the_normal_distribution_of_vectors_has_the_right_derivatives(method, shown, check_twin):
    check_twin(getattr(multivariate_normal, method), getattr(scipy.stats.multivariate_normal, method), shown)


@pytest.mark.parametrize("method", ["pdf", "logpdf"])
@pytest.mark.parametrize(
    "shown",
    [
        example(SIMPLEX, Array(3)),
        example(PROBABILITIES, Array(3)),
        example(Array(2, made=lambda x: x / 3), Array(3)),
    ],
)
def test_the_distribution_of_probabilities_is_scipys(method, shown, check_twin):
    theirs = getattr(scipy.stats.dirichlet, method)
    plain = lambda x, alpha: theirs(x, alpha)
    check_twin(getattr(dirichlet, method), plain, shown)


def test_a_singular_covariance_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="add a small diagonal"):
        multivariate_normal.logpdf([0.0, 0.0], cov=np.ones((2, 2)), allow_singular=True)
