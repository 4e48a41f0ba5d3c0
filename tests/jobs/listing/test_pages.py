"""Pages without numbers: a walk over them meets each job once, in any order, whatever comes or goes meanwhile."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from django.db import connections
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from jobs.layouts.reading import Reading
from jobs.listing.filters import SORTS, JobFilter
from jobs.listing.order import Order
from jobs.listing.page_start import read_start
from jobs.listing.rows import count_by_status, list_jobs, tables_with_jobs
from jobs.models import Job
from jobsite.pages.paging import AskedPage, Page
from tests.jobs.older import declare
from tests.jobs.planting import ANY_SHAPE, Planted
from tests.lab import Lab
from tests.server import SERVER

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
WAYS = [f"{way}{sort}" for sort in SORTS for way in ("", "-")]
FEW = 7
TIMES = ["2026-11-25 08:00:00", "2026-11-26 08:00:00", "2026-11-26 21:30:00"]
TABLES = ["__score", "_imported", "__Score 2", "__merge", "package.Class"]
MESSAGES = ["", "ValueError", "valueerror", "Überlänge", "a" * 150 + "1", "a" * 150 + "2"]
OF_ONE_CHECKSUM = ["__table_1799898", "__table_20060602"]
"""Their CRC32 is the same."""
INDEX = "CREATE INDEX by_status ON {} (status, timestamp)"

Token = tuple[str, str, str]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pages short."""
    monkeypatch.setattr("jobs.listing.page.PER_PAGE", FEW)


def plant(planted: Planted, number: int, seed: int, **also: list[object]) -> None:
    """Plant rows of which many are alike in what they are sorted by."""
    chance = random.Random(seed)
    choices: dict[str, list[object]] = {
        "table_name": [*TABLES],
        "status": ["error", "reserved", "ignore"],
        "error_message": [*MESSAGES],
        "user": ["alice@localhost", "José@10.0.0.5", ""],
        "host": ["gpu1", "GPU1", "gpu2"],
        "connection_id": [0, 7, 4711],
        "timestamp": [*TIMES],
        **also,
    }
    for row in range(number):
        planted.row(key_hash=f"{row:032x}", **{name: chance.choice(among) for name, among in choices.items()})


@pytest.fixture
def schemas(lab: Lab) -> list[str]:
    """Jobs tables of several collations, one with the index, one with NULL wherever it may be, one without a time."""
    indexed, bin_, latin1, loose = (
        Planted(lab.schema()),
        Planted(lab.schema(charset="utf8mb4 COLLATE utf8mb4_bin")),
        Planted(lab.schema(charset="latin1")),
        Planted(lab.schema(), ANY_SHAPE),
    )
    SERVER.sql(INDEX.format(indexed.where))
    plant(indexed, 25, seed=1)
    plant(bin_, 12, seed=2)
    plant(latin1, 12, seed=3)
    nulls: list[object] = [None]
    plant(loose, 12, seed=4, timestamp=[*TIMES, *nulls], connection_id=[None, 7], user=["bob", None])
    timeless = lab.schema()
    declare(timeless, "no time")
    SERVER.sql(
        f"INSERT INTO `{timeless}`.`~jobs` (table_name, key_hash, status) VALUES"
        f" ('__score', '{0:032x}', 'error'), ('__merge', '{1:032x}', 'ignore')"
    )
    return [planted.schema for planted in (indexed, bin_, latin1, loose)] + [timeless]


class Walk:
    """Goes from page to page of a list."""

    def __init__(self, query: str, schemas: list[str]) -> None:
        self.chosen = replace(JobFilter.read(QueryDict(query)), reads_stored=True)
        self.schemas = schemas

    def page(self, **words: str) -> Page[Job]:
        """Return the page that these words of the address ask for."""
        reading = Reading.begin()
        reading.set_aside([one.table for one in reading.layouts if one.schema not in self.schemas], "not of this test")
        order = Order.of(self.chosen.sort, self.chosen.status)
        start = read_start(AskedPage.read(words), order, NOW)
        return list_jobs(self.chosen, reading, NOW, start)

    def forward(self, **words: str) -> Iterator[Page[Job]]:
        """Yield page after page."""
        found = self.page(**words)
        yield found
        while found.after:
            found = self.page(after=found.after)
            yield found

    def backward(self) -> Iterator[Page[Job]]:
        """Yield the last page and each before it."""
        found = self.page(last="1")
        yield found
        while found.before:
            found = self.page(before=found.before)
            if not found.before and not found.rows:
                return
            yield found


def names(pages: Iterator[Page[Job]]) -> list[Token]:
    return [(job.schema, *job.pk) for found in pages for job in found.rows]


@pytest.mark.parametrize("sort", WAYS)
def test_a_walk_meets_each_job_once(schemas: list[str], sort: str) -> None:
    for query, among in (("", schemas), ("status=error", schemas), ("", schemas[:1]), ("status=error", schemas[:1])):
        walk = Walk(f"{query}&sort={sort}", among)
        forward = names(walk.forward())
        assert len(forward) == len(set(forward)) == count(walk)
        back = [names(iter([found])) for found in walk.backward()]
        assert [name for found in reversed(back) for name in found] == forward


