"""Gradient checks: right gradients pass, wrong ones are named with what is wrong, and corners are neither."""

from __future__ import annotations

import csv
import io
import json
from collections import namedtuple

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import ArgumentsError, DomainError
from diffkit.problems import PROBLEMS

CUBES = np.array([0.5, -1.5, 2.0])


def cubes(x):
    return np.sum(x**3)


def slopes(x):
    return 3 * x**2


def network(W, b):
    return np.sum(np.tanh(W @ np.array([1.0, 2.0, 3.0]) + b) ** 2)


def network_slopes(W, b):
    return dk.grad(network, argnums=(0, 1))(W, b)


W = np.array([[0.1, -0.2, 0.3], [0.5, 0.25, -0.4], [-0.3, 0.2, 0.15]])
B = np.array([0.1, 0.2, 0.3])


def wrong(found):
    return {part.name: part.note for part in found.components if part.ok is False}


def test_a_right_gradient_passes_and_is_true():
    found = dk.check_gradient(cubes, CUBES, gradient=slopes)
    assert found.passed
    assert found
    assert [part.index for part in found.components] == [(0,), (1,), (2,)]
    for part, exact in zip(found.components, 3 * CUBES**2, strict=True):
        assert part.given == exact
        assert abs(part.expected - exact) <= part.tolerance < 1e-10
        assert part.error == abs(part.given - part.expected)


def test_the_one_wrong_component_is_named():
    def slip(x):
        g = slopes(x)
        g[1] += 1e-6
        return g

    found = dk.check_gradient(cubes, CUBES, gradient=slip)
    assert not found
    assert list(wrong(found)) == ["x[1]"]
    assert found.components[1].error == pytest.approx(1e-6, rel=1e-4)
    assert "failed: 1 of 3 components wrong: x[1]" in str(found)


@pytest.mark.parametrize(
    ("gradient", "note"),
    [
        (lambda x: -slopes(x), "the sign is flipped"),
        (lambda x: 2 * slopes(x), "2 times what is expected"),
        (lambda x: x**2, "a factor 3 is missing"),
        (lambda x: 0 * x, "given is 0: the term is missing"),
        (lambda x: slopes(x) * np.nan, "given is nan"),
        (lambda x: 1.37 * slopes(x), ""),
    ],
)
def test_what_is_wrong_with_a_component_is_said_where_it_is_clear(gradient, note):
    found = dk.check_gradient(cubes, CUBES, gradient=gradient)
    assert wrong(found) == {f"x[{i}]": note for i in range(3)}


def test_a_sum_taken_for_a_mean_is_suspected():
    x = np.linspace(1, 2, 7)
    note = "7 times what is expected (7 is the number of inputs: sum or mean?)"
    found = dk.check_gradient(lambda x: np.mean(x**2), x, gradient=lambda x: 2 * x)
    assert set(wrong(found).values()) == {note}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda W, b: (W.T, b), "the gradient of W looks transposed"),
        (lambda W, b: (W, b * 1.7), "all of the gradient of b is 1.7 times what is expected"),
        (lambda W, b: (W, b[::-1]), "the gradient of b looks reversed"),
        (lambda W, b: (W, np.roll(b, 1)), "the gradient of b looks shifted by one place"),
    ],
)
def test_what_is_wrong_with_a_whole_array_is_said(change, finding):
    found = dk.check_gradient(network, W, B, gradient=lambda W, b: change(*network_slopes(W, b)))
    assert found.findings == (finding,)
    assert not found


def test_swapped_arguments_are_recognized():
    found = dk.check_gradient(lambda x, y: x**2 * y, 3.0, 4.0, gradient=lambda x, y: (x**2, 2 * x * y))
    assert found.findings == ("the gradients of x and y look swapped",)
    assert [part.index for part in found.components] == [(0,), (1,)]


