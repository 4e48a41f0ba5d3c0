"""What became of the connections that were to be killed? Of each and of all, said in sentences."""

from dataclasses import dataclass
from enum import Enum

from connections.consequences import counted
from connections.snapshots import ConnectionSnapshot, SelectedConnections


class KillResult(Enum):
    """What became of one KILL; the value is the word on the screen."""

    SENT = "kill sent"
    GONE = "gone already"
    CHANGED = "somebody else’s by now"
    NO_MATCH = "it no longer matches what was asked for"
    OTHER_STATEMENT = "it does not run the statement that was seen"
    REFUSED = "refused"
    UNKNOWN = "perhaps killed"


@dataclass(frozen=True)
class KillOutcome:
    """What became of one selected connection; `reason` ends the sentence for one that was refused."""

    snapshot: ConnectionSnapshot
    result: KillResult
    reason: str = ""

    @property
    def in_words(self) -> str:
        """What became of it as a sentence."""
        if self.result is KillResult.SENT:
            return f"{self.snapshot}: kill sent."
        if self.result is KillResult.UNKNOWN:
            return f"Whether {self.snapshot} was killed is not known."
        said = f"{self.snapshot} was left alone, {self.result.value}{': ' if self.reason else ''}{self.reason}"
        return said if said.endswith(";") else f"{said}."  # a GRANT ends by itself


@dataclass(frozen=True)
class KillSummary:
    """What became of all that were selected, as far as the act came."""

    selection: SelectedConnections
    outcomes: tuple[KillOutcome, ...] = ()
    stopped: str = ""
    """Why the act ended before its time, in a sentence; '' when it came to its end."""
    act: int | None = None
    """Its number in the record; None when nothing was to be done, or the record could not be written."""

    @property
    def sent(self) -> SelectedConnections:
        """Those to which a kill was sent."""
        sent = tuple(outcome.snapshot for outcome in self.outcomes if outcome.result is KillResult.SENT)
        return SelectedConnections(sent, self.selection.target)

    @property
    def left_undone(self) -> bool:
        """Say whether one that was to be killed is still there, or may be."""
        results = {outcome.result for outcome in self.outcomes}
        return bool(self.stopped or results & {KillResult.REFUSED, KillResult.UNKNOWN})

    @property
    def problems(self) -> list[str]:
        """What stood in the way, in sentences."""
        said = [outcome.in_words for outcome in self.outcomes if outcome.result is not KillResult.SENT]
        left = len(self.selection.snapshots) - len(self.outcomes)
        rest = f" {counted(left, 'connection')} {'was' if left == 1 else 'were'} not tried." if left else ""
        return [*said, f"{self.stopped}{rest}"] if self.stopped else said

    @property
    def in_words(self) -> str:
        """The whole in a few sentences."""
        is_unknown = any(outcome.result is KillResult.UNKNOWN for outcome in self.outcomes)
        sent = [f"{sent_in_words(self.sent)}."] if self.sent.snapshots or not is_unknown else []
        return " ".join([*sent, *self.problems])


def sent_in_words(sent: SelectedConnections) -> str:
    """Return to how many a kill was sent."""
    return f"Kill sent to {counted(len(sent.snapshots), sent.target.value)}" if sent.snapshots else "No kill was sent"
