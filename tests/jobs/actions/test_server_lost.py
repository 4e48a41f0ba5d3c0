"""The lab's server is killed half way through a long clear: what was done is said, and a second try does the rest."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import MySQLdb
import pytest
from django.db import connections
from django.test import Client

from jobs.actions.selection import CHUNK_ROWS
from jobsite.activity.models import Act, ActChunk
from jobsite.demo.server import Server
from tests.jobs.clearing import CLEAR, CONFIRM, JOBS, confirm
from tests.jobs.planting import JOBS_TABLE
from tests.lab import eventually
from tests.pages import fields, look, notices

JOBS_THERE, CHUNKS_BEFORE = 10 * CHUNK_ROWS, 4
FAILED = """
INSERT INTO lab_lost.`~jobs` (table_name, key_hash, status, error_message, timestamp)
SELECT '__score', MD5(seq), 'error', 'RuntimeError', NOW() - INTERVAL 1 HOUR FROM lab_lost.number
"""
NUMBERS = """
INSERT INTO lab_lost.number WITH RECURSIVE n AS (SELECT 1 AS seq UNION ALL SELECT seq + 1 FROM n WHERE seq < {})
SELECT seq FROM n
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of its own, which the site of this process asks, with many failed jobs."""
    server = Server(tmp_path / "server")
    server.start()
    lab = connections["lab"]
    lab.close()
    shared = dict(lab.settings_dict)
    lab.settings_dict |= {"PORT": str(server.port), "USER": "root", "PASSWORD": ""}
    try:
        run(server, "CREATE DATABASE lab_lost")
        run(server, JOBS_TABLE.format("lab_lost.`~jobs`"))
        run(server, "CREATE TABLE lab_lost.number (seq int unsigned PRIMARY KEY)")
        run(server, "SET max_recursive_iterations = 4294967295", NUMBERS.format(JOBS_THERE), FAILED)
        yield server
    finally:
        lab.close()
        lab.settings_dict |= shared
        server.stop()


def run(server: Server, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements in one session; return the rows of the last."""
    driver = MySQLdb.connect(host="127.0.0.1", port=server.port, user="root", autocommit=True)
    with driver.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        rows = list(cursor.fetchall())
    driver.close()
    return rows


@contextmanager
def before_delete(number: int, happens: Callable[[], object]) -> Iterator[None]:
    """Let something happen just before the site's DELETE of this number."""
    sent: list[str] = []

    def execute(go_on: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("DELETE"):
            sent.append(sql)
            if len(sent) == number:
                happens()
        return go_on(sql, *rest)

    with connections["lab"].execute_wrapper(execute):
        yield


def kill(server: Server) -> None:
    """End the server as a crash would."""
    assert server.process is not None
    server.process.kill()
    server.process.wait()


def clear_everything(client: Client) -> str:
    """Clear all that match, and return where the answer leads."""
    found = eventually(lambda: confirm_everything(client), "the jobs to be listed")
    response = client.post(CLEAR, {**fields(found, CLEAR), "typed": fields(found, CLEAR)["expected"]})
    assert response.status_code == 302
    return response.headers["Location"]


def confirm_everything(client: Client) -> Any:
    """Return the confirm page for all jobs of the schema, once there are any."""
    form = {**fields(look(client, f"{JOBS}?schema=lab_lost"), CONFIRM), "all": ["1"]}
    found = confirm(client, form)
    return found if found.select_one('input[name="typed"]') else None


def cleared(sentence: str) -> int:
    """Return the number in `Cleared 1,200 jobs. …`."""
    match = re.match(r"Cleared ([\d,]+) jobs\.", sentence)
    assert match, sentence
    return int(match[1].replace(",", ""))


def test_a_clear_whose_server_is_killed_says_what_was_done_and_the_second_try_does_the_rest(
    server: Server, operator: Client
) -> None:
    with before_delete(CHUNKS_BEFORE + 1, lambda: kill(server)):
        address = clear_everything(operator)
    connections["lab"].close()
    server.start(port=server.port)

    (said,) = notices(look(operator, address))
    done = cleared(said)
    assert done == CHUNKS_BEFORE * CHUNK_ROWS
    assert re.sub(r"\S+:\d+", "…", said) == (
        f"Cleared {done:,} jobs. Whether {CHUNK_ROWS:,} more were cleared is not known. "
        "The lab's server … closed the connection: try again when it is back. The rest was left alone."
    )
    first = Act.objects.get()
    assert (first.outcome, [chunk.counts for chunk in first.chunks.all()]) == (
        said,
        [*[{"cleared": CHUNK_ROWS}] * CHUNKS_BEFORE, {}],
    )
    assert run(server, "SELECT COUNT(*) FROM lab_lost.`~jobs`") == [(JOBS_THERE - done,)]

    (said,) = notices(look(operator, clear_everything(operator)))
    assert (done + cleared(said), run(server, "SELECT COUNT(*) FROM lab_lost.`~jobs`")) == (JOBS_THERE, [(0,)])
    counts: Counter[str] = sum((Counter(chunk.counts) for chunk in ActChunk.objects.all()), Counter())
    assert counts == {"cleared": JOBS_THERE}
