"""What do failing keys share that passing ones do not?

Each attribute is looked at by itself (searching.py). The best of all is claimed. What else holds among the keys that
have it, and only that, is claimed beside it: so an attribute that merely goes along with the reason is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log
from random import Random
from typing import TypeVar

from jobs.error_groups.sharing.candidates import Candidate, Form, nearly_best
from jobs.error_groups.sharing.claims import Against, Claim, Share
from jobs.error_groups.sharing.searching import best_of
from jobs.error_groups.sharing.tally import Tally
from jobs.error_groups.sharing.values import UNKNOWN, Coded, coded

LEAST = 5
"""Failed keys, and others, that are needed to compare them."""
MOST_FAILED = 2_000
MOST_OTHERS = 5_000
"""Keys that are looked at: with more of them nothing is found that these do not show."""
MOST_CLAIMS = 3
CHANCE = 0.005
"""How often at most something is claimed of a group whose keys failed by chance."""

OF_PARENT = "."
"""What a name has that is of a table that the key refers to, `Params.method`; no attribute of a key has it."""
HOST, USER, TIME = "host", "user", "timestamp"

One = TypeVar("One")


@dataclass(frozen=True)
class ComparedKey:
    """A key that failed or passed, and what is known of the job that computed it."""

    attributes: Mapping[str, object]
    """By name: those of the key, and of what it refers to."""
    host: str = ""
    """'' where it is not known; so is the user."""
    user: str = ""
    at: datetime | None = None
    """When it failed or passed; None where it is not known."""


@dataclass(frozen=True)
class Found:
    """What is shared, the greatest difference first; nothing where nothing holds."""

    claims: tuple[Claim, ...] = ()
    compared: tuple[str, ...] = ()
    """The attributes that were looked at."""
    too_few: str = ""
    """Why nothing could be compared, in words; '' where something was."""


@dataclass(frozen=True)
class Column:
    """One attribute of failed keys and of others, in the order of the keys."""

    attribute: str
    against: Against
    values: Coded

    def known(self) -> tuple[int, int]:
        """Return of how many failed keys and of how many others it is known."""
        return sum(code >= 0 for code in self.values.failed), sum(code >= 0 for code in self.values.others)

    @property
    def is_of_parent(self) -> bool:
        """Say whether it is no attribute of the key, but of what the key refers to."""
        return OF_PARENT in self.attribute

    @property
    def is_worth_looking_at(self) -> bool:
        """Say whether there are enough keys, and two values: one that all have is shared by nobody in particular."""
        return min(self.known()) >= LEAST and len(self.values.values) > 1


@dataclass(frozen=True)
class Rows:
    """Some of the failed keys and some of the others, by their places."""

    failed: Sequence[int]
    others: Sequence[int]

    def with_(self, column: Column, candidate: Candidate) -> "Rows":
        """Return those of them that have what a candidate says."""
        return Rows(
            [row for row in self.failed if candidate.has(column.values.failed[row])],
            [row for row in self.others if candidate.has(column.values.others[row])],
        )


def find_shared(
    failed: Sequence[ComparedKey], passed: Sequence[ComparedKey], others: Sequence[ComparedKey] = (), tests: int = 1
) -> Found:
    """Return what `failed` keys share that `passed` ones do not, and, in host and user, `others` that did not pass.

    Host and user are compared with `passed` where these are known of enough of them. `tests` is how many questions
    like this one are asked of a group. Of more keys than MOST_FAILED and MOST_OTHERS some are looked at, by chance.
    """
    failed, passed, others = sample(failed, MOST_FAILED), sample(passed, MOST_OTHERS), sample(others, MOST_OTHERS)
    if len(failed) < LEAST:
        return Found(too_few=f"too few to compare: {_counted(len(failed), 'failed key')}")
    columns = [one for one in _columns(failed, passed, others) if one.is_worth_looking_at]
    most_log_chance = log(CHANCE / (max(1, len(columns)) * tests))
    claims = [
        claim
        for against in Against
        for claim in _claims([one for one in columns if one.against is against], most_log_chance)
    ]
    claims.sort(key=lambda claim: -claim.difference)
    too_few = f"too few to compare: {_counted(len(passed), 'key')} that passed" if len(passed) < LEAST else ""
    return Found(tuple(claims[:MOST_CLAIMS]), tuple(one.attribute for one in columns), "" if columns else too_few)


def sample(keys: Sequence[One], most: int) -> Sequence[One]:
    """Return at most so many of them, in their order; of more, such as chance chooses, but always the same."""
    if len(keys) <= most:
        return keys
    return [keys[place] for place in sorted(Random(most).sample(range(len(keys)), most))]  # noqa: S311  no secret


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _columns(
    failed: Sequence[ComparedKey], passed: Sequence[ComparedKey], others: Sequence[ComparedKey]
) -> Iterator[Column]:
    """Yield each attribute of the keys, and what is known of their jobs."""
    known = {name for key in passed for name in key.attributes}
    for name in dict.fromkeys(name for key in failed for name in key.attributes if name in known):
        values = [[key.attributes.get(name, UNKNOWN) for key in keys] for keys in (failed, passed)]
        yield Column(name, Against.PASSED, coded(*values))
    for name, read in ((HOST, _host), (USER, _user), (TIME, _time)):
        mine, of_passed = list(map(read, failed)), list(map(read, passed))
        if sum(value is not UNKNOWN for value in of_passed) >= LEAST:
            yield Column(name, Against.PASSED, coded(mine, of_passed))
        elif name != TIME:  # when others failed says nothing of when keys pass
            yield Column(name, Against.OTHER_JOBS, coded(mine, list(map(read, others))))


def _host(key: ComparedKey) -> object:
    return key.host or UNKNOWN


def _user(key: ComparedKey) -> object:
    return key.user or UNKNOWN


def _time(key: ComparedKey) -> object:
    return key.at or UNKNOWN


def _claims(columns: Sequence[Column], most_log_chance: float) -> Iterator[Claim]:
    """Yield what holds of all keys, then what holds beside it of those that share that."""
    if not columns:
        return
    everything = Rows(range(len(columns[0].values.failed)), range(len(columns[0].values.others)))
    rows, left = everything, list(columns)
    while left and (found := _holding(left, rows, most_log_chance)):
        column, candidate = _best(found)
        whole = _in_all(column, candidate, everything)
        if not whole.is_large:
            return
        narrowed = rows.with_(column, candidate)
        same = [
            _claim(other, one).condition
            for other, one in found
            if other is not column and rows.with_(other, one) == narrowed
        ]
        yield replace(_claim(column, whole), also=tuple(same))
        rows = narrowed
        left = [other for other in left if other is not column]


def _holding(columns: Sequence[Column], rows: Rows, most_log_chance: float) -> list[tuple[Column, Candidate]]:
    """Return the attributes in which something holds of these rows, and what."""
    found = []
    for column in columns:
        tally = Tally.of(column.values, rows.failed, rows.others)
        are_enough = min(tally.failed_number, tally.others_number) >= LEAST
        if are_enough and (candidate := best_of(tally, most_log_chance)):
            found.append((column, candidate))
    return found


def _best(found: Sequence[tuple[Column, Candidate]]) -> tuple[Column, Candidate]:
    """Return what tells them apart best; of nearly equal ones the simplest, the key's own first, then dates."""
    equal = nearly_best([candidate for _, candidate in found])
    return min((one for one in found if one[1] in equal), key=_preference)


def _preference(one: tuple[Column, Candidate]) -> tuple[int, bool, bool, float]:
    column, candidate = one
    return candidate.form, column.is_of_parent, not column.values.is_of_dates, -candidate.strength


def _in_all(column: Column, candidate: Candidate, everything: Rows) -> Candidate:
    """Return a candidate with its numbers among all keys."""
    tally = Tally.of(column.values, everything.failed, everything.others)
    mine = everything.with_(column, candidate)
    return replace(
        candidate,
        hits=len(mine.failed),
        failed_number=tally.failed_number,
        other_hits=len(mine.others),
        others_number=tally.others_number,
    )


def _claim(column: Column, candidate: Candidate) -> Claim:
    values = [column.values.values[code] for code in candidate.codes]
    ends = {Form.FROM: values[:1], Form.UP_TO: values[-1:]}
    return Claim(
        column.attribute,
        candidate.form,
        tuple(ends.get(candidate.form, values)),
        Share(candidate.hits, candidate.failed_number),
        Share(candidate.other_hits, candidate.others_number),
        column.against,
    )
