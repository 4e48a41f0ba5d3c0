"""`manage.py doctor`: can the site do its work on the lab's server, and if not, what is missing?"""

import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import Error
from django.utils import timezone

from jobs.actions import ignore_key
from jobs.actions.clear import CLEAR
from jobs.actions.granted import grant_for
from jobs.actions.ignore import IGNORE_JOB, UNIGNORE
from jobs.actions.release import RELEASE
from jobs.layouts.base import Layout
from jobs.layouts.indexes import advised_indexes
from jobs.layouts.reading import Reading
from jobs.listing.rows import read_one_of_each
from jobsite.activity.models import Act
from jobsite.durations import say_duration
from jobsite.lab import shared_reads
from jobsite.lab.explanations import explain
from jobsite.lab.grants import grant
from jobsite.lab.server import Server
from jobsite.management.command import JobsiteCommand
from jobsite.one_line import printable
from jobsite.pages.own_database import not_migrated

OK, MISSING, ADVICE = "ok", "missing", "advice"
Finding = tuple[str, str]
"""One of these three, and a sentence. Nothing is wrong where only advice is given."""
NO_RECORD = "the tables of the site's own record, without which nothing is cleared or killed: run manage.py migrate"
RECORD = Act._meta.app_label
OTHER_TABLES = "tables of the site's own database, those of {}: run manage.py migrate"

INDEX_ADVICE = (
    "Lists of the about {rows:,} jobs of {schema} would be quicker with an index. docs/admin.md says what it costs; "
    "an account with INDEX on that table makes it by {statement}"
)


class Command(JobsiteCommand):
    """Looks, and changes nothing."""

    help = "Say what Jobsite finds on the lab's server, and what it lacks there."
    examples = """\
  manage.py doctor                                 a line for each finding; exit status 1 when something is missing
  DJ_USER=jobsite DJ_PASS=... manage.py doctor     as another account
"""
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each finding. Raises CommandError, so exits 1, when anything is missing."""
        try:
            with shared_reads.read_once():
                findings = [*_about_server(shared_reads.server()), *_about_record(), *_about_jobs(Reading.begin())]
        except Exception as error:  # whatever the server refuses is said in one sentence; all else is raised again
            sentence = explain(error)
            if not sentence:
                raise
            raise CommandError(printable(sentence)) from None
        for kind, sentence in findings:
            self.stdout.write(printable(f"{kind:7}  {sentence}", sys.stdout))
        if any(kind == MISSING for kind, _ in findings):
            raise CommandError("Something is missing: see above, and docs/grants.sql for grants.")


def _about_server(server: Server) -> Iterator[Finding]:
    uptime = say_duration((server.now - server.started).total_seconds())
    yield OK, f"{settings.LAB.name}, found in {settings.LAB.source}, is {server.version}, up {uptime}."
    yield OK, f"Jobsite is {server.account} there; the clocks differ by {_drift_s(server):.0f} s."
    yield _or(server.sees_all, "It sees everybody's connections.", server.process_grant)
    by_procedure = "" if server.has_kill_privilege else ", by CALL mysql.rds_kill"
    may_kill = f"It may kill other accounts' connections{by_procedure}."
    yield _or(server.may_kill, may_kill, server.kill_grant)
    if server.only_reads:
        yield MISSING, CLEAR.why_not_on(server.only_reads)


def _about_record() -> Iterator[Finding]:
    try:
        lacking = not_migrated()
    except Error as error:
        yield MISSING, f"The site's own database cannot be read: {error}."
        return
    yield _or(RECORD not in lacking, "It can record who clears or kills.", NO_RECORD)
    if others := lacking - {RECORD}:
        yield MISSING, OTHER_TABLES.format(", ".join(sorted(others)))


def _about_jobs(reading: Reading) -> Iterator[Finding]:
    read_one_of_each(reading)
    found = bool(reading.schemas)
    if found or not reading.newer:
        yield _or(found, f"It reads the jobs of {', '.join(reading.schemas)}.", "no jobs table can be read")
    if reading.newer:
        yield OK, f"The jobs in {reading.newer.in_words} are not shown yet."
    for table in reading.unreadable:
        yield MISSING, f"The jobs of {table.schema} cannot be read: {table.in_words}."
    for layout in reading.layouts:
        yield from _about_columns(layout)
        yield _about_clearing(layout)
        if layout.supports(IGNORE_JOB.name):
            yield _about_ignoring(layout, shared_reads.server())
    yield from _about_indexes(reading)


def _about_columns(layout: Layout) -> Iterator[Finding]:
    if layout.missing:
        lacking = ", ".join(layout.missing)
        yield OK, f"The jobs table of {layout.schema} is an older one, without {lacking}: these are unknown there."


def _about_clearing(layout: Layout) -> Finding:
    try:
        may = layout.may_delete()
    except Exception as error:  # a replica that only reads, a table somebody locks: the other findings stand
        why = explain(error)
        if not why:
            raise
        return MISSING, f"Whether it may clear the jobs of {layout.schema} could not be seen. {why}"
    *verbs, last = [one.verb for one in (RELEASE, UNIGNORE, CLEAR) if layout.supports(one.name)]
    words = f"{', '.join(verbs)} and {last}" if verbs else last
    return _or(may, f"It may {words} the jobs of {layout.schema}.", grant_for(CLEAR, layout))


def _about_ignoring(layout: Layout, server: Server) -> Finding:
    """Say whether the account may do what docs/grants.sql leaves to the lab; nothing is missing where it may not."""
    privileges = (layout.statements[IGNORE_JOB.name].privilege, ignore_key.PRIVILEGE)
    lacking = [privilege for privilege in privileges if not server.grants.allow(privilege, *layout.table)]
    if not lacking:
        return OK, f"It may ignore the jobs of {layout.schema}, also keys without one."
    statement = grant(", ".join(lacking), layout.table.quoted, server.account)
    what = "jobs" if privileges[0] in lacking else "keys without a job"
    return OK, f"It may not ignore {what} in {layout.schema}, which is optional: {statement}"


def _about_indexes(reading: Reading) -> Iterator[Finding]:
    try:
        lacking = reading.ask(advised_indexes)
    except Exception as error:  # advice alone: the other findings stand
        why = explain(error)
        if not why:
            raise
        yield ADVICE, f"Whether an index would make lists quicker could not be seen. {why}"
        return
    for one in lacking:
        yield ADVICE, INDEX_ADVICE.format(schema=one.table.schema, rows=one.rows, statement=one.statement)


def _or(well: bool, sentence: str, lack: str) -> Finding:
    return (OK, sentence) if well else (MISSING, lack)


def _drift_s(server: Server) -> float:
    return abs((timezone.now() - server.now).total_seconds())
