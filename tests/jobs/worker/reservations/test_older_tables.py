"""manage.py populate where the jobs table is an older DataJoint's or MATLAB's: it writes what there is room for."""

import json
import os
import platform
from typing import Any

import pytest

from jobs.worker.options import Options
from jobs.worker.reservations.base import Reservation, reservation_of
from jobs.worker.reservations.factory import reservations_of
from tests.jobs.older import SHAPES, declare
from tests.lab import Lab
from tests.server import SERVER

KEY = {"subject": "a", "session": 1}
LONG = "é" * 3000


class Table:
    """Score of a schema whose jobs table is of another shape."""

    def __init__(self, lab: Lab, shape: str) -> None:
        self.schema, self.module = lab.pipeline()
        declare(self.schema, shape)
        self.ours = reservations_of(self.module.Score(), Options())

    def reserve(self) -> Reservation:
        (job,) = self.ours.reserve([reservation_of(KEY, KEY)])
        return job

    def rows(self) -> list[dict[str, Any]]:
        names = [name for name, *_ in SERVER.sql(f"SHOW COLUMNS FROM `{self.schema}`.`~jobs`")]
        return [dict(zip(names, row, strict=True)) for row in SERVER.sql(f"SELECT * FROM `{self.schema}`.`~jobs`")]


@pytest.fixture(params=SHAPES)
def table(lab: Lab, request: pytest.FixtureRequest) -> Table:
    return Table(lab, request.param)


def test_a_reservation_says_all_that_the_table_has_room_for(table: Table) -> None:
    job = table.reserve()
    (row,) = table.rows()
    ((user,),) = table.module.Score().connection.query("SELECT USER()").fetchall()
    whole = {"host": platform.node(), "user": user, "pid": os.getpid(), "connection_id": job.connection_id}
    assert row["status"] == "reserved"
    for name in set(whole) & set(row):
        assert str(whole[name]).startswith(str(row[name]))
        assert row[name]


def test_a_computed_job_leaves_no_row(table: Table) -> None:
    table.ours.complete(table.reserve(), "COMMIT")
    assert table.rows() == []


def test_an_error_is_cut_to_what_the_table_holds(table: Table) -> None:
    table.ours.error(table.reserve(), LONG, f"{LONG}the end")
    (row,) = table.rows()
    assert row["status"] == "error"
    if "error_message" in row:
        assert row["error_message"].strip("é") == "...truncated"
        assert len(row["error_message"]) > 50
    if "error_stack" in row:
        from datajoint import blob

        assert blob.unpack(row["error_stack"]).endswith("the end")


def test_an_error_that_the_character_set_lacks_is_escaped_and_cut(table: Table) -> None:
    table.ours.error(table.reserve(), "🧠" * 1000 + "\udce9", "\udce9")
    (row,) = table.rows()
    assert row["status"] == "error"
    if "error_message" in row:
        assert row["error_message"].startswith(r"\U0001f9e0")


def test_only_a_reservation_of_our_own_is_taken_back(lab: Lab) -> None:
    for shape in ("before user and connection", "no connection"):
        table = Table(lab, shape)
        job = table.reserve()
        SERVER.sql(f"UPDATE `{table.schema}`.`~jobs` SET host = 'another'")
        table.ours.error(job, "ValueError", "stack")
        table.ours.release([job])
        assert [row["status"] for row in table.rows()] == ["reserved"]


def test_what_a_killed_process_had_reserved_is_found(table: Table) -> None:
    table.reserve()
    found = table.ours.reserved_by(os.getpid(), [reservation_of(KEY, KEY)])
    table.ours.release(found)
    names_processes = {"host", "pid"} <= set(columns_of(table))
    assert (len(found), len(table.rows())) == ((1, 0) if names_processes else (0, 1))


def columns_of(table: Table) -> list[str]:
    return [name for name, *_ in SERVER.sql(f"SHOW COLUMNS FROM `{table.schema}`.`~jobs`")]


@pytest.mark.parametrize("shape", SHAPES)
def test_populate_computes_and_leaves_nothing_reserved(lab: Lab, shape: str) -> None:
    schema, module = lab.pipeline(recordings={"a": "", "b": "chained", "c": ""})
    declare(schema, shape)
    run = lab.populate(schema, "--json")
    (summary,) = json.loads(run.stdout)["tables"]
    assert (run.returncode, summary["done"], len(summary["failed"]), len(module.Score())) == (1, 2, 1, 2)
    assert SERVER.sql(f"SELECT status FROM `{schema}`.`~jobs`") == [("error",)]


def test_an_interrupted_worker_leaves_an_error(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait"})
    declare(schema, "before user and connection")
    worker = lab.start_waiting(schema)
    worker.terminate()
    worker.communicate()
    assert SERVER.sql(f"SELECT status, error_message FROM `{schema}`.`~jobs`") == [
        ("error", "SystemExit: SIGTERM received")
    ]


def test_a_killed_process_of_several_leaves_an_error_too(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "crashes"})
    declare(schema, "before user and connection")
    lab.populate(schema, "--processes", "2")
    ((status, message),) = SERVER.sql(f"SELECT status, error_message FROM `{schema}`.`~jobs`")
    assert (status, message.partition(":")[0]) == ("error", "Killed")


def test_a_dry_run_says_what_is_unknown_of_who_holds_a_key(lab: Lab) -> None:
    schema, _ = lab.pipeline(recordings={"a": "wait"})
    declare(schema, "before user and connection")
    worker = lab.start_waiting(schema)
    run = lab.populate(schema, "--dry-run")
    who = f"by unknown, host {platform.node()}, pid {worker.pid}, connection unknown"
    assert f"  reserved subject=a, session=1: {who}" in run.stdout
