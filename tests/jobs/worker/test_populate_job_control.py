"""manage.py populate as a job of a shell: whose is the terminal, and who is left when the job or the terminal ends?"""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys

import pytest

from tests.jobs.sounds import PROMPT, TABLE, Sounds, bar_of, populate_line, says
from tests.lab import Lab, eventually
from tests.terminals import Terminal

CTRL_C, CTRL_Z = "\x03", "\x1a"
MARGINS = re.compile(rb"\x1b\[\d+;\d+r")
WIDE = 40 + len(populate_line())
"""Columns in which the shell names the job in one row: in two, the second may begin with the table, as a bar does."""
IGNORING_SIGCHLD = """
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])
"""


def populate_in_shell(sounds: Sounds, *arguments: str, columns: int = 80) -> Terminal:
    """Return the terminal of a shell in which populate runs and has a bar."""
    shell = sounds.shell(columns=columns)
    shell.type(f"{populate_line(*arguments)}\n")
    shell.shows(says("0 done"), "a bar")
    return shell


def stop(shell: Terminal) -> None:
    """Type Ctrl-Z, and wait for the shell and for the bar's end."""
    shell.type(CTRL_Z)
    shell.shows(lambda lines: "Stopped" in "".join(lines) and is_in_order(shell), "the shell's own screen")


def is_in_order(terminal: Terminal) -> bool:
    """Say whether all rows scroll and none has a bar."""
    return bar_of(terminal.lines) == "" and terminal.screen.margins is None


@pytest.mark.parametrize("writing_in_background", ["-tostop", "tostop"])
def test_a_stopped_populate_leaves_the_terminal_to_the_shell_and_fg_draws_the_bar_again(
    lab: Lab, writing_in_background: str
) -> None:
    shell = Sounds(lab, ["waits", "print"]).shell()
    shell.type(f"stty {writing_in_background}; {populate_line()}\n")
    shell.shows(says("0 done", "2 left"), "a bar")
    stop(shell)
    shell.type("clear; seq 40\n")
    assert shell.shows(lambda lines: lines[-1] == PROMPT.rstrip(), "a prompt in the last row")[-2] == "40"
    shell.type("fg\n")
    shell.shows(says("0 done", "2 left"), "a bar again")
    lab.gate.touch()
    shell.shows(lambda lines: f"{TABLE}: 2 done" in "".join(lines) and is_in_order(shell), "the summary")
    assert shell.lines.count("make says print") == 1


def test_no_bar_is_drawn_over_the_shell_while_populate_goes_on_in_the_background(lab: Lab) -> None:
    shell = populate_in_shell(Sounds(lab, ["waits", "in parts"]), columns=WIDE)
    stop(shell)
    before = len(shell.bytes)
    shell.type("bg\n")
    lab.gate.touch()
    shell.shows(lambda lines: f"{TABLE}: 2 done, 0 failed" in "".join(lines), "the summary")
    assert MARGINS.findall(shell.bytes[before:]) == []
    summary = f"{TABLE}: 2 done, 0 failed, 0 skipped"
    assert [line for line in shell.lines if line.startswith(TABLE)] == [summary]
    eventually(lambda: shell.processes == [], "nobody left behind")


def test_no_bar_comes_back_in_the_background_when_the_shell_is_killed(lab: Lab) -> None:
    shell = populate_in_shell(Sounds(lab, ["waits", "in parts"]))
    stop(shell)
    shell.type("bg\n")
    shell.shows(lambda lines: any(line.endswith("&") for line in lines), "the answer of bg")
    shell.kill()
    before = len(shell.bytes)
    lab.gate.touch()
    shell.shows(lambda lines: f"{TABLE}: 2 done, 0 failed" in "".join(lines), "the summary")
    assert MARGINS.findall(shell.bytes[before:]) == []
    eventually(lambda: shell.processes == [], "nobody left behind")


