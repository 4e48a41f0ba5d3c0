"""What is there to say of all groups of errors, before any of them is looked at?"""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.actions.action import count_jobs
from jobs.error_groups.groups import ErrorGroup, ErrorGroups


@dataclass(frozen=True)
class Summary:
    """The numbers of a sentence about some groups."""

    jobs: int
    groups: int
    new_groups: int | None
    """None where it is not known which are new."""
    new_jobs: int
    worst: ErrorGroup | None
    """The first in their order; None where there is none."""
    at_least: bool = False
    """Whether not all failed jobs could be looked at."""

    @property
    def how_many(self) -> str:
        """How many jobs failed, and of how many problems, in a sentence."""
        least = "At least " if self.at_least else ""
        return f"{least}{count_jobs(self.jobs)} failed: {count_problems(self.groups)}."

    @property
    def what_is_new(self) -> str:
        """How many are new since the last visit, in a sentence; '' where that is not known."""
        if self.new_groups is None:
            return ""
        if not self.new_groups:
            return "None is new since your last visit."
        are = "is" if self.new_groups == 1 else "are"
        return f"{count_problems(self.new_groups)} {are} new since your last visit, with {count_jobs(self.new_jobs)}."


def summary_of(found: ErrorGroups, *, at_least: bool) -> Summary:
    """Return what there is to say of groups."""
    groups = in_order(found.groups)
    new = [group for group in groups if group.is_new]
    return Summary(
        jobs=sum(group.count for group in groups),
        groups=len(groups),
        new_groups=None if any(group.is_new is None for group in groups) else len(new),
        new_jobs=sum(group.count for group in new),
        worst=groups[0] if groups else None,
        at_least=at_least,
    )


def in_order(groups: Sequence[ErrorGroup]) -> list[ErrorGroup]:
    """Return groups as a page shows them: the new ones first, of these and of the others those with most jobs."""
    return sorted(groups, key=lambda group: (not group.is_new, -group.count))


def count_problems(count: int) -> str:
    """Return a number of groups in words, as people call them."""
    return "1 problem" if count == 1 else f"{count:,} problems"


@dataclass(frozen=True)
class Neighbours:
    """The groups before and after one among those of its kind, as the page of errors has them."""

    place: int
    """Of the group itself, from 1."""
    number: int
    """How many groups are of its kind."""
    previous: ErrorGroup | None
    next: ErrorGroup | None

    @classmethod
    def of(cls, group: ErrorGroup, found: ErrorGroups) -> "Neighbours":
        """Return those of a group that is one of `found`."""
        alike = [one for one in in_order(found.groups) if one.kind is group.kind]
        at = alike.index(group)
        return cls(at + 1, len(alike), alike[at - 1] if at else None, alike[at + 1] if at + 1 < len(alike) else None)
