"""What every command shares: the group, its options, how errors leave the process."""

from __future__ import annotations

import inspect
import math
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from diffkit import __version__
from diffkit.errors import DiffkitError, DomainError

__all__ = [
    "DTYPES", "FAILED", "FINE", "PLOT", "PROBLEM", "TYPES", "FormulaCommand", "WholeNumber", "cli", "command",
    "evaluating", "flag_of_form", "positive", "problem", "run", "seconds", "sizes_up_to",
]  # fmt: skip

FINE, FAILED, BAD_USAGE, F_FAILED, INTERRUPTED = 0, 1, 2, 3, 130

EXAMPLES = """
\b
Examples:
  diffkit compare "sin(x)*exp(-x^2)" --at 0.7
  diffkit compare model.py:loss --at 0,1,2 --methods central,reverse
  diffkit compare "x^2*y + y + 2" --at x=3,y=4 --json
  diffkit sweep "exp(x)" --at 1 --plot sweep.svg
  diffkit trace "log(x1) + x1*x2 - sin(x2)" --at x1=2,x2=5
  diffkit graph "(x + y)*z" --at x=1,y=-2,z=3 --plot graph.svg
  diffkit check "x^2*y" --gradient "2*x*y, x^2" --at x=3,y=4
  diffkit steps "x^2*sin(x)"
  diffkit swell --family logistic --n 1-8 --plot swell.svg
  diffkit cost "sin(x)" --sizes 1,10,100 --plot cost.svg
  diffkit survey --problems sine,pole,kink --plot survey.svg
  diffkit report "sin(x)*exp(-x^2)" --at 0.7 -o page.html
  diffkit explore "x^2*sin(x)" --at 0.7
  diffkit train quartic --start -2 --plot path.svg
  diffkit examples 12 16-18
  echo "x*log(x)" | diffkit compare - --at 2

F is an expression (^ and ** are powers), "module:function", "file.py:function", or - for standard input.

Exit status: 0 fine, 1 a check or the output failed, 2 bad usage or unreadable F,
3 f failed at that point, 130 interrupted.

\b
Completion for bash, and for zsh and fish alike:
  eval "$(_DIFFKIT_COMPLETE=bash_source diffkit)"
"""


LEADING_MINUS = re.compile(r"-[^-].|-[^-hoqv]$")


class FormulaCommand(click.Command):
    """A command one of whose arguments is a formula, which may begin with a minus sign: -x^2, -omega*t."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Click would read -omega as the option -o with the value mega. A blank in front makes it an
        # argument, and the formula does not mind it. Options are -h, -o, -q, -v or begin with --; what
        # follows one that takes a value is its value.
        valued = {
            name for option in self.params if not getattr(option, "is_flag", True) for name in option.opts
        }
        pairs = zip(["", *args], args, strict=False)
        return super().parse_args(
            ctx, [f" {a}" if before not in valued and LEADING_MINUS.match(a) else a for before, a in pairs]
        )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from diffkit.functions import CONSTANTS, FUNCTIONS
        from diffkit.methods import METHODS

        for title, names in {"Methods": METHODS, "Functions in F": [*FUNCTIONS, *CONSTANTS]}.items():
            with formatter.section(title):
                formatter.write_text(", ".join(names))


class WholeNumber(click.IntRange):
    """A whole number in a range, refused in a sentence."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            if not re.fullmatch("[0-9]+", str(value)):  # int() reads 1_0 and the digits of other scripts too
                raise click.BadParameter("")
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"{value!r} is not a whole number from {self.min} to {self.max}", param, ctx)


def sizes_up_to(most: int) -> Callable[[click.Context, click.Parameter, str | None], list[int] | None]:
    """The callback of an option for sizes: 8, or 1,2,4, or 1-8."""

    def read(ctx: click.Context, param: click.Parameter, text: str | None) -> list[int] | None:
        if text is None:
            return None
        sizes: list[int] = []
        for part in text.replace(" ", "").split(","):
            found = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", part)
            first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
            if not 1 <= first <= last <= most:
                raise click.BadParameter(
                    f"{text!r} is no size; write a whole number from 1 to {most}, several as 1,2,4, or 1-8",
                    ctx, param,
                )  # fmt: skip
            sizes += range(first, last + 1)
        return sizes

    return read


