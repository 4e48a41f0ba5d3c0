"""Does the worker that reserved a job still live?

The job's connection_id is evidence, never proof: DataJoint reads it once at connect, so after a reconnect, and in a
child of populate(processes=2), a living worker's rows bear a dead id; after a restart a stranger gets the number. Names
are no proof either: some rows name no client, and some servers cut the name of one. What cannot be known is said to
be so. Values in, a liveness out; the caller brings the time and the process list.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import cached_property
from typing import NamedTuple

CLOCK_MARGIN = timedelta(seconds=2)
"""Uptime counts whole seconds, and so does a job's timestamp."""

CUT = (63, 64)
"""Letters that MariaDB shows of a longer client's name, without its port: HOST is a varchar(64), 10.11 fills 63 of it
(MariaDB Knowledge Base, "Information Schema PROCESSLIST Table")."""

UNKNOWN_PID = 0
"""A row has it where no process is named."""

Account = tuple[str, str]
"""User and client; '' for the client of a reservation that names none, as MATLAB's do."""


class Liveness(Enum):
    """What can be said of the worker behind a reservation; the value is the word on the screen."""

    RUNNING = "running"
    ABANDONED = "abandoned"
    UNCERTAIN = "uncertain"
    CANNOT_TELL = "cannot tell"

    @property
    def slug(self) -> str:
        """The word as a class name of the stylesheet."""
        return self.value.replace(" ", "-")

    @property
    def meaning(self) -> str:
        """The same in a sentence."""
        return MEANINGS[self]


MEANINGS = {
    Liveness.RUNNING: "Its connection is open: the worker computes this key.",
    Liveness.ABANDONED: (
        "Its worker is gone: nobody computes this key. Release or clear the job and the next populate takes it."
    ),
    Liveness.UNCERTAIN: (
        "The same user is connected, but perhaps not as this worker: the connection it named is gone, or seems to be "
        "another machine's. The worker may have reconnected, or be a child of a pool. Or nobody is connected, but "
        "a process of its number runs on Jobsite's own machine. "
        "Ask on the machine before you clear it."
    ),
    Liveness.CANNOT_TELL: (
        "Its row does not say by whose connection it was reserved, names no machine, or bears a proxy's number; "
        "or Jobsite's account may not see other people's connections (PROCESS is missing); "
        "or the server did not tell in time who is connected."
    ),
}


@dataclass(frozen=True)
class Evidence:
    """What the server says: when it started, who is connected, and whether that is everybody.

    `last_id` is the highest number that a connection of the server can have had, None when it is not known; `proxies`
    are the clients that an admin named as such. `pids` are the processes of those connections of DataJoint's that tell
    theirs, read after `threads` (MySQL manual, "The session_connect_attrs Table": `_pid`, which PyMySQL sends).
    """

    started: datetime
    sees_all: bool
    own_user: str
    threads: Mapping[int, Account]
    last_id: int | None = None
    proxies: frozenset[str] = frozenset()
    pids: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def pids_by_account(self) -> Mapping[Account, frozenset[int]]:
        """The processes of everybody connected, UNKNOWN_PID for one that is not told: a page asks about many jobs."""
        found: dict[Account, set[int]] = defaultdict(set)
        for thread, account in self.threads.items():
            found[account].add(self.pids.get(thread, UNKNOWN_PID))
        return {account: frozenset(pids) for account, pids in found.items()}

    @cached_property
    def newer_pids(self) -> frozenset[int]:
        """The processes that have connected since the threads were read."""
        return frozenset(pid for thread, pid in self.pids.items() if thread not in self.threads)

    def pids_of(self, account: Account) -> frozenset[int]:
        """Return the processes of all connections that may be of `account`."""
        alike = (pids for connected, pids in self.pids_by_account.items() if may_be(connected, account))
        return frozenset().union(*alike)


class Judgement(NamedTuple):
    """The liveness of a reservation, and why, in words that end a sentence."""

    liveness: Liveness
    why: str


