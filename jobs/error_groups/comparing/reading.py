"""What do the keys of a group of failed jobs share that keys of the same tables that passed do not?

Keys that passed are the rows of the tables. Who computed them, and where, is not stored by DataJoint 0.x: host and user
are compared with those of other jobs of the tables, and the claim says so. Each table that cannot be read is left out
and named.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from jobs.error_groups.comparing.answer import Sharing
from jobs.error_groups.comparing.jobs_compared import OfTable, compared, failed_jobs, other_jobs, passed_jobs
from jobs.error_groups.comparing.parents import with_parents
from jobs.error_groups.comparing.passed_keys import PassedKeys, passed_keys, table_in_words
from jobs.error_groups.sharing.claims import Claim, Share
from jobs.error_groups.sharing.finding import LEAST, MOST_CLAIMS, ComparedKey, Found, find_shared
from jobs.error_groups.sharing.other_jobs import comparable_jobs
from jobs.error_groups.sharing.pooling import TableKeys, pooled
from jobs.error_groups.sharing.values import comparable
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.models import Job
from jobsite.lab.kept_answers import keep, kept
from jobsite.lab.shared_reads import shared

MOST_TABLES = 6
"""Tables of a group whose rows are read: those with most of its jobs."""
MOST_SETS = 3
"""Sets of tables with the same attributes that are compared, each by itself."""

ASIDE = frozenset({"status", "sort"})
"""What of a filter with a group does not choose which jobs it matches: they have all failed."""

NOT_AT_ALL = "not compared"
NO_KEYS = "The keys of {} cannot be read."
NOT_COMPARED = "The keys of {} are not compared: too few of them passed."
MORE_TABLES = "The keys of {} more tables are not compared."

NOBODY = ComparedKey({})
"""Who computed a key, where that is not stored."""


def shared_sharing(chosen: JobFilter, of_all: int, reading: Reading, now: datetime) -> Sharing:
    """Return what the jobs of a group share, as it was read for another viewer some minutes ago, or read now.

    `chosen` is a filter with a group whose rows were found (jobs.listing.failures.finding), `of_all` how many jobs it
    matches. Raises DatabaseError, a NotReadError of jobsite.lab.slow_answers while it is still read behind the page.
    """
    if (found := known_sharing(chosen, of_all)) is not None:
        return found
    name = _name_of(chosen, of_all)

    def read() -> Sharing:
        answer = read_sharing(chosen, of_all, reading, now)
        if answer.is_whole:  # a lock may be gone in a moment
            keep(name, answer)
        return answer

    return shared(name, read, is_slow=True).answer


def known_sharing(chosen: JobFilter, of_all: int) -> Sharing | None:
    """Return the same for a list of groups where somebody has read it already; None where the server must be asked."""
    found = kept(_name_of(chosen, of_all))
    return found if isinstance(found, Sharing) else None


def _name_of(chosen: JobFilter, of_all: int) -> str:
    asked = sorted((name, text) for name, text in chosen.texts.items() if name not in ASIDE)
    return f"what {of_all} failing keys share {asked!r} {chosen.own_users!r} {chosen.reads_stored}"


def read_sharing(chosen: JobFilter, of_all: int, reading: Reading, now: datetime) -> Sharing:
    """Return what the jobs of a group share, read now. Raises DatabaseError."""
    jobs = failed_jobs(chosen, reading, now)
    tables = _by_table(jobs)
    largest = dict(list(tables.items())[:MOST_TABLES])
    passed = {table: passed_keys(*table, _attributes(of_table)) for table, of_table in largest.items()}
    sets = pooled([found for table in largest if (found := _keys_of(table, largest[table], passed[table], reading))])
    is_known = any(key.host or key.user for one in sets for key in one.passed)
    others = [] if is_known else comparable_jobs(map(compared, jobs), other_jobs(chosen, largest, reading))
    questions = Questions(sets[:MOST_SETS], [replace(compared(job), attributes={}) for job in jobs], others)
    return Sharing(
        questions.claims(len(tables)),
        questions.attributes,
        Share(len(jobs), max(of_all, len(jobs))),
        sum(len(one.passed) for one in questions.sets),
        len(others) if len(others) >= LEAST else 0,
        questions.too_few,
        tuple(_notes(tables, passed, questions.sets)),
        all(found.was_read for found in passed.values()),
    )


@dataclass(frozen=True)
class Questions:
    """What is asked of a group: of the keys of each set of tables, and of the hosts and users of all jobs."""

    sets: Sequence[TableKeys]
    jobs: Sequence[ComparedKey]
    others: Sequence[ComparedKey]

    @cached_property
    def answers(self) -> Sequence[Found]:
        """What was found, in the order of the sets; at last that of the jobs."""
        number = len(self.sets) + 1
        of_keys = [find_shared(one.failed, one.passed, tests=number) for one in self.sets]
        return [*of_keys, find_shared(self.jobs, [], self.others, tests=number)]

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that were looked at."""
        return tuple(dict.fromkeys(name for found in self.answers for name in found.compared))

    @property
    def too_few(self) -> str:
        """Why nothing could be compared, in words; '' where something was."""
        if self.attributes:
            return ""
        said = [found.too_few for found in self.answers if found.too_few] if self.sets else []
        return said[0] if said else NOT_AT_ALL

    def claims(self, tables: int) -> tuple[Claim, ...]:
        """Return the greatest claims, each with the tables it is about where these are not all of so many."""
        *of_keys, of_jobs = self.answers
        found = list(of_jobs.claims)
        for one, answer in zip(self.sets, of_keys, strict=True):
            about = one.tables if len(one.tables) < tables else ()
            found += [replace(claim, tables=about) for claim in answer.claims]
        return tuple(sorted(found, key=lambda claim: -claim.difference)[:MOST_CLAIMS])


