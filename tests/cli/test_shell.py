"""What goes wrong at a shell: one line on standard error, and the exit status that says whose fault it is."""

import io
import re
import subprocess
import sys

import numpy as np
import pytest


def test_a_figure_of_an_unknown_kind_is_one_line_and_leaves_nothing(shell, tmp_path):
    status, _, err = shell("sweep", "exp(x)", "--at", "1", "--plot", str(tmp_path / "out.jpeg2"))
    assert status == 2
    assert "svg" in err
    assert list(tmp_path.iterdir()) == []


def test_output_into_a_folder_that_is_not_there_is_one_line(shell, tmp_path):
    status, _, err = shell("compare", "x", "--at", "1", "-o", str(tmp_path / "no" / "out.json"))
    assert status == 2
    assert err.count("\n") == 1
    assert "cannot write" in err


@pytest.mark.parametrize(
    "attack",
    [
        "().__class__",
        "__import__('os').getpid()",
        "x.__class__",
        "open(x)",
        "lambda: x",
        "[x for x in x]",
        'f"{x}"',
        "(x:=1)",
        "9**9**9**9",
        "x**99999",
        "(" * 10_000 + "x" + ")" * 10_000,
        "x+" * 500_000 + "x",
        "x\x00",
        "ｘ^2",
        "sin(x",
        "2x",
        "x=1",
        "x if x else x",
        "",
    ],
)
def test_an_attack_on_the_parser_is_one_clear_line_and_status_2(shell, attack):
    status, out, err = shell("compare", attack, "--at", "1")
    assert (status, out) == (2, "")
    first, *caret = err.rstrip("\n").split("\n")
    assert first.startswith("diffkit: ")
    assert len(caret) in (0, 2)
    assert not caret or caret[1].strip() == "^"
    assert "Traceback" not in err
    assert max(map(len, err.split("\n"))) < 1000


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["compare", "x"], 2, "--at"),
        (["compare", "x", "--at"], 2, "--at"),
        (["compare", "x", "--att", "1"], 2, "--att"),
        (["compare", "x", "--at", "inf"], 2, "finite"),
        (["compare", "x", "--at", "nan"], 2, "finite"),
        (["compare", "x", "--at", "1+2j"], 2, "real"),
        (["compare", "x", "--at", ""], 2, "empty"),
        (["compare", "x", "--at", "one"], 2, "one"),
        (["compare", "x*y", "--at", "1"], 2, "x, y"),
        (["compare", "x*y", "--at", "x=1"], 2, "y"),
        (["compare", "x*y", "--at", "x=1,z=2"], 2, "z"),
        (["compare", "x", "--at", "1", "--methods", "centrl"], 2, "central"),
        (["compare", "log(x)", "--at", "-1"], 3, "nan"),
        (["compare", "1/x", "--at", "0"], 3, "inf"),
        (["compare", "nothere.py:f", "--at", "1"], 2, "nothere.py"),
        (["compare", "math:nothere", "--at", "1"], 2, "nothere"),
        (["sweep", "x*y", "--at", "x=1,y=2"], 2, "one number"),
        (["sweep", "x", "--at", "1", "--methods", "reverse"], 2, "no step"),
        (["sweep", "x", "--at", "1", "--dtype", "int8"], 2, "float32"),
        (["sweep", "abs(x)", "--at", "0"], 3, "no derivative"),
        (["nonsense"], 2, "nonsense"),
        (["compare", "x", "--at", "1", "--order", "2.5"], 2, "'2.5' is not a whole number from 1 to 10. Try"),
        (["compare", "x", "--at", "1", "--order", "0"], 2, "'0' is not a whole number from 1 to 10"),
        (["compare", "x", "--at", "1", "--order", "11"], 2, "'11' is not a whole number from 1 to 10"),
        (["compare", "x", "--at", "1", "--order", "1_0"], 2, "'1_0' is not a whole number from 1 to 10"),
        (["compare", "x", "--at", "1", "--order", "２"], 2, "'２' is not a whole number from 1 to 10"),
        (["compare", "x", "--at", "1", "--h", "-1e-3"], 2, "'-1e-3' is not a step; write a positive number"),
        (["compare", "x", "--at", "1", "--h", "1_0"], 2, "'1_0' is not a step; write a positive number"),
        (["compare", "x", "--at", "1", "--h", ""], 2, "'' is not a step; write a positive number"),
        (["compare", "x*y", "--at", "1"], 2, "gives 1 number; write --at x=...,y=..."),
        (["compare", "x", "--at", "1", "--json", "--csv"], 2, "--json and --csv are two forms; write one"),
        (["methods", "--markdown", "--json"], 2, "--markdown and --json are two forms"),
        (["methods", "--json", "-o", "a.csv"], 2, "--json and -o a.csv are two forms; write one"),
        (["methods", "-o", "a.csv", "--markdown"], 2, "-o a.csv and --markdown are two forms; write one"),
        (["compare", "x", "--at", "1", "-o", "a.svg"], 2, "named as a picture; write --plot a.svg for the"),
        (["sweep", "x", "--at", "1", "-o", "b/a.jpg"], 2, "named as a picture; write --plot b/a.svg for the"),
        (["methods", "-o", "a.PNG"], 2, "named as a picture; end it in .json, .csv, .md or .txt"),
        (["methods", "-o", ""], 2, "'' is a folder"),
        (["compare", "x", "--at", "1", "--plot", ""], 2, "svg, png or pdf"),
        (["compare", "x", "--at", "1", "--h", "0"], 2, "'0' is not a step; write a positive number"),
        (["compare", "x", "--at", "1", "--h", "nan"], 2, "'nan' is not a step"),
        (["compare", "x", "--at", "1", "--h", "one"], 2, "'one' is not a step"),
        (["compare", "x", "--at", "1", "--h", "1", "--methods", "reverse"], 2, "no option 'h' in reverse"),
        (["compare", "x", "--at", "1", "--methods", ","], 2, "no methods are given"),
        (["compare", "x", "--at", "1", "--dtype", "int8"], 2, "float32"),
        (["compare", "x", "--at", "1,2"], 2, "f takes x and the point gives 2 numbers"),
    ],
)
def test_what_cannot_be_done_is_one_line_on_standard_error(shell, arguments, status, words):
    found, out, err = shell(*arguments)
    assert (found, out) == (status, "")
    assert err.startswith("diffkit: ")
    assert err.count("\n") == 1
    assert words in err
    assert not re.search(r"[?!][.]|; [A-Z][a-z]", err)


