"""What every study can do: print itself, show itself in a notebook, export itself, draw itself."""

from __future__ import annotations

import copy
import html
import pickle
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Self

from diffkit.errors import ArgumentsError
from diffkit.tables import Printed, Table

__all__ = ["Study"]


class Study(Printed, ABC):
    """A frozen record of what was measured. A study says its title, tables and remarks; the rest follows."""

    @abstractmethod
    def title(self) -> list[str]:
        """The lines above the tables: what was studied."""

    @abstractmethod
    def tables(self) -> list[Table]:
        """The measurements."""

    @abstractmethod
    def remarks(self) -> list[str]:
        """The lines below: what the numbers say, and why."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Everything measured in JSON's types, with a "schema" key."""

    @abstractmethod
    def csv(self) -> str:
        """The measurements as comma-separated values with all their digits."""

    def __str__(self) -> str:
        parts = [
            "\n".join(self.title()),
            *(table.text() for table in self.tables()),
            "\n".join(self.remarks()),
        ]
        return "\n\n".join(part for part in parts if part)

    def markdown(self) -> str:
        """The study as Markdown."""
        title, *more = self.title()
        parts = [f"**{title}**", *more, *(table.markdown() for table in self.tables()), *self.remarks()]
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        """Title, tables and remarks, then the figure as an image and, for what has a step, its slider.

        The slider is a frame that runs by itself in a notebook that is trusted; the rest stays in any. Where
        nothing slides (swell, cost, checks, training) and where no figure belongs to a study, it ends before.
        """
        from diffkit.report.notebook import below  # upwards, as in `plot`

        lines = [f"<p>{'<br>'.join(map(html.escape, self.title()))}</p>"]
        lines += [table.html() for table in self.tables()]
        lines += [f"<p>{html.escape(remark)}</p>" for remark in self.remarks()]
        return "\n".join([*lines, *below(self)])

    def __getstate__(self) -> dict[str, Any]:
        """All that was measured; f, which only figures ask, in an envelope of its own, or not at all."""
        state = dict(self.__dict__)
        if (f := state.get("function")) is not None:
            try:
                state["function"] = pickle.dumps(f)
            except Exception:  # a lambda, or what refuses in its own way
                state["function"] = None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if state.get("function") is not None:
            try:
                state["function"] = pickle.loads(state["function"])
            except Exception:  # f was defined in a session that is over; the numbers stay
                state["function"] = None
        self.__dict__.update(state)

    def __copy__(self) -> Self:
        return self._with(self.__dict__)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._with(copy.deepcopy(self.__dict__, memo))

    def _with(self, fields: dict[str, Any]) -> Self:
        """The record with other fields; what is only copied keeps its f, whatever that is."""
        made = object.__new__(type(self))
        made.__dict__.update(fields)
        return made

    def asked(self) -> Callable[..., Any]:
        """f, for a figure; ArgumentsError of a study that was unpickled without it."""
        f: Callable[..., Any] | None = getattr(self, "function", None)
        if f is None:
            raise ArgumentsError(
                "this was pickled, and its f could not be, which the figure asks; define f by def at the top "
                "of a module that can be imported, or draw before pickling"
            )
        return f

    def plot(self, ax: Any = None) -> Any:
        """The Matplotlib axes with the study's figure; drawn on `ax` when it is given.

        `.plot().figure.savefig("a.svg")` saves it.
        """
        # The one arrow that points upwards, taken when it is called: report draws, studies measure.
        from diffkit.report import draw

        return draw(self, ax)