@dataclass(frozen=True)
class Reservation:
    """What the row of a reserved job says of its worker: `account` (user, client), connection, time and process."""

    account: Account
    connection_id: int
    reserved_at: datetime | None
    pid: int = UNKNOWN_PID


def judge(reservation: Reservation, evidence: Evidence) -> Judgement:
    """Return the liveness of a reservation, and why."""
    user, client = account = reservation.account
    holder = evidence.threads.get(reservation.connection_id)
    if not evidence.sees_all and user != evidence.own_user:
        return Judgement(Liveness.CANNOT_TELL, "this account does not see other people's connections")
    if reservation.reserved_at is not None and reservation.reserved_at + CLOCK_MARGIN < evidence.started:
        return Judgement(Liveness.ABANDONED, "the server has started since")
    if client.lower() in evidence.proxies:
        return Judgement(Liveness.CANNOT_TELL, f"{client} is a proxy")
    if holder and may_be(holder, account):
        return Judgement(Liveness.RUNNING, f"its connection {reservation.connection_id} is open")
    if _names_no_client(account, evidence):
        return Judgement(Liveness.CANNOT_TELL, "its connection is gone, and its row names no machine")
    if _is_of_no_connection_here(reservation.connection_id, evidence):
        return Judgement(Liveness.CANNOT_TELL, f"{reservation.connection_id} is no connection of this server")
    if holder and holder[0] == user:
        return Judgement(Liveness.UNCERTAIN, f"connection {reservation.connection_id} is open from another machine")
    return _judge_by_others(reservation, evidence)


def _judge_by_others(reservation: Reservation, evidence: Evidence) -> Judgement:
    """Return what the other connections of the same user and client tell, once the worker's own is gone.

    A worker that has reconnected, and a child of a pool, have another connection of their process.
    """
    pid, pids, who = reservation.pid, evidence.pids_of(reservation.account), "@".join(reservation.account)
    if pid != UNKNOWN_PID and pid in pids:
        return Judgement(Liveness.RUNNING, f"another connection of its process {pid} is open")
    if pid != UNKNOWN_PID and pid in evidence.newer_pids:
        return Judgement(Liveness.UNCERTAIN, f"a process {pid} has connected just now")
    if not pids:
        return Judgement(Liveness.ABANDONED, f"{who} is not connected any more")
    if pid == UNKNOWN_PID or UNKNOWN_PID in pids:
        return Judgement(Liveness.UNCERTAIN, f"its connection is gone, but {who} has another one")
    return Judgement(Liveness.ABANDONED, f"its process {pid} has no connection any more")


def account_of(user: str) -> Account:
    """Return user and client of what a job's row has from SQL's USER(); MATLAB writes the user alone."""
    name, at, client = user.rpartition("@")
    return (name, client) if at else (client, "")


def may_be(connected: Account, account: Account) -> bool:
    """Say whether whoever is connected may have reserved as `account`, by all that the two names tell.

    A name may hold an @ itself: `lab@home` is a user from a machine, or a user whose client is not named.
    """
    user, client = account
    if connected[0] == user:
        return not client or _is_same_client(connected[1], client)
    return connected[0] == f"{user}@{client}"


def names_of(connected: Account) -> list[str]:
    """Return what `user` holds in the rows of whoever is connected, as may_be compares it.

    Where the client's name is cut, the rows' texts only begin with the first of them.
    """
    user, client = connected
    return [f"{user}@{client}", user, *(f"{user}@{client[:length]}" for length in CUT if length < len(client))]


def is_cut(connected: Account) -> bool:
    """Say whether the name of the client may be longer than what MariaDB shows."""
    return len(connected[1]) in CUT


def _names_no_client(account: Account, evidence: Evidence) -> bool:
    return not account[1] or any(user == "@".join(account) for user, _ in evidence.pids_by_account)


def _is_of_no_connection_here(connection_id: int, evidence: Evidence) -> bool:
    """Say whether the number must be another server's, or that of a proxy between the worker and this one."""
    return evidence.last_id is not None and connection_id > evidence.last_id


def _is_same_client(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or (len(shorter) in CUT and longer.startswith(shorter))
