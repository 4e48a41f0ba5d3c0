"""Killing connections and statements: only here, for pages and commands.

KILL takes a number, and a number says little: it may belong to somebody else by now, to replication, or to the site
itself. So the process list is read again just before each KILL, over the very connection that sends it, and everything
must still be as it was seen: the account, for a statement the statement, and what the connections were selected by.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError

from connections.consequences import KillReview, review_kill
from connections.listing import read_again
from connections.models import Connection
from connections.outcomes import KillOutcome, KillResult, KillSummary
from connections.processes import process_list
from connections.protected import refusal_reason
from connections.snapshots import ConnectionSnapshot, SelectedConnections, Target
from jobsite.activity.forms import check_unused
from jobsite.activity.record import ActRecord, RecordError, begin_act
from jobsite.activity.terminal_user import User, has_permission
from jobsite.lab import deadline
from jobsite.lab.errors import Kind, kind_of, server_text
from jobsite.lab.explanations import explain
from jobsite.lab.server import Server, ask_server
from jobsite.lab.sql import lab_cursor
from jobsite.one_line import line_logger, printable

KILL = "connections.kill_connection"
CHANGED_NAMED = 5
"""Connections that are named because they are not harmless any more."""
STATEMENT_UNKNOWN = "the page was made before an update and does not say which statement you saw: select it again"

log = line_logger("jobsite.activity")


class NotConfirmedError(Exception):
    """Nothing was done: what was confirmed is not what would happen now. The message says why, in a sentence."""

    def __init__(self, sentence: str, review: KillReview) -> None:
        """`review` is what would happen now."""
        super().__init__(sentence)
        self.review = review


@dataclass(frozen=True)
class Confirmation:
    """What a person was told that a kill would do, and the number that they typed."""

    typed: str = ""
    needs_number: bool = False
    harmless: tuple[ConnectionSnapshot, ...] = ()
    """The connections whose kill they were told costs nothing."""
    form_number: UUID | None = None
    """The form that they were told it by, which is used once; None where there is none."""

    def check(self, selection: SelectedConnections, server: Server) -> None:
        """Raise NotConfirmedError where a kill would cost more by now than was said, or lacks the number.

        What was said to cost nothing is looked at again at the moment of the act: a worker may have taken a key. Who
        typed the number of connections of which none was said to be harmless has confirmed whatever is lost.
        """
        is_typed = self.typed.replace(",", "").strip() == str(len(selection.snapshots))
        if is_typed and not self.harmless:
            return
        review = review_kill(selection, server)
        needs_number = review.needs_number or self.needs_number
        why_not = self._changed(review)
        if not why_not and review.connections and needs_number and not is_typed:
            why_not = f"No kill was sent: type {len(review.connections)} to confirm."
        if why_not:
            raise NotConfirmedError(why_not, replace(review, needs_number=needs_number))

    def _changed(self, review: KillReview) -> str:
        """Return in a sentence which connections are not harmless any more, '' when all still are."""
        # By number alone: the review has left out who is somebody else by now.
        harmless = {seen.id for seen in self.harmless}
        lost = [one for one in review.connections if one.at_stake and one.connection.id in harmless]
        if not lost:
            return ""
        named = ", ".join(f"{one.connection} {one.at_stake}" for one in lost[:CHANGED_NAMED])
        more = f" (and {len(lost) - CHANGED_NAMED} more have changed)" if len(lost) > CHANGED_NAMED else ""
        return f"No kill was sent: meanwhile {named}{more}. Look again."


@dataclass(frozen=True)
class SentKill:
    """A kill that was sent, and the connection as it is now; None when it is gone."""

    snapshot: ConnectionSnapshot
    target: Target
    connection: Connection | None

    @property
    def is_awaited(self) -> bool:
        """Say whether it is still there and will be gone in the end."""
        return self.target is Target.CONNECTION and self.connection is not None

    @property
    def in_words(self) -> str:
        """What is seen of it now, in words that end a sentence."""
        if self.connection is None:
            return "gone"
        if self.target is Target.STATEMENT:
            return f"its connection stays, {'a statement still runs' if self.connection.info else 'idle'}"
        now = ", ".join(filter(None, (self.connection.command, self.connection.state)))
        return f"still there ({now}): rolling back a long transaction takes time"


def kill(selection: SelectedConnections, confirmation: Confirmation, user: User) -> KillSummary:
    """Send a KILL to each connection that is still the one that was seen and may be killed; return what became of each.

    A KILL only sets a flag: the connection may live on for a while. Before anything is asked of the server, raises
    PermissionDenied when `user` may not kill, and FormUsedError when the form was sent before; then NotConfirmedError
    when something else would happen than was confirmed.
    """
    if not has_permission(user, KILL):
        raise PermissionDenied("Your account may look at connections but not kill them: ask an admin of Jobsite.")
    if selection.is_empty:
        return KillSummary(selection)
    check_unused(user.get_username(), confirmation.form_number)
    server = ask_server()
    confirmation.check(selection, server)
    return _kill_on_record(selection, user.get_username(), server, confirmation.form_number)


def follow(sent: SelectedConnections, server: Server) -> list[SentKill]:
    """Return what is seen now of the connections that a kill was sent to."""
    there = {row.id: row for row in read_again(sent.snapshots, server)}
    return [SentKill(one, sent.target, there.get(one.id)) for one in sent.snapshots]


def _kill_on_record(
    selection: SelectedConnections, username: str, server: Server, form_number: UUID | None
) -> KillSummary:
    """Kill, with what was meant and what became of it in the site's record and in its log."""
    verb, procedure = selection.target.verb, selection.target.procedure(server)
    meant, who = selection.in_words, f"{username}, {verb}"
    if procedure:
        meant, who = f"{meant} By CALL {procedure}.", f"{who} by CALL {procedure}"
    try:
        record = begin_act(username, verb, meant, form_number)
    except RecordError as error:
        log.warning("%s: %s %s", who, meant, error)
        return KillSummary(selection, stopped=str(error))
    act = _Act(selection, server, record, who)
    try:
        with deadline.act():
            act.run()
    except BaseException as error:
        record.break_off(act.summary.in_words, error)
        raise
    record.end(act.summary.in_words, act.stopped)
    return act.summary


