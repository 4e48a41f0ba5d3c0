"""One page of jobs, read in two questions: first which jobs, by their keys and what sorts them, then their rows.

Rows are wide, so only those that are shown are read. Each jobs table is sorted and cut by itself, over its bare
columns, so that an index serves where there is one; what is written around a column to make it safe to show stands
outside. Where an index tells statuses apart, a table is read status by status: no range of it has all statuses by age.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timezone
from typing import Any

from jobs.layouts.branches import FIELDS, Branch, Select, as_text, bare, literal, union_all
from jobs.listing.order import KEY, NOTHING, TIME, Order, Place
from jobs.listing.page_start import FIRST, LAST, Start, write_place
from jobs.models import Job, QualifiedName
from jobsite.lab.identifiers import quoted
from jobsite.lab.sql import lab_cursor
from jobsite.pages.paging import PER_PAGE, Page

PLACES = "SELECT {} AS value, {} AS tie, {} AS name, {} AS hash FROM {} ORDER BY {} LIMIT {}"
OF_EACH_STATUS = "SELECT value, tie, name, hash FROM ({}) AS each_status ORDER BY {} LIMIT {}"
SHOWN = "SELECT {} AS branch, CAST(value AS CHAR) AS shown, {}, {} FROM ({}) AS one_table ORDER BY {}"
# Names of different collations have no order in a UNION: a row's number in its own table has.
NUMBERED = (
    "SELECT {} AS branch, ROW_NUMBER() OVER (ORDER BY {}) AS number, value, {} AS shown_name, {} AS shown_hash"
    " FROM ({}) AS one_table"
)
OF_ALL_TABLES = (
    "SELECT branch, CAST(value AS CHAR) AS shown, shown_name, shown_hash FROM ({}) AS every_table"
    " ORDER BY value {way}, branch {way}, number LIMIT {most}"
)
FOUND = ("name", "hash")
TIES = ("tie", "hash")
"""What the columns are called once they are found: a name that stands for two things sorts by either."""
ROWS = "SELECT {} AS branch, {} FROM {}"
VALUE = "SELECT CAST({} AS CHAR) FROM {}"

COLUMNS = [name for name in FIELDS if name != "error_stack"]


def read_page(branches: Sequence[Branch], order: Order, start: Start) -> Page[Job]:
    """Return the page that begins at the start; where it has no job, the last, or the first where it goes backward."""
    if start.is_hidden and start.place:
        start = _look_up(branches, order, start, start.place)
    way = order.reversed if start.backward else order
    places = read_places(branches, way, start, PER_PAGE + 1)
    if not places and start not in (FIRST, LAST):
        return read_page(branches, order, FIRST if start.backward else LAST)
    has_more, places = len(places) > PER_PAGE, places[:PER_PAGE]
    if start.backward:
        places.reverse()
    jobs = read_jobs(branches, places)
    if not places:
        return Page(jobs)
    has_before = has_more if start.backward else start != FIRST
    has_after = start != LAST if start.backward else has_more
    return Page(
        jobs,
        write_place(places[0], order) if has_before else "",
        write_place(places[-1], order) if has_after else "",
        None if has_before else 1,
    )


def read_beside(branches: Sequence[Branch], order: Order, job: Place, most: int) -> tuple[list[Place], list[Place]]:
    """Return the places before a job's, the nearest first and `most` of them, and the one after it.

    The value of the job's own place need not be known. There are none where the job is not in the list, or no more.
    """
    found = _look_up(branches, order, Start(job, is_hidden=True), job)
    if found == FIRST:
        return [], []
    before = read_places(branches, order.reversed, replace(found, backward=True), most)
    return before, read_places(branches, order, found, 1)


def read_places(branches: Sequence[Branch], order: Order, start: Start, most: int) -> list[Place]:
    """Return the places of the first `most` jobs from the start on."""
    branches = sorted(branches, key=lambda branch: branch.table)
    value = order.value([branch.layout for branch in branches])
    selects = {
        number: _places(rows, order, value, most)
        for number, branch in enumerate(branches)
        if (rows := _from_start(branch, order, start, value))
    }
    if not selects:
        return []
    with lab_cursor() as cursor:
        cursor.execute(*_merged(selects, order, most))
        found = cursor.fetchall()
    return [Place(branches[number].table, (name, key), shown) for number, shown, name, key in found]


def read_jobs(branches: Sequence[Branch], places: Sequence[Place]) -> list[Job]:
    """Return the jobs at these places, in their order, without those that are gone or match no longer."""
    by_table: dict[QualifiedName, list[Place]] = {}
    for place in places:
        by_table.setdefault(place.table, []).append(place)
    chosen = [branch for branch in branches if branch.table in by_table]
    if not chosen:
        return []
    rows = [_rows(number, at_places(by_table[branch.table], branch)) for number, branch in enumerate(chosen)]
    with lab_cursor() as cursor:
        cursor.execute(*union_all(rows))
        jobs = [_job(chosen[number].table, row) for number, *row in cursor.fetchall()]
    found = {(job.stored_in, job.pk): job for job in jobs}
    return [found[place.table, place.key] for place in places if (place.table, place.key) in found]


def at_places(places: Iterable[Place], branch: Branch) -> Branch:
    """Return the rows of a branch at these places, named table by table: both families go along the primary key so."""
    (table, table_letters), (row, letters) = ((bare(branch.layout, name), literal(branch.layout, name)) for name in KEY)
    by_name: dict[str, list[str]] = {}
    for place in places:
        by_name.setdefault(place.key[0], []).append(place.key[1])
    listed = (
        f"({table} = {table_letters} AND {row} IN ({', '.join([letters] * len(hashes))}))"
        for hashes in by_name.values()
    )
    return branch.beside(
        f"({' OR '.join(listed)})", *(text for name, hashes in by_name.items() for text in (name, *hashes))
    )


def _from_start(branch: Branch, order: Order, start: Start, value: str) -> Branch | None:
    """Return those rows of a branch that come from the start on; None where none can."""
    if start.place:
        condition = order.after(start.place, value, branch)
    elif start.bound:
        condition = order.from_bound(start.bound, value, branch)
    else:
        return branch
    return branch.beside(condition.sql, *condition.parameters) if condition.sql != NOTHING else None


def _places(rows: Branch, order: Order, value: str, most: int) -> Select:
    """Return the SELECT of the first places of one jobs table, over its bare columns."""
    key = [bare(rows.layout, name) for name in KEY]
    parts = rows.each_status() if order.column == TIME else [rows]
    ties = [tie.sql for tie in order.ties(rows.layout)]
    by = order.by(value, ties)
    selects = [(PLACES.format(value, ties[0], *key, part.sql, by, most), part.parameters) for part in parts]
    sql, parameters = union_all(selects)
    return (sql if len(parts) == 1 else OF_EACH_STATUS.format(sql, order.by("value", TIES), most)), parameters


def _merged(selects: Mapping[int, Select], order: Order, most: int) -> Select:
    """Return the SELECT of the first places of all jobs tables, each under its number."""
    by, key = order.by("value", TIES), [as_text(found, name) for found, name in zip(FOUND, KEY, strict=True)]
    if len(selects) == 1:
        ((number, (sql, parameters)),) = selects.items()
        return SHOWN.format(number, *key, sql, by), parameters
    numbered = [(NUMBERED.format(number, by, *key, sql), values) for number, (sql, values) in selects.items()]
    sql, parameters = union_all(numbered)
    return OF_ALL_TABLES.format(sql, way=order.way, most=most), parameters


def _rows(number: int, rows: Branch) -> Select:
    columns = ", ".join(as_text(quoted(FIELDS[name].column), name) for name in COLUMNS)
    return ROWS.format(number, columns, rows.sql), rows.parameters


def _job(table: QualifiedName, row: Sequence[Any]) -> Job:
    job = Job.from_db("lab", COLUMNS, row)
    job.schema, job.jobs_table = table
    if job.timestamp is not None:
        job.timestamp = job.timestamp.replace(tzinfo=timezone.utc)  # the session's
    return job


def _look_up(branches: Iterable[Branch], order: Order, start: Start, place: Place) -> Start:
    """Return the start with the value of its place; the beginning of the list where its job is gone."""
    layouts = [branch.layout for branch in branches]
    for branch in branches:
        if branch.table == place.table:
            rows = at_places([place], branch)
            with lab_cursor() as cursor:
                cursor.execute(VALUE.format(order.value(layouts), rows.sql), rows.parameters)
                if found := cursor.fetchone():
                    return replace(start, place=place._replace(value=found[0]), is_hidden=False)
    return FIRST
