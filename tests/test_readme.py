"""The README: every block in it is run, and prints what it says."""

import doctest
import re
import shlex
from pathlib import Path

import pytest

from diffkit.cli.commands import run

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
