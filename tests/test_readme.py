"""The README, in English and in Chinese: every block in it is run, and prints what it says."""

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
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")}
ENGLISH, CHINESE = READMES.values()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
in_both = pytest.mark.parametrize("readme", READMES.values(), ids=READMES)


def blocks(readme, language):
    return [text for found, text in BLOCK.findall(readme) if found == language]


# A command that both show alike is run once.
CONSOLE = dict.fromkeys(block for readme in READMES.values() for block in blocks(readme, "console"))


@in_both
def test_the_python_blocks_print_what_they_say(readme):
    test = doctest.DocTestParser().get_doctest("\n".join(blocks(readme, "python")), {}, "README", None, 0)
    assert len(test.examples) >= 5
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: block.split("\n")[0][:40])
def test_the_commands_print_what_the_readme_shows(block, capsys, assert_same_output):
    command, _, shown = block.partition("\n")
    assert command.startswith("$ diffkit ")
    assert run(shlex.split(command[2:])[1:]) == 0
    assert_same_output(capsys.readouterr().out, shown)


@in_both
def test_the_set_up_commands_are_the_ones_that_ci_runs(readme):
    (commands,) = blocks(readme, "bash")
    install, test = commands.strip().split("\n")
    assert install == 'pip install . && diffkit compare "sin(x)*exp(-x**2)" --at 0.7'
    assert test == 'pip install -e ".[test]" && pytest -n auto'


@in_both
def test_the_words_for_the_picture_give_the_numbers_that_stand_in_it(readme):
    (words, target), (more_words, graph) = re.findall(r"!\[([^]]+)\]\(([^)]+)\)", readme)
    labels = re.findall(r">([^<>]+)</text>", (ROOT / target).read_text(encoding="utf-8"))
    shown = [number for label in labels for number in re.findall(r"\de-\d\d", label)]
    assert len(shown) == 8  # the best step and error of each difference, and two errors without a step
    assert sorted(re.findall(r"\de-\d\d", words)) == sorted(shown)
    for number in re.findall(r"\d\.\d+", more_words):
        assert f"[{number}]" in (ROOT / graph).read_text(encoding="utf-8")


@in_both
def test_the_files_that_the_readme_points_to_are_there(readme):
    for target in re.findall(r"\]\(([^)]+)\)", readme):
        assert (ROOT / target).is_file(), target


def test_each_language_begins_with_the_way_to_the_other():
    assert ENGLISH.startswith("# diffkit\n\n[中文](README.zh.md)\n\n")
    assert CHINESE.startswith("# diffkit\n\n[English](README.md)\n\n")


def test_both_languages_show_the_same_code():
    """The comments of a program may be translated; a command and what it prints are not."""
    code = lambda readme: [
        (language, re.sub(r" +# .*", "", text) if language == "python" else text)
        for language, text in BLOCK.findall(readme)
    ]
    assert code(CHINESE) == code(ENGLISH)


def passages(readme):
    """The headings, paragraphs, items and rows of tables."""
    return re.split(r"\n\n+|\n(?=- |\|)", BLOCK.sub("", readme))


def untranslated(passage):
    """What is the same in every language: the level of a heading, code, bold type, numbers, files."""
    cells = passage.split("|") if passage.startswith("|") else [passage]
    same = r"^#+|`[^`]+`|\*\*|\d+(?:\.\d+)?|\]\((?!README)[^)]+\)"
    return [sorted(re.findall(same, cell)) for cell in cells]  # the order of words is the language's


def test_both_languages_say_the_same_passage_by_passage():
    for english, chinese in zip(passages(ENGLISH), passages(CHINESE), strict=True):
        assert untranslated(chinese) == untranslated(english), chinese


def table_under(words):
    """The rows of the first table after these words."""
    lines = ENGLISH[ENGLISH.index(words) :].split("\n\n")[1].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.slow
def test_what_the_methods_are_worth_is_measured():
    rows = table_under("What they are worth")
    names = [row[0] for row in rows]
    assert f"the catalogue of {len(PROBLEMS)} functions" in ENGLISH
    found = dk.survey(methods=names)
    sines = lambda x: np.sum(np.sin(x))
    for name, answers, mean, middle, *calls in rows:
        digits = [row.digits or 0.0 for row in found.rows if row.method == name]
        assert int(answers) == sum(row.digits is not None for row in found.rows if row.method == name)
        assert float(mean) == pytest.approx(fmean(digits), abs=0.15)  # noise differs between processors
        assert float(middle) == pytest.approx(median(digits), abs=0.15)
        of_sines = lambda n, name=name: dk.gradient(
            sines, np.linspace(0.5, 1.5, n), method=name, full_output=True
        )
        assert [int(count) for count in calls] == [of_sines(n).evaluations for n in (1, 1000)]
