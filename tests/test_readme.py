"""The README: every block in it is run, and prints what it says."""

import doctest
import re
import shlex
from pathlib import Path
from statistics import fmean, median

import numpy as np
import pytest

import diffkit as dk
from diffkit.cli.commands import run
from diffkit.problems import PROBLEMS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
CONSOLE = [text for language, text in BLOCKS if language == "console"]


def test_the_python_blocks_print_what_they_say():
    blocks = "\n".join(text for language, text in BLOCKS if language == "python")
    test = doctest.DocTestParser().get_doctest(blocks, {}, "README", "README.md", 0)
    assert len(test.examples) >= 5
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
    assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: block.split("\n")[0][:40])
def test_the_commands_print_what_the_readme_shows(block, capsys, assert_same_output):
    command, _, shown = block.partition("\n")
    assert command.startswith("$ diffkit ")
    assert run(shlex.split(command[2:])[1:]) == 0
    assert_same_output(capsys.readouterr().out, shown)


def test_the_set_up_commands_are_the_ones_that_ci_runs():
    (commands,) = (text for language, text in BLOCKS if language == "bash")
    install, test = commands.strip().split("\n")
    assert install == 'pip install . && diffkit compare "sin(x)*exp(-x**2)" --at 0.7'
    assert test == 'pip install -e ".[test]" && pytest -n auto'


def test_the_words_for_the_picture_give_the_numbers_that_stand_in_it():
    (words, target), (more_words, graph) = re.findall(r"!\[([^]]+)\]\(([^)]+)\)", README)
    labels = re.findall(r">([^<>]+)</text>", (ROOT / target).read_text(encoding="utf-8"))
    shown = [number for label in labels for number in re.findall(r"\de-\d\d", label)]
    assert len(shown) == 8  # the best step and error of each difference, and two errors without a step
    assert sorted(re.findall(r"\de-\d\d", words)) == sorted(shown)
    for number in re.findall(r"\d\.\d+", more_words):
        assert f"[{number}]" in (ROOT / graph).read_text(encoding="utf-8")


def test_the_files_that_the_readme_points_to_are_there():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).is_file(), target


def table_under(words):
    """The rows of the first table after these words."""
    lines = README[README.index(words) :].split("\n\n")[1].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_what_the_methods_are_worth_is_measured():
    rows = table_under("What they are worth")
    names = [row[0] for row in rows]
    assert f"the catalogue of {len(PROBLEMS)} hard functions" in README
    found = dk.survey(methods=names)
    squares = lambda x: np.sum(x * x)
    for name, answers, mean, middle, *calls in rows:
        digits = [row.digits or 0.0 for row in found.rows if row.method == name]
        assert int(answers) == sum(row.digits is not None for row in found.rows if row.method == name)
        assert float(mean) == pytest.approx(fmean(digits), abs=0.15)  # noise differs between processors
        assert float(middle) == pytest.approx(median(digits), abs=0.15)
        of_squares = lambda n, name=name: dk.gradient(squares, np.ones(n), method=name, full_output=True)
        assert [int(count) for count in calls] == [of_squares(n).evaluations for n in (1, 1000)]
