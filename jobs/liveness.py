"""Does the worker that reserved a job still live?

The job's connection_id is evidence, never proof: DataJoint reads it once at connect, so after a reconnect, and in a
child of populate(processes=2), a living worker's rows bear a dead id; after a restart a stranger gets the number.
Values in, a sign out; the caller brings the time and the process list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

CLOCK_MARGIN = timedelta(seconds=2)
"""Uptime counts whole seconds, and so does a job's timestamp."""

Account = tuple[str, str]


class Sign(Enum):
    """What can be said of a reservation; the value is the word on the screen."""

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
        """The sign in a sentence."""
        return MEANINGS[self]


MEANINGS = {
    Sign.RUNNING: "Its connection is open: the worker computes this key.",
    Sign.ABANDONED: "Its worker is gone: nobody computes this key. Clear the job and the next populate takes it again.",
    Sign.UNCERTAIN: (
        "Its connection is gone, but the same user is connected from the same machine: "
        "perhaps the worker reconnected, or is a child of a pool. Ask on the machine before you clear it."
    ),
    Sign.CANNOT_TELL: (
        "Its row does not say by whose connection it was reserved, "
        "or Jobsite's account may not see other people's connections (PROCESS is missing)."
    ),
}


@dataclass(frozen=True)
class Evidence:
    """What the server says: when it started, who is connected, and whether that is everybody."""

    started: datetime
    sees_all: bool
    own_user: str
    threads: Mapping[int, Account]


def sign_of_life(account: Account, connection_id: int, reserved_at: datetime | None, evidence: Evidence) -> Sign:
    """Return the sign of a reservation by `account` (user, client) over `connection_id` at `reserved_at`."""
    if not evidence.sees_all and account[0] != evidence.own_user:
        return Sign.CANNOT_TELL
    if reserved_at is not None and reserved_at + CLOCK_MARGIN < evidence.started:
        return Sign.ABANDONED
    if evidence.threads.get(connection_id) == account:
        return Sign.RUNNING
    if account in evidence.threads.values():
        return Sign.UNCERTAIN
    return Sign.ABANDONED