def test_what_f_itself_raises_is_status_3_with_its_line(shell, tmp_path):
    (tmp_path / "bad.py").write_text("def f(x):\n    return {}[x]\n")
    status, _, err = shell("compare", f"{tmp_path}/bad.py:f", "--at", "1")
    assert status == 3
    assert err.strip() == "diffkit: f failed: KeyError: np.float64(1.0) (line 2 of bad.py)"
    _, _, err = shell("compare", f"{tmp_path}/bad.py:f", "--at", "1", "-v")
    assert "Traceback" in err


@pytest.mark.parametrize(
    ("f", "raised"),
    [
        ("math:sqrt", "ValueError: math domain error"),
        ("{}/own.py:reads", "FileNotFoundError: "),
        ("{}/own.py:full", "OSError: .Errno 28. No space left on device .line 5 of own.py.$"),
        ("{}/own.py:broken", "BrokenPipeError: "),
        ("{}/own.py:made", "ZeroDivisionError: division by zero .line 9 of own.py.$"),
        ("{}/own.py:decodes", "JSONDecodeError: .* .line 14 of own.py.$"),
        ("{}/own.py:inner", "ZeroDivisionError: division by zero .line 12 of own.py.$"),
    ],
)
@pytest.mark.parametrize("command", ["compare", "sweep"])
def test_whatever_f_raises_is_status_3(shell, tmp_path, command, f, raised):
    (tmp_path / "own.py").write_text(
        "import os\n"
        "def reads(x):\n"
        "    return open(os.path.join(os.path.dirname(__file__), 'no such file'))\n"
        "def full(x):\n"
        "    raise OSError(28, os.strerror(28))\n"
        "def broken(x):\n"
        "    raise BrokenPipeError(32, os.strerror(32))\n"
        "class Made:\n"
        "    def __call__(self, x): return 1 / 0\n"
        "made = Made()\n"
        "def inner(x):\n"
        "    import functools; return functools.reduce(lambda a, b: 1 / 0, [x, x])\n"
        "def decodes(x):\n"
        "    import json; return json.loads('x')\n"
    )
    status, out, err = shell(command, f.format(tmp_path), "--at", "-1")
    assert (status, out) == (3, "")
    assert re.match(f"diffkit: f failed: {raised}", err)