def test_nested_points_have_paths():
    Layer = namedtuple("Layer", "w b")

    def f(layers, scale):
        return scale * np.sum(np.sin(layers[0].w) * layers[0].b)

    def df(layers, scale):
        (layer,) = layers
        return (
            [Layer(scale * np.cos(layer.w) * layer.b, scale * np.sum(np.sin(layer.w)))],
            -np.sum(np.sin(layer.w) * layer.b),
        )

    found = dk.check_gradient(f, [Layer(np.ones(2), 0.5)], 2.0, gradient=df)
    assert {part.name: part.index for part in found.components} == {
        "layers[0][0][0]": (0, 0, 0, 0),
        "layers[0][0][1]": (0, 0, 0, 1),
        "layers[0][1]": (0, 0, 1),
        "scale": (1,),
    }
    assert wrong(found) == {"scale": "the sign is flipped"}


def test_names_of_a_mapping_are_the_names_of_its_parts():
    f = {"w": np.ones((1, 2)), "b": 0.5}
    found = dk.check_gradient(
        lambda p: np.sum(p["w"]) * p["b"], f, gradient=lambda p: {"b": 2.0, "w": 0.5 * p["w"]}
    )
    assert [part.name for part in found.components] == ["w[0, 0]", "w[0, 1]", "b"]
    assert found.components[1].index == ("w", 0, 1)
    assert found


def test_formulas_and_numbers_are_gradients_too():
    assert dk.check_gradient("x^2*y", {"x": 3, "y": 4}, gradient={"x": "2*x*y", "y": "x^2"})
    assert wrong(dk.check_gradient("x^2*y", {"x": 3, "y": 4}, gradient={"x": 24, "y": 8})) == {"y": ""}
    assert dk.check_gradient("sin(x)", 0.7, gradient="cos(x)")
    x = sympy.Symbol("x")
    assert dk.check_gradient(sympy.sin(x), 0.7, gradient=sympy.cos(x))
    assert dk.check_gradient(lambda x: np.sum(3 * x), np.ones(2), gradient="3")


def test_without_a_gradient_reverse_mode_is_checked():
    found = dk.check_gradient(network, W, B)
    assert found.gradient == "reverse mode"
    assert found
    assert len(found.components) == 12


@pytest.mark.parametrize("name", PROBLEMS)
def test_reverse_mode_passes_on_the_catalogue(name):
    problem = PROBLEMS[name]
    assert dk.check_gradient(problem.f, problem.at).passed


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_exact_slope_of_the_catalogue_passes_and_a_hundredth_more_does_not(name):
    problem = PROBLEMS[name]
    slope = dk.functions.as_function(problem.derivatives[0])
    found = dk.check_gradient(problem.f, problem.at, gradient=slope)
    assert found.passed
    exact, (part,) = float(slope(problem.at)), found.components
    if part.ok and part.tolerance < 0.005 * abs(exact):  # some have lost those digits
        assert not dk.check_gradient(problem.f, problem.at, gradient=1.01 * exact)


def test_where_f_has_a_corner_nothing_is_wrong():
    found = dk.check_gradient(lambda x: np.sum(np.abs(x)), np.array([0.0, 1.0]), gradient=np.sign)
    assert [part.ok for part in found.components] == [None, True]
    assert found.components[0].status == "not differentiable"
    assert found.passed
    assert "Not judged: x[0]: f has no derivative there." in str(found)
    assert dk.check_gradient(np.sqrt, 0.0, gradient=lambda x: 1.0).components[0].ok is None


def test_the_rounding_of_a_gradient_that_cancels_is_no_mistake():
    M = np.random.default_rng(3).normal(size=(20, 5))
    x = np.random.default_rng(4).normal(size=5)
    b = M @ x
    residual = 2 * M.T @ (M @ (x * (1 + 2**-52)) - b)  # what rounding leaves where 0 is right
    assert np.max(np.abs(residual)) > 1e-16
    f = lambda v: np.sum((M @ v - b) ** 2)
    near = x * (1 + 2**-52)
    assert dk.check_gradient(f, near, gradient=lambda v: 2 * (M.T @ M @ v - M.T @ b))


def test_a_branch_that_knows_the_answer_at_the_point_does_not_pass_for_rounding():
    found = dk.check_gradient(lambda x: 1.0 if x == 1 else x * x, 1.0)
    assert found.components[0].given == 0
    assert not found


