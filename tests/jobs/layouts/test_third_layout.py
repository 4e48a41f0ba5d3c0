"""A layout that nobody planned for: its jobs are listed, read and cleared by the pages there are.

It lives in this file alone: another name, other columns, another key and other words for a status.
"""

from collections.abc import Mapping, Sequence
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from jobs.layouts.base import Column, Layout, Statement, UnreadableTableError
from jobs.layouts.schema_wide import SchemaWide
from jobs.models import Job, JobQuerySet, QualifiedName
from jobs.snapshots import SeenRow
from tests.jobs.clearing import JOBS, clear_all, confirm, everything, post, says, selected, wait_a_second
from tests.jobs.locking import bob_locks
from tests.lab import Lab
from tests.pages import cells, look, notices, text_of, tokens
from tests.server import SERVER

STEPS = "toy_steps"
DECLARE = """
CREATE TABLE `{}`.toy_steps (
  step varchar(64) NOT NULL, item int NOT NULL, state enum('failed', 'runs', 'skipped') NOT NULL, said text,
  at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), PRIMARY KEY (step, item)
)
"""
COLUMNS = {
    "table_name": "CONCAT('__', step)",
    "key_hash": "CAST(item AS CHAR)",
    "status": "ELT(state, 'error', 'reserved', 'ignore')",
    "key": "NULL",
    "error_message": "COALESCE(said, '')",
    "error_stack": "NULL",
    "user": "''",
    "host": "'toybox'",
    "pid": "NULL",
    "connection_id": "NULL",
    "timestamp": "at",
}
DELETE = "DELETE FROM {} WHERE {}"
SAME = "(CONCAT('__', step) = %s AND item = %s AND ELT(state, 'error', 'reserved', 'ignore') = %s AND at = %s)"


class Toy(Layout):
    """A table of steps and items."""

    pattern = STEPS

    @classmethod
    def is_named(cls, name: str) -> bool:
        return name == STEPS

    @classmethod
    def from_columns(cls, table: QualifiedName, columns: Mapping[str, Column]) -> "Toy":
        if "state" not in columns:
            raise UnreadableTableError("it has no column state")
        return cls(table)

    def rows(self) -> JobQuerySet:
        return Job.objects.in_table(self.table, COLUMNS)

    @property
    def statements(self) -> Mapping[str, Statement]:
        return {"clear": Statement(self.delete, "DELETE")}

    def delete(self, seen: Sequence[SeenRow]) -> int:
        with connections["lab"].cursor() as cursor:
            rows = " OR ".join([SAME] * len(seen))
            cursor.execute(DELETE.format(self.table.quoted, rows), [value for row in seen for value in row])
            return int(cursor.rowcount)