def test_populate_that_is_started_in_the_background_has_its_bar_with_fg(lab: Lab) -> None:
    shell = Sounds(lab, ["print", "waits"]).shell()
    shell.type(f"{populate_line()} &\n")
    shell.shows(lambda lines: any(line.endswith("make says print") for line in lines), "what make wrote")
    eventually(lambda: lab.gate.with_suffix(".waiting").exists(), "a make that waits")
    assert MARGINS.findall(shell.bytes) == []
    shell.type("fg\n")
    shell.shows(says("1 done", "1 left"), "a bar")


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize("before", ["", "bg\n"])
def test_a_job_that_is_killed_leaves_nobody_and_the_terminal_in_order(lab: Lab, before: str, processes: str) -> None:
    shell = populate_in_shell(Sounds(lab, ["waits"] * 3), "--processes", processes)
    stop(shell)
    shell.type(f"{before}kill -9 %1\n")
    eventually(lambda: shell.processes == [], "nobody left behind")
    shell.type("clear; seq 40\n")
    assert shell.shows(lambda lines: lines[-1] == PROMPT.rstrip(), "a prompt in the last row")[-2] == "40"
    assert is_in_order(shell)


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGHUP])
def test_a_process_group_that_is_killed_in_the_foreground_leaves_the_terminal_in_order(
    lab: Lab, signum: int, processes: str
) -> None:
    shell = populate_in_shell(Sounds(lab, ["waits"] * 3), "--processes", processes)
    os.killpg(shell.foreground, signum)
    shell.shows(lambda lines: lines.count(PROMPT.rstrip()) == 1 and is_in_order(shell), "the shell's own screen")
    eventually(lambda: shell.processes == [], "nobody left behind")


def test_ctrl_c_ends_populate_in_a_shell_with_its_summary(lab: Lab) -> None:
    shell = populate_in_shell(Sounds(lab, ["waits"] * 3))
    shell.type(CTRL_C)
    shell.shows(lambda lines: "Ended by Ctrl-C." in lines and is_in_order(shell), "the end of the run")
    eventually(lambda: shell.processes == [], "nobody left behind")


@pytest.mark.parametrize("processes", ["1", "2"])
@pytest.mark.parametrize("keys", ["", CTRL_Z, f"{CTRL_Z}bg\n"], ids=["foreground", "stopped", "background"])
def test_a_terminal_that_is_closed_leaves_nobody_behind(lab: Lab, keys: str, processes: str) -> None:
    shell = populate_in_shell(Sounds(lab, ["waits"] * 3), "--processes", processes)
    if keys:
        stop(shell)
        shell.type(keys.removeprefix(CTRL_Z))
    shell.hang_up()
    eventually(lambda: shell.process.poll() is not None and shell.processes == [], "nobody left behind")


def test_who_draws_ends_with_the_terminal_though_the_worker_goes_on(lab: Lab) -> None:
    sounds = Sounds(lab, ["waits"])
    terminal = sounds.run(f"env --ignore-signal=HUP {populate_line()}")
    terminal.shows(says("1 left"), "a bar")
    terminal.hang_up()
    eventually(lambda: terminal.processes == [], "nobody left who draws")
    assert terminal.process.poll() is None


def test_a_session_without_a_terminal_of_its_own_has_a_bar(lab: Lab) -> None:
    shell = Sounds(lab, ["waits"]).shell()
    shell.type(f"setsid --wait {populate_line()}\n")
    shell.shows(says("0 done", "1 left"), "a bar")
    lab.gate.touch()
    shell.shows(lambda lines: f"{TABLE}: 1 done" in "".join(lines) and is_in_order(shell), "the summary")


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_parent_that_ignores_the_end_of_children_changes_nothing(lab: Lab, processes: str) -> None:
    sounds = Sounds(lab, ["program", "program fails"])
    before = shlex.join([sys.executable, "-c", IGNORING_SIGCHLD])
    lines = sounds.run(f"{before} {populate_line('--processes', processes)}", columns=160).end()
    failure = "CalledProcessError: Command '['false']' returned non-zero exit status 1."
    assert f"FAILED sound=01 program fails: {failure}" in lines
    assert f"{TABLE}: 1 done, 1 failed, 0 skipped" in lines