def test_a_gradient_in_single_precision_is_held_to_it():
    def single(x):
        return slopes(x.astype(np.float32))

    assert dk.check_gradient(cubes, CUBES, gradient=single)
    assert not dk.check_gradient(cubes, CUBES, gradient=lambda x: single(x) * np.float32(1.0001))


def test_f_may_be_a_black_box_and_write_into_its_argument():
    def f(x):
        x[0] = float(x[0]) * 2
        return float(np.sum(x**2))

    assert dk.check_gradient(f, np.array([1.0, 2.0]), gradient=lambda x: np.array([8 * x[0], 2 * x[1]]))


def test_a_large_gradient_is_sampled_and_checked_along_directions():
    x = np.linspace(0.1, 3, 1000)
    found = dk.check_gradient(lambda x: np.sum(np.sin(x)), x, gradient=np.cos, samples=5, seed=7)
    assert (found.inputs, len(found.components), len(found.directions)) == (1000, 5, 3)
    again = dk.check_gradient(lambda x: np.sum(np.sin(x)), x, gradient=np.cos, samples=5, seed=7)
    assert [part.name for part in again.components] == [part.name for part in found.components]
    assert found
    assert "5 of 1000 components were checked, a random sample (seed 7)" in str(found)


def test_one_wrong_component_among_thousands_is_found():
    def slip(x):
        g = np.cos(x)
        g[777] *= 2
        return g

    x = np.linspace(0.1, 3, 4000)
    found = dk.check_gradient(lambda x: np.sum(np.sin(x)), x, gradient=slip, samples=5)
    assert wrong(found) == {"x[777]": "2 times what is expected"}
    assert all(part.ok is False for part in found.directions)


def test_it_goes_out_as_text_json_csv_markdown_and_html():
    found = dk.check_gradient(cubes, CUBES, gradient=lambda x: x**2)
    assert str(found).startswith(
        "Check of <lambda> as the gradient of f = cubes\nx = [0.5, -1.5, 2.0]    f = 4.75\n"
    )
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (data["schema"], data["passed"], data["inputs"]) == ("diffkit.check/1", False, 3)
    assert data["components"][1]["index"] == [1]
    assert [row["ok"] for row in csv.DictReader(io.StringIO(found.csv()))] == ["False"] * 3
    assert "| x[0] | 0.25 | " in found.markdown()
    assert "a factor 3 is missing" in found._repr_html_()


def test_calls_of_f_are_counted():
    calls = []
    found = dk.check_gradient(lambda x: (calls.append(1), float(np.sum(x)))[1], CUBES, gradient=np.ones_like)
    assert 0 < found.evaluations <= len(calls) <= found.evaluations + 3


@pytest.mark.parametrize(
    ("point", "gradient", "error", "message"),
    [
        (
            (CUBES,),
            lambda x: x[:2],
            ArgumentsError,
            r"the gradient of x has shape \(2,\), and x has shape \(3,\)",
        ),
        ((CUBES,), lambda x: None, ArgumentsError, "the gradient of x is 'None'; return real numbers"),
        ((CUBES,), lambda x: {"x": x}, ArgumentsError, "the gradient of x is"),
        ((np.ones((2, 3)),), lambda x: x.T, ArgumentsError, r"and x has shape \(2, 3\); is it transposed\?"),
        (
            ({"w": CUBES},),
            lambda p: {"v": 1},
            ArgumentsError,
            r"not a dict with the keys \['w'\]; return it nested",
        ),
        ((np.array([np.nan]),), slopes, DomainError, "write a finite point"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_a_sentence(point, gradient, error, message):
    f = lambda x: np.sum((x["w"] if isinstance(x, dict) else x) ** 3)
    with pytest.raises(error, match=message):
        dk.check_gradient(f, *point, gradient=gradient)


def test_samples_is_a_number_of_components():
    with pytest.raises(ArgumentsError, match="samples=0; write how many"):
        dk.check_gradient(cubes, CUBES, samples=0)
