"""Clearing jobs: the only place where a person's act changes a jobs table.

Every delete is guarded by primary key, status and timestamp as seen, so a row that changed since is left alone. It goes
in short statements: one long DELETE would keep the lab's workers waiting.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleIn

from jobs.layouts.reading import UNTRIED, LeftOut, Reading
from jobs.listing.filters import JobFilter
from jobs.listing.rows import by_schema, seen_before
from jobs.models import JOBS_TABLE, Job
from jobs.snapshots import SeenJob
from jobsite.lab.errors import concerns_one_table, lacks_privilege
from jobsite.lab.explanations import explain
from jobsite.lab.grants import grant
from jobsite.lab.identifiers import identifier
from jobsite.lab.server import ask_only_reads, ask_server
from jobsite.one_line import line_logger

CLEAR = "jobs.clear_job"
ROWS_A_DELETE = 200
"""Rows of one DELETE: workers wait a few milliseconds at most."""

GUARD = ("table_name", "key_hash", "status", "timestamp")
GUARD_WITHOUT_TIME = GUARD[:-1]
"""For a jobs table that keeps no time: a row that came back since is not told from the one that was seen."""

log = line_logger("jobsite.activity")


@dataclass(frozen=True)
class Cleared:
    """What became of the chosen jobs."""

    cleared: int = 0
    changed: int = 0
    gone: int = 0
    refused: int = 0
    grants: frozenset[str] = frozenset()
    """What an administrator of the server has to run before the refused ones can be cleared."""
    left_out: frozenset[LeftOut] = frozenset()
    """The jobs tables that could not be read or locked; the jobs there that were not reached were left alone."""
    stopped: str = ""
    """Why the clearing ended before its time, in a sentence; '' when it came to its end."""

    def __add__(self, other: "Cleared") -> "Cleared":
        """Return both together."""
        return Cleared(
            self.cleared + other.cleared,
            self.changed + other.changed,
            self.gone + other.gone,
            self.refused + other.refused,
            self.grants | other.grants,
            self.left_out | other.left_out,
            self.stopped or other.stopped,
        )

    @property
    def is_whole(self) -> bool:
        """Say whether nothing stood in the way."""
        return not self.refused and not self.left_out and not self.stopped

    @property
    def in_words(self) -> str:
        """The outcome as a sentence; what did not happen is not mentioned."""
        jobs = "1 job" if self.cleared == 1 else f"{self.cleared:,} jobs"
        said = [f"Cleared {jobs}." if self.cleared else "Nothing was cleared."]
        if self.changed:
            said.append(f"{self.changed:,} changed meanwhile and {'was' if self.changed == 1 else 'were'} left alone.")
        if self.gone:
            said.append(f"{self.gone:,} {'was' if self.gone == 1 else 'were'} gone already.")
        if self.refused:
            grants = " ".join(sorted(self.grants))
            said.append(f"{self.refused:,} could not be cleared, the server asks for a privilege: {grants}")
        for table in sorted(self.left_out, key=lambda table: table.schema):
            said.append(f"Jobs of {table.schema} were left alone: {table.in_words}.")
        if self.stopped:
            said.append(f"{self.stopped} The rest was left alone." if self.cleared else self.stopped)
        return " ".join(said)


def clear(seen: Iterable[SeenJob], reading: Reading, user: AbstractBaseUser | AnonymousUser) -> Cleared:
    """Delete the rows that still are as they were seen, in the schemas that can be read; the others are named.

    Raises PermissionDenied when `user` may not clear, before anything is asked of the server.
    """
    _check(user)
    found = Cleared()
    for schema, rows in by_schema(dict.fromkeys(seen)).items():
        if found.stopped:
            break
        if schema in reading.schemas or schema in reading.left_out:
            found += _clear_chunks(_in_chunks(rows), reading, schema)
        else:
            found += Cleared(gone=len(rows))
    log.info("%s cleared jobs: %s", user.get_username(), found.in_words)
    return found


def clear_matching(
    chosen: JobFilter, reading: Reading, before: datetime, user: AbstractBaseUser | AnonymousUser
) -> Cleared:
    """Delete every row that matches the filter and was there before the second `before` in which the list was read.

    The filter's ages count from that second as well. A row that came or changed since has a later timestamp.
    """
    _check(user)
    found = Cleared()
    for schema in sorted({*reading.found, *(table.schema for table in reading.unreadable if table.has_jobs)}):
        if chosen.schema in ("", schema) and not found.stopped:
            found += _clear_chunks(_matching_chunks(chosen, reading, schema, before), reading, schema)
    log.info("%s cleared all that match %r: %s", user.get_username(), chosen.query, found.in_words)
    return found


def clear_grant(schema: str) -> str:
    """Return the GRANT that lets the site's account clear the schema's jobs, to copy."""
    return grant("DELETE", identifier(schema, JOBS_TABLE), ask_server().account)


def why_no_clearing(only_reads: str) -> str:
    """Return in a sentence why jobs cannot be cleared on a server that only reads, '' on any other."""
    lab = settings.LAB.name
    return f"The lab's server {lab} only reads ({only_reads} is set): clear jobs on its primary." if only_reads else ""


def _check(user: AbstractBaseUser | AnonymousUser) -> None:
    if not isinstance(user, PermissionsMixin) or not user.has_perm(CLEAR):
        raise PermissionDenied(
            "Your account may look at jobs but not clear them: ask an admin to make you an operator."
        )


def _clear_chunks(chunks: Iterable[Sequence[SeenJob]], reading: Reading, schema: str) -> Cleared:
    """Clear chunk by chunk; a lock on the table, or anything else wrong with it, costs the rest of this schema only.

    What concerns the whole server stops the clearing; what was cleared before is not forgotten.
    """
    found = Cleared()
    if not reading.waits_left:
        reading.set_aside([schema], UNTRIED)
    if schema in reading.left_out:
        return Cleared(left_out=frozenset([reading.left_out[schema]]))
    try:
        for few in chunks:
            if variable := ask_only_reads():
                return found + Cleared(stopped=why_no_clearing(variable))
            found += _clear_few(reading, schema, few)
            if found.stopped:
                break
    except DatabaseError as error:
        if concerns_one_table(error):
            return found + Cleared(left_out=frozenset([reading.leave_out(schema, error)]))
        if not explain(error):
            raise
        found += Cleared(stopped=explain(error))
    return found


def _clear_few(reading: Reading, schema: str, rows: Sequence[SeenJob]) -> Cleared:
    table = Job.objects.in_schema(schema)
    keys = _keys(rows)
    guard = GUARD if reading.keeps_time(schema) else GUARD_WITHOUT_TIME
    try:
        # By key for the index, and by all together for the guard.
        cleared = table.filter(keys, _unchanged(rows, guard)).delete_rows()
    except DatabaseError as error:
        if not lacks_privilege(error):
            raise
        return Cleared(refused=len(rows), grants=frozenset([clear_grant(schema)]))
    try:
        changed = table.filter(keys).count() if cleared < len(rows) else 0
    except DatabaseError as error:  # what became of the others is not known; these are deleted all the same
        return Cleared(cleared=cleared, stopped=explain(error))
    return Cleared(cleared=cleared, changed=changed, gone=len(rows) - cleared - changed)


def _keys(rows: Sequence[SeenJob]) -> Q:
    plain = [(row.table_name, row.key_hash) for row in rows if _is_plain(row)]
    found = Q(pk__in=plain) if plain else Q()
    for row in rows:
        if not _is_plain(row):
            found |= Q(table_name=row.table_name, key_hash=row.key_hash)
    return found


def _unchanged(rows: Sequence[SeenJob], guard: Sequence[str]) -> Q:
    """Return the condition that a row is as it was seen."""
    plain = [tuple(getattr(row, name) for name in guard) for row in rows if _is_plain(row)]
    found = Q(TupleIn(Tuple(*map(F, guard)), plain)) if plain else Q()
    for row in rows:
        if not _is_plain(row):
            found |= Q(**{name: getattr(row, name) for name in guard})
    return found


def _is_plain(row: SeenJob) -> bool:
    """Say whether the row can stand in a list of tuples: NULL equals nothing, and a column may lack a letter (1267)."""
    return row.timestamp is not None and (row.table_name + row.key_hash + row.status).isascii()


def _matching_chunks(chosen: JobFilter, reading: Reading, schema: str, before: datetime) -> Iterator[list[SeenJob]]:
    """Yield what matches a page of primary keys at a time; a chunk that changed meanwhile is not met again."""
    rows, after = seen_before(chosen, reading, schema, before), Q()
    while few := list(rows.filter(after).values_list("table_name", "key_hash", "status", "timestamp")[:ROWS_A_DELETE]):
        yield [SeenJob(schema, *row) for row in few]
        table_name, key_hash, _, _ = few[-1]
        after = Q(table_name__gt=table_name) | Q(table_name=table_name, key_hash__gt=key_hash)


def _in_chunks(rows: Sequence[SeenJob]) -> Iterator[Sequence[SeenJob]]:
    for start in range(0, len(rows), ROWS_A_DELETE):
        yield rows[start : start + ROWS_A_DELETE]