def positive(
    complaint: str, below: float = math.inf
) -> Callable[[click.Context, click.Parameter, str | None], float | None]:
    """The callback of an option for a positive number; the complaint follows what was written instead."""

    def read(ctx: click.Context, param: click.Parameter, text: str | None) -> float | None:
        if text is None:
            return None
        from diffkit.cli.arguments import plain_number

        number = plain_number(text)
        if number is None or not 0 < number < below:
            raise click.BadParameter(f"{text!r} {complaint}", ctx, param)
        return number

    return read


seconds = positive("is no time; write a number of seconds such as 5", below=1e9)


TYPES = ("float16", "float32", "float64", "longdouble")


def _types(ctx: click.Context, param: click.Parameter, text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if wrong := next((name for name in names if name not in TYPES), None):
        raise click.BadParameter(f"{wrong!r} is no type; write some of {', '.join(TYPES)}", ctx, param)
    if "" in names:
        raise click.BadParameter(f"a type is missing in {text!r}; write such as float32,float64", ctx, param)
    return names


DTYPES = click.option(
    "--dtype", "dtypes", metavar="A,B,...", default="float64", show_default=True, callback=_types,
    help="The floating-point type, or several side by side: float16, float32, float64, longdouble.",
)  # fmt: skip


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=EXAMPLES,
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="diffkit")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """How derivatives are computed: numerically, symbolically and automatically, side by side."""
    if ctx.invoked_subcommand is None:  # a command is missing, and the help names them
        click.echo(ctx.get_help(), err=True)
        ctx.exit(BAD_USAGE)


FORM_OF = {
    ".json": "json", ".csv": "csv", ".md": "markdown", ".tex": "latex", ".html": "html", ".dot": "dot",
    ".gv": "dot", ".mmd": "mermaid", ".svg": "svg",
}  # fmt: skip
DRAWN = (".svg", ".png", ".pdf")
PICTURES = (*DRAWN, ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".eps", ".ps")


def _form(ctx: click.Context, param: click.Parameter, given: bool) -> None:
    """Note that an option says in which form a command prints."""
    if given and param.name:
        _only_form(ctx, param.name, f"--{param.name}")


def _output(ctx: click.Context, param: click.Parameter, path: str | None) -> str | None:
    """The file to write to, whose ending may say the form; None for standard output."""
    if path is None or path == "-":
        return None
    name = Path(path)
    ending = name.suffix.lower()
    form = FORM_OF.get(ending)
    has_form = any(option.name == form for option in ctx.command.params)
    if ending in PICTURES and not has_form:
        instead = "end it in .json, .csv, .md or .txt"
        if any(option.name == "plot" for option in ctx.command.params):
            instead = f"write --plot {name if ending in DRAWN else name.with_suffix('.svg')} for the figure"
        raise click.UsageError(f"-o writes a table and {path} is named as a picture; {instead}", ctx)
    if form and has_form:
        _only_form(ctx, form, f"-o {path}")
    return path


def _only_form(ctx: click.Context, form: str, said: str) -> None:
    """Note the one form in which a command prints; a second one is bad usage."""
    if ctx.params.setdefault("form", form) != form:
        raise click.UsageError(f"{ctx.meta['form']} and {said} are two forms; write one", ctx)
    ctx.meta["form"] = said


def flag_of_form(name: str, text: str) -> Callable[[Any], Any]:
    return click.option(f"--{name}", is_flag=True, expose_value=False, callback=_form, help=text)


PROBLEM = [
    click.argument("f", metavar="F"),
    click.option("--at", required=True, metavar="P", help="The point: 0.7, x=1,y=-2 or 0,1,2."),
    click.option("--order", type=WholeNumber(1, 10), metavar="N", default=1, show_default=True,
                 help="Which derivative, for a point that is one number. "
                      "Each order takes dual and reverse about three times as long as the one before."),
]  # fmt: skip
PLOT = click.option("--plot", metavar="FILE", help="Draw the figure to FILE.svg, .png or .pdf.")
OUTPUT = [
    flag_of_form("json", "Print JSON."),
    flag_of_form("csv", "Print comma-separated values."),
    flag_of_form("markdown", "Print Markdown."),
    click.option("-o", "--output", metavar="FILE", callback=_output,
                 help="Write to FILE instead; .json, .csv and .md say the form, - is standard output."),
    click.option("--no-color", is_flag=True, help="No colours on a terminal (as does NO_COLOR=1)."),
    click.option("-q", "--quiet", is_flag=True, help="No notes on standard error."),
    click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error."),
]  # fmt: skip


