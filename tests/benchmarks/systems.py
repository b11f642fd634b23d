"""How each system takes a gradient: ours, NumPy by hand, and the peers, each imported only when it is asked.

`gradient(case)` prepares a call without arguments that answers with a tuple of arrays, one a parameter. A
system that has no such thing raises NotImplementedError; one that is not installed raises ImportError when
it is made.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.benchmarks.cases import Case

__all__ = ["COMPILING", "PEERS", "SYSTEMS"]

Call = Callable[[], Any]


class System:
    """What all have in common: how close to that by hand an answer has to be, relatively and absolutely."""

    close = 1e-6, 1e-9


class Function(System):
    """f itself, without a derivative: it answers with nothing."""

    def gradient(self, case: Case) -> Call:
        if not case.modes:
            raise NotImplementedError
        return lambda: case.program(np, *case.parameters, *case.constants) and None


class Hand(System):
    """NumPy, the chain rule written out by a person."""

    def gradient(self, case: Case) -> Call:
        return lambda: case.by_hand(*case.parameters, *case.constants)


class Diffkit(System):
    """Ours."""

    def __init__(self) -> None:
        self.autodiff = importlib.import_module("diffkit.autodiff")
        self.np = numpy_with(np, self.autodiff.functions.special.logsumexp)

    def gradient(self, case: Case) -> Call:
        f, which = of_parameters(case, self.np), range(len(case.parameters))
        derivative = (self.autodiff.jacobian if case.whole else self.autodiff.grad)(f, argnums=which)
        return lambda: derivative(*case.parameters)


class Compiled(Diffkit):
    """Ours, written once as straight-line code: value and gradient."""

    jit = False

    def gradient(self, case: Case) -> Call:
        if case.whole:
            raise NotImplementedError
        both = self.autodiff.compile(of_parameters(case, self.np), *case.parameters, jit=self.jit)
        if len(case.parameters) == 1:
            return lambda: (both(*case.parameters)[1],)
        return lambda: both(*case.parameters)[1]


class OnMachine(Compiled):
    """Ours, as machine code."""

    jit = True

    def __init__(self) -> None:
        super().__init__()
        numba = importlib.import_module("numba")
        numba.njit(lambda x: x)(1)  # numba's own start is not the program's


class DiffkitValue(Diffkit):
    """Ours, up to the value: it leaves the operations recorded and answers with nothing."""

    def gradient(self, case: Case) -> Call:
        if case.whole:
            raise NotImplementedError
        f, vjp = of_parameters(case, self.np), self.autodiff.vjp
        return lambda: vjp(f, *case.parameters) and None


class DiffkitPullback(Diffkit):
    """Ours, from the value back."""

    def gradient(self, case: Case) -> Call:
        if case.whole:
            raise NotImplementedError
        _, pullback = self.autodiff.vjp(of_parameters(case, self.np), *case.parameters)
        return lambda: pullback(1.0)


class ByMethod(Diffkit):
    """Ours, by a method for which a gradient of n inputs is n times a derivative of one."""

    def __init__(self, method: str, close: tuple[float, float]) -> None:
        self.api, self.method, self.close = importlib.import_module("diffkit.api"), method, close

    def gradient(self, case: Case) -> Call:
        if not case.modes:
            raise NotImplementedError
        f = of_parameters(case, np)
        return lambda: (self.api.gradient(f, case.parameters[0], method=self.method),)


class Autograd(System):
    """HIPS autograd, which wraps NumPy."""

    def __init__(self) -> None:
        self.autograd, numpy = map(importlib.import_module, ("autograd", "autograd.numpy"))
        self.np = numpy_with(numpy, importlib.import_module("autograd.scipy.special").logsumexp)

    def gradient(self, case: Case) -> Call:
        f = of_parameters(case, self.np)
        if case.tall:  # a column at a time, which is the best that it has
            push, (x,) = self.autograd.make_jvp(f), case.parameters
            return lambda: (np.stack([push(x)(seed)[1] for seed in np.eye(x.size)], axis=-1),)
        if case.whole:
            jacobian = self.autograd.jacobian(f)
            return lambda: (jacobian(*case.parameters),)
        gradient = self.autograd.grad(f, argnum=tuple(range(len(case.parameters))))
        return lambda: gradient(*case.parameters)


class Torch(System):
    """PyTorch, eager, in double precision on one thread."""

    def __init__(self) -> None:
        torch = self.torch = importlib.import_module("torch")
        torch.set_num_threads(1)
        names = ["sin", "cos", "exp", "log", "sqrt", "tanh", "sum", "mean", "logsumexp"]
        names += ["concatenate", "reshape", "swapaxes"]
        self.np = SimpleNamespace(**{name: getattr(torch, name) for name in names})
        self.np.logaddexp = lambda a, b: torch.logaddexp(torch.as_tensor(a, dtype=b.dtype), b)
        self.np.stack = lambda parts, axis=0: torch.stack(parts, dim=axis)

    def tensor(self, x: Any) -> Any:
        return self.torch.as_tensor(x, dtype=self.torch.float64)

    def gradient(self, case: Case) -> Call:
        constants = [self.tensor(c) for c in case.constants]
        f = lambda *leaves: case.program(self.np, *leaves, *constants)
        if case.whole:
            jacobian = self.torch.func.jacfwd(f) if case.tall else None
            jacobian = jacobian or partial(self.torch.autograd.functional.jacobian, f)
            return lambda: (jacobian(self.tensor(case.parameters[0])).numpy(),)

        def run():
            leaves = [self.tensor(p).requires_grad_() for p in case.parameters]
            f(*leaves).backward()
            return [leaf.grad.numpy() for leaf in leaves]

        return run


class MyGrad(System):
    """MyGrad, tensors over NumPy."""

    def __init__(self) -> None:
        mg = importlib.import_module("mygrad")
        self.np = numpy_with(mg, lambda x, axis: mg.log(mg.sum(mg.exp(x), axis=axis)))  # it has none

    def gradient(self, case: Case) -> Call:
        if case.whole:
            raise NotImplementedError

        def run():
            leaves = [self.np.tensor(p, copy=False) for p in case.parameters]
            case.program(self.np, *leaves, *case.constants).backward()
            return [leaf.grad for leaf in leaves]

        return run


class Micrograd(System):
    """micrograd, Python numbers only; its sine is added here as its other operations are written."""

    def __init__(self) -> None:
        value = self.value = importlib.import_module("micrograd.engine").Value
        sys.setrecursionlimit(1_000_000)  # it walks the graph by recursion

        def sin(x):
            out = value(math.sin(x.data), (x,), "sin")

            def backward():
                x.grad += math.cos(x.data) * out.grad

            out._backward = backward
            return out

        self.np = SimpleNamespace(sin=sin)

    def gradient(self, case: Case) -> Call:
        if not isinstance(case.parameters[0], float):
            raise NotImplementedError

        def run():
            leaf = self.value(case.parameters[0])
            case.program(self.np, leaf).backward()
            return (leaf.grad,)

        return run


class Jax(System):
    """JAX, eager: without jit, which compiles for seconds before it runs."""

    def __init__(self) -> None:
        self.jax, numpy = map(importlib.import_module, ("jax", "jax.numpy"))
        self.np = numpy_with(numpy, self.jax.nn.logsumexp)
        self.jax.config.update("jax_enable_x64", True)

    def gradient(self, case: Case) -> Call:
        f, which = of_parameters(case, self.np), tuple(range(len(case.parameters)))
        derivative = (self.whole(case) if case.whole else self.jax.grad)(f, argnums=which)
        parameters = [self.np.asarray(p) for p in case.parameters]
        return lambda: [np.asarray(g) for g in derivative(*parameters)]

    def whole(self, case: Case) -> Callable[..., Any]:
        return self.jax.jacfwd if case.tall else self.jax.jacrev


class JaxJit(Jax):
    """JAX, compiled: value and gradient."""

    def gradient(self, case: Case) -> Call:
        f, which = of_parameters(case, self.np), tuple(range(len(case.parameters)))
        f = (self.whole(case) if case.whole else self.jax.value_and_grad)(f, argnums=which)
        derivative = self.jax.jit(f)
        parameters = [self.np.asarray(p) for p in case.parameters]

        def run():
            found = self.jax.block_until_ready(derivative(*parameters))
            return [np.asarray(g) for g in (found if case.whole else found[1])]

        run()
        return run


def of_parameters(case: Case, numpy: Any) -> Callable[..., Any]:
    """The program as a function of its parameters alone."""
    return lambda *parameters: case.program(numpy, *parameters, *case.constants)


def numpy_with(numpy: Any, logsumexp: Callable[..., Any]) -> Any:
    """A system's NumPy, with the function that each system has somewhere else."""
    return SimpleNamespace(**{**vars(numpy), "logsumexp": logsumexp})


SYSTEMS: dict[str, Callable[[], Any]] = {
    "the function": Function,
    "by hand": Hand,
    "diffkit": Diffkit,
    "  value": DiffkitValue,
    "  pullback": DiffkitPullback,
    "  compiled": Compiled,
    "  with jit": OnMachine,
    "  dual": lambda: ByMethod("dual", System.close),
    "  central": lambda: ByMethod("central", (1e-4, 1e-6)),
    "autograd": Autograd,
    "torch": Torch,
    "mygrad": MyGrad,
    "micrograd": Micrograd,
    "jax": Jax,
    "jax.jit": JaxJit,
}
PEERS = ("autograd", "torch", "mygrad", "micrograd", "jax", "jax.jit")
COMPILING = ("  compiled", "  with jit", "jax.jit")  # they take time before they run
