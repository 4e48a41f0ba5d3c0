"""manage.py populate on a terminal: what a person sees on the screen, of any size, whatever make writes there."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.jobs.sounds import TABLE, Sounds, bar_of, says
from tests.lab import Lab
from tests.ways_to_write import WAYS

SIZES = [(40, 24), (80, 24), (200, 50)]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_bar_shows_every_count_in_any_width(lab: Lab, columns: int, rows: int) -> None:
    terminal = Sounds(lab, ["", "fails", "nothing", "waits", ""]).populate(columns=columns, rows=rows)
    counts = ("1 done", "1 failed", "1 nothing inserted", "2 left", " 60%", "keys/", "ETA ", " s a key", "running ")
    lines = terminal.shows(says(*counts), "every count")
    assert lines[-1] != ""
    assert all(len(line) <= columns for line in lines)
    lab.gate.touch()
    assert f"{TABLE}: 3 done, 1 failed, 0 skipped, 1 nothing inserted" in "".join(terminal.end())


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_whatever_make_writes_stands_whole_above_the_bar(lab: Lab, columns: int, rows: int, processes: str) -> None:
    ways = [way for way in WAYS if processes == "1" or way not in ("in parts", "over itself")]
    sounds = Sounds(lab, [*ways, "waits", "waits"])
    terminal = sounds.populate("--processes", processes, columns=columns, rows=2 * rows)
    lines = terminal.shows(says(f"{len(ways)} done", "2 left"), "a bar after all that make wrote")
    for way in ways:
        (line,) = [line for line in lines if f"make says {way}" in line]
        assert line.endswith(f"make says {way}")
    lab.gate.touch()
    ended = terminal.end()
    assert bar_of(ended) == ""
    assert f"{len(ways) + 2} done, 0 failed" in "".join(ended)


def test_the_bar_stays_while_more_lines_scroll_than_the_terminal_has(lab: Lab) -> None:
    terminal = Sounds(lab, ["print"] * 30 + ["waits"]).populate(rows=10)
    lines = terminal.shows(says("30 done", "1 left"), "a bar below thirty lines")
    assert [line for line in lines if line == "make says print"] == ["make says print"] * 7
    assert bar_of(lines).startswith(TABLE)


@pytest.mark.parametrize(("columns", "rows"), [(40, 24), (100, 40), (60, 12)])
def test_a_bar_is_drawn_anew_when_the_terminal_is_resized_during_make(lab: Lab, columns: int, rows: int) -> None:
    terminal = Sounds(lab, ["print", "waits", "print"]).populate()
    terminal.shows(says("1 done", "2 left"), "a bar")
    terminal.resize(columns, rows)
    lines = terminal.shows(lambda lines: says("1 done", "2 left")(lines) and lines[-1], "a bar in the last rows")
    assert all(len(line) <= columns for line in lines)
    lab.gate.touch()
    ended = terminal.end()
    assert "make says print" in ended
    assert "3 done, 0 failed, 0 skipped" in "".join(ended)


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"TERM": ""}, {"TERM": "unheard-of"}, {"CI": "true"}], ids=str)
def test_a_terminal_that_cannot_hold_a_bar_gets_counts_as_lines(lab: Lab, env: dict[str, str]) -> None:
    terminal = Sounds(lab, ["print", "fails"]).populate(env=env)
    assert f"{TABLE}: 1 done, 1 failed, 0 left" in terminal.end()
    assert b"\x1b" not in terminal.bytes


def test_a_terminal_that_does_not_know_its_size_gets_counts_as_lines(lab: Lab) -> None:
    terminal = Sounds(lab, ["print", "fails"]).populate(columns=0, rows=0)
    assert f"{TABLE}: 1 done, 1 failed, 0 left" in terminal.end()
    assert b"\x1b" not in terminal.bytes


def test_a_terminal_that_learns_its_size_later_gets_a_bar(lab: Lab) -> None:
    terminal = Sounds(lab, ["print", "waits"]).populate(columns=0, rows=0)
    terminal.shows(lambda lines: "make says print" in lines, "what make wrote")
    terminal.resize(80, 24)
    terminal.shows(lambda lines: says("1 done", "1 left")(lines) and lines[-1], "a bar")


def test_a_failure_is_said_once_on_a_terminal(lab: Lab) -> None:
    lines = Sounds(lab, ["", "fails"]).populate().end()
    assert [line for line in lines if "FAILED" in line] == ["FAILED sound=01 fails: ValueError: no sound"]
    assert lines[-2] == f"{TABLE}: 1 done, 1 failed, 0 skipped"


def test_the_summary_says_seconds_a_key_and_when_a_table_was_computed(lab: Lab) -> None:
    last = Sounds(lab, [""]).populate(columns=120).end()[-1]
    assert re.fullmatch(r"  0\.\d+ s a key, \S{10} \S{8} to \S{10} \S{8} \(\d+ s\)", last)


@pytest.mark.parametrize("columns", [40, 80])
def test_the_lines_of_a_dry_run_fit_the_terminal_and_the_key_can_be_read(lab: Lab, columns: int) -> None:
    sounds = Sounds(lab, ["fails", ""])
    sounds.populate().end()
    lines = sounds.populate("--dry-run", columns=columns).end()
    (error,) = [line for line in lines if "error sound=" in line]
    assert error.startswith("  error sound=00 fails: ")
    assert "…" in error
    assert max(map(len, lines)) <= columns


def test_a_summary_for_a_program_leaves_the_bar_to_standard_error(lab: Lab, tmp_path: Path) -> None:
    command = f"populate {TABLE} --json > {tmp_path / 'out'}"
    terminal = Sounds(lab, ["print", "waits"]).run(f"{sys.executable} manage.py {command}")
    terminal.shows(says("1 done", "1 left"), "a bar")
    lab.gate.touch()
    terminal.end()
    (table,) = json.loads((tmp_path / "out").read_text())["tables"]
    assert (table["table"], table["done"]) == (TABLE, 2)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_terminal_scrolls_as_before_after_a_worker_that_was_ended(lab: Lab, signum: int) -> None:
    terminal = Sounds(lab, ["waits"]).populate(rows=10)
    terminal.shows(says("1 left"), "a bar")
    os.kill(terminal.process.pid, signum)
    terminal.shows(lambda lines: not bar_of(lines) and terminal.screen.margins is None, "a screen without a bar")


def test_who_draws_the_bar_is_no_child_of_the_worker(lab: Lab) -> None:
    terminal = Sounds(lab, ["waits"]).populate()
    terminal.shows(says("1 left"), "a bar")
    with open(f"/proc/{terminal.process.pid}/task/{terminal.process.pid}/children") as children:
        assert children.read() == ""
