"""The command line as a user meets it: what is printed where, and with which exit status."""

import csv
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from diffkit.cli.commands import cli
from diffkit.functions import CONSTANTS, FUNCTIONS
from diffkit.methods import METHODS, own_methods, versions_of

TEXT = "sin(x)*exp(-x**2)"


def test_compare_prints_nine_methods_and_why(shell):
    status, out, err = shell("compare", TEXT, "--at", "0.7")
    assert (status, err) == (0, "")
    names = [line.split()[0] for line in out.splitlines()[4:13]]
    assert (
        " ".join(names) == "forward backward central richardson adaptive complex-step symbolic dual reverse"
    )
    assert "-0.0839681510069327" in out
    assert out.splitlines()[-1].startswith("Why: ")
    assert "\x1b" not in out
    assert "─" not in out


def test_compare_json_is_the_contract(shell):
    status, out, _ = shell("compare", TEXT, "--at", "0.7", "--json")
    data = json.loads(out)
    assert status == 0
    assert data["schema"] == "diffkit.compare/1"
    assert data["at"] == {"x": 0.7}
    assert len(data["results"]) == 9
    assert data["reference"]["value"] == pytest.approx(-0.08396815100693276, rel=1e-15)


def test_csv_and_markdown_have_a_line_a_method(shell):
    _, out, _ = shell("compare", "x^2", "--at", "3", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["method"] for row in rows][-1] == "reverse"
    assert float(rows[-1]["value"]) == 6.0
    _, out, _ = shell("compare", "x^2", "--at", "3", "--markdown")
    assert "| reverse | 6.0 |" in out


def test_a_file_with_a_loop_and_an_if_says_why_symbolic_does_not_apply(shell, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\n"
        "def f(x):\n"
        "    for _ in range(3):\n"
        "        x = np.sin(x) + x * x\n"
        "    if x > 1:\n"
        "        x = x * x\n"
        "    return x\n"
    )
    status, out, _ = shell("compare", f"{file}:f", "--at", "0.5", "--json")
    rows = {row["method"]: row for row in json.loads(out)["results"]}
    assert status == 0
    assert rows["symbolic"]["status"] == "not applicable"
    assert "line 5 of mine.py (if x > 1:)" in rows["symbolic"]["note"]
    assert rows["reverse"]["digits"] > 14
    assert rows["dual"]["digits"] > 14


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (["compare", "-x**2", "--at", "-1"], 2.0),
        (["compare", "-omega^2", "--at", "2"], -4.0),
        (["compare", "-x", "--at", "2"], -1.0),
        (["compare", "--at", "-.5", "-(-x)"], 1.0),
        (["compare", "--at=-2", "x^2"], -4.0),
        (["compare", "numpy:sin", "--at", "0"], 1.0),
        (["compare", "x^2", "--at", "pi/2"], 3.141592653589793),
    ],
)
def test_leading_minus_signs_are_formulas_and_numbers(shell, arguments, value):
    status, out, _ = shell(*arguments, "--methods", "reverse", "--json")
    assert status == 0
    assert json.loads(out)["results"][0]["value"] == pytest.approx(value, rel=1e-14)


def test_a_named_point_gives_a_named_gradient(shell):
    _, out, _ = shell("compare", "x^2*y + y + 2", "--at", "x=3,y=4", "--json", "--methods", "forward,reverse")
    data = json.loads(out)
    assert data["results"][1]["value"] == {"x": 24.0, "y": 10.0}
    assert data["results"][0]["evaluations"] == 3


def test_a_vector_point_reaches_a_function_of_an_array(shell, tmp_path):
    (tmp_path / "vec.py").write_text("import numpy as np\ndef f(v):\n    return np.sum(v * v)\n")
    _, out, _ = shell("compare", f"{tmp_path}/vec.py:f", "--at", "0,1,2,3", "--json", "--methods", "reverse")
    assert json.loads(out)["results"][0]["value"] == [0.0, 2.0, 4.0, 6.0]


def test_a_step_reaches_the_methods_that_take_one(shell):
    status, out, _ = shell("compare", "x^2", "--at", "1", "--h", "0.5", "--json")
    steps = {row["method"]: row["step"] for row in json.loads(out)["results"]}
    assert status == 0
    assert {steps[name] for name in ("forward", "backward", "central", "richardson", "complex-step")} == {0.5}
    assert {steps[name] for name in ("symbolic", "dual", "reverse")} == {None}


@pytest.mark.parametrize(("dtype", "digits"), [("float16", 3), ("float32", 7), ("float64", 15)])
@pytest.mark.parametrize(("f", "at"), [("exp(x)", "1"), ("exp(x)*y", "1,1"), ("{}/vec.py:f", "1,1")])
def test_the_type_of_the_point_sets_the_digits(shell, tmp_path, dtype, digits, f, at):
    (tmp_path / "vec.py").write_text("import numpy as np\ndef f(v):\n    return np.sum(np.exp(v))\n")
    arguments = ["--at", at, "--dtype", dtype, "--methods", "reverse", "--json"]
    _, out, _ = shell("compare", f.format(tmp_path), *arguments)
    assert json.loads(out)["results"][0]["digits"] == pytest.approx(digits, abs=1.2)


