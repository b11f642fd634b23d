"""Which peer is which: a name is the package's, for pip and for Python; found without importing it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

from diffkit.errors import MissingPackageError
from diffkit.peers.method import PeerMethod

__all__ = ["PEERS", "install_line", "is_installed", "peer_named", "require_installed"]

PEERS: Mapping[str, str] = MappingProxyType(
    {
        "torch": "diffkit.peers.torch:ByTorch",
        "jax": "diffkit.peers.jax:ByJax",
        "autograd": "diffkit.peers.autograd:ByAutograd",
        "casadi": "diffkit.peers.casadi:ByCasadi",
        "symengine": "diffkit.peers.symengine:BySymengine",
        "numdifftools": "diffkit.peers.numdifftools:ByNumdifftools",
        "jacobi": "diffkit.peers.jacobi:ByJacobi",
        "scipy": "diffkit.peers.scipy:ByScipy",
    }
)
"""Name -> where its method is, in the order in which tables show them."""


def is_installed(name: str) -> bool:
    """Whether a package can be imported; it is looked for, and not imported.

    >>> is_installed("scipy"), is_installed("no_such_package")
    (True, False)
    """
    try:
        spec = find_spec(name)
    except ValueError:  # somebody put a module without a specification in its place
        return False
    return spec is not None and spec.origin is not None  # a folder of that name alone has no origin


def install_line(name: str) -> str:
    """What to type for a peer that is missing.

    >>> install_line("torch")
    'pip install torch'
    """
    return f"pip install {name}"


def require_installed(name: str) -> None:
    """Raise MissingPackageError, with the line that installs it, unless a peer is there."""
    if not is_installed(name):
        raise MissingPackageError(
            f"method {name!r} needs {name}, which is not installed; write {install_line(name)}"
        )


def peer_named(name: str) -> PeerMethod:
    """The method of a peer, whether its package is installed or not.

    >>> peer_named("torch").kind
    'automatic'
    """
    module, _, kind = PEERS[name].partition(":")
    made: PeerMethod = getattr(import_module(module), kind)()
    return made
