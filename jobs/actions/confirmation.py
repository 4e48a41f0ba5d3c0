"""What did a person confirm, and may the action be done that was confirmed so?"""

from dataclasses import dataclass
from uuid import UUID

from jobs.actions.action import count_jobs
from jobs.actions.review import Review
from jobs.models import QualifiedName
from jobs.snapshots import JobSnapshot


class NotConfirmedError(Exception):
    """Nothing was done: what was confirmed is not what would happen now. The message says why, in a sentence."""

    def __init__(self, sentence: str, review: Review) -> None:
        """`review` is what would happen now."""
        super().__init__(sentence)
        self.review = review


@dataclass(frozen=True)
class Confirmation:
    """What a person was told that an action would do, and the number that they typed."""

    expected: int = 0
    """How many jobs they were told of."""
    typed: str = ""
    needs_number: bool = False
    running: int = 0
    """How many of them they were told may be running."""
    abandoned: frozenset[JobSnapshot] = frozenset()
    """Which of them they were told are abandoned."""
    left_out: frozenset[QualifiedName] = frozenset()
    """The tables that were not read for what they were told: they are left alone, whatever became of them since."""
    form_number: UUID | None = None
    """The form that they were told it by, which is used once; None where there is none."""

    @classmethod
    def of(cls, review: Review, typed: str = "", form_number: UUID | None = None) -> "Confirmation":
        """Return the confirmation of what a review says."""
        return cls(
            expected=review.count,
            typed=typed,
            needs_number=review.needs_number,
            running=review.running,
            abandoned=review.abandoned,
            left_out=frozenset(review.selection.reading.left_out),
            form_number=form_number,
        )

    def refusal_reason(self, review: Review) -> str:
        """Return in a sentence why what was confirmed may not be done now, '' when it may.

        What was said to be abandoned is looked at again at the moment of the act: its worker may have come back.
        """
        nothing = f"Nothing was {review.action.past}:"
        if self.expected and review.count > self.expected:
            return f"{nothing} it would be {count_jobs(review.count)} by now, not {self.expected:,}. Look again."
        if self.needs_number and not self._is_typed:
            return f"{nothing} type {self.expected} to confirm."
        if self.is_overtaken(review):
            return f"{nothing} a job that looked abandoned may be running by now. Check again before you confirm."
        if review.needs_number and not self._is_typed:  # whatever the form says of itself
            return f"{nothing} type {review.count} to confirm."
        return ""

    def is_overtaken(self, review: Review) -> bool:
        """Say whether a job may be running by now of which it was said that nobody computes it."""
        return review.running > self.running or bool(self.abandoned & review.alive)

    @property
    def _is_typed(self) -> bool:
        return self.typed.replace(",", "").strip() == str(self.expected)
