"""Doing an action to jobs: the one way, for a page, a terminal and a cron job.

The permission is checked here. What was confirmed is compared with what would happen now, also whether workers still
live. Every chunk is written into the site's record before it is sent to the lab's server. Each statement names primary
key, status and timestamp as they were seen, so a row that changed since is left alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db import DatabaseError

from jobs.actions.abandoned import spare_living
from jobs.actions.action import Action
from jobs.actions.computing_again import commands_after
from jobs.actions.confirmation import Confirmation, NotConfirmedError
from jobs.actions.granted import grant_for, set_aside_ungranted
from jobs.actions.outcome import ActionOutcome
from jobs.actions.progress import Key, Position
from jobs.actions.review import review, review_numbers, set_aside_unsupported
from jobs.actions.selection import Selection
from jobs.layouts.base import Layout
from jobs.models import QualifiedName
from jobs.snapshots import SeenRow
from jobsite.activity.continuing import ClaimLostError, StopAskedError
from jobsite.activity.forms import check_unused
from jobsite.activity.record import ActRecord, RecordError, begin_act
from jobsite.activity.terminal_user import User
from jobsite.lab import deadline
from jobsite.lab.errors import Kind, concerns_one_table, kind_of, lacks_privilege, may_be_done
from jobsite.lab.explanations import explain
from jobsite.lab.server import ask_only_reads
from jobsite.lab.sql import begin_anew
from jobsite.one_line import line_logger

NOT_READ_BEFORE = "they could not be read when you were asked to confirm"
UNTRIED = "they were not tried, because the tables before them took too long: {verb} them again"

log = line_logger("jobsite.activity")


def perform(
    action: Action, selection: Selection, confirmation: Confirmation, user: User, sent: str = ""
) -> ActionOutcome:
    """Do `action` to the selected jobs that still are as they were seen; return what became of them.

    A jobs table that cannot be read or changed costs its own jobs only. What concerns the whole server ends the act;
    what was done before is not forgotten. `sent` is the form as a query string: with it a request leaves after a while
    what jobs.actions.going_on can do, and the outcome is `unfinished`. Before anything is asked of the server, raises
    PermissionDenied when `user` may not do this, and FormUsedError when the form was sent before; then
    NotConfirmedError when something else would happen now than was confirmed.
    """
    action.check(user)
    check_unused(user.get_username(), confirmation.form_number)
    begin_anew()
    selection = selection.taking(action.statuses)
    set_aside(action, selection, confirmation)
    reviewed = review_numbers(action, selection)
    if reason := confirmation.refusal_reason(reviewed):
        raise NotConfirmedError(reason, review(action, selection))
    username, count = user.get_username(), reviewed.count
    commands, form = commands_after(reviewed), confirmation.form_number
    try:
        record = begin_act(username, action.name, selection.in_words, form, sent=sent, total=count, commands=commands)
    except RecordError as error:
        log.warning("%s %s no jobs: %s %s", username, action.past, selection.in_words, error)
        return ActionOutcome(stopped=str(error))
    act = ActUnderWay(action, selection, confirmation, record)
    act.outcome += ActionOutcome(left=reviewed.found.left, commands=commands)
    return run(act, username)


def set_aside(action: Action, selection: Selection, confirmation: Confirmation) -> None:
    """Leave out the jobs tables whose jobs cannot take the action, and those not read for what was confirmed."""
    set_aside_unsupported(action, selection.reading)
    set_aside_ungranted(action, selection.reading, confirmation.left_out)
    left_out = [layout.table for layout in selection.reading.layouts if layout.table in confirmation.left_out]
    selection.reading.set_aside(left_out, NOT_READ_BEFORE)


def act_on_chunk(action: Action, layout: Layout, rows: Sequence[SeenRow]) -> ActionOutcome:
    """Do `action` to one chunk in one statement; return what became of it. Raises DatabaseError."""
    statement = layout.statements[action.name]
    try:
        done = statement.send(rows)
    except DatabaseError as error:
        if not lacks_privilege(error):
            raise
        return ActionOutcome(refused=len(rows), grants=frozenset([grant_for(action, layout)]))
    left = len(rows) - done
    if not left:
        return ActionOutcome(done=done)
    try:
        changed = layout.count(rows) - (done if statement.keeps_rows else 0)
    except DatabaseError as error:  # what became of the others is not known; these are done all the same
        return ActionOutcome(done=done, stopped=explain(error))
    changed = min(max(changed, 0), left)  # a worker may have written or deleted rows since
    return ActionOutcome(done=done, changed=changed, gone=left - changed)


def run(act: "ActUnderWay", username: str) -> ActionOutcome:
    """Do what this request has time for, with what became of it in the site's record and in its log."""
    action, record = act.action, act.record
    try:
        with deadline.act() as is_over:
            act.run(is_over)
        if act.is_paused and act.position:
            record.pause(act.outcome.as_json(), act.position.as_json())
            return replace(act.outcome, unfinished=record.number)
    except ClaimLostError:
        return replace(act.outcome, unfinished=record.number)
    except StopAskedError as error:
        act.outcome += ActionOutcome(stopped=str(error))
    except BaseException as error:
        record.break_off(act.outcome.in_words(action), error)
        raise
    record.end(act.outcome.in_words(action), act.outcome.stopped)
    log.info("%s %s jobs: %s %s", username, action.past, act.selection.in_words, act.outcome.in_words(action))
    return act.outcome


