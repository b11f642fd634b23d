"""Adapters to other packages that differentiate: each is a method by its name, and f needs no rewriting.

    import diffkit as dk
    dk.derivative(f, 0.7, "torch")                        # f is plain NumPy code
    dk.compare(f, 0.7, methods="all")                     # beside ours, with their versions

A package is found without being imported, and imported when it is asked. `PEERS` (table.py) is the table;
what one shares with others is in the file of its kind:

    replayed.py   torch, jax, autograd           f's tape, recorded once, replayed in the peer's arrays
    symbols.py    casadi, symengine              the same in the peer's expressions, one an element
    blackbox.py   numdifftools, jacobi, scipy    f is called as it is, each call counted

All compute in float64. The first five are arithmetics of their own, too:

    import torch
    tape = dk.record(f, 0.7)
    x = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    tape.replay(x, arithmetic="torch").backward()         # f's operations, and PyTorch's derivative
    x.grad

The values are f's; a derivative is the peer's own, at kinks and where the side that np.where leaves out is
infinite, too (nan in torch, jax and autograd).
"""

from __future__ import annotations

__all__: list[str] = []
