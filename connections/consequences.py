"""What would a kill do now to each selected connection, and can it be known? In sentences, for pages and commands.

What could not be seen is called neither lost nor safe.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from connections.jobs_of_connections import JOBS_NAMED
from connections.listing import annotate
from connections.models import Connection
from connections.processes import Process, read_processes
from connections.snapshots import ConnectionSnapshot, SelectedConnections, Target
from jobs.actions.review import TYPE_THE_NUMBER_ABOVE
from jobs.models import Job
from jobsite.durations import say_duration
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads, Server
from jobsite.lab.transactions import Transaction

NOTHING_IS_LOST = "It holds no job and no open transaction: nothing is lost. Its client has to connect again."
NO_JOB_READ = (
    "It has no open transaction, and holds none of the jobs that could be read. Whether it holds another is not known."
)
JOBS_UNKNOWN = "It has no open transaction. Whether it holds a job is not known."
TRANSACTION_UNSEEN = (
    "Whether it has an open transaction is not known: Jobsite’s account may not see that (PROCESS is missing)."
)
TRANSACTION_LATE = "Whether it has an open transaction is not known: the server did not tell in time."
MORE_JOBS = "A connection may hold more jobs than are named here."
STATEMENT_ENDS = "Its statement ends with an error; the connection stays."
CHANGED = {
    Target.CONNECTION: "{row} no longer matches what was asked for: left alone.",
    Target.STATEMENT: "{row} no longer matches, or does not run the statement that was seen: left alone.",
}
NO_STATEMENT = "It runs no statement now: nothing will happen."


@dataclass(frozen=True)
class Consequence:
    """One sentence about a kill. A job that it names stands between the two parts, so that a page can link it."""

    text: str
    job: Job | None = None
    rest: str = ""
    is_warning: bool = True

    def __str__(self) -> str:
        """Return the sentence."""
        return f"{self.text}{self.job or ''}{self.rest}"


@dataclass(frozen=True)
class ReviewedConnection:
    """One connection that may be killed, and what that would do."""

    connection: Connection
    consequences: tuple[Consequence, ...]
    at_stake: str
    """Why it costs something, or may, in words that follow its name; '' where nothing is lost."""

    @property
    def snapshot(self) -> ConnectionSnapshot:
        """The connection as it was seen, to kill it and no other."""
        return ConnectionSnapshot.read(self.connection.token)


@dataclass(frozen=True)
class KillReview:
    """What was selected, read again, and what a kill would do now."""

    selected: SelectedConnections
    connections: tuple[ReviewedConnection, ...]
    refused: tuple[Connection, ...]
    gone: int
    """How many are gone, or have a number that is somebody else's by now."""
    changed: tuple[Connection, ...]
    """Those that no longer match what was asked for, or of which another statement was seen than is to be killed."""
    unread: tuple[str, ...]
    """Why jobs could not be looked at, in sentences."""
    is_unsure: bool
    """Whether what would be lost cannot be known."""
    needs_number: bool
    """Whether the number of connections has to be typed."""
    kill_grant: str
    """The GRANT without which the site's account cannot kill any of them; '' where it can."""

    @property
    def target(self) -> Target:
        """What of the connections a kill would end."""
        return self.selected.target

    @property
    def order(self) -> str:
        """What is about to be done, as a button says it."""
        connections = counted(len(self.connections), "connection")
        if self.target is Target.CONNECTION:
            return f"Kill {connections}"
        return f"Kill the statement{'s' * (len(self.connections) != 1)} of {connections}"

    @property
    def selection(self) -> SelectedConnections:
        """The connections that may be killed."""
        return replace(self.selected, snapshots=tuple(one.snapshot for one in self.connections))

    @property
    def harmless(self) -> tuple[ConnectionSnapshot, ...]:
        """Those of them whose kill costs nothing."""
        return tuple(one.snapshot for one in self.connections if not one.at_stake)

    @property
    def notices(self) -> list[str]:
        """What of the selection is left alone and why, and what could not be seen, in sentences."""
        are = "is" if self.gone == 1 else "are"
        gone = f"{self.gone} of those you selected {are} gone, or somebody else’s by now: left alone."
        refused = [f"{row} cannot be killed: {row.refusal}." for row in self.refused]
        changed = [CHANGED[self.target].format(row=row) for row in self.changed]
        unread = [f"{MORE_JOBS} {sentence}" for sentence in self.unread]
        return [*([gone] if self.gone else []), *refused, *changed, *unread]

    @property
    def demand(self) -> str:
        """What has to be typed, and why; '' where nothing has."""
        if not self.needs_number:
            return ""
        running = sum(len(one.connection.jobs) for one in self.connections)
        jobs = f"{counted(running, 'job')} {'is' if running == 1 else 'are'} running: type" if running else "Type"
        why = "What is lost cannot be known: type" if self.is_unsure else jobs
        return f"{why} {len(self.connections)} to confirm"


def review_kill(selection: SelectedConnections, server: Server) -> KillReview:
    """Return what killing the selected connections would do now; reads, never writes."""
    everybody = read_processes(server)
    found = _same(everybody, selection, server)
    parts = Parts()
    unread = annotate(found, server, parts, ConnectedThreads(server, {row.id: row.account for row in everybody}))
    unseen = (TRANSACTION_LATE if parts.late else "") if server.sees_all else TRANSACTION_UNSEEN
    meant = _still_meant(found, selection, server)
    rows = [row for row in found if not row.refusal and row.id in meant]
    sees_enough = not unseen and not unread
    is_unsure = not sees_enough or any(row.possible_jobs for row in rows)
    return KillReview(
        selected=selection,
        connections=tuple(
            ReviewedConnection(
                row,
                tuple(consequences_of(row, selection.target, server, unread, unseen)),
                at_stake(row, selection.target, sees_enough=sees_enough),
            )
            for row in rows
        ),
        refused=tuple(row for row in found if row.refusal),
        gone=len({one.id for one in selection.snapshots}) - len(found),
        changed=tuple(row for row in found if not row.refusal and row.id not in meant),
        unread=tuple(unread),
        is_unsure=is_unsure,
        needs_number=_needs_number(rows, selection.target, is_unsure=is_unsure),
        kill_grant="" if selection.target.is_possible(server) else server.kill_grant,
    )


