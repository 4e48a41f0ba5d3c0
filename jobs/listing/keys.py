"""Which jobs have the key that a person looks for?

A job's row is found by the hash of the whole key, along the primary key of its jobs table. The hash is of the values
alone, so that two keys may share one: what is found is decoded and compared. A key that has more attributes than a
person wrote has another hash, and the server cannot look into it. But the first bytes of a stored key say how many
attributes it has, so that only those that may have it are decoded. The rows themselves are asked and not the tables
that they are of: a table may have been dropped, or declared anew with another primary key since, or be hidden.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError
from django.db.models import Q

from jobs.formats.key import PACKED_DICT, read_fields
from jobs.formats.wanted_key import WantedKey
from jobs.layouts.base import Layout
from jobs.layouts.branches import FIELDS, Branch, Select, as_text, bare, branches_of, literal, union_all
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.rows import tables_with_jobs
from jobsite.lab.errors import is_late
from jobsite.lab.identifiers import quoted
from jobsite.lab.sql import lab_cursor

MOST_DECODED = 10_000
"""Rows whose keys are decoded, beside those that a hash finds."""
MOST_FOUND = 2_000
"""Jobs that a list names one by one to the server."""
MOST_TABLES = 1_000
"""Tables of a schema that a hash is looked up in one by one; with more of them, a scan of the jobs table is quicker."""
KEY_BYTES = 4096
"""A longer key is not looked into: a primary key has 3072 bytes at most (MySQL manual, "InnoDB Limits")."""

COLUMNS = ("table_name", "key_hash", "key_blob")
KEY = quoted(FIELDS["key_blob"].column)
ROWS = "SELECT {} AS branch, {} FROM {}"
ANY = "SELECT {} AS branch, {}, `timestamp` AS time FROM {} LIMIT {most}"
NEWEST = "SELECT {} AS branch, {}, `timestamp` AS time FROM {} ORDER BY `timestamp` DESC LIMIT {most}"
IN_ORDER = "SELECT branch, table_name, key_hash, key_blob FROM ({}) AS every_table ORDER BY time DESC LIMIT {most}"

# What DataJoint packs begins so: a dict, and how many items it has (DataJoint 0.14.10, blob.py, pack_dict). One of more
# attributes, and whatever begins in another way, as a compressed key does and one of MATLAB's, sorts below or above.
DICT, BEYOND_DICTS = PACKED_DICT, PACKED_DICT[:-1] + bytes([PACKED_DICT[-1] + 1])
MOST_COUNTED = 255
"""Attributes that the first byte of their number tells: a key has 16 at most (MySQL manual, "InnoDB Limits")."""
NAMED = f"LOCATE(%s, {KEY}) > 0"
MAY_HAVE = f"({KEY} < %s OR {KEY} >= %s AND ({KEY} >= %s OR {{}})) AND LENGTH({KEY}) <= {KEY_BYTES}"

NARROW = "Choose a table, or narrow the filter by an age, to find the others."
MOST_READ = f"Only the keys of the newest {{:,}} jobs that may have this key were read. {NARROW}"
MOST_LISTED = f"{{:,}} jobs have this key, and only the newest {{:,}} are listed. {NARROW}"
NOT_IN_TIME = (
    "Keys with more attributes could not be read in time, so jobs with this key may be missing."
    " Choose a table, so that fewer are looked through."
)
NOT_STORED = "A job with the hash of this key has no key stored, so it may have another: look for the key_hash {}."


class Found(NamedTuple):
    """A job by its primary key, and its key as it is stored."""

    schema: str
    table_name: str
    key_hash: str
    key: bytes | None


def find_keys(chosen: JobFilter, reading: Reading, now: datetime) -> JobFilter:
    """Return the filter with the jobs that have the keys or the hashes that it asks for; any other as it is.

    Where not all of them can be found, `not_found` says why. Raises DatabaseError.
    """
    if chosen.problems or not chosen.names_jobs:
        return chosen
    wanted = chosen.wanted_key
    if wanted is None or chosen.hashes is not None:
        return _found(chosen, _with_exact_hash(chosen, reading), [])
    whole = _with_hash(chosen, reading, wanted.hashes)
    few = any(wanted.is_in_blob(row.key) for row in whole)  # what is wanted is a whole key
    longer, problems = _longer_in_time(chosen, wanted, reading, now, few=few)
    if bare := sorted({row.key_hash for row in whole if not read_fields(row.key)}):
        problems.append(NOT_STORED.format(" or ".join(bare)))
    return _found(chosen, [row for row in (*whole, *longer) if wanted.is_in_blob(row.key)], problems)


def _found(chosen: JobFilter, rows: Iterable[Found], problems: Sequence[str]) -> JobFilter:
    found = list(dict.fromkeys((row.schema, row.table_name, row.key_hash) for row in rows))
    if len(found) > MOST_FOUND:
        problems = [*problems, MOST_LISTED.format(len(found), MOST_FOUND)]
    said = " ".join(filter(None, [chosen.not_found, *problems]))
    return replace(chosen, found=tuple(found[:MOST_FOUND]), not_found=said)


def _with_exact_hash(chosen: JobFilter, reading: Reading) -> list[Found]:
    """Return the jobs that have one of the filter's hashes, and its key where it asks for one as well."""
    hashes, wanted = chosen.hashes or (), chosen.wanted_key
    rows = [row for row in _with_hash(chosen, reading, hashes) if row.key_hash in hashes]
    return [row for row in rows if wanted is None or wanted.key_hash or wanted.is_in_blob(row.key)]


