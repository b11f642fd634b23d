"""What is recorded and what is not: no_grad in all its uses, hooks, retained gradients, names."""

import asyncio
import contextlib
import threading

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, GraphError


def leaf(data):
    return dk.tensor(data, requires_grad=True)


def recorded():
    """Whether operations are recorded here and now."""
    return (leaf(2.0) * 3).requires_grad


# -- no_grad ----------------------------------------------------------------------------------------


def test_no_grad_ends_with_its_block_also_when_nested_entered_twice_or_left_by_an_error():
    block = dk.no_grad()
    seen = []
    with block:
        with block, dk.no_grad():
            seen.append(recorded())
        seen.append(recorded())
    seen.append(recorded())
    with contextlib.suppress(KeyError), dk.no_grad():
        raise KeyError
    assert [*seen, recorded()] == [False, False, True, True]


@pytest.mark.parametrize("decorate", [dk.no_grad, dk.no_grad()], ids=["@no_grad", "@no_grad()"])
def test_no_grad_decorates_functions(decorate):
    @decorate
    def depth(n):
        """Its own words."""
        return [recorded(), *(depth(n - 1) if n else [])]

    assert depth(3) == [False] * 4
    assert recorded()
    assert (depth.__name__, depth.__doc__) == ("depth", "Its own words.")


def test_a_decorated_generator_leaves_its_caller_recording():
    seen = []

    @dk.no_grad()
    def values():
        try:
            sent = yield recorded()
            seen.append((sent, recorded()))
            yield recorded()
        except KeyError:
            yield recorded()
        return "the end"

    generator = values()
    found = [
        next(generator),
        recorded(),
        generator.send(5),
        recorded(),
        generator.throw(KeyError),
        recorded(),
    ]
    assert found == [False, True] * 3
    assert seen == [(5, False)]
    with pytest.raises(StopIteration, match="the end"):
        next(generator)
    assert recorded()


def test_no_grad_belongs_to_its_thread_and_its_task():
    seen = []
    with dk.no_grad():
        thread = threading.Thread(target=lambda: seen.append(recorded()))
        thread.start()
        thread.join()

    async def quiet():
        with dk.no_grad():
            await asyncio.sleep(0)
            seen.append(recorded())

    async def loud():
        seen.append(recorded())

    async def both():
        await asyncio.gather(quiet(), loud())

    asyncio.run(both())
    assert seen == [True, True, False]


def test_one_decorated_function_runs_in_many_threads():
    wrong = []

    @dk.no_grad()
    def work():
        for _ in range(100):
            if recorded():
                wrong.append("recorded")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert recorded()


def test_backward_runs_under_no_grad():
    x = leaf(2.0)
    y = x * x
    with dk.no_grad():
        y.backward()
    assert (x.grad.item(), x.grad.requires_grad) == (4.0, False)


# -- hooks ------------------------------------------------------------------------------------------


def test_a_hook_sees_the_whole_gradient_once_until_it_is_removed():
    x, seen = leaf([1.0, 2.0]), []
    hook = x.register_hook(lambda gradient: seen.append(gradient.tolist()))
    ((x * x).sum() + (3 * x).sum()).backward()
    hook.remove()
    hook.remove()
    (x * x).sum().backward()
    assert seen == [[5.0, 7.0]]
    assert x.grad.tolist() == [7.0, 11.0]


def test_hooks_change_the_gradient_in_the_order_in_which_they_came():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda gradient: gradient * 2)
    x.register_hook(lambda gradient: gradient + 1)
    x.register_hook(lambda gradient: None)
    (x * x).sum().backward()
    assert x.grad.tolist() == [5.0, 9.0]


def test_a_hook_on_a_result_changes_what_flows_on_and_what_is_retained():
    x = leaf([1.0, 2.0])
    y = x * x
    y.retain_grad()
    y.register_hook(lambda gradient: np.array([7.0, 8.0]))
    (y * 3).sum().backward()
    assert (y.grad.tolist(), x.grad.tolist()) == ([7.0, 8.0], [14.0, 32.0])


def test_a_hook_stays_with_the_numbers_it_was_put_on():
    x, seen = leaf([1.0, 2.0]), []
    y = x * 1
    y.register_hook(lambda gradient: seen.append(gradient.tolist()))
    y *= 3
    y.retain_grad()
    y.sum().backward()
    assert (seen, y.grad.tolist()) == ([[3.0, 3.0]], [1.0, 1.0])


def test_what_a_hook_does_is_recorded_where_create_graph_records():
    x = leaf(2.0)
    x.register_hook(lambda gradient: gradient * gradient)
    (x**3).backward(create_graph=True)
    first, x.grad = x.grad, None
    first.backward()
    # (3 x^2)^2 = 144; its derivative 36 x^3 = 288, which the hook squares.
    assert (first.item(), x.grad.item()) == (144.0, 288.0**2)


def test_a_hook_that_writes_into_its_gradient_changes_no_other():
    x, z = leaf([1.0, 2.0]), leaf([1.0, 2.0])
    x.register_hook(lambda gradient: gradient.data.fill(0.0))
    (x + z).sum().backward()
    assert z.grad.tolist() == [1.0, 1.0]


def test_a_hook_keeps_the_shape():
    x = leaf([1.0, 2.0])
    x.register_hook(lambda gradient: gradient.sum())
    with pytest.raises(ArgumentsError, match=r"returned shape \(\); return None or a gradient of"):
        (x * x).sum().backward()
    assert x.grad is None


def test_an_error_in_a_hook_leaves_everything_as_it_was():
    x = leaf(2.0)
    y = x * x

    def fail(gradient):
        raise KeyError("mine")

    hook = y.register_hook(fail)
    with pytest.raises(KeyError, match="mine"):
        (y * 3).backward()
    assert x.grad is None
    assert recorded()
    hook.remove()
    (y * 3).backward()
    assert x.grad.item() == 12.0


def test_a_backward_inside_a_hook_is_a_sweep_of_its_own():
    x, other = leaf(2.0), leaf(3.0)
    squared = other * other
    x.register_hook(lambda gradient: squared.backward())
    (x * x).backward()
    assert (x.grad.item(), other.grad.item()) == (4.0, 6.0)


# -- retained gradients, names ----------------------------------------------------------------------


def test_a_result_retains_its_gradient_on_demand_only():
    x = leaf(3.0)
    y, other = x * x, x * x
    y.retain_grad()
    z = y * other * 2
    z.retain_grad()
    z.backward()
    assert (y.grad.item(), other.grad, z.grad.item()) == (18.0, None, 1.0)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda t: t.retain_grad(), r"no gradient to retain; write x.requires_grad_\(\) first"),
        (lambda t: t.register_hook(print), r"no gradient to hook; write x.requires_grad_\(\) first"),
    ],
)
def test_a_constant_has_no_gradient_to_retain_or_hook(ask, message):
    with pytest.raises(GraphError, match=message):
        ask(dk.tensor(1.0))


def test_grad_fn_names_the_operations_back_to_the_leaves():
    x, c = leaf([1.0, 2.0]), dk.tensor([1.0, 2.0])
    y = np.sum(np.sin(x) ** 2 * c)
    assert repr(y.grad_fn) == "<sum>"
    (product,) = y.grad_fn.next_functions[:1]
    power, constant = product.next_functions
    assert (product.name, power.name, constant) == ("multiply", "power", None)
    assert power.next_functions[0].next_functions == (None,)
    y.backward()
    assert y.grad_fn.next_functions == ()
