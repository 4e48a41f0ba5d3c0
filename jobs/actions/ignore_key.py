"""Ignore a key that has no job yet, so that no populate tries it: for a command, which is given the key.

The row is as DataJoint's own jobs.ignore writes it (DataJoint 0.14.10, jobs.py). It takes INSERT on the jobs table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import DatabaseError

from jobs.actions.ignore import IGNORE_JOB
from jobs.actions.outcome import ActionOutcome
from jobs.formats.key import key_hash, key_of
from jobs.formats.key_writer import pack_key
from jobs.formats.table_name import class_name
from jobs.layouts.base import Layout
from jobs.statuses import IGNORE
from jobsite.activity.record import ActRecord, RecordError, begin_act
from jobsite.activity.terminal_user import User
from jobsite.lab import shared_reads
from jobsite.lab.errors import Kind, kind_of, lacks_privilege, may_be_done
from jobsite.lab.explanations import explain
from jobsite.lab.grants import grant
from jobsite.lab.server import ask_only_reads
from jobsite.lab.sql import begin_anew
from jobsite.one_line import line_logger

PRIVILEGE = "INSERT"

log = line_logger("jobsite.activity")


@dataclass(frozen=True)
class NewRow:
    """A key without a row."""

    layout: Layout
    table_name: str
    key: Mapping[str, object]

    @property
    def hash(self) -> str:
        """The key's hash, as DataJoint computes it."""
        return key_hash(self.key)

    @property
    def in_words(self) -> str:
        """The key, and the table whose it is, in a sentence."""
        return f"The key {key_of(self.key)} of {self.layout.schema}.{class_name(self.table_name)}."

    @property
    def recorded(self) -> tuple[str | None, ...]:
        """What the record keeps of it: as of other rows, with the status that it gets."""
        return self.layout.table.name, self.table_name, self.hash, IGNORE, None

    @property
    def grant(self) -> str:
        """The GRANT that lets the site's account write it."""
        return grant(PRIVILEGE, self.layout.table.quoted, shared_reads.server().account)


def ignore_key(layout: Layout, table_name: str, key: Mapping[str, object], user: User) -> ActionOutcome:
    """Let populate skip a key that has no row in the jobs table; return what became of it.

    `table_name` is as the jobs table has it (`__spike_sorting`), `key` the whole primary key. Where the key has a row
    by now, that is left alone and counts as changed. Raises PermissionDenied when `user` may not ignore jobs, and
    ValueError, with a sentence, for a value that no key has.
    """
    IGNORE_JOB.check(user)
    new, packed = NewRow(layout, table_name, key), pack_key(key)
    begin_anew()
    try:
        record = begin_act(user.get_username(), IGNORE_JOB.name, new.in_words)
        outcome = _write(new, packed, record)
    except RecordError as error:
        return ActionOutcome(stopped=str(error))
    said = outcome.in_words(IGNORE_JOB)
    record.end(said, outcome.stopped)
    log.info("%s %s jobs: %s %s", user.get_username(), IGNORE_JOB.past, new.in_words, said)
    return outcome


def _write(new: NewRow, packed: bytes, record: ActRecord) -> ActionOutcome:
    try:
        if variable := ask_only_reads():
            return ActionOutcome(stopped=IGNORE_JOB.why_not_on(variable))
        with record.chunk(new.layout.schema, [new.recorded]) as chunk:
            outcome = _outcome_of(new, packed)
            chunk.counts = outcome.counts(IGNORE_JOB)
    except DatabaseError as error:
        if not explain(error):
            raise
        return ActionOutcome(unknown=int(may_be_done(error)), stopped=explain(error))
    return outcome


def _outcome_of(new: NewRow, packed: bytes) -> ActionOutcome:
    try:
        new.layout.add_ignored(new.table_name, new.hash, packed)
    except DatabaseError as error:
        if kind_of(error) is Kind.DUPLICATE:
            return ActionOutcome(changed=1)
        if not lacks_privilege(error):
            raise
        return ActionOutcome(refused=1, grants=frozenset([new.grant]))
    return ActionOutcome(done=1)
