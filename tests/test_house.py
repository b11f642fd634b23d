"""The house: who may import whom, what is public, and what stays unloaded until it is used."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import diffkit

PACKAGE = Path(diffkit.__file__).parent

# A file imports only from below; on the ground floor, and inside a room, order is free of circles by itself.
# fmt: off
FLOORS = {
    0: {"errors", "quiet", "syntax", "result", "structure", "primitives", "floats", "example", "optional",
        "problems", "families", "tables", "tape", "rules", "functions", "arguments", "lessons", "allowance"},
    1: {"numerical", "autodiff", "symbolic", "views"},
    2: {"peers"},
    3: {"methods"},
    4: {"api"},
    5: {"studies"},
    6: {"report", "examples"},
    7: {"cli", "__main__"},
}
# fmt: on
# What the ground floor's rooms may see of each other.
GROUND = {
    "errors": set(),
    "quiet": set(),
    "syntax": {"quiet"},
    "result": {"errors"},
    "optional": {"errors"},
    "structure": set(),
    "primitives": {"structure"},
    "floats": set(),
    "tables": set(),
    "problems": {"errors"},
    "families": set(),
    "functions": {"errors", "floats", "syntax", "tape"},
    "allowance": {"errors"},
    "arguments": {"errors", "structure", "allowance"},
    "example": set(),
    "lessons": set(),
    "tape": {"errors", "structure", "primitives", "floats", "example", "tables", "allowance"},
    "rules": {"errors", "structure", "primitives", "floats", "example"},
}
# A study, and a view, hands itself to the report when it is drawn: the arrow that points upwards. A view asks
# the sweep for the numbers it shows.
EXCEPTIONS = {
    ("studies", "report"),
    ("__main__", "cli"),
    ("views", "autodiff"),
    ("views", "report"),
}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def floor_of(room: str) -> int:
    return next(floor for floor, rooms in FLOORS.items() if room in rooms)


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "diffkit":
            parts = node.module.split(".")
            names = [parts[1]] if parts[1:] else [alias.name for alias in node.names]
            rooms.update(name for name in names if not name.startswith("__"))
        elif isinstance(node, ast.Import):
            rooms.update(
                alias.name.split(".")[1] for alias in node.names if alias.name.startswith("diffkit.")
            )
    return rooms


SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_from_its_own_room_and_from_below(path):
    room = room_of(path)
    for other in imported_rooms(path) - {room}:
        if (room, other) in EXCEPTIONS:
            continue
        if floor_of(room) == 0:
            assert other in GROUND[room], f"{room} may not see {other}"
        else:
            assert floor_of(other) < floor_of(room), f"{room} may not see {other}"


def test_numerical_never_sees_a_tape_and_rules_never_see_one():
    for room in ("numerical", "rules"):
        for path in (PACKAGE / room).glob("*.py"):
            assert "tape" not in imported_rooms(path)


def test_every_name_in_all_is_there_and_every_module_has_its_all():
    for module in pkgutil.walk_packages([str(PACKAGE)], "diffkit."):
        if module.name.endswith("__main__"):
            continue
        loaded = importlib.import_module(module.name)
        for name in getattr(loaded, "__all__", ()):
            assert hasattr(loaded, name), f"{module.name}.__all__ names {name}"


def test_the_front_door_offers_exactly_its_list():
    assert sorted(diffkit.__all__) == diffkit.__all__ or set(diffkit.__all__) == set(dir(diffkit)) - {
        "__version__"
    }
    for name in diffkit.__all__:
        assert getattr(diffkit, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'derivativ'"):
        diffkit.derivativ


HEAVY = ("sympy", "matplotlib", "scipy.optimize")


@pytest.mark.parametrize(
    "program",
    [
        "import diffkit",
        "import diffkit; diffkit.derivative(lambda x: x * x, 1.0)",
        "from diffkit.cli.commands import run; run(['--help'])",
        "from diffkit.cli.commands import run; run(['compare', '--help'])",
    ],
)
def test_heavy_libraries_stay_unloaded_until_they_are_used(program):
    code = f"import sys\n{program}\nprint([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_comparison_imports_nothing_of_numpy_and_scipy_that_it_does_not_use():
    lazy = ("numpy.f2py", "numpy.testing", "scipy.special", "unittest")
    loaded = f"print([m for m in {lazy!r} if m in sys.modules])"
    code = f"import sys, diffkit\ndiffkit.compare('sin(x)', 1.0)\n{loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_does_not_even_need_numpy():
    code = (
        "import sys; from diffkit.cli.commands import run; run(['--help']); assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").is_file()


def test_no_file_is_longer_than_four_hundred_lines():
    long = {p.name: n for p in SOURCES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def test_each_file_has_its_tests_at_its_own_path():
    tests = Path(__file__).parent
    files = [path.relative_to(PACKAGE) for path in SOURCES if not path.name.startswith("__")]
    assert not [path for path in files if not (tests / path.with_name(f"test_{path.name}")).is_file()]


def test_nothing_evaluates_text_but_the_one_file_that_writes_its_own():
    banned = {"eval", "exec", "compile", "sympify", "parse_expr", "lambdify"}
    written = [path for path in SOURCES if path.name == "written.py" and path.parent.name == "straight"]
    assert len(written) == 1
    for path in set(SOURCES) - set(written):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert name not in banned or (
                    name == "compile" and getattr(node.func.value, "id", "") == "re"
                ), f"{path.name}:{node.lineno} calls {name}"
