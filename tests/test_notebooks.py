"""The lessons in notebooks/: every one runs, shows what is saved in it, and its exercises can be solved.

python tests/test_notebooks.py                   runs all lessons and saves what they show
python tests/test_notebooks.py 02_step_size      those that are named
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# All that a saved lesson says of the machine that ran it.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
BEFORE, AFTER = ("title", "setup"), ("numbers",)
PREDICT = ("**Predict:**", "**先猜：**")
MOST_BYTES, MOST_OF_A_PICTURE = 700_000, 100_000


def ran(path: Path, more: tuple[str, ...] = ()) -> Any:
    """The notebook with the outputs of this run, `more` code cells at its end."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in more]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(
        notebook,
        timeout=120,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(ROOT)}},
    )
    client.execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def refresh(names: list[str]) -> None:
    """Run the lessons of these names, or all, and save them with what they show."""
    for path in LESSONS:
        if not names or path.name.removesuffix(".ipynb") in names:
            print(path.name, flush=True)
            nbformat.write(ran(path), path)


# -- what is in a file ------------------------------------------------------------------------------


@pytest.fixture(params=LESSONS, ids=lambda path: path.name)
def lesson(request: pytest.FixtureRequest) -> Path:
    return request.param


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def cells_of(notebook: Any) -> dict[str, Any]:
    return {cell.id: cell for cell in notebook.cells}


def exercises(notebook: Any) -> list[int]:
    return [int(cell.id.removeprefix("answer-")) for cell in notebook.cells if cell.id.startswith("answer-")]


def solution(notebook: Any, k: int) -> str:
    """The Python of a folded solution."""
    source = cells_of(notebook)[f"solution-{k}"].source
    (code,) = re.findall(r"^```python\n(.*?)^```$", source, re.DOTALL | re.MULTILINE)
    return code


def texts(cell: Any) -> list[str]:
    """What a cell shows, as plain text."""
    if cell.cell_type != "code":
        return []
    return [o.text if o.output_type == "stream" else o.data.get("text/plain", "") for o in cell.outputs]


def parts(cell: Any) -> list[str]:
    """Everything that a cell shows, in each of its forms."""
    shown = texts(cell)
    for output in cell.get("outputs", ()):
        shown += [str(form) for form in output.get("data", {}).values()]
    return shown


def test_there_are_lessons():
    assert LESSONS


def test_a_lesson_is_a_valid_notebook_that_says_nothing_of_its_run(lesson):
    notebook = read(lesson)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata == METADATA
    for cell in notebook.cells:
        assert "execution" not in cell.metadata


def test_its_cells_are_named_by_words_and_come_in_the_order_of_a_lesson(lesson):
    names = [cell.id for cell in read(lesson).cells]
    assert len(set(names)) == len(names)
    head, tail = names.index("predict-1"), names.index("exercises")
    assert names[:head] == list(BEFORE)
    groups: dict[int, list[str]] = {}
    for name in names[head:tail]:
        word, k = re.fullmatch(r"(predict|note|run|build|explain)-(\d+)(?:-[a-z0-9]+)*", name).groups()
        groups.setdefault(int(k), []).append(word)
    assert list(groups) == list(range(1, len(groups) + 1))
    for words in groups.values():
        assert words[0] == "predict"
        assert words[-1] == "explain"
        assert {"run", "build"} & set(words[1:-1])
    asked = [name for name in names[tail + 2 :] if name not in AFTER]
    count = len(asked) // 3
    assert 3 <= count <= 5
    assert asked == [
        f"{word}-{k}" for k in range(1, count + 1) for word in ("exercise", "answer", "solution")
    ]
    assert names[tail : tail + 2] == ["exercises", "checks"]
    assert tuple(names[-len(AFTER) :]) == AFTER


def test_it_says_what_it_teaches_where_it_runs_and_what_one_may_do_with_it(lesson):
    title = cells_of(read(lesson))["title"].source
    assert title.startswith("# ")
    for word in ("https://colab.research.google.com", "CC BY 4.0", "MIT"):
        assert word in title


def test_a_question_comes_before_what_answers_it(lesson):
    for name, cell in cells_of(read(lesson)).items():
        if name.startswith("predict-"):
            assert cell.cell_type == "markdown"
            assert any(word in cell.source for word in PREDICT)
            assert "?" in cell.source or "？" in cell.source


def test_a_cell_does_one_thing(lesson):
    for name, cell in cells_of(read(lesson)).items():
        if name.startswith("run-"):
            assert len(cell.source.splitlines()) <= 10, name


def test_it_imports_the_core_packages_and_diffkit_alone(lesson):
    core = {"diffkit", "numpy", "scipy", "sympy", "mpmath", "matplotlib", *sys.stdlib_module_names}
    for cell in read(lesson).cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                assert {name.partition(".")[0] for name in names} <= core


def test_its_checks_are_hidden_and_its_solutions_folded(lesson):
    notebook = read(lesson)
    cells = cells_of(notebook)
    checks = cells["checks"]
    assert checks.source.startswith("# @title ")
    assert checks.metadata == {"cellView": "form", "jupyter": {"source_hidden": True}, "tags": ["hide-input"]}
    for k in exercises(notebook):
        assert cells[f"solution-{k}"].source.startswith("<details><summary>")
        assert cells[f"solution-{k}"].source.endswith("</details>")
        assert cells[f"answer-{k}"].source.endswith(f"answer_{k} = ...\ncheck_{k}(answer_{k})")
        assert cells[f"answer-{k}"].metadata["wrong"]


def test_what_it_shows_is_small_and_says_nothing_of_the_machine(lesson):
    assert lesson.stat().st_size < MOST_BYTES
    for cell in read(lesson).cells:
        for shown in parts(cell):
            words, pictures = re.sub(r"base64,[\w+/=]+", "", shown), re.findall(r"base64,([\w+/=]+)", shown)
            assert all(len(picture) < MOST_OF_A_PICTURE for picture in pictures)
            assert not re.search(r"0x[0-9a-f]{6,}|(?<![\w<.])/(tmp|home|root|usr|work|Users)/", words)


def test_it_is_saved_after_one_run_from_top_to_bottom(lesson):
    code = [cell for cell in read(lesson).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell.outputs:
            assert output.output_type in ("stream", "execute_result", "display_data")
            assert output.get("name") != "stderr"


# -- what it does -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_shows_what_is_saved_and_its_exercises_can_be_solved(lesson, assert_same_output):
    saved = read(lesson)
    tried = []
    for k in exercises(saved):
        wrong = [*cells_of(saved)[f"answer-{k}"].metadata["wrong"], "None", "'?'"]
        tried.append((f"check_{k}(...)", ""))
        tried += [(f"check_{k}({answer})", "✗") for answer in wrong]
        tried.append((f"{solution(saved, k)}check_{k}(answer_{k})", "✓"))
    found = ran(lesson, tuple(source for source, _ in tried))

    for before, after in zip(saved.cells, found.cells, strict=False):
        shown = zip(before.get("outputs", ()), after.get("outputs", ()), strict=True)
        assert all(set(b.get("data", ())) == set(a.get("data", ())) for b, a in shown), before.id
        for b, a in zip(texts(before), texts(after), strict=True):
            assert_same_output(a, b)
    for (source, sign), cell in zip(tried, found.cells[len(saved.cells) :], strict=True):
        (told,) = texts(cell)
        assert told.startswith(sign), source
        assert len(told.splitlines()) == 1
        assert sign or told[0] not in "✓✗"


if __name__ == "__main__":
    refresh(sys.argv[1:])
