"""The family tree of diffkit's errors.

    DiffkitError
    ├── UnknownMethodError (ValueError)      a method name that is not in the table
    ├── UnknownOptionError (TypeError)       an option that the method does not have
    ├── OptionError (ValueError)             an option whose value makes no sense, such as h=0
    ├── ExpressionError (ValueError)         text that is not an expression; points at the column
    ├── ArgumentsError (TypeError)           too many or too few arguments, or of the wrong kind
    ├── DomainError (ValueError)             a point where f, or the method, has no answer
    ├── NotClosedFormError (TypeError)       f is not one formula of reasonable size
    ├── NonScalarError (RuntimeError)        a gradient was asked of something that is not a scalar
    ├── NotElementwiseError (ValueError)     a derivative was asked of a function that mixes elements
    ├── NoRuleError (NotImplementedError)    a function that no rule differentiates
    ├── LostHistoryError (TypeError)         an active value was to become a plain number
    ├── GraphError (RuntimeError)            a tensor's history is missing, freed or overwritten
    ├── AnomalyError (FloatingPointError)    a value or derivative became nan or inf, and was watched for it
    ├── GuardError (RuntimeError)            a tape was replayed where a branch goes the other way
    ├── WorkersError (RuntimeError)          processes, or what takes the place of map, stopped too early
    └── MissingPackageError (ImportError)    an optional package is not installed

Each is also the built-in error that a caller would expect, so catching it needs no import. A message
says what, where, and what to write instead.
"""

from __future__ import annotations

import re

__all__ = [
    "AnomalyError",
    "ArgumentsError",
    "DiffkitError",
    "DomainError",
    "ExpressionError",
    "GraphError",
    "GuardError",
    "LostHistoryError",
    "MissingPackageError",
    "NoRuleError",
    "NonScalarError",
    "NotClosedFormError",
    "NotElementwiseError",
    "OptionError",
    "UnknownMethodError",
    "UnknownOptionError",
    "WorkersError",
]


def with_article(noun: str) -> str:
    """A noun as a sentence takes it.

    >>> with_article("int"), with_article("dict")
    ('an int', 'a dict')
    """
    return f"{'an' if noun[:1] in 'aeiouAEIO' else 'a'} {noun}"


def quoted(text: str, most: int = 60) -> str:
    """What a user wrote, as a message repeats it: of what is long its beginning and its end.

    >>> quoted("x = 1"), quoted("9" * 1000, 20)
    ("'x = 1'", "'9999999999...99999'")
    """
    return repr(text if len(text) <= most else f"{text[: most // 2]}...{text[-most // 4 :]}")


class DiffkitError(Exception):
    """Root of every error that diffkit raises on purpose."""


class UnknownMethodError(DiffkitError, ValueError):
    """A method name that is not in the table."""


class UnknownOptionError(DiffkitError, TypeError):
    """An option that the method does not have."""


class OptionError(DiffkitError, ValueError):
    """An option of a method with a value that makes no sense."""


class ArgumentsError(DiffkitError, TypeError):
    """Too many or too few arguments, or arguments of the wrong kind."""


class DomainError(DiffkitError, ValueError):
    """A point where the function, or the method, has no answer."""


class NotClosedFormError(DiffkitError, TypeError):
    """The function is not one formula of reasonable size."""


class NonScalarError(DiffkitError, RuntimeError):
    """A gradient was asked of something that is not a scalar."""


class NotElementwiseError(DiffkitError, ValueError):
    """A derivative was asked of a function whose elements depend on each other."""


class NoRuleError(DiffkitError, NotImplementedError):
    """No rule says how this function is differentiated."""


class LostHistoryError(DiffkitError, TypeError):
    """An active value was about to become a plain number and lose its history."""


class GraphError(DiffkitError, RuntimeError):
    """A tensor's history is missing, has been freed, or has been overwritten."""


class AnomalyError(DiffkitError, FloatingPointError):
    """A value or a derivative became nan or inf inside `detect_anomaly`."""


class GuardError(DiffkitError, RuntimeError):
    """A tape was replayed at a point where one of its branches goes the other way."""


class WorkersError(DiffkitError, RuntimeError):
    """Processes, or what takes the place of map, stopped before the work was finished."""


class MissingPackageError(DiffkitError, ImportError):
    """An optional package is needed and not installed."""


class ExpressionError(DiffkitError, ValueError):
    """Text that is not an expression diffkit reads.

    ``reason`` is the one-line message, ``text`` what was read and ``column`` where it stops making
    sense (counted from 0); `str` of the error adds the text with a caret under that column.
    """

    def __init__(self, reason: str, text: str = "", column: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.text, self.column = reason, text, column

    def __str__(self) -> str:
        if self.column is None:
            return self.reason
        # Of a long text only what is around the column is shown, so that the caret stays on the screen; of
        # several lines only the first: the end of a line is what is wrong with it.
        start = max(0, self.column - 40)
        line = re.split(r"[\r\n]", self.text, maxsplit=1)[0]
        shown = "".join(c if c.isprintable() else "?" for c in line[start : start + 72])
        return f"{self.reason}\n  {shown}\n  {' ' * (self.column - start)}^"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.reason, self.text, self.column)
