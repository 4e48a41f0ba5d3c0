"""`manage.py kill` on a terminal of 80 and of 40 columns: the list, the prompt, colours, and Ctrl-C."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from jobsite.fitting import width_of
from tests.connections.terminals import PROMPT, kill_as_a_shell, kill_on_a_terminal
from tests.connections.test_kill_command import NOTHING_IS_LOST, name_of, of
from tests.connections.test_killing import ONE, OTHER, busy, running, statement_of
from tests.lab import Lab, eventually, is_connected
from tests.server import SERVER, SITE
from tests.terminals import Terminal

HOSTILE = "SELECT SLEEP(60), '\x1b[2J\n長い文字列', 'a long statement that has to be cut somewhere in its middle'"


@pytest.fixture
def listed(lab: Lab, request: pytest.FixtureRequest) -> Iterator[tuple[Terminal, int, int]]:
    """A terminal of so many columns that lists a worker's connection and a busy one; and their ids."""
    columns: int = request.param
    schema, _ = lab.pipeline(recordings={"m1": "wait"})
    lab.start_waiting(schema, user="alice")
    ((worker,),) = SERVER.sql(f"SELECT connection_id FROM `{schema}`.`~jobs`")
    with busy(statement=HOSTILE) as (thread, _):
        terminal = kill_on_a_terminal(of(worker, thread), columns=columns)
        asks(terminal)
        yield terminal, worker, thread
        terminal.kill()


def asks(terminal: Terminal) -> list[str]:
    """Return what the terminal shows once the command asks."""
    return terminal.shows(lambda lines: next(filter(None, reversed(lines)), "") == PROMPT, "the prompt")


@pytest.mark.parametrize("listed", [80], indirect=True)
def test_in_80_columns_a_connection_is_a_line_and_what_it_holds_stands_below(
    listed: tuple[Terminal, int, int],
) -> None:
    terminal, worker, thread = listed
    headings, rule, *rows = [line for line in terminal.lines if line]
    assert headings.split() == ["ID", "USER", "HOST", "STATE", "TIME", "INFO"]
    assert set(rule) == {"+", "-", " "}
    (of_worker, holds, transaction), (of_thread, prompt) = rows[:3], rows[3:]
    assert (of_worker.split()[:2], of_thread.split()[:2]) == ([str(worker), "alice"], [str(thread), "bob"])
    assert (holds.strip(), transaction.split()[0], prompt) == (
        "holds Score(subject=m1, session=1)",
        "transaction",
        PROMPT,
    )
    assert of_thread.endswith("its middle'")
    assert max(map(width_of, terminal.lines)) <= 80


@pytest.mark.parametrize("listed", [40], indirect=True)
def test_in_40_columns_nothing_is_broken_and_statements_have_their_own_lines(
    listed: tuple[Terminal, int, int],
) -> None:
    terminal, worker, thread = listed
    headings, _, of_worker, holds, transaction, of_thread, info, prompt = [line for line in terminal.lines if line]
    assert headings.split() == ["ID", "USER", "HOST", "STATE", "TIME"]
    assert (of_worker.split()[:2], of_thread.split()[:2]) == ([str(worker), "alice"], [str(thread), "bob"])
    assert (holds.strip(), transaction.split()[0]) == ("holds Score(subject=m1, session=1)", "transaction")
    assert (info.startswith("     SELECT SLEEP(6"), info.endswith("in its middle'"), prompt) == (True, True, PROMPT)
    assert max(map(width_of, terminal.lines)) <= 40


@pytest.mark.parametrize("listed", [80], indirect=True)
def test_an_id_is_killed_and_the_list_comes_again_until_q(listed: tuple[Terminal, int, int]) -> None:
    terminal, _, thread = listed
    name = name_of(thread)
    terminal.type(f"{thread}\n")
    lines = terminal.shows(lambda lines: lines.count(PROMPT) == 1, "the second prompt")
    said = lines[lines.index(f"{name}:") : lines.index(f"{name}: kill sent.")]
    assert " ".join(line.strip() for line in said) == f"{name}: {NOTHING_IS_LOST}"
    terminal.type("q\n")
    terminal.end()
    assert terminal.process.returncode == 0


def left_alone(terminal: Terminal, thread: int) -> list[str]:
    """Type an id of the list and return what is said before the list comes again."""
    terminal.type(f"{thread}\n")
    lines = terminal.shows(lambda lines: "No kill was sent." in lines, "the answer")
    terminal.kill()
    return [line for line in lines if line.endswith(": left alone.")]


def test_a_statement_that_begins_while_the_prompt_waits_goes_on(lab: Lab) -> None:
    driver, thread = lab.idle()
    with running(driver, ONE):
        terminal = kill_on_a_terminal(of(thread), "--query", columns=200)
        asks(terminal)
    with running(driver, OTHER):
        name = name_of(thread)
        assert left_alone(terminal, thread) == [
            f"{name} no longer matches, or does not run the statement that was seen: left alone."
        ]
        assert statement_of(thread) == OTHER


def test_a_connection_that_no_longer_matches_when_its_id_is_typed_lives(lab: Lab) -> None:
    driver, thread = lab.idle()
    terminal = kill_on_a_terminal(f'{of(thread)} AND COMMAND = "Sleep"', columns=200)
    asks(terminal)
    with running(driver, ONE):
        assert left_alone(terminal, thread) == [f"{name_of(thread)} no longer matches what was asked for: left alone."]
        assert statement_of(thread) == ONE


@pytest.mark.parametrize("listed", [40], indirect=True)
def test_ctrl_c_ends_the_command_with_a_line_and_its_status(listed: tuple[Terminal, int, int]) -> None:
    terminal, worker, _ = listed
    terminal.type("\x03")
    assert terminal.end()[-1] == "Ended by Ctrl-C."
    assert (terminal.process.returncode, is_connected(worker)) == (128 + signal.SIGINT, True)


@pytest.mark.parametrize("listed", [80], indirect=True)
def test_ctrl_d_ends_it_as_q_does(listed: tuple[Terminal, int, int]) -> None:
    terminal, _, _ = listed
    terminal.type("\x04")
    terminal.end()
    assert terminal.process.returncode == 0


@pytest.mark.parametrize(("setting", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_are_for_a_terminal_that_has_them_and_can_be_switched_off(
    lab: Lab, setting: dict[str, Any], coloured: bool
) -> None:
    with SERVER.connected(SITE) as own:
        terminal = kill_on_a_terminal(of(own.thread_id()), **setting)
        assert "     cannot be killed: Jobsite’s own" in asks(terminal)
    terminal.type("q\n")
    terminal.end()
    assert (b"\x1b" in terminal.bytes) == coloured


def test_in_a_pipe_the_list_stands_alone_without_colours_and_bytes_that_are_no_text_are_no_id(lab: Lab) -> None:
    _, thread = lab.idle()
    found = kill_as_a_shell(of(thread), typed=b"\xff\n" + f"{thread}\n".encode())
    assert ("\x1b" in found.out, found.status, "Traceback" in found.err) == (False, 1, False)
    assert (PROMPT in found.err, [line for line in found.said if not line.endswith(": kill sent.")]) == (True, [])
    eventually(lambda: not is_connected(thread), "the connection to end")
