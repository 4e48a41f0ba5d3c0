"""Keys that hold floating point numbers: nothing is computed twice, and the lines to copy mean just one key."""

import json
import shlex
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest
from django.test import Client

from jobs.formats.key import key_hash
from jobs.worker.options import Options
from jobs.worker.outcomes import KeyDict
from jobs.worker.pending import find_pending
from tests.jobs.worker.contexts import claims_of
from tests.jobs.workers import answers, environ
from tests.lab import ROOT, Lab, load_pipeline
from tests.pages import look, text_of
from tests.server import SERVER

SPIKES, COUNTED = "tests.floats.Spikes", "tests.floats.Counted"
# Numbers of six digits: a FLOAT shows them as they were given.
SHOWN = (0.11, 3.3, 2.5, -2.5e-07, 1e20, 123457.0, 1e-30, 0.0)
WINDOWS = [
    (0.1, "1.500", 123.4567, 0.11),
    (0.1, "1.500", 123.4568, 0.11),
    (0.1 + 2**-55, "0.125", 0.1, 2.5),
    (1 / 3, "2", 0.1001, 1e-9),
    (5e-324, "0", 999.9999, 3.3),
    (1.7976931348623157e308, "-1", -1.5, 2.5),
]


@pytest.fixture
def floats(lab: Lab) -> ModuleType:
    return load_pipeline(lab.schema(), "floats")


def take_all(table: Any, keys: list[KeyDict], finished: list[KeyDict]) -> tuple[list[KeyDict], list[KeyDict]]:
    """Return what a worker takes of keys of which others have finished some after the first, and what it skips."""
    skipped: list[KeyDict] = []
    claims = claims_of(table, keys, skipped)
    taken = claims.next()
    claims.record_duration(0.01)
    for key in finished:
        table.insert1({**key, "made": 1}, allow_direct_insert=True)
    while claims:
        taken += claims.next()
    return [job.key for job in taken], skipped


def in_order(found: tuple[list[KeyDict], list[KeyDict]]) -> list[list[str]]:
    return [sorted(map(repr, keys)) for keys in found]


def test_keys_that_others_finished_are_known_by_a_float(floats: ModuleType) -> None:
    floats.Threshold.insert((value,) for value in SHOWN)
    keys = find_pending(floats.Spikes(), Options()).keys
    assert in_order(take_all(floats.Spikes(), keys, keys[1:])) == in_order((keys[:1], keys[1:]))


def test_keys_that_others_finished_are_known_by_doubles_decimals_and_floats_of_fixed_digits(floats: ModuleType) -> None:
    floats.Window.insert(WINDOWS)
    keys = find_pending(floats.Counted(), Options()).keys
    assert in_order(take_all(floats.Counted(), keys, keys[1:])) == in_order((keys[:1], keys[1:]))


def test_a_key_beside_a_finished_one_is_not_finished(floats: ModuleType) -> None:
    floats.Window.insert(WINDOWS)
    keys = find_pending(floats.Counted(), Options()).keys
    rest = [key for key in keys if key != keys[2]]
    assert in_order(take_all(floats.Counted(), keys, [keys[2]])) == in_order((rest, [keys[2]]))


def test_make_gets_the_key_that_datajoint_would_give_it(floats: ModuleType) -> None:
    floats.Threshold.insert((value,) for value in SHOWN)
    floats.Window.insert(WINDOWS)
    for table in (floats.Spikes(), floats.Counted()):
        ours, theirs = find_pending(table, Options()).keys, (table.key_source - table).fetch("KEY")
        assert [repr(key) for key in ours] == [repr(dict(key)) for key in theirs]


def test_the_hash_of_a_job_is_datajoints(floats: ModuleType) -> None:
    from datajoint.hash import key_hash as datajoints

    floats.Window.insert(WINDOWS)
    keys = find_pending(floats.Counted(), Options()).keys
    assert [key_hash(key) for key in keys] == [datajoints(key) for key in keys]


def test_a_finished_float_is_found_along_the_index(floats: ModuleType) -> None:
    floats.Threshold.insert((number / 100,) for number in range(500))
    keys = find_pending(floats.Spikes(), Options()).keys
    table = floats.Spikes()
    table.insert(({**key, "made": 1} for key in keys), allow_direct_insert=True)
    claims = claims_of(table, keys, [])
    before = rows_read(table.connection)
    assert claims.next() == []
    assert rows_read(table.connection) - before < 100


def rows_read(connection: Any) -> int:
    """Return how many rows the server has read for this connection, along an index or not."""
    found = dict(connection.query("SHOW SESSION STATUS LIKE 'Handler_read%%next'").fetchall())
    return sum(map(int, found.values()))


def test_two_workers_at_once_compute_no_float_twice(floats: ModuleType) -> None:
    floats.Threshold.insert((0.1 * number + 0.01,) for number in range(1, 61))
    command = [sys.executable, "manage.py", "populate", SPIKES, "--json"]
    env = environ(floats.schema.database, TEST_SLOW_S="0.02")
    workers = [subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    (one, two) = (json.loads(worker.communicate()[0])["tables"][0] for worker in workers)
    assert (one["done"] + two["done"], one["failed"], two["failed"]) == (60, [], [])


@pytest.mark.parametrize("table", [SPIKES, COUNTED])
def test_the_lines_to_copy_mean_just_this_key(floats: ModuleType, viewer: Client, table: str) -> None:
    name = table.rpartition(".")[2]
    floats.Threshold.insert1((-0.11,))
    floats.Threshold.insert1((-0.12,))
    floats.Window.insert(WINDOWS)
    schema = floats.schema.database
    answers(schema, [[table]], TEST_FAILS="1")
    rows = look(viewer, f"/jobs/?schema={schema}").select("td a")
    assert len(rows) == (2 if table == SPIKES else len(WINDOWS))
    for row in rows:
        restriction, command = (text_of(line) for line in look(viewer, str(row["href"])).select(".copy code"))
        key = eval(restriction, {name: getattr(floats, name).key_source, **names_in_lines()}).fetch1("KEY")
        options = shlex.split(command)[4:]
        (answer,) = answers(schema, [[table, *options, "--dry-run", "--json"]])
        (excluded,) = json.loads(answer.out)["tables"][0]["excluded"]
        assert str(key) == str({name: type(key[name])(value) for name, value in excluded["key"].items()})


def names_in_lines() -> dict[str, Any]:
    import decimal

    return {"decimal": decimal}


def test_a_restriction_that_matches_no_float_says_how_one_is_written(floats: ModuleType) -> None:
    floats.Threshold.insert1((0.11,))
    schema = floats.schema.database
    no, yes = answers(
        schema, [[SPIKES, "--restrict", "threshold=0.11"], [SPIKES, "--restrict", "CONCAT(threshold)=0.11"]]
    )
    assert "No key of Spikes matches --restrict; threshold is a FLOAT, written CONCAT(threshold)=0.1 there." in no.out
    assert SERVER.sql(f"SELECT COUNT(*) FROM `{schema}`.`__spikes`") == [(1,)]
    assert "1 done" in yes.out
