"""What is known of the jobs of a group beside their errors and the record of acts: for jobs.error_groups.advice.

Some of its keys are looked up in the tables that were to be computed: one that has a row was computed since, and its
error is stale. Where nobody may read a table, nothing is said of its groups. What its failing keys share in their host
is known where somebody has looked at the group a moment ago.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice

from django.db import DatabaseError
from django.db.models import Q

from jobs.error_groups.advice import NOTHING_KNOWN, Facts
from jobs.error_groups.comparing.answer import Sharing
from jobs.error_groups.comparing.reading import known_sharing
from jobs.error_groups.comparing.target_table import TargetTable
from jobs.error_groups.filters import ErrorFilter
from jobs.error_groups.groups import ErrorGroup, ErrorGroups
from jobs.error_groups.sharing.claims import Claim, Share
from jobs.error_groups.sharing.finding import HOST, LEAST
from jobs.layouts.base import Layout
from jobs.layouts.branches import branches_of
from jobs.layouts.reading import Reading
from jobs.listing.failures.group_rows import RowName
from jobs.listing.failures.shared import ReadFailures
from jobs.listing.order import Place
from jobs.listing.page import read_jobs
from jobs.models import Job
from jobs.statuses import ERROR
from jobsite.lab.errors import is_away
from jobsite.lab.shared_reads import shared

MOST_KEYS = 400
"""Keys of all groups that are looked up: those of the largest groups first."""
MOST_TABLES, OF_ONE_GROUP = 10, 3
"""Tables of all groups in which they are looked up; of one group those with most of its jobs."""
MOST_HOSTS = 50
"""Groups of which it is looked whether somebody knows what they share."""

OfTable = tuple[str, str]
Samples = Mapping[str, Sequence[RowName]]
"""Failed jobs of each group, by fingerprint."""
Rows = Mapping[str, Share]
"""Of the keys of each group that were looked up, those that have their row; by fingerprint."""


def shared_rows(read: ReadFailures, reading: Reading) -> Rows:
    """Return of how many keys of each group the row is there, as it was read for another viewer a moment ago, or now.

    Raises DatabaseError where the server gives no answer, or none in time.
    """
    samples = dict(_samples(read))
    return shared(f"which keys have rows {samples!r}", partial(_read_rows, samples, reading)).answer if samples else {}


def facts_beside_the_record(groups: ErrorGroups, rows: Rows, *, reads_stored: bool) -> Mapping[str, Facts]:
    """Return what is known of groups; `reads_stored` says whether the person may read messages as they are stored."""
    known = {}
    for group in groups.groups:
        if share := rows.get(group.fingerprint):
            are_all = groups.is_whole and share.of >= group.count
            known[group.fingerprint] = Facts(with_rows=share, are_all=are_all)
    for group in islice(filter(_may_be_of_one_host, groups.groups), MOST_HOSTS):
        if claim := _host_of(sharing_known_of(group, groups.now, reads_stored=reads_stored)):
            known[group.fingerprint] = replace(known.get(group.fingerprint, NOTHING_KNOWN), host=claim)
    return known


def sharing_known_of(group: ErrorGroup, now: datetime, *, reads_stored: bool) -> Sharing | None:
    """Return what the failing keys of a group share, where somebody has looked at it a moment ago."""
    chosen = replace(ErrorFilter().jobs_of(group.fingerprint, now), reads_stored=reads_stored)
    return known_sharing(chosen, group.count)


def _may_be_of_one_host(group: ErrorGroup) -> bool:
    return group.count >= LEAST and any(host.name for host in group.hosts[:1])


def _host_of(sharing: Sharing | None) -> Claim | None:
    """Return the claim that one host tells the failed keys apart from the others; None where there is none."""
    claims = sharing.claims if sharing else ()
    return next((one for one in claims if one.attribute == HOST and one.tells_apart and len(one.values) == 1), None)


def _samples(read: ReadFailures) -> Iterator[tuple[str, Sequence[RowName]]]:
    """Yield the keys of the largest groups that are looked up, as long as they are not too many."""
    left, tables = MOST_KEYS, set[OfTable]()
    for name, group in sorted(read.failures.groups.items(), key=lambda one: (-one[1].tally.count, one[0])):
        of_group = [table for table, _ in group.tally.tables.most_common(OF_ONE_GROUP)]
        rows = [row for table in of_group for row in group.tally.samples[table]]
        if len(rows) <= left and len(tables.union(of_group)) <= MOST_TABLES:
            left -= len(rows)
            tables.update(of_group)
            yield name, rows


def _read_rows(samples: Samples, reading: Reading) -> Rows:
    """Return it of one key of each group, and where that has its row, which is seldom so, of all that are sampled."""
    first = _looked_up({name: rows[:1] for name, rows in samples.items()}, reading)
    return {**first, **_looked_up({name: samples[name] for name, share in first.items() if share.number}, reading)}


def _looked_up(samples: Samples, reading: Reading) -> Rows:
    if not samples:
        return {}
    jobs = {(job.stored_in, job.table_name, job.key_hash): job for job in _failed(samples, reading)}
    there = _with_rows(list(jobs.values()))
    found = {}
    for name, rows in samples.items():
        if of_it := [row for row in rows if row in jobs]:  # the others were cleared meanwhile
            found[name] = Share(sum(row in there for row in of_it), len(of_it))
    return found


def _failed(samples: Samples, reading: Reading) -> Sequence[Job]:
    places = [Place(table, (name, key_hash)) for rows in samples.values() for table, name, key_hash in rows]

    def jobs_of(layouts: Sequence[Layout]) -> list[Job]:
        return read_jobs(branches_of(layouts, lambda schema: Q(status=ERROR), status=ERROR), places)

    among = {place.table for place in places}
    return reading.ask(jobs_of, [layout for layout in reading.layouts if layout.table in among])


def _with_rows(jobs: Sequence[Job]) -> set[RowName]:
    """Return those of some jobs whose key has a row in its table."""
    by_table: dict[OfTable, list[Job]] = {}
    for job in jobs:
        by_table.setdefault((job.schema, job.table_name), []).append(job)
    return {name for table, ones in by_table.items() for name in _in_table(table, ones)}


def _in_table(table: OfTable, jobs: Sequence[Job]) -> Iterator[RowName]:
    """Yield those whose key has a row in this table; none where it is gone, is locked or may not be read."""
    try:
        found = TargetTable.read(*table).have_rows([job.fields for job in jobs])
    except DatabaseError as error:
        if is_away(error):
            raise
        return
    for job, has_row in zip(jobs, found, strict=True):
        if has_row:
            yield job.stored_in, job.table_name, job.key_hash