def test_what_fails_in_diffkit_is_not_blamed_on_f(shell, monkeypatch):
    def mistaken(*_, **__):
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr("diffkit.studies.compare", mistaken)
    status, out, err = shell("compare", "x", "--at", "1")
    assert (status, out) == (1, "")
    assert err == "diffkit: this is a mistake in diffkit, please report it: LinAlgError: singular\n"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["compare", "--help"], ["compare", "x", "--at", "1"], ["methods", "--csv"]]
)
def test_an_output_that_cannot_be_written_is_one_line_and_status_1(shell, monkeypatch, arguments):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    status, _, err = shell(*arguments)
    assert (status, err) == (1, "diffkit: the output cannot be written: No space left on device\n")


@pytest.mark.parametrize(("option", "name"), [("-o", "."), ("-o", "a.d"), ("--plot", "a.svg")])
def test_a_folder_is_no_file_to_write(shell, tmp_path, monkeypatch, option, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir(exist_ok=True)
    status, out, err = shell("compare", "x", "--at", "1", option, name)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"'{name}' is a folder; name a file to write" in err


def test_a_scalar_function_that_fails_on_a_vector_is_told_that_it_got_one(shell, tmp_path):
    (tmp_path / "scalar.py").write_text("def f(x):\n    return x if x > 0 else -x\n")
    status, _, err = shell("compare", f"{tmp_path}/scalar.py:f", "--at", "3,1")
    assert status == 3
    assert err.endswith("(line 2 of scalar.py); f was given one array of 2 numbers\n")
    status, _, err = shell("compare", f"{tmp_path}/scalar.py:f", "--at", "3,")
    assert status == 0


@pytest.mark.parametrize("command", ["compare", "sweep"])
@pytest.mark.parametrize("answer", ["None", "'a'", "['a', 'b']", "{'a': 1}"])
def test_what_f_returns_that_is_no_number_is_shown_with_status_3(shell, tmp_path, command, answer):
    (tmp_path / "odd.py").write_text(f"def f(x):\n    return {answer}\n")
    status, _, err = shell(command, f"{tmp_path}/odd.py:f", "--at", "1")
    assert status == 3
    assert err == f"diffkit: f returned {answer} at x = 1.0; it has to return one real number\n"


def test_an_interrupt_is_status_130(shell, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("diffkit.studies.compare", interrupted)
    status, _, err = shell("compare", "x", "--at", "1")
    assert (status, err.strip()) == (130, "diffkit: interrupted")


def test_a_reader_that_stops_early_gets_no_traceback():
    done = subprocess.run(
        f'"{sys.executable}" -m diffkit sweep "exp(x)" --at 1 --csv | head -n 1',
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("h,")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("word", ["\x1b[2J", "\x1b]0;title\x07", "\u202e", "\udcff", "\r"])
def test_what_would_steer_a_terminal_is_not_repeated_to_it(shell, word):
    for line in (["methods", f"x{word}y"], ["compare", "x", "--at", "1", f"--no{word}"], [f"com{word}pare"]):
        status, _, err = shell(*line)
        assert status == 2
        assert err.strip("\n").isprintable()


def test_a_word_of_a_hundred_thousand_characters_is_refused_in_a_line_that_can_be_read(shell):
    status, _, err = shell("methods", "x" * 100_000 + "y")
    assert status == 2
    assert len(err) < 650
    assert "xxx ... xxx" in err
    assert "Try 'diffkit methods --help'." in err