class _Act:
    """An act under way, and what became of the connections so far."""

    def __init__(self, selection: SelectedConnections, server: Server, record: ActRecord, who: str) -> None:
        self.selection, self.server, self.record, self.who = selection, server, record, who
        self.outcomes: list[KillOutcome] = []
        self.stopped = ""

    @property
    def summary(self) -> KillSummary:
        """What became of them until now."""
        return KillSummary(self.selection, tuple(self.outcomes), self.stopped, self.record.number)

    def run(self) -> None:
        """Kill one after the other, until something goes wrong."""
        try:
            for snapshot in self.selection.snapshots:
                self._kill(snapshot)
                if self.stopped:
                    break
        except (DatabaseError, RecordError) as error:
            self.stopped = str(error) if isinstance(error, RecordError) else explain(error)
            if not self.stopped:
                raise
        if self.stopped:
            log.warning("%s: %s", self.who, self.summary.problems[-1])

    def _kill(self, snapshot: ConnectionSnapshot) -> None:
        with self.record.chunk("", [snapshot.row]) as chunk:
            target = self.selection.target
            outcome = _obstacle(snapshot, self.selection, self.server) or _send(snapshot, target, self.server)
            chunk.counts = {outcome.result.value: 1}
            self.outcomes.append(outcome)  # here: it was done, although the record may be full now
            log.info("%s: %s", self.who, outcome.in_words)
        if outcome.result is KillResult.UNKNOWN:
            self.stopped = outcome.reason


def _obstacle(snapshot: ConnectionSnapshot, selection: SelectedConnections, server: Server) -> KillOutcome | None:
    """Return why no KILL may be sent, by the process list as it is now; None when one may."""
    matching = None if selection.matching is None else selection.matching(server)
    # Compared in Python, exactly: MySQL 9.7 cuts the number of a KILL to 32 bits, so a larger one could hit a stranger.
    found = process_list(server).filter(id=snapshot.id).first()
    if found is None:
        return KillOutcome(snapshot, KillResult.GONE)
    if not snapshot.is_still(found, server):
        return KillOutcome(snapshot, KillResult.CHANGED)
    if reason := refusal_reason(found, server):
        return KillOutcome(snapshot, KillResult.REFUSED, reason)
    if matching is not None and snapshot.id not in matching:
        return KillOutcome(snapshot, KillResult.NO_MATCH)
    return _other_statement(snapshot, found) if selection.target is Target.STATEMENT else None


def _other_statement(snapshot: ConnectionSnapshot, found: Connection) -> KillOutcome | None:
    if snapshot.statement is None:
        return KillOutcome(snapshot, KillResult.REFUSED, STATEMENT_UNKNOWN)
    return None if snapshot.still_runs(found) else KillOutcome(snapshot, KillResult.OTHER_STATEMENT)


def _send(snapshot: ConnectionSnapshot, target: Target, server: Server) -> KillOutcome:
    try:
        with lab_cursor() as cursor:
            cursor.execute(target.sql(server), [snapshot.id])
    except DatabaseError as error:
        return _failed(snapshot, target, server, error)
    return KillOutcome(snapshot, KillResult.SENT)


def _failed(snapshot: ConnectionSnapshot, target: Target, server: Server, error: DatabaseError) -> KillOutcome:
    if kind_of(error) is Kind.NO_SUCH_THREAD:
        return KillOutcome(snapshot, KillResult.GONE)
    if kind_of(error) is Kind.DENIED_EVERYWHERE:
        return KillOutcome(snapshot, KillResult.REFUSED, _missing_privilege(server))
    if kind_of(error) is None and target.procedure(server):  # its code refuses by an error of its own choice
        return KillOutcome(snapshot, KillResult.REFUSED, f"the server answered: {printable(server_text(error))}")
    if not explain(error):
        raise error
    return KillOutcome(snapshot, KillResult.UNKNOWN, explain(error))


def _missing_privilege(server: Server) -> str:
    # MySQL manual, "SYSTEM_USER": whoever lacks it cannot kill a session of an account that has it.
    if not server.is_mariadb and server.has_kill_privilege:
        return "the server protects this account, which has SYSTEM_USER"
    return f"the server asks for a privilege: {server.kill_grant}"
