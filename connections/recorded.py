"""What does the site's record say of a kill? For the page that follows one, whoever sent it and however many it hit."""

from collections.abc import Iterable
from dataclasses import dataclass

from connections.consequences import counted
from connections.outcomes import KillResult, sent_in_words
from connections.snapshots import ConnectionSnapshot, SelectedConnections, Target
from jobsite.activity.models import Act, ActChunk

TARGETS = {target.verb: target for target in Target}
MOST_DIGITS = 18
"""Longer numbers may be more than a database holds."""


@dataclass(frozen=True)
class RecordedKill:
    """A kill as the record tells it."""

    sent: SelectedConnections
    """Those to which a kill was sent."""
    unknown: tuple[ConnectionSnapshot, ...]
    """Those of which nobody knows: the answer was lost, the site ended, or the record could not be written."""

    @property
    def heading(self) -> str:
        """What became of the kill, in words."""
        if self.sent.snapshots or not self.unknown:
            return sent_in_words(self.sent)
        return f"Whether {counted(len(self.unknown), self.sent.target.value)} was killed is not known"


def recorded_kill(number: str) -> RecordedKill | None:
    """Return the kill with this number in the record; None when there is none, or the act was no kill."""
    is_number = number.isdecimal() and len(number) <= MOST_DIGITS
    act = Act.objects.filter(pk=number, verb__in=TARGETS).first() if is_number else None
    if act is None:
        return None
    chunks = list(act.chunks.all())
    sent = _connections(chunk for chunk in chunks if KillResult.SENT.value in chunk.counts)
    unknown = _connections(
        chunk for chunk in chunks if chunk.ended_at is None or KillResult.UNKNOWN.value in chunk.counts
    )
    return RecordedKill(SelectedConnections(sent, TARGETS[act.verb]), unknown)


def _connections(chunks: Iterable[ActChunk]) -> tuple[ConnectionSnapshot, ...]:
    return tuple(ConnectionSnapshot.of_row(row) for chunk in chunks for row in chunk.rows)