class ActUnderWay:
    """What one request does of an act, and what became of the jobs so far."""

    def __init__(self, action: Action, selection: Selection, confirmation: Confirmation, record: ActRecord) -> None:
        """Begin with the first jobs table; whoever goes on says from where, and with which outcome."""
        self.action, self.selection, self.record = action, selection, record
        self.outcome = ActionOutcome(gone=selection.without_table)
        self.position: Position | None = None
        self.is_paused = False
        self._most = confirmation.expected if selection.may_grow else 0
        self._has_moved = False

    def run(self, is_over: Callable[[], bool]) -> None:
        """Go through the jobs tables until something concerns them all, or the next request is to go on."""
        for table in self.selection.tables:
            if self._is_behind(table):
                continue
            if self._is_to_pause(is_over, table):
                return
            try:
                self._go_through(table, is_over)
            except DatabaseError as error:
                self.outcome += self._blame(error, table)
            except RecordError as error:
                self.outcome += ActionOutcome(stopped=str(error))
            if self.outcome.stopped or self.is_paused:
                return
            self._has_moved = True

    def _is_behind(self, table: QualifiedName) -> bool:
        """Say whether an earlier request has done what there was to do in a jobs table."""
        is_done = self.position is not None and table < self.position.table
        return is_done or any(table == one.table for one in self.outcome.left_out)

    def _go_through(self, table: QualifiedName, is_over: Callable[[], bool]) -> None:
        reading = self.selection.reading
        if not reading.waits_left:
            reading.set_aside([table], UNTRIED.format(verb=self.action.verb))
        layout = reading.layout_of(table)
        if layout is None:
            self.outcome += ActionOutcome(left_out=frozenset([reading.left_out[table]]))
            return
        after = self.position.after if self.position and self.position.table == table else None
        for rows in self.selection.chunks(layout, after):
            if self._is_to_pause(is_over, table, after):
                return
            self._act_on(layout, rows)
            after, self._has_moved = rows[-1].key, True
            if self.outcome.stopped or table in reading.left_out:
                return

    def _is_to_pause(self, is_over: Callable[[], bool], table: QualifiedName, after: Key | None = None) -> bool:
        """Say whether the next request is to go on from here: each does something, however slow the server is."""
        if self.record.may_go_on_later and self._has_moved and is_over():
            self.position, self.is_paused = Position(table, after), True
        return self.is_paused

    def _act_on(self, layout: Layout, rows: Sequence[SeenRow]) -> None:
        if self.action.statuses:  # a column may take `Reserved` for `reserved`
            rows = [row for row in rows if self.selection.takes(row.status)]
        if self.action.only_abandoned or self.selection.spares_living:
            rows, left, gone = spare_living(layout, rows)
            self.outcome += ActionOutcome(left=left, gone=gone)
        if rows:
            self._act_on_those(layout, rows)

    def _act_on_those(self, layout: Layout, rows: Sequence[SeenRow]) -> None:
        if self._most and self.outcome.handled + len(rows) > self._most:
            self.outcome += ActionOutcome(
                stopped=f"More jobs match by now than the {self._most:,} that were confirmed."
            )
            return
        if variable := ask_only_reads():
            self.outcome += ActionOutcome(stopped=self.action.why_not_on(variable))
            return
        with self.record.chunk(layout.schema, _recorded(layout, rows)) as chunk:
            outcome = self._outcome_of(layout, rows)
            chunk.counts = outcome.counts(self.action)
            self.outcome += outcome  # here: it was done, although the record may be full now

    def _outcome_of(self, layout: Layout, rows: Sequence[SeenRow]) -> ActionOutcome:
        """Return what became of a chunk. Raises DatabaseError where that is not known.

        A statement that waited for a lock in vain has changed nothing (MySQL manual, "InnoDB Error Handling").
        """
        try:
            return act_on_chunk(self.action, layout, rows)
        except DatabaseError as error:
            if may_be_done(error):
                self.outcome += ActionOutcome(unknown=len(rows))
            if kind_of(error) is not Kind.LOCKED:
                raise
            return self._blame(error, layout.table)

    def _blame(self, error: DatabaseError, table: QualifiedName) -> ActionOutcome:
        """Return what an error means: one table is left alone, or the act ends. Raises one that is not the server's."""
        if concerns_one_table(error):
            return ActionOutcome(left_out=frozenset([self.selection.reading.leave_out(table, error)]))
        if not explain(error):
            raise error
        return ActionOutcome(stopped=explain(error))


def _recorded(layout: Layout, rows: Sequence[SeenRow]) -> list[tuple[str | None, ...]]:
    """Return what the record keeps of rows; times by ISO 8601."""
    name = layout.table.name
    return [(name, *row[:3], row.timestamp and row.timestamp.replace(" ", "T") + "Z") for row in rows]