def _same(everybody: Sequence[Process], selection: SelectedConnections, server: Server) -> list[Connection]:
    """Return those selected that are still there, and nobody else's by now."""
    seen = {one.id: one for one in selection.snapshots}
    there = [row.as_connection() for row in everybody if row.id in seen]
    return [row for row in there if seen[row.id].is_still(row, server)]


def _still_meant(rows: Sequence[Connection], selection: SelectedConnections, server: Server) -> AbstractSet[int]:
    """Return the ids of those that match what was asked for, and run what was seen where the statement is meant."""
    seen = {one.id: one for one in selection.snapshots}
    matching = None if selection.matching is None else selection.matching(server)
    return {
        row.id
        for row in rows
        if (matching is None or row.id in matching)
        and (selection.target is Target.CONNECTION or seen[row.id].still_runs(row))
    }


def _needs_number(rows: Sequence[Connection], target: Target, *, is_unsure: bool) -> bool:
    """Say whether the number has to be typed: for many, for jobs that run, and where nobody knows what is lost."""
    # Where no statement runs, there is none to kill.
    hit = [row for row in rows if target is Target.CONNECTION or row.info]
    return len(rows) > TYPE_THE_NUMBER_ABOVE or any(row.jobs or is_unsure for row in hit)


def counted(number: int, noun: str) -> str:
    """Return `1 job`, `2 jobs`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def at_stake(row: Connection, target: Target, *, sees_enough: bool) -> str:
    """Return why a kill of an annotated connection costs something, or may, in words that follow its name.

    '' where it is known to cost nothing. `sees_enough` says whether all jobs and transactions could be seen.
    """
    if target is Target.STATEMENT and not row.info:
        return ""
    if row.jobs:
        return "holds a job"
    if target is Target.CONNECTION and row.transaction is not None and row.transaction.rows_written:
        return "has written rows in a transaction"
    if row.possible_jobs:
        return "may hold a job"
    return "" if sees_enough else "may hold what cannot be seen"


def consequences_of(
    row: Connection, target: Target, server: Server, unread: Sequence[str], unseen: str
) -> Iterator[Consequence]:
    """Yield what a kill of an annotated connection would do, with how sure that is.

    `unread` says in sentences why it may hold jobs that could not be seen, and `unseen` why its transaction could not
    be; '' where it was looked for.
    """
    if target is Target.CONNECTION:
        yield from _of_connection(row, server, unread, unseen)
    else:
        yield from _of_statement(row)
    if len(row.jobs) > JOBS_NAMED:
        yield Consequence(f"It holds {counted(len(row.jobs) - JOBS_NAMED, 'more job')}.")
    for job in row.possible_jobs[:JOBS_NAMED]:
        yield _possible(job)
    if len(row.possible_jobs) > JOBS_NAMED:
        yield Consequence(
            f"{counted(len(row.possible_jobs) - JOBS_NAMED, 'more job')} may belong to this connection, too."
        )


def _of_connection(row: Connection, server: Server, unread: Sequence[str], unseen: str) -> Iterator[Consequence]:
    may_survive = row.transaction is None and not unseen
    for job in row.jobs[:JOBS_NAMED]:
        yield _lost(job, server, may_survive)
    if row.transaction is not None:
        yield _rolled_back(row.transaction)
    if unseen:
        yield Consequence(unseen)
    elif not row.jobs and row.transaction is None:
        yield _no_job(row, unread)


def _of_statement(row: Connection) -> Iterator[Consequence]:
    runs = bool(row.info)
    yield Consequence(STATEMENT_ENDS if runs else NO_STATEMENT, is_warning=False)
    becomes = ": the job becomes an error, and its worker goes on with the next key." if runs else ", which goes on."
    for job in row.jobs[:JOBS_NAMED]:
        yield Consequence("It holds the job ", job, becomes)


def _lost(job: Job, server: Server, may_survive: bool) -> Consequence:
    age_s = job.age_s(server.now)
    running = "an unknown time" if age_s is None else say_duration(age_s)
    survives = "it has no transaction open, so a make of three parts connects again and loses nothing; otherwise "
    becomes = "the job becomes an error (LostConnectionError), and its worker goes on with the next key."
    return Consequence("It holds the job ", job, f", running for {running}: {survives * may_survive}{becomes}")


def _rolled_back(transaction: Transaction) -> Consequence:
    written = transaction.rows_written
    lost = f"the {counted(written, 'row')} that it has written until now {'is' if written == 1 else 'are'} lost"
    said = lost if written else "until now it has only read, as far as the server tells"
    return Consequence(f"Its transaction, open for {say_duration(transaction.age_s)}, is rolled back: {said}.")


def _no_job(row: Connection, unread: Sequence[str]) -> Consequence:
    if unread:
        return Consequence(NO_JOB_READ)
    return Consequence(JOBS_UNKNOWN) if row.possible_jobs else Consequence(NOTHING_IS_LOST, is_warning=False)


def _possible(job: Job) -> Consequence:
    shown = job.liveness.value if job.liveness else ""
    rest = f" may belong to this connection: it has the same user, and its worker is shown as “{shown}”."
    return Consequence("The job ", job, rest)
