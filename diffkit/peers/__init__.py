"""Adapters to other libraries of automatic differentiation: each replays a tape in its own arrays.

    import torch, diffkit as dk
    tape = dk.record(f, 0.7)                              # f is plain NumPy code
    x = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    tape.replay(x, arithmetic="torch").backward()         # f's operations, and PyTorch's derivative
    x.grad

"jax" and "autograd" are the others. Each package is optional and is imported when it is asked for. The values
are f's; a derivative is the peer's own, at kinks and where the side that np.where leaves out is infinite, too
(nan in all three).
"""

from __future__ import annotations

__all__: list[str] = []
