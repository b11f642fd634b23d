"""Optional packages: imported when they are used, and missed in a sentence, however it is that they fail."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from diffkit.errors import MissingPackageError

__all__ = ["imported", "trouble"]


def imported(package: str, sentence: str) -> Any:
    """The package, imported.

    Raises
    ------
    MissingPackageError
        Where it is missing or its import fails; `sentence` says it, and {trouble} in it what is the matter.

    Examples
    --------
    >>> imported("no_such_package", "no_such_package {trouble}; write pip install it")
    Traceback (most recent call last):
    diffkit.errors.MissingPackageError: no_such_package is not installed; write pip install it
    """
    try:
        return import_module(package)
    except (Exception, SystemExit) as error:  # a broken installation fails in its own ways
        raise MissingPackageError(sentence.format(trouble=trouble(package, error))) from error


def trouble(package: str, error: BaseException) -> str:
    """Why a package could not be imported.

    >>> trouble("torch", OSError("libcudart.so: no such file"))
    'cannot be imported (OSError: libcudart.so: no such file)'
    """
    if isinstance(error, ModuleNotFoundError) and error.name == package:
        return "is not installed"
    words = " ".join(str(error).split())
    return f"cannot be imported ({type(error).__name__}{': ' * bool(words)}{words[:120]})"
