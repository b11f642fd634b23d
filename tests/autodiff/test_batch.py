"""Batches: every rule answers a batch of seeds as it answers each seed by itself."""

import numpy as np
import pytest

from diffkit.autodiff import jacobian, jvp, vjp
from diffkit.autodiff.batch import Batch, BatchError, batch
from diffkit.autodiff.jacobians import columns, rows
from diffkit.autodiff.transforms import Followed
from diffkit.rules import rules
from diffkit.tape import written

SHOWN = {rule.function: rule.examples for rule in rules() if rule.partials is None} | written.EXAMPLES
EXAMPLES = [
    pytest.param(function, shown, id=f"{function.__name__}-{i}")
    for function, examples in SHOWN.items()
    for i, shown in enumerate(examples)
]


@pytest.mark.slow
@pytest.mark.parametrize(("function", "shown"), EXAMPLES)
def test_a_batch_of_seeds_gives_what_each_seed_gives(function, shown, program):
    f, shapes = program(function, shown)
    args = [np.random.default_rng(7).uniform(0.3, 1.3, shape)[()] for shape in shapes]
    y, pullback = vjp(f, *args)
    seeds = np.eye(np.size(y)).reshape(np.size(y), *np.shape(y))
    for i, (found, x) in enumerate(zip(rows(Followed(f, tuple(args))), args, strict=True)):
        each = [pullback(seed[()])[i] for seed in seeds]
        right = np.stack(each) if each else np.zeros((0, *np.shape(x)))
        assert found == pytest.approx(right, rel=1e-12, abs=1e-13, nan_ok=True)
    zeros = [np.zeros_like(x) for x in args]
    for i, x in enumerate(args):
        (found,) = columns(f, args, i)
        units = np.eye(np.size(x)).reshape(np.size(x), *np.shape(x))
        each = [jvp(f, args, [*zeros[:i], unit[()], *zeros[i + 1 :]])[1] for unit in units]
        right = np.stack(each, axis=-1) if each else np.zeros((*np.shape(y), 0))
        assert found == pytest.approx(right, rel=1e-12, abs=1e-13, nan_ok=True)


def test_a_member_of_a_batch_has_one_axis_less():
    seeds = batch(np.ones((5, 2, 3)))
    assert (seeds.shape, seeds.ndim, seeds.size, len(seeds)) == ((2, 3), 2, 6, 2)
    assert (np.shape(seeds), np.result_type(seeds, np.float32)) == ((2, 3), np.float64)


@pytest.mark.parametrize(
    ("f", "shape"),
    [
        (lambda x: x + np.ones((4, 3)), (3,)),
        (lambda x: np.where(x > 0, x, -x), (3,)),
        (lambda x: x[[2, 0]], (3,)),
        (lambda x: x[1:, [0, 0]], (3, 2)),
        (lambda x: x[[0, 1], :, [1, 1]], (2, 3, 2)),
        (lambda x: np.ones((4, 3)) @ x, (3,)),
        (lambda x: x @ x, (3, 3)),
        (lambda x: x @ x, (3,)),
        (lambda x: np.concatenate([x, np.zeros(2)]), (3,)),
        (lambda x: np.concatenate([np.zeros((2, 1)), x], axis=1), (2, 3)),
        (lambda x: np.stack([x, np.ones(3), x], axis=-1), (3,)),
        (lambda x: np.sort(x), (4,)),
        (lambda x: np.linalg.solve(np.eye(3) + np.outer(x, x), x), (3,)),
    ],
)
def test_a_function_of_a_batch_is_that_function_of_each_member(f, shape):
    members = np.random.default_rng(1).normal(size=(4, *shape))
    found = f(batch(members))
    assert isinstance(found, Batch)
    assert found.value == pytest.approx(np.stack([f(member) for member in members]))


def test_a_decision_on_a_batch_whose_members_differ_is_left_to_each_member():
    with pytest.raises(BatchError):
        bool(batch(np.array([1.0, 0.0])) > 0.5)
    assert bool(batch(np.array([1.0, 2.0])) > 0.5)


def test_selection_is_kept_apart_in_every_row():
    f = lambda x: np.where(x > 0, np.sqrt(x), 2 * x)
    with np.errstate(all="ignore"):
        found = jacobian(f)(np.array([-1.0, 0.0, 4.0, 1.0]))
    assert found.tolist() == np.diag([2.0, 2.0, 0.25, 0.5]).tolist()


def test_one_sweep_serves_all_rows(monkeypatch):
    from diffkit.autodiff import transforms

    sweeps = []
    pull_back = transforms.pull_back
    monkeypatch.setattr(transforms, "pull_back", lambda *a, **k: sweeps.append(1) or pull_back(*a, **k))
    x = np.linspace(0.1, 1.0, 50)
    found = jacobian(lambda x: np.tanh(x[1:] * x[:-1]) + np.sin(x[1:]))(x)
    assert (found.shape, len(sweeps)) == ((49, 50), 1)