@pytest.mark.parametrize("sort", WAYS)
def test_jobs_of_one_time_and_key_are_met_once_each_whatever_their_tables_are_called(lab: Lab, sort: str) -> None:
    planted = Planted(lab.schema())
    for row in range(2 * FEW):
        for table in OF_ONE_CHECKSUM:
            planted.row(table_name=table, key_hash=f"{row:032x}", timestamp=TIMES[0])
    walk = Walk(f"sort={sort}", [planted.schema])
    forward = names(walk.forward())
    assert len(forward) == len(set(forward)) == 4 * FEW
    assert [name for found in reversed([names(iter([one])) for one in walk.backward()]) for name in found] == forward


def sorted_by(walk: Walk) -> list[object]:
    """Return what the jobs of a walk are sorted by."""
    column = Order.of(walk.chosen.sort).column
    return [getattr(job, column) for found in walk.forward() for job in found.rows]


def count(walk: Walk) -> int:
    status = f" WHERE status = '{walk.chosen.status}'" if walk.chosen.status else ""
    return sum(SERVER.sql(f"SELECT COUNT(*) FROM `{one}`.`~jobs`{status}")[0][0] for one in walk.schemas)


@pytest.mark.parametrize("sort", WAYS)
def test_a_walk_goes_on_where_jobs_go_meanwhile(schemas: list[str], sort: str) -> None:
    walk = Walk(f"sort={sort}", schemas)
    whole = names(walk.forward())
    met: list[Token] = []
    for found in walk.forward():
        met += names(iter([found]))
        for schema, table, key in met[-2:]:  # the very place where the next page begins
            SERVER.sql(f"DELETE FROM `{schema}`.`~jobs` WHERE table_name = %s AND key_hash = %s", [table, key])
    assert met == whole


@pytest.mark.parametrize("sort", WAYS)
def test_an_index_changes_no_order_but_of_what_is_alike(lab: Lab, sort: str) -> None:
    planted = Planted(lab.schema())
    plant(planted, 30, seed=5)
    walk = Walk(f"sort={sort}", [planted.schema])
    without = sorted_by(walk)
    SERVER.sql(INDEX.format(planted.where))
    assert sorted_by(walk) == without


def test_a_status_that_no_enum_knows_is_listed_by_the_index_too(lab: Lab) -> None:
    planted = Planted(lab.schema())
    plant(planted, 3, seed=6)
    SERVER.sql(f"SET STATEMENT sql_mode='' FOR UPDATE {planted.where} SET status = 'else' LIMIT 1") if (
        SERVER.is_mariadb
    ) else SERVER.sql(f"UPDATE IGNORE {planted.where} SET status = 'else' LIMIT 1")
    SERVER.sql(INDEX.format(planted.where))
    assert len(names(Walk("", [planted.schema]).forward())) == 3


def test_with_the_index_no_job_is_sorted(lab: Lab) -> None:
    planted = Planted(lab.schema())
    SERVER.sql(INDEX.format(planted.where))
    plant(planted, 200, seed=7)
    for query in ("status=error", ""):
        walk = Walk(query, [planted.schema])
        after = walk.page().after
        for words in ({}, {"after": after}, {"last": "1"}):
            with CaptureQueriesContext(connections["lab"]) as asked:
                walk.page(**words)
            (places,) = [one["sql"] for one in asked if "AS one_table" in one["sql"]]
            assert plan_of(places) <= {"range", "ref", "ALL of a few"}


def plan_of(statement: str) -> set[str]:
    """Return how the server reads the jobs table; `ALL of a few` stands for what it has already cut."""
    found = SERVER.sql(f"EXPLAIN {'' if SERVER.is_mariadb else 'FORMAT=TRADITIONAL '}{statement}")
    how = 3 if SERVER.is_mariadb else 4
    return {("ALL of a few" if str(row[2]).startswith("<") else str(row[how])) for row in found}


@pytest.mark.parametrize("most", [0, 3])
def test_the_counts_are_those_of_each_status(schemas: list[str], most: int) -> None:
    reading = Reading.begin()
    for schema in schemas:
        found = count_by_status(JobFilter.read(QueryDict(f"schema={schema}&status=error")), reading, NOW, most)
        stood = dict(SERVER.sql(f"SELECT status, COUNT(*) FROM `{schema}`.`~jobs` GROUP BY status"))
        told = {
            status: min(number, most + 1) if most and schema == schemas[0] else number
            for status, number in stood.items()
        }
        assert {status: number for status, number in found.items() if number} == told


def test_the_counts_are_of_what_is_filtered(schemas: list[str]) -> None:
    chosen = JobFilter.read(QueryDict(f"schema={schemas[0]}&table=__merge&user=jos"))
    ((number,),) = SERVER.sql(
        f"SELECT COUNT(*) FROM `{schemas[0]}`.`~jobs` WHERE table_name = '__merge' AND user LIKE 'jos%'"
    )
    assert count_by_status(chosen, Reading.begin(), NOW).total() == number > 0


def test_the_tables_with_jobs_are_named_once(schemas: list[str]) -> None:
    reading = Reading.begin()
    assert tables_with_jobs(reading, schemas[2]) == [(schemas[2], name) for name in sorted(TABLES)]
    assert {schema for schema, _ in tables_with_jobs(reading)} >= {*schemas}