def command(name: str, *options: Any, cls: type[click.Command] = click.Command) -> Callable[[Any], Any]:
    """A command with these options, listed by --help in this order, and those of its output."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        for option in reversed([*options, *OUTPUT]):
            function = option(function)
        return cli.command(name, cls=cls)(function)

    return decorate


def problem(f: str, at: str, dtype: str = "float64") -> tuple[Any, tuple[Any, ...], str]:
    """The function, the point and what to call the function; what cannot be read is bad usage."""
    from diffkit.cli.arguments import read_function, read_point

    try:
        function = read_function(f)
        text = getattr(function, "text", None) or Path(f.strip()).name  # the folder of a file says little
        return function, read_point(at, function, dtype).args, text
    except DomainError as error:  # the point itself is not finite and real
        raise click.UsageError(str(error)) from error


class FunctionError(click.ClickException):
    """What f itself raised."""

    exit_code = F_FAILED


@contextmanager
def evaluating(f: Callable[..., Any], point: tuple[Any, ...]) -> Iterator[None]:
    """A context in which f is called: what f itself raises leaves it as a `FunctionError`."""
    try:
        yield
    except Exception as error:
        if isinstance(error, DiffkitError) or not _raised_by(f, error):
            raise
        given = ""
        if getattr(point[0], "ndim", 0):  # a scalar function may well fail on it
            given = f"; f was given one array of {len(point[0])} numbers"
        raise FunctionError(f"f failed: {_said(error)}{_place(error)}{given}") from error


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit status; errors are one line on standard error."""
    if getattr(sys.stdout, "errors", "") == "strict" and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that has no µ shows ?
    try:
        status = cli.main(arguments, prog_name="diffkit", standalone_mode=False) or FINE
        if sys.stdout is not None:
            sys.stdout.flush()  # what cannot be written is told here, and not when the process ends
        return status
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _complain("interrupted", INTERRUPTED)
    except click.UsageError as error:
        command = f" Try 'diffkit {error.ctx.info_name} --help'." if error.ctx and error.ctx.parent else ""
        said = error.format_message()
        return _complain(f"{said if said.endswith(('.', '?')) else f'{said}.'}{command}", BAD_USAGE)
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except DomainError as error:
        return _complain(str(error), F_FAILED)
    except DiffkitError as error:
        return _complain(str(error), BAD_USAGE)
    except OSError as error:
        return _complain(f"the output cannot be written: {error.strerror or error}", FAILED)
    except Exception as error:
        return _complain(f"this is a mistake in diffkit, please report it: {_said(error)}", FAILED)


def _complain(message: str, status: int) -> int:
    """One line on standard error (a caret's lines follow it); with -v the traceback before it."""
    if {"-v", "--verbose"} & set(sys.argv[1:]) and sys.exc_info()[0]:
        traceback.print_exc()
    print(f"diffkit: {_plain(message)}", file=sys.stderr)
    return status


LONGEST = 600  # characters of a line on standard error


def _plain(message: str) -> str:
    """The message without what would steer a terminal; of a line that is too long its beginning and end."""
    lines = ["".join(c if c.isprintable() else "?" for c in line) for line in message.split("\n")]
    most = LONGEST - len(" ... ")
    return "\n".join(
        line if len(line) <= LONGEST else f"{line[: most // 2]} ... {line[-most // 2 :]}" for line in lines
    )


_OURS = str(Path(__file__).parents[1]) + os.sep
_EVALUATING = {"functions.py", "formula.py", "arithmetic.py"}  # where a text or an expression is worked out


def _raised_by(f: Callable[..., Any], error: BaseException) -> bool:
    """Whether f raised it: at the first call, of plain numbers, or in f's own file or called from there."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    if str(Path(_OURS, "studies", "value.py")) in files:
        return True
    code = getattr(inspect.unwrap(f), "__code__", None) or getattr(type(f).__call__, "__code__", None)
    passes = code is not None and code.co_filename in files
    return passes and (not files[-1].startswith(_OURS) or Path(files[-1]).name in _EVALUATING)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _place(error: BaseException) -> str:
    """Where in the user's own file an exception was raised, for the message."""
    from diffkit.tape.place import is_users

    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename[0] != "<"]
    lines = [f" (line {f.lineno} of {Path(f.filename).name})" for f in frames if is_users(f.filename)]
    return lines[-1] if lines else ""
