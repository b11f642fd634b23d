"""Optimisers and models that people really use: results equal those with exact derivatives."""

from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares, minimize, rosen, rosen_der, rosen_hess, rosen_hess_prod
from scipy.spatial.transform import Rotation
from scipy.stats import norm as normal

from diffkit import record
from diffkit.autodiff import grad, hessian, hvp, jacobian, jvp, value_and_grad
from diffkit.autodiff.functions.special import logsumexp
from diffkit.autodiff.functions.stats import norm
from diffkit.functions import as_function
from diffkit.numerical import ComplexStep
from diffkit.problems import PROBLEMS

# -- Rosenbrock's valley and SciPy's minimisers ---------------------------------------------------------

VALLEY = np.array([1.3, 0.7, 0.8, 1.9, 1.2])


def valley(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def product(x, v):
    return hvp(valley, (x,), (v,))[0]


@pytest.mark.parametrize("n", [2, 3, 5, 20])
def test_the_derivatives_of_rosenbrocks_function_are_scipys_to_rounding(n):
    rng = np.random.default_rng(n)
    x, v = rng.uniform(-2, 2, n), rng.uniform(-1, 1, n)
    for f in (valley, rosen):
        assert value_and_grad(f)(x)[0] == pytest.approx(rosen(x), rel=1e-15)
        assert grad(f)(x) == pytest.approx(rosen_der(x), rel=1e-14, abs=1e-12)
        assert hessian(f)(x) == pytest.approx(rosen_hess(x), rel=1e-14, abs=1e-12)
        assert hvp(f, (x,), (v,))[0] == pytest.approx(rosen_hess_prod(x, v), rel=1e-13, abs=1e-12)


def test_rosenbrocks_derivatives_at_the_usual_start_are_whole_numbers():
    start = np.array([-1.2, 1.0])
    assert grad(valley)(start) == pytest.approx([-215.6, -88.0], rel=1e-14)
    assert hessian(valley)(start) == pytest.approx(np.array([[1330.0, 480.0], [480.0, 200.0]]), rel=1e-14)


OURS = {"jac": grad(valley), "hess": hessian(valley), "hessp": product}
EXACT = {"jac": rosen_der, "hess": rosen_hess, "hessp": rosen_hess_prod}


@pytest.mark.parametrize(
    ("method", "given"),
    [
        *[(method, ["jac"]) for method in ("BFGS", "CG", "L-BFGS-B")],
        *[(method, ["jac", second]) for method in ("Newton-CG", "trust-ncg") for second in ("hess", "hessp")],
        ("trust-exact", ["jac", "hess"]),
    ],
    ids=str,
)
def test_a_minimiser_takes_the_path_that_it_takes_with_exact_derivatives(method, given):
    found, wanted = (
        minimize(valley, VALLEY, method=method, **{name: table[name] for name in given})
        for table in (OURS, EXACT)
    )
    assert found.success
    assert (found.nit, found.nfev, found.njev) == (wanted.nit, wanted.nfev, wanted.njev)
    # Conjugate gradients carry a last bit on from step to step, and it grows.
    assert found.x == pytest.approx(wanted.x, abs=1e-6 if method == "CG" else 1e-9)
    assert found.x == pytest.approx(np.ones(5), abs=1e-3)


def test_a_minimiser_takes_value_and_gradient_from_one_call():
    found = minimize(value_and_grad(valley), VALLEY, jac=True)
    assert found.x == pytest.approx(np.ones(5), abs=1e-4)


# -- curves fitted to data ------------------------------------------------------------------------------

# NIST StRD, Misra1a (D. Misra, 1978): monomolecular adsorption, certified to 11 digits.
PRESSURE = np.array(
    [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0]
)
VOLUME = np.array(
    [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78]
)
CERTIFIED = np.array([2.3894212918e02, 5.5015643181e-04])


def misfit(b):
    return b[0] * (1 - np.exp(-b[1] * PRESSURE)) - VOLUME


def misfit_jacobian(b):
    decay = np.exp(-b[1] * PRESSURE)
    return np.stack([1 - decay, b[0] * PRESSURE * decay], axis=1)


@pytest.mark.parametrize("start", [[500.0, 1e-4], [250.0, 5e-4]])
@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares_takes_the_path_of_the_exact_jacobian_to_the_certified_curve(method, start):
    def fit(jac):
        path = []

        def seen(b):
            path.append(b.copy())
            return jac(b)

        return least_squares(misfit, start, seen, method=method, x_scale="jac"), path

    (found, path), (_, exact_path) = fit(jacobian(misfit)), fit(misfit_jacobian)
    # At the end, where the cost falls by roundings only, one of the two may take a step more.
    both = min(len(path), len(exact_path))
    assert both >= max(len(path), len(exact_path)) - 1
    assert np.array(path[:both]) == pytest.approx(np.array(exact_path[:both]), rel=1e-9)
    assert found.x == pytest.approx(CERTIFIED, rel=1e-8)
    assert 2 * found.cost == pytest.approx(1.2455138894e-01, rel=1e-10)


# -- models fitted to Fisher's irises, which ship with SciPy ----------------------------------------------


@pytest.fixture(scope="module")
def irises():
    table = files("scipy.spatial").joinpath("tests/data/iris.txt")
    if not table.is_file():
        pytest.skip("this SciPy came without its tests, and so without the irises")
    return np.loadtxt(table.read_text(encoding="utf-8").splitlines())


def test_a_logistic_regression_is_that_of_every_statistics_program(irises):
    X = np.column_stack([np.ones(100), irises[50:]])  # versicolor and virginica
    t = np.repeat([0.0, 1.0], 50)

    def loss(w):
        return np.sum(np.logaddexp(0.0, X @ w) - t * (X @ w))

    chance = lambda w: 1 / (1 + np.exp(-(X @ w)))
    exact = {
        "jac": lambda w: X.T @ (chance(w) - t),
        "hess": lambda w: (X.T * (chance(w) * (1 - chance(w)))) @ X,
    }
    w = np.array([0.5, -0.2, 0.3, 0.1, -0.4])
    assert grad(loss)(w) == pytest.approx(exact["jac"](w), rel=1e-12)
    assert hessian(loss)(w) == pytest.approx(exact["hess"](w), rel=1e-12)

    options = {"method": "trust-exact", "options": {"gtol": 1e-9}}
    found = minimize(loss, np.zeros(5), jac=grad(loss), hess=hessian(loss), **options)
    wanted = minimize(loss, np.zeros(5), **exact, **options)
    assert found.nit == wanted.nit
    assert found.x == pytest.approx(wanted.x, rel=1e-9)
    # R: glm(Species ~ ., binomial, iris[51:150, ])
    assert found.x == pytest.approx([-42.638, -2.465, -6.681, 9.429, 18.286], abs=6e-4)


def mixture(p, x):
    """Minus the log likelihood of two normal clusters: their log odds, means, and log deviations."""
    log_share = -np.logaddexp(0.0, np.stack([-p[0], p[0]]))
    return -np.sum(logsumexp(log_share + norm.logpdf(x[:, None], p[1:3], np.exp(p[3:5])), axis=1))


def shares(p, x):
    """How much each cluster has in each observation, by Bayes."""
    weight = np.array([1 / (1 + np.exp(-p[0])), 1 / (1 + np.exp(p[0]))])
    joint = weight * normal.pdf(x[:, None], p[1:3], np.exp(p[3:5]))
    return weight, joint / joint.sum(axis=1, keepdims=True)


def mixture_slope(p, x):
    weight, r = shares(p, x)
    z = (x[:, None] - p[1:3]) / np.exp(p[3:5])
    return -np.concatenate(
        [
            [np.sum(r[:, 0] - weight[0])],
            np.sum(r * z / np.exp(p[3:5]), axis=0),
            np.sum(r * (z * z - 1), axis=0),
        ]
    )


def test_a_gaussian_mixture_is_fitted_to_the_point_that_expectation_maximisation_leaves_alone(irises):
    x, start = irises[:, 2], np.array([0.0, 1.0, 5.0, 0.0, 0.0])  # petal lengths
    loss = lambda p: mixture(p, x)
    assert grad(loss)(start) == pytest.approx(mixture_slope(start, x), rel=1e-12)
    H = jacobian(lambda p: grad(loss)(p))(start)
    assert hessian(loss)(start) == pytest.approx(H, rel=1e-11, abs=1e-10)

    near = minimize(value_and_grad(loss), start, jac=True)
    wanted = minimize(loss, start, jac=lambda p: mixture_slope(p, x))
    assert near.nit == wanted.nit
    assert near.x == pytest.approx(wanted.x, rel=1e-6)

    found = minimize(
        loss, near.x, jac=grad(loss), hess=hessian(loss), method="trust-exact", options={"gtol": 1e-9}
    )
    r = shares(found.x, x)[1]
    count = r.sum(axis=0)
    mean = r.T @ x / count
    deviation = np.sqrt(np.sum(r * (x[:, None] - mean) ** 2, axis=0) / count)
    again = [np.log(count[0] / count[1]), *mean, *np.log(deviation)]
    assert found.x == pytest.approx(again, rel=1e-8)


# -- a differential equation, solved step by step -----------------------------------------------------------


def runge_kutta(slope, y, t, steps):
    h = t / steps
    for _ in range(steps):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def test_the_derivatives_of_a_runge_kutta_loop_are_those_of_its_steps():
    # On y' = a y, a step multiplies by the first five terms of exp(h a): y_n = y_0 R(h a)^n.
    a, y0, t, n = -0.7, 1.3, 2.0, 40
    z = t / n * a
    R, R_slope = np.polynomial.Polynomial([1, 1, 1 / 2, 1 / 6, 1 / 24])(z), 1 + z + z**2 / 2 + z**3 / 6
    by_a, by_y0 = y0 * n * R ** (n - 1) * R_slope * t / n, R**n
    solved = lambda a, y0: runge_kutta(lambda y: a * y, y0, t, n)
    assert grad(solved, (0, 1))(a, y0) == pytest.approx((by_a, by_y0), rel=1e-13)
    assert jvp(solved, (a, y0), (1.0, 0.0))[1] == pytest.approx(by_a, rel=1e-13)
    assert jvp(solved, (a, y0), (0.0, 1.0))[1] == pytest.approx(by_y0, rel=1e-13)


def test_the_derivatives_of_a_solved_equation_come_near_the_exact_ones_with_the_order_of_the_method():
    # Logistic growth y' = r y (1 - y): y(t) = 1 / (1 + (1/y0 - 1) exp(-r t))
    r, y0, t = 1.5, 0.1, 2.0
    y = 1 / (1 + (1 / y0 - 1) * np.exp(-r * t))
    exact = np.array([t * y * (1 - y), y * y * np.exp(-r * t) / (y0 * y0)])

    def error(n):
        solved = lambda r, y0: runge_kutta(lambda y: r * y * (1 - y), y0, t, n)
        return np.abs(np.array(grad(solved, (0, 1))(r, y0)) - exact)

    assert error(200) == pytest.approx([0, 0], abs=1e-9)
    assert np.log2(error(20) / error(40)) == pytest.approx([4, 4], abs=0.2)


@pytest.mark.slow
def test_the_sensitivities_of_a_system_are_those_of_its_variational_equations():
    # Lotka and Volterra, with the equations of the sensitivities solved beside it by SciPy to 1e-12.
    def slope(y, k):
        return np.stack([k[0] * y[0] - k[1] * y[0] * y[1], k[2] * y[0] * y[1] - k[3] * y[1]])

    def together(_, state, k):
        y, S = state[:2], state[2:].reshape(2, 6)
        by_y = np.array([[k[0] - k[1] * y[1], -k[1] * y[0]], [k[2] * y[1], k[2] * y[0] - k[3]]])
        by_k = np.array([[y[0], -y[0] * y[1], 0, 0], [0, 0, y[0] * y[1], -y[1]]])
        return np.concatenate([slope(y, k), (by_y @ S + np.hstack([np.zeros((2, 2)), by_k])).ravel()])

    y0, k = np.array([1.0, 0.5]), np.array([1.1, 0.4, 0.1, 0.4])
    seed = np.hstack([np.eye(2), np.zeros((2, 4))])
    state = solve_ivp(
        together, (0, 3), np.concatenate([y0, seed.ravel()]), "DOP853", args=(k,), rtol=1e-12, atol=1e-13
    ).y[:, -1]
    solved = lambda y0, k: runge_kutta(lambda y: slope(y, k), y0, 3.0, 300)
    assert np.hstack(jacobian(solved, (0, 1))(y0, k)) == pytest.approx(state[2:].reshape(2, 6), rel=1e-7)


# -- the survey: Baydin, Pearlmutter, Radul, Siskind, JMLR 18(153), 2018 ------------------------------------


def trace(x1, x2):
    v1, v2, v3 = np.log(x1), x1 * x2, np.sin(x2)
    v4 = v1 + v2
    return v1, v2, v3, v4, v4 - v3


def test_the_evaluation_trace_has_the_primals_and_tangents_of_the_survey():
    # Table 2: f = ln x1 + x1 x2 - sin x2 at (2, 5). The adjoints of table 3 are in test_reverse.
    primals = [0.693, 10.0, -0.959, 10.693, 11.652]
    for seed, tangents in [
        ((1.0, 0.0), [0.5, 5.0, 0.0, 5.5, 5.5]),
        ((0.0, 1.0), [0.0, 2.0, 0.284, 2.0, 1.716]),
    ]:
        values, dots = jvp(trace, (2.0, 5.0), seed)
        assert values == pytest.approx(primals, abs=5e-4)
        assert dots == pytest.approx(tangents, abs=5e-4)
    f = lambda x: trace(x[0], x[1])[-1]
    at = np.array([2.0, 5.0])
    assert value_and_grad(f)(at)[0] == 11.652071455223084
    assert grad(f)(at) == pytest.approx([5.5, 1.7163378145367738], rel=1e-15)
    assert hessian(f)(at) == pytest.approx(np.array([[-0.25, 1], [1, -0.9589242746631385]]), rel=1e-15)


# Table 1: l1 = x, l(n+1) = 4 l(n) (1 - l(n)), the simplified derivatives by falling powers of x.
LOGISTIC_SLOPES = {
    1: [1],
    2: [-8, 4],
    3: [-256, 384, -160, 16],
    4: [64 * c for c in (-2048, 7168, -9984, 7040, -2640, 504, -42, 1)],
}


@pytest.mark.parametrize("n", LOGISTIC_SLOPES)
def test_the_logistic_map_has_the_derivatives_of_the_survey(n):
    def f(x):
        for _ in range(n - 1):
            x = 4 * x * (1 - x)
        return x

    x = np.linspace(0.05, 0.95, 19)
    right = [float(np.polyval(LOGISTIC_SLOPES[n], Fraction(v))) for v in x]
    assert np.array([grad(f)(v) for v in x]) == pytest.approx(np.array(right), abs=1e-13)
    assert jvp(f, (x,), (np.ones(19),))[1] == pytest.approx(np.array(right), abs=1e-13)
    assert len(record(f, 0.3)) == 3 * (n - 1)  # whatever the formula does


def helmholtz(x, A, b):
    """The free energy of mixed fluids (section 4.2), with R T = 1."""
    bx = b @ x
    mixed = np.log((1 + (1 + np.sqrt(2)) * bx) / (1 + (1 - np.sqrt(2)) * bx))
    return np.sum(x * np.log(x / (1 - bx))) - x @ A @ x / (np.sqrt(8) * bx) * mixed


def test_the_helmholtz_energy_has_its_known_gradient_in_every_mode():
    n = 4
    x, b = np.full(n, 0.1), 0.1 * np.arange(1, n + 1) / n
    A = 0.1 / (1 + np.arange(n)[:, None] + np.arange(n))
    f = lambda x: helmholtz(x, A, b)
    right = [-1.3075604143692714, -1.2815710530055313, -1.2646909964987347, -1.2505995027032468]
    value, gradient = value_and_grad(f)(x)
    assert value == pytest.approx(-0.9158612604209947, rel=1e-14)
    assert gradient == pytest.approx(right, rel=1e-13)
    assert [jvp(f, (x,), (e,))[1] for e in np.eye(n)] == pytest.approx(right, rel=1e-13)
    columns = [np.imag(grad(f)(x + 1e-30j * e)) / 1e-30 for e in np.eye(n)]  # f is analytic: a complex step
    assert hessian(f)(x) == pytest.approx(np.stack(columns), rel=1e-11, abs=1e-12)


# -- bundle adjustment: Šrajer, Kukelova, Fitzgibbon, arXiv 1807.10129 ---------------------------------------


def rotated(r, X):
    """X turned about r by the angle |r|, by Rodrigues' formula."""
    angle = np.sqrt(np.sum(r * r))
    axis = r / angle
    return X * np.cos(angle) + np.cross(axis, X) * np.sin(angle) + axis * (axis @ X) * (1 - np.cos(angle))


def reprojection(camera, X, w, seen=(0.3, -0.2)):
    """w (project(X) - seen): camera is rotation, centre, focal length, principal point, two distortions."""
    r, centre, focal, principal, distortion = camera[:3], camera[3:6], camera[6], camera[7:9], camera[9:]
    across = rotated(r, X - centre)
    flat = across[:2] / across[2]
    square = np.sum(flat * flat)
    bent = flat * (1 + distortion[0] * square + distortion[1] * square**2)
    return w * (focal * bent + principal - np.array(seen))


def test_a_bundle_adjustment_residual_has_the_jacobian_of_the_complex_step():
    camera = np.array([0.3, -0.5, 0.2, 0.1, 0.4, -0.2, 1.1, 0.05, -0.03, 0.02, -0.01])
    X, w = np.array([0.7, -0.4, 3.1]), 0.8
    assert rotated(camera[:3], X) == pytest.approx(Rotation.from_rotvec(camera[:3]).apply(X), rel=1e-14)
    found = jacobian(reprojection, (0, 1, 2))(camera, X, w)
    wanted = ComplexStep().jacobian(reprojection, [camera, X, np.array(w)]).value
    for part, right, shape in zip(found, wanted, [(2, 11), (2, 3), (2,)], strict=True):
        assert part.shape == shape
        assert part == pytest.approx(right, rel=1e-13, abs=1e-14)


# -- what a gradient costs, in rows ------------------------------------------------------------------------


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda problem: problem.name)
@np.errstate(all="ignore")  # f itself computes the side that np.where leaves out
def test_a_gradient_takes_at_most_four_rows_for_each_row_of_its_program(problem):
    # Baur and Strassen 1983; Griewank and Walther, Evaluating Derivatives, 2008, section 4.6
    f = as_function(problem.f)
    program = record(f, problem.at)
    # A power of two variables is one row and three operations, exp(y log x).
    powers = [row for row in program.instructions if row.op == "power" and len(row.slots) == 2]
    both = record(value_and_grad(f), problem.at)
    assert len(program) < len(both) or problem.f == "exp(x)"  # whose slope is its value
    assert len(both) - len(program) <= 4 * (len(program) + 2 * len(powers))
