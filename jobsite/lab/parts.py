"""The parts of a page: what could not be read in time is named, and the others are drawn all the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from django.db import DatabaseError, OperationalError

from jobsite.lab import shared_reads
from jobsite.lab.deadline import PART_LIMIT_S, part
from jobsite.lab.errors import LATE, is_late
from jobsite.lab.server import ConnectedThreads

Answer = TypeVar("Answer")
Other = TypeVar("Other")

WHO_IS_CONNECTED = "Who is connected"


class Parts:
    """What a page reads of the lab's server, as far as it can do without."""

    def __init__(self) -> None:
        """Nothing is late yet."""
        self.late: dict[str, DatabaseError] = {}
        """What could not be read in time, in words that begin a sentence, and the error."""

    def read(self, what: str, read: Callable[[], Answer], otherwise: Other) -> Answer | Other:
        """Return what `read` reads, or `otherwise` when that takes too long. Raises every other error."""
        try:
            with part():
                return read()
        except DatabaseError as error:
            if not is_late(error):
                raise
            self.late[what] = error
            return otherwise

    def read_connected(self) -> ConnectedThreads:
        """Return the server and who is connected; nobody, and `was_read` False, when only the server was in time."""
        found = self.read(WHO_IS_CONNECTED, shared_reads.connected.with_age, None)
        if found and found.is_old:  # the server has not answered since: who is connected now is not known
            self.late[WHO_IS_CONNECTED] = OperationalError(LATE, "no answer in time")
            return replace(found.answer, was_read=False)
        return found.answer if found else ConnectedThreads(shared_reads.server(), {}, was_read=False)

    @property
    def notices(self) -> list[str]:
        """What could not be read in time, in sentences."""
        return [f"{what} could not be read within {PART_LIMIT_S:g} s." for what in self.late]
