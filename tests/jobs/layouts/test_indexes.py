"""Which large jobs tables are said to want an index, and does all go on with it?"""

from collections.abc import Iterator, Sequence

import pytest

from jobs.layouts import indexes
from jobs.layouts.indexes import IndexAdvice, advised_indexes
from jobs.layouts.reading import Reading
from jobsite.lab.identifiers import identifier
from tests.jobs.locking import locked_by_bob
from tests.jobs.older import declare
from tests.jobs.planting import Planted
from tests.lab import Lab
from tests.server import PASSWORD, SERVER

ROWS = 120_000
DIGITS = f"(SELECT 0 AS n UNION ALL {' UNION ALL '.join(f'SELECT {digit}' for digit in range(1, 6))})"
MANY = (
    "INSERT INTO {} (table_name, key_hash, status) SELECT '__score', CONCAT(a.n, b.n, c.n, d.n, e.n, f.n, g.n), 'error'"
    f" FROM {', '.join(f'{DIGITS} {letter}' for letter in 'abcdefg')} LIMIT {ROWS}"
)
ODD_NAMES = ["lab_a`b", "lab_100%", "lab_{two} words", 'lab_"quoted"']


def fill(schema: str) -> str:
    """Let a schema's jobs table have so many rows that an index is worth its cost; return the schema."""
    table = identifier(schema, "~jobs")
    SERVER.sql(MANY.format(table))
    SERVER.sql(f"ANALYZE TABLE {table}")  # the estimate would follow some seconds later
    return schema


@pytest.fixture(scope="module")
def large(accounts: None) -> Iterator[str]:
    """A schema with a large jobs table; each test leaves it without an index."""
    with Lab() as lab:
        yield fill(Planted(lab.schema()).schema)


def advice(schema: str) -> list[IndexAdvice]:
    """Return what is advised for a schema."""
    reading = Reading.begin()
    return reading.ask(advised_indexes, among=reading.layouts_in(schema))


def statuses(schema: str) -> list[str]:
    """Return the statuses of a schema's jobs."""
    return sorted(str(status) for (status,) in SERVER.sql(f"SELECT status FROM `{schema}`.`~jobs`"))


@pytest.mark.usefixtures("db")
def test_a_large_jobs_table_wants_an_index(large: str) -> None:
    (found,) = advice(large)
    assert found.rows == pytest.approx(ROWS, rel=0.3)
    assert found.statement == (
        f"CREATE INDEX `status_timestamp` ON `{large}`.`~jobs` (`status`, `timestamp`) ALGORITHM=INPLACE LOCK=NONE;"
    )


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("columns", "is_enough"),
    [
        ("status, timestamp", True),
        ("status, timestamp, host", True),
        ("timestamp, status", False),
        ("status", False),
        ("status, host, timestamp", False),
    ],
)
def test_an_index_that_begins_so_is_enough_whatever_it_is_called(large: str, columns: str, is_enough: bool) -> None:
    SERVER.sql(f"CREATE INDEX `of the lab's own` ON `{large}`.`~jobs` ({columns})")
    try:
        assert (not advice(large)) == is_enough
    finally:
        SERVER.sql(f"DROP INDEX `of the lab's own` ON `{large}`.`~jobs`")


@pytest.mark.usefixtures("db")
def test_the_statement_takes_the_privilege_that_is_named_and_ends_the_advice(large: str) -> None:
    SERVER.sql("DROP USER IF EXISTS 'indexer'@'%'")
    SERVER.sql(f"CREATE USER 'indexer'@'%' IDENTIFIED BY '{PASSWORD}'")
    SERVER.sql(f"GRANT INDEX ON `{large}`.`~jobs` TO 'indexer'@'%'")
    (found,) = advice(large)
    try:
        with SERVER.connected("indexer") as driver, driver.cursor() as cursor:
            cursor.execute(found.statement.removesuffix(";"))
        assert advice(large) == []
    finally:
        SERVER.sql("DROP USER 'indexer'@'%'")
        SERVER.sql(f"DROP INDEX status_timestamp ON `{large}`.`~jobs`")


def test_a_small_jobs_table_wants_none(lab: Lab, failed_jobs: str) -> None:
    assert advice(failed_jobs) == []


@pytest.mark.parametrize("shape", ["no time", "the least"])
def test_a_jobs_table_that_keeps_no_time_wants_none(lab: Lab, shape: str) -> None:
    schema = lab.schema()
    declare(schema, shape)
    assert advice(fill(schema)) == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_statement_runs_for_a_schema_of_any_name(lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(indexes, "WORTH_ROWS", 0)
    (found,) = advice(Planted(lab.schema(name=name)).schema)
    SERVER.sql(found.statement.removesuffix(";"))
    assert advice(name) == []


def test_a_name_that_cannot_be_copied_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "WORTH_ROWS", 0)
    (found,) = advice(Planted(lab.schema(name="lab_\u202ewen")).schema)
    assert found.statement == indexes.BY_HAND.format(columns="`status`, `timestamp`")


def test_to_look_waits_for_no_lock(lab: Lab, large: str) -> None:
    reading = Reading.begin()
    with locked_by_bob(lab, large):
        found: Sequence[IndexAdvice] = advised_indexes(reading.layouts_in(large))
    # MariaDB cannot tell the rows of a table that somebody has alone; MySQL can.
    assert len(found) in (0, 1)


def test_datajoint_declares_reserves_completes_and_drops_as_before(lab: Lab) -> None:
    schema, module = lab.pipeline(recordings={"m1": "value", "m2": "", "m3": ""})
    assert len(module.schema.jobs) == 0  # which declares it
    SERVER.sql(IndexAdvice(Reading.begin().layouts_in(schema)[0].table, ("status", "timestamp"), 0).statement[:-1])
    module.schema.jobs.ignore(module.Score.table_name, {"subject": "m3", "session": 1})
    lab.compute(module)
    assert statuses(schema) == ["error", "ignore"]
    assert len(module.Score()) == 1
    again = module.schema.__class__(schema, connection=module.schema.connection)
    assert len(again.jobs & 'status = "error"') == 1
    (again.jobs & 'status = "error"').delete()
    assert lab.populate(schema).returncode == 1  # by a worker of ours, which fails as the first did
    assert statuses(schema) == ["error", "ignore"]
    module.schema.drop(force=True)
    assert SERVER.sql("SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", [schema]) == []
