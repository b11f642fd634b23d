"""The fuzzers, for a moment and with the same inputs each time; python -m tests.trust.fuzz goes on longer."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from hypothesis import strategies as st

from tests.trust.fuzz.__main__ import main
from tests.trust.fuzz.arguments import ARGUMENTS, require_documented
from tests.trust.fuzz.parser import PARSER
from tests.trust.fuzz.server import SERVER
from tests.trust.fuzz.texts import ATTACKS
from tests.trust.fuzz.watch import Offence, fuzz


@pytest.mark.parametrize(
    ("target", "count"), [(PARSER, 40), (ARGUMENTS, 8), (SERVER, 10)], ids=lambda t: getattr(t, "name", t)
)
def test_whatever_comes_in_an_answer_or_a_documented_error_comes_out(target, count):
    tally = fuzz(target, 20_261_122, count=count)
    assert tally.offences == {}
    assert tally.tried == count


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_on_the_parser_is_a_function_and_none_is_run(attack):
    with PARSER.ready() as answer:
        assert answer((attack, "0.5", "reverse", 1)) in ("attack refused", "ExpressionError")


def target(answer):
    """A target of whole numbers with this answer, for trying the fuzzer itself."""
    return SimpleNamespace(
        name="small", limit=0.2, inputs=st.integers(0, 1000), ready=lambda: nullcontext(answer)
    )


def test_an_offence_is_found_and_its_input_made_short():
    def answer(given):
        if given > 17:
            raise Offence("too large")
        return "small"

    tally = fuzz(target(answer), 1, count=200)
    assert tally.offences["too large"][0] == "18"


def test_a_hang_is_found_and_the_fuzzer_goes_on():
    def answer(given):
        while given > 17:
            pass
        return "small"

    tally = fuzz(target(answer), 1, count=4)
    assert [*tally.offences] == ["longer than 0.2 s"]
    assert tally.tried == 4


@pytest.mark.slow
def test_memory_that_grows_is_found(monkeypatch):
    monkeypatch.setattr("tests.trust.fuzz.watch.GROWTH", 20.0)
    monkeypatch.setattr("tests.trust.fuzz.watch.BATCH", 10)
    kept = []
    tally = fuzz(target(lambda given: kept.append(b"x" * 2**20) or "kept"), 1, count=80)
    assert "memory grows by more than 20 MB" in tally.offences


@pytest.mark.parametrize(
    ("status", "err"),
    [(4, ""), (1, "diffkit: this is a mistake in diffkit, please report it: KeyError: 1\n"), (2, "oh\n"),
     (2, "Traceback (most recent call last)\ndiffkit: x\n"), (3, "diffkit: a\nb\nc\nd\n"),
     (2, "diffkit: \x1b[2J\n")],
)  # fmt: skip
def test_what_no_command_may_say_is_an_offence(status, err):
    with pytest.raises(Offence):
        require_documented(status, err, ["compare"])


@pytest.mark.slow
def test_the_command_prints_what_came_and_writes_what_it_found(tmp_path, monkeypatch):
    monkeypatch.setattr("resource.setrlimit", lambda *limits: None)
    found = tmp_path / "found.txt"
    fine = CliRunner().invoke(
        main, ["--seconds", "1", "--only", "parser", "--seed", "3", "--found", str(found)]
    )
    assert fine.exit_code == 0
    assert fine.stdout.startswith("target ")
    assert "ExpressionError" in fine.stdout
    assert not [*tmp_path.iterdir()]

    def broken(text):
        raise KeyError(text)

    monkeypatch.setattr("tests.trust.fuzz.parser.parse", broken)
    wrong = CliRunner().invoke(
        main, ["--seconds", "1", "--only", "parser", "--seed", "3", "--found", str(found)]
    )
    assert wrong.exit_code == 1
    assert "KeyError" in found.read_text()
    assert "seed 3" in found.read_text()
    assert CliRunner().invoke(main, ["--only", "nosuch"]).exit_code == 2


BYTES = [
    (b"compare", b"x\xff^2", b"--at", b"1"),
    (b"compare", b"x^2", b"--at", b"\xe2\x82"),
    (b"compare", b"\xf0\x9d\x94\xb5", b"--at", b"1"),
    (b"compare", b"\x1b[31mx", b"--at", b"1"),
    (b"swell", b"x", b"--n", b"\xd9\xa3"),
    (b"\xff\xfe", b"x"),
    (b"compare", b"-", b"--at", b"1"),
]


@pytest.mark.slow
@pytest.mark.parametrize("line", BYTES, ids=repr)
def test_bytes_that_are_no_text_end_a_process_with_status_2_and_one_line(line, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "diffkit", *line], input=b"x^2\xff\x00", capture_output=True, cwd=tmp_path,
        timeout=60, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    require_documented(2, done.stderr.decode(), ["compare"])
    assert not [*tmp_path.iterdir()]
