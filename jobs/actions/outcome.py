"""What became of the jobs that an action was done to? Counted, added up, and said in a sentence."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from jobs.actions.action import Action, count_jobs
from jobs.layouts.reading import LeftOut
from jobs.models import QualifiedName
from jobs.statuses import ERROR, IGNORE

STATUS_WORDS = {ERROR: "failed", IGNORE: "ignored"}
"""What the jobs of a status are called in a sentence, where it is another word than the status."""


@dataclass(frozen=True)
class ActionOutcome:
    """How many jobs came to which end, of one chunk or of all."""

    done: int = 0
    changed: int = 0
    gone: int = 0
    refused: int = 0
    unknown: int = 0
    """Of the statement that was sent for these, the answer was lost: it may have been done. Nothing is sent again."""
    grants: frozenset[str] = frozenset()
    """What an administrator of the server has to run before the action can be done to the refused ones."""
    left_out: frozenset[LeftOut] = frozenset()
    """The jobs tables that could not be read or locked; the jobs there that were not reached were left alone."""
    stopped: str = ""
    """Why the act ended before its time, in a sentence; '' when it came to its end."""
    left: Counter[str] = field(default_factory=Counter)
    """How many cannot take the action and were left alone, by the word for why: a status, or a liveness."""
    unfinished: int | None = None
    """The number of the act in the record when the next request goes on with it; None when it has ended."""
    commands: str = field(default="", compare=False)
    """The lines of a shell that compute again what it was done to, as jobs.actions.computing_again knows them."""

    def __add__(self, other: "ActionOutcome") -> "ActionOutcome":
        """Return both together."""
        return ActionOutcome(
            self.done + other.done,
            self.changed + other.changed,
            self.gone + other.gone,
            self.refused + other.refused,
            self.unknown + other.unknown,
            self.grants | other.grants,
            self.left_out | other.left_out,
            self.stopped or other.stopped,
            self.left + other.left,
            self.unfinished or other.unfinished,
            self.commands or other.commands,
        )

    @classmethod
    def from_counts(cls, action: Action, counts: Mapping[str, int]) -> "ActionOutcome":
        """Return what `counts` wrote."""
        numbers: dict[str, Any] = {"done" if word == action.past else word: n for word, n in counts.items()}
        return cls(**numbers)

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "ActionOutcome":
        """Return what `as_json` wrote; {} is nothing yet."""
        numbers: dict[str, Any] = {name: number for name, number in written.items() if isinstance(number, int)}
        left_out = (LeftOut(QualifiedName(*table), why, has_jobs=True) for *table, why in written.get("left_out", ()))
        grants, left = frozenset(written.get("grants", ())), Counter(written.get("left", {}))
        return cls(**numbers, grants=grants, left_out=frozenset(left_out), left=left)

    @property
    def handled(self) -> int:
        """How many jobs have come to an end, whichever."""
        return self.done + self.changed + self.gone + self.refused + self.unknown

    def as_json(self) -> dict[str, object]:
        """Return what the next request has to know of it."""
        return {
            **{one.name: getattr(self, one.name) for one in fields(self)[:5]},
            "grants": sorted(self.grants),
            "left_out": [[*one.table, one.in_words] for one in self.left_out],
            "left": dict(self.left),
        }

    @property
    def is_whole(self) -> bool:
        """Say whether nothing stood in the way."""
        return not self.unknown and not self.refused and not self.left_out and not self.stopped

    def counts(self, action: Action) -> dict[str, int]:
        """Return the numbers by their words, without those that are none."""
        named = {one.name: getattr(self, one.name) for one in fields(self)[:4]}
        return {action.past if name == "done" else name: number for name, number in named.items() if number}

    def in_words(self, action: Action) -> str:
        """Return the outcome in sentences; what did not happen is not mentioned."""
        said = self._done_in_words(action)
        if self.changed:
            said.append(f"{self.changed:,} changed meanwhile and {_were(self.changed)} left alone.")
        if self.gone:
            said.append(f"{self.gone:,} {_were(self.gone)} gone already.")
        if self.left:
            said.append(left_in_words(action, self.left, f"{_were(self.left.total())} left alone"))
        if self.refused:
            grants = " ".join(sorted(self.grants))
            said.append(f"{self.refused:,} could not be {action.past}, the server asks for a privilege: {grants}")
        for one in sorted(self.left_out, key=lambda one: one.table):
            said.append(f"Jobs of {one.schema} were left alone: {one.in_words}.")
        if self.stopped:
            said.append(f"{self.stopped} The rest was left alone." if self.done or self.unknown else self.stopped)
        return " ".join(said)

    def _done_in_words(self, action: Action) -> list[str]:
        said = [f"{action.past.capitalize()} {count_jobs(self.done)}."] if self.done else []
        if self.unknown:
            more = " more" * bool(self.done)
            said.append(f"Whether {self.unknown:,}{more} {_were(self.unknown)} {action.past} is not known.")
        return said or [f"Nothing was {action.past}."]


def left_in_words(action: Action, left: Counter[str], are_left: str) -> str:
    """Return in a sentence how many jobs cannot take an action, and why; `are_left` says that they are left alone."""
    why = ", ".join(f"{number:,} {STATUS_WORDS.get(word, word)}" for word, number in sorted(left.items()))
    return f"{': '.join(filter(None, [f'{left.total():,} {are_left} ({why})', action.takes_in_words]))}."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