@pytest.fixture
def toys(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> str:
    """A schema with two failed steps, one that runs and one that is skipped, beside a failed job of DataJoint's."""
    monkeypatch.setattr("jobs.layouts.discovery.LAYOUTS", (SchemaWide, Toy))
    schema = lab.failed(m1="value")
    SERVER.sql(DECLARE.format(schema))
    SERVER.sql(
        f"INSERT INTO `{schema}`.toy_steps (step, item, state, said) VALUES ('sort', 7, 'failed', 'no spikes here'), "
        "('sort', 8, 'failed', 'none there'), ('sort', 9, 'runs', NULL), ('merge', 7, 'skipped', NULL)"
    )
    return schema


def steps(schema: str) -> set[tuple[str, int]]:
    """Return the steps that stand there."""
    return set(SERVER.sql(f"SELECT step, item FROM `{schema}`.toy_steps"))


def test_its_jobs_stand_in_the_list_beside_datajoint_s(toys: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={toys}&sort=table")
    assert cells(found, "Table") == [f"{name} {toys}" for name in ("Merge", "Score", "Sort", "Sort", "Sort")]
    assert text_of(found.select_one(".tabs")) == "Not done 5 Errors 3 Reserved 1 Ignored 1"


def test_its_jobs_are_filtered(toys: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}?schema={toys}&status=error&message=SPIKES&host=toy&newer=1h")
    assert cells(found, "Message") == ["no spikes here"]


def test_a_job_of_it_has_a_page(toys: str, viewer: Client) -> None:
    found = look(viewer, f"{JOBS}{toys}/__sort/7/")
    assert (text_of(found.h1), text_of(found.select_one(".exception"))) == (f"Sort {toys}", "no spikes here")


def test_whether_one_runs_cannot_be_told(toys: str, viewer: Client) -> None:
    assert cells(look(viewer, f"{JOBS}?schema={toys}&status=reserved"), "Status") == ["reserved cannot tell"]


def test_its_jobs_are_cleared_with_datajoint_s(toys: str, lab: Lab, operator: Client) -> None:
    form = selected(operator, f"schema={toys}&status=error")
    assert says(confirm(operator, form))[0].startswith("3 failed: ")
    assert clear_all(operator, form) == ["Cleared 3 jobs."]
    assert (steps(toys), lab.jobs(toys)) == ({("sort", 9), ("merge", 7)}, {})


def test_all_of_them_that_match_are_cleared_in_short_statements(
    toys: str, lab: Lab, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.actions.selection.CHUNK_ROWS", 1)
    assert clear_all(operator, everything(operator, f"schema={toys}&table=__sort&status=error")) == ["Cleared 2 jobs."]
    assert (steps(toys), len(lab.jobs(toys))) == ({("sort", 9), ("merge", 7)}, 1)


def test_one_that_runs_takes_the_number(toys: str, operator: Client) -> None:
    confirmed = confirm(operator, selected(operator, f"schema={toys}&status=reserved"))
    assert post(operator, confirmed).status_code == 409
    assert post(operator, confirmed, typed="1").status_code == 302
    assert ("sort", 9) not in steps(toys)


def test_one_that_changed_meanwhile_is_left_alone(toys: str, operator: Client) -> None:
    form = selected(operator, f"schema={toys}&table=__sort&status=error")
    wait_a_second()
    SERVER.sql(f"UPDATE `{toys}`.toy_steps SET at = NOW(3) WHERE item = 7 AND step = 'sort'")
    confirmed = confirm(operator, form)
    assert "1 changed since you looked: left alone." in says(confirmed)
    response = post(operator, confirmed)
    assert notices(look(operator, response.headers["Location"])) == [
        "Cleared 1 job. 1 changed meanwhile and was left alone."
    ]
    assert ("sort", 7) in steps(toys)


def test_when_it_is_locked_datajoint_s_are_listed(toys: str, lab: Lab, viewer: Client) -> None:
    with bob_locks(lab, f"`{toys}`.toy_steps", "WRITE"):
        found = look(viewer, f"{JOBS}?schema={toys}")
    assert cells(found, "Table") == [f"Score {toys}"]
    assert notices(found)[0].startswith(f"The jobs of {toys} are not shown: its jobs table is locked")


def test_one_of_another_shape_is_left_out(toys: str, viewer: Client) -> None:
    SERVER.sql(f"ALTER TABLE `{toys}`.toy_steps DROP COLUMN state")
    found = look(viewer, f"{JOBS}?schema={toys}")
    assert cells(found, "Table") == [f"Score {toys}"]
    assert notices(found) == [f"The jobs of {toys} are not shown: it has no column state."]


def test_the_doctor_looks_at_it_too(toys: str) -> None:
    said = StringIO()
    with SERVER.without("DELETE", on=r"`lab\_%`.*"), pytest.raises(Exception, match="Something is missing"):
        call_command("doctor", stdout=said)
    assert f"GRANT DELETE ON `{toys}`.`toy_steps` TO" in said.getvalue()


def test_where_it_cannot_be_cleared_no_button_is_drawn(
    toys: str, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Toy, "statements", {})
    job = look(operator, f"{JOBS}{toys}/__sort/7/")
    assert job.select("article form") == []


def test_where_it_cannot_be_cleared_its_jobs_are_left_alone(
    toys: str, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Toy, "statements", {})
    found = look(operator, f"{JOBS}?schema={toys}&status=error")
    (said,) = clear_all(operator, {"job": tokens(found, "job")})
    why = "jobs in a table of this kind cannot be cleared"
    assert said == f"Cleared 1 job. Jobs of {toys} were left alone: {why}."
    assert len(steps(toys)) == 4