def _with_hash(chosen: JobFilter, reading: Reading, hashes: Collection[str]) -> list[Found]:
    """Return the jobs of the chosen table, or of all, whose key has one of these hashes as the server compares them."""
    tables: dict[str, list[str]] = defaultdict(list)
    for schema, name in tables_with_jobs(reading, chosen.schema) if hashes else []:
        if chosen.table in ("", name):
            tables[schema].append(name)

    def rows_of(layouts: Sequence[Layout]) -> list[Found]:
        branches = branches_of([one for one in layouts if one.schema in tables], lambda schema: Q())
        along = [_along_key(branch, tables[branch.table.schema], hashes) for branch in branches]
        return _ask([_rows(ROWS, number, branch) for number, branch in enumerate(along)], branches)

    return reading.ask(rows_of, reading.layouts_in(chosen.schema))


def _along_key(branch: Branch, tables: Sequence[str], hashes: Collection[str]) -> Branch:
    """Return the rows of a branch with these hashes, along its primary key: of the tables, and then the hashes."""
    named = {"table_name": tables if len(tables) <= MOST_TABLES else (), "key_hash": hashes}
    for column, texts in named.items():
        if texts:
            places = ", ".join([literal(branch.layout, column)] * len(texts))
            branch = branch.beside(f"{bare(branch.layout, column)} IN ({places})", *texts)
    return branch


def _longer_in_time(
    chosen: JobFilter, wanted: WantedKey, reading: Reading, now: datetime, *, few: bool
) -> tuple[list[Found], list[str]]:
    """Return the jobs of `_newest_longer`, and why they are not all, in sentences."""
    try:
        longer = _newest_longer(chosen, wanted, reading, now, few=few)
    except DatabaseError as error:
        if not is_late(error):
            raise
        return [], [NOT_IN_TIME]
    return longer, [MOST_READ.format(MOST_DECODED)] if len(longer) > MOST_DECODED else []


def _newest_longer(chosen: JobFilter, wanted: WantedKey, reading: Reading, now: datetime, *, few: bool) -> list[Found]:
    """Return the newest jobs whose key may have more attributes than are wanted, or is stored in another way.

    They match the filter without its key and status. The server goes through all jobs: the newest of a status, along
    an index, would be looked up row by row until there are enough, and often there are none. Where `few` are
    expected they are not sorted at first, which would cost a quarter more.
    """
    least = len(wanted.fields) + bool(wanted.hashes)  # where no hash is tried, those of as many attributes, too
    names = [name.encode() for name in wanted.fields]
    may_have = MAY_HAVE.format(" AND ".join([NAMED] * len(names)))
    parameters = (DICT, DICT + bytes([min(least, MOST_COUNTED)]), BEYOND_DICTS, *names)

    def rows_of(layouts: Sequence[Layout]) -> list[Found]:
        branches = branches_of(layouts, lambda schema: chosen.condition(now) & chosen.of_table)
        longer = [branch.beside(may_have, *parameters) for branch in branches]
        for select in (ANY, NEWEST) if few else (NEWEST,):
            rows = _ask([_rows(select, number, branch) for number, branch in enumerate(longer)], branches, IN_ORDER)
            if len(rows) <= MOST_DECODED:
                break
        return rows

    return reading.ask(rows_of, reading.layouts_in(chosen.schema))


def _rows(select: str, number: int, rows: Branch) -> Select:
    columns = ", ".join(f"{as_text(quoted(FIELDS[name].column), name)} AS {name}" for name in COLUMNS)
    return select.format(number, columns, rows.sql, most=MOST_DECODED + 1), rows.parameters


def _ask(selects: Sequence[Select], branches: Sequence[Branch], around: str = "{}") -> list[Found]:
    """Return the rows of all SELECTs, which begin with the number of a branch, as the SQL `around` them orders them."""
    if not selects:
        return []
    sql, parameters = union_all(selects)
    with lab_cursor() as cursor:
        cursor.execute(around.format(sql, most=MOST_DECODED + 1), parameters)
        return [Found(branches[number].table.schema, *row) for number, *row in cursor.fetchall()]
