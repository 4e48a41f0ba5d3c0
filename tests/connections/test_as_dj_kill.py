"""`manage.py kill` lists what DataJoint's own dj.kill lists, in its order."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.connections.terminals import kill_here
from tests.connections.test_killing import busy
from tests.lab import Lab, load_pipeline
from tests.server import SERVER

List = Callable[..., list[int]]

OF_THE_PAGE = ['HOST LIKE "%compute%"', "TIME > 600"]
"""What DataJoint's page on distributed computing shows, beside an order."""
RESTRICTIONS = [
    *OF_THE_PAGE,
    'HOST LIKE "%127.0.0%"',
    'user = "bob"',
    'USER = "BOB"',
    "USER IN ('alice', 'bob')",
    'NOT USER LIKE "b%"',
    'COMMAND = "sleep" AND TIME >= 0',
    "DB IS NULL",
    'DB LIKE "lab%"',
    'STATE = "" OR STATE IS NULL',
    'INFO LIKE "%needle%"',
    "INFO IS NOT NULL AND TIME < 100000",
    "ID > 0",
    "ID BETWEEN 1 AND 1000000 AND (USER <> 'alice' OR HOST = 'nowhere')",
    "`id` <> 5",
]
ORDERS = ["host desc", "user, id desc", "COMMAND, host", "id desc"]
CALLS = [(None, None), *((text, None) for text in RESTRICTIONS), *((None, text) for text in ORDERS)]


@pytest.fixture
def theirs(
    datajoint: Any, lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[List]:
    """Return the ids that dj.kill lists before its prompt is answered by q."""
    load_pipeline(lab.schema())  # tells DataJoint how to connect
    connection = datajoint.Connection(SERVER.host, SERVER.user, SERVER.password, SERVER.port, use_tls=False)
    monkeypatch.setattr("builtins.input", lambda prompt: "q")

    def listed(restriction: str | None = None, order: str | None = None) -> list[int]:
        capsys.readouterr()
        # PyMySQL formats its statement, also without a parameter: as its page writes it, `%` fails (0.14.10).
        datajoint.kill(restriction and restriction.replace("%", "%%"), connection, order)
        # It prints a connection of which something is NULL as a dictionary.
        found = re.findall(r"^ *(\d+) |^\{'id': (\d+)", capsys.readouterr().out, re.MULTILINE)
        return [int(line or dictionary) for line, dictionary in found]

    yield listed
    connection.close()


def ours(restriction: str | None = None, order: str | None = None) -> list[int]:
    """Return the ids that `manage.py kill` lists before its prompt is answered by q."""
    order_by = ["--order-by", order] if order else []
    return list(kill_here(*([restriction] if restriction else []), *order_by, typed="q\n").rows)


@pytest.fixture
def somebody(lab: Lab) -> Iterator[None]:
    """Connections of several people, idle and at work, in a schema and in none."""
    driver, _ = lab.idle("alice")
    driver.query(f"USE `{lab.schema()}`")
    lab.idle("bob")
    with busy(statement="SELECT SLEEP(60), 'needle'"):
        yield


@pytest.mark.parametrize(("restriction", "order"), CALLS)
def test_the_terminal_lists_what_dj_kill_lists(
    somebody: None, theirs: List, restriction: str | None, order: str | None
) -> None:
    # Each leaves out the connection by which it asks, and sees the other's.
    both = set(theirs()) & set(ours())
    found = [[thread for thread in listed(restriction, order) if thread in both] for listed in (theirs, ours)]
    assert found[0] == found[1]
    assert found[0] or restriction in OF_THE_PAGE
