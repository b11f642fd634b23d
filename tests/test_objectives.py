"""The objectives that are timed are what they say, and their gradients by hand are their gradients."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
from scipy.spatial.transform import Rotation

from tests.benchmarks.objectives import bundle, hand, lstm, mixture, projected, reprojection
from tests.benchmarks.systems import Compiled, Diffkit, numpy_with

NUMPY = numpy_with(np, scipy.special.logsumexp)
SMALL = {
    "mixture": mixture(4, 3, 2),
    "bundle": bundle(2, 3, 5),
    "reprojection": reprojection(2, 3, 5),
    "lstm": lstm(2, 3, 4),
    "hand": hand(4),
}


@pytest.mark.parametrize("name", SMALL)
def test_the_derivative_by_hand_is_that_of_complex_steps(name):
    case = SMALL[name]
    smooth = numpy_with(
        np, lambda x, axis: np.log(np.sum(np.exp(x), axis=axis))
    )  # analytic: without a maximum
    for k, found in enumerate(case.by_hand(*case.parameters, *case.constants)):
        steps = np.zeros(
            (*np.shape(found)[: found.ndim - case.parameters[k].ndim], *case.parameters[k].shape)
        )
        for at in np.ndindex(case.parameters[k].shape):
            moved = [p.astype(complex) for p in case.parameters]
            moved[k][at] += 1e-30j
            steps[(..., *at)] = case.program(smooth, *moved, *case.constants).imag / 1e-30
        np.testing.assert_allclose(found, steps, rtol=1e-10, atol=1e-12 * abs(steps).max())


@pytest.mark.parametrize("system", [Diffkit, Compiled])
@pytest.mark.parametrize("name", SMALL)
def test_the_derivative_of_diffkit_is_that_by_hand(name, system):
    case = SMALL[name]
    if case.whole and system is Compiled:
        return  # it has gradients only
    found = system().gradient(case)()
    for part, expected in zip(found, case.by_hand(*case.parameters, *case.constants), strict=True):
        np.testing.assert_allclose(part, expected, rtol=1e-10, atol=1e-12 * abs(expected).max())


def test_a_mixture_is_the_sum_over_its_points_of_the_logarithms_of_densities():
    case = mixture(4, 3, 2)
    (alpha, mu, q, l), (X, _) = case.parameters, case.constants
    log_density = 0.0
    scales, likelihood = [], 0.0
    for k in range(2):
        Q = np.diag(np.exp(q[k]))
        Q[1:, 0], Q[2, 1] = l[k][:2], l[k][2]  # column by column
        scales.append(Q)
    weights = np.exp(alpha) / np.exp(alpha).sum()
    for x in X:
        densities = [
            w * scipy.stats.multivariate_normal.pdf(x, m, np.linalg.inv(Q.T @ Q))
            for w, m, Q in zip(weights, mu, scales, strict=True)
        ]
        log_density += math.log(sum(densities))
    for Q in scales:  # Wishart's prior with as many degrees of freedom as there are dimensions, and one more
        likelihood += 0.5 * np.sum(Q * Q) + 4 * 3 / 2 * math.log(2) + scipy.special.multigammaln(2, 3)
    value = case.program(NUMPY, *case.parameters, *case.constants)
    assert value == pytest.approx(log_density + likelihood, rel=1e-12)


def test_a_camera_that_turns_a_point_turns_it_as_scipy_does():
    turn, point = np.array([0.3, -0.2, 0.5]), np.array([0.1, 0.2, 3.0])
    camera = np.array([*turn, 0, 0, 0, 1, 0, 0, 0, 0])
    x, y, z = Rotation.from_rotvec(turn).apply(point)
    np.testing.assert_allclose(
        projected(np, camera[:, None], point[:, None])[:, 0], [x / z, y / z], rtol=1e-14
    )


def test_distortion_and_focal_length_stretch_what_a_camera_sees_about_its_principal_point():
    camera = np.array([1e-9, 0, 0, 0, 0, 0, 500, 7, 8, 0.1, 0.01])
    seen = projected(np, camera[:, None], np.array([[1.0], [2.0], [1.0]]))[:, 0]
    np.testing.assert_allclose(seen, [1.75 * 500 + 7, 2 * 1.75 * 500 + 8], rtol=1e-8)  # r^2 = 5


def test_an_lstm_without_weights_loses_the_logarithm_of_two_and_a_one_for_each_bit():
    case = lstm(1, 2, 3)
    main, extra = np.zeros((2, 8)), np.zeros((3, 2))
    value = case.program(NUMPY, main, extra, *case.constants)
    ones = case.constants[1][1:].sum()
    assert value == pytest.approx(ones * math.log(4) / 4, rel=1e-14)


def test_a_hand_that_turns_and_moves_keeps_the_distances_of_its_skin():
    case = hand(4)
    (theta,) = case.parameters
    *_, points = case.constants
    moved = np.array([0.5, -0.4, 0.3, 1, 2, 3, *theta[6:]])
    first, second = (points - case.program(NUMPY, t, *case.constants) for t in (theta, moved))
    apart = lambda skin: np.linalg.norm(skin[:, :, None] - skin[:, None, :], axis=0)
    np.testing.assert_allclose(apart(first), apart(second), rtol=1e-12, atol=1e-12)
    assert abs(first - second).max() > 1