def _by_table(jobs: Sequence[Job]) -> Mapping[OfTable, Sequence[Job]]:
    """Return the jobs table by table, the one with most of them first."""
    numbers = Counter((job.schema, job.table_name) for job in jobs)
    return {table: [job for job in jobs if (job.schema, job.table_name) == table] for table, _ in numbers.most_common()}


def _attributes(jobs: Sequence[Job]) -> Sequence[str]:
    return list(dict.fromkeys(name for job in jobs for name in job.fields))


def _keys_of(table: OfTable, jobs: Sequence[Job], passed: PassedKeys, reading: Reading) -> TableKeys | None:
    """Return the keys of a table that failed, and of those that passed the others; None where these are not known."""
    failed = [compared(job) for job in jobs if job.fields]
    if not failed or not passed.was_read:
        return None
    theirs = {_same(key.attributes) for key in failed}
    computed = {_same(job.fields): compared(job) for job in passed_jobs(*table, reading)}
    known = ((_same(key), key) for key in passed.keys)
    rows = [replace(computed.get(same, NOBODY), attributes=key) for same, key in known if same not in theirs]
    return TableKeys((table_in_words(*table),), _extended(failed, passed), _extended(rows, passed))


def _extended(keys: Sequence[ComparedKey], passed: PassedKeys) -> Sequence[ComparedKey]:
    return [replace(key, attributes=with_parents(key.attributes, passed.parents)) for key in keys]


def _same(key: Mapping[str, object]) -> frozenset[tuple[str, object]]:
    return frozenset((name, comparable(value)) for name, value in key.items())


def _notes(
    tables: Mapping[OfTable, Sequence[Job]], passed: Mapping[OfTable, PassedKeys], sets: Sequence[TableKeys]
) -> Iterator[str]:
    """Yield what was left out and why, in sentences."""
    compared_tables = {name for one in sets for name in one.tables}
    for table, found in passed.items():
        yield from found.notes
        if not any(job.fields for job in tables[table]):
            yield NO_KEYS.format(table_in_words(*table))
        elif found.was_read and table_in_words(*table) not in compared_tables:
            yield NOT_COMPARED.format(table_in_words(*table))
    if more := len(tables) - len(passed):
        yield MORE_TABLES.format(more)