def test_all_methods_are_ours_and_the_peers_that_are_installed_with_their_versions(shell):
    status, out, _ = shell("compare", "x^2", "--at", "3", "--methods", "all", "--json")
    data = json.loads(out)
    assert status == 0
    assert [row["method"] for row in data["results"]] == list(METHODS)
    assert data["versions"] == versions_of(METHODS.values())
    notes = {row["method"]: row["note"] for row in data["results"]}
    assert all(f"{name} {version}" in notes[name] for name, version in data["versions"].items())
    _, out, _ = shell("compare", "x^2", "--at", "3", "--json")
    assert (len(json.loads(out)["results"]), json.loads(out)["versions"]) == (len(own_methods()), {})


def test_the_help_of_a_command_lists_the_methods_and_the_functions(shell):
    for name in ("compare", "sweep"):
        _, out, _ = shell(name, "--help")
        words = set(re.findall(r"[\w-]+", out))
        assert words >= {*METHODS, *FUNCTIONS, *CONSTANTS}
        assert "[default: 1" in out


def test_an_expression_can_come_from_standard_input(shell):
    status, out, _ = shell(
        "compare", "-", "--at", "2", "--json", "--methods", "reverse", stdin="x*log(x)\r\n"
    )
    assert status == 0
    assert json.loads(out)["f"] == "x*log(x)"


def test_sweep_prints_slopes_and_draws_its_figure(shell, tmp_path):
    figure = tmp_path / "out.svg"
    status, out, err = shell("sweep", "exp(x)", "--at", "1", "--plot", str(figure))
    assert status == 0
    assert f"wrote {figure}" in err
    assert "truncation dominates" in out
    root = ET.parse(figure).getroot()
    assert root.find("{*}title") is not None
    assert root.find("{*}desc") is not None


@pytest.mark.sampled(3)
@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_compare_draws_too(shell, tmp_path, ending):
    figure = tmp_path / f"out.{ending}"
    status, _, _ = shell("compare", "exp(x)", "--at", "1", "--plot", str(figure), "-q")
    assert status == 0
    assert figure.stat().st_size > 1000


def test_output_goes_to_a_file_whose_ending_says_the_form(shell, tmp_path):
    file = tmp_path / "out.json"
    status, out, err = shell("compare", "x", "--at", "1", "-o", str(file))
    assert (status, out) == (0, "")
    assert json.loads(file.read_text())["schema"] == "diffkit.compare/1"
    assert err == f"wrote {file}\n"
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["-o", "a.json"], '{"schema"'),
        (["-o", "a.JSON", "--json"], '{"schema"'),
        (["--csv", "-o", "a.csv"], "method,"),
        (["-o", "a.md"], "**f(x)"),
        (["-o", "a.txt"], "f(x)"),
        (["-o", "a.txt", "--json"], '{"schema"'),
        (["--markdown", "-o", "a"], "**f(x)"),
    ],
)
def test_a_file_holds_the_form_that_its_ending_or_an_option_says(
    shell, tmp_path, monkeypatch, arguments, start
):
    monkeypatch.chdir(tmp_path)
    assert shell("compare", "x", "--at", "1", "-q", "--methods", "reverse", *arguments) == (0, "", "")
    (file,) = tmp_path.iterdir()
    assert file.read_text(encoding="utf-8").startswith(start)


def test_a_dash_for_a_file_is_standard_output(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = shell("compare", "x", "--at", "1", "-o", "-", "--json")
    assert (status, json.loads(out)["f"], err) == (0, "x", "")
    assert list(tmp_path.iterdir()) == []


def test_methods_lists_every_method_with_its_calls(shell):
    status, out, _ = shell("methods")
    assert status == 0
    assert "reverse" in out
    _, out, _ = shell("methods", "--json")
    assert json.loads(out)["schema"] == "diffkit.methods/1"


def test_help_names_the_commands_and_the_exit_statuses(shell):
    status, out, _ = shell("--help")
    assert status == 0
    for word in ("compare", "sweep", "methods", "Exit status", "Examples"):
        assert word in out


def test_diffkit_alone_prints_its_help_and_no_more(shell):
    _, help_text, _ = shell("--help")
    assert shell() == (2, "", help_text)


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in cli.commands)])
def test_help_cuts_no_sentence_and_fits_eighty_columns(shell, monkeypatch, arguments):
    monkeypatch.setenv("COLUMNS", "80")
    status, out, _ = shell(*arguments)
    assert status == 0
    assert not re.search(r"\w\.\.\.", out)  # as Click cuts a long summary
    assert max(map(len, out.splitlines())) <= 80


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "diffkit", "compare", "x^2", "--at", "3", "--methods", "reverse", "--csv"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "reverse,6.0" in done.stdout


def test_sweep_takes_several_types_and_draws_them_over_each_other(shell, tmp_path, few_steps):
    figure = tmp_path / "a.svg"
    types = ["--dtype", "float32, float64", "--methods", "central"]
    status, out, err = shell("sweep", "exp(x)", "--at", "1", *types, "--json", "--plot", str(figure))
    data = json.loads(out)
    assert (status, err) == (0, f"wrote {figure}\n")
    assert (data["schema"], list(data["sweeps"])) == ("diffkit.sweeps/1", ["float32", "float64"])
    assert "in 2 types" in figure.read_text()


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ("float32,half", "'half' is no type; write some of float16, float32, float64, longdouble."),
        ("float32,", "a type is missing in 'float32,'; write such as float32,float64."),
    ],
)
def test_a_type_that_is_not_known_is_one_sentence(shell, types, said):
    status, _, err = shell("sweep", "x", "--at", "1", "--dtype", types)
    assert status == 2
    assert err == f"diffkit: Invalid value for '--dtype': {said} Try 'diffkit sweep --help'.\n"
