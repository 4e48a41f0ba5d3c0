"""Keys that fail for a reason that is known, made at random: what has to be found, and where nothing may be claimed.

A lab of subjects with sessions, dates, parameters, probes and hosts, of many sizes and distributions. Its attributes go
along with each other more or less, some are the same everywhere, some are unique, some are NULL, NaN, bytes or UUIDs.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any, cast

from jobs.error_groups.sharing.candidates import Form
from jobs.error_groups.sharing.claims import Claim
from jobs.error_groups.sharing.finding import ComparedKey, Found
from jobs.error_groups.sharing.values import UNKNOWN, comparable

KINDS = ("host", "parameter", "subject", "dates", "since", "numbers", "user")
FIRST_DAY = dt.date(2025, 1, 6)
UNRELATED = 0.1
TWINS = {"session_id", "session_date"}
"""Ids are given in the order of the dates: nothing tells a range of one from the same range of the other."""
SAME_FAILED, OTHER_PASSED = 0.8, 0.05
"""A range that is claimed is the planted one where so many of the failed keys in either are in both, and no more of the
keys that passed are in one alone: a dozen failed keys do not show where it ends exactly."""


@dataclass(frozen=True)
class Case:
    """Keys that failed and passed, and why."""

    failed: Sequence[ComparedKey]
    passed: Sequence[ComparedKey]
    attribute: str = ""
    """What the reason is about; '' where there is none."""
    has_it: Callable[[ComparedKey], bool] = lambda key: False

    @property
    def is_possible(self) -> bool:
        """Say whether there are enough keys, and few enough of those that passed are like those that failed."""
        known = sum(value_of(key, self.attribute) not in ("", UNKNOWN) for key in self.passed)
        return len(self.failed) >= 10 and known >= 30 and self.share_passed <= 0.3

    @property
    def share_passed(self) -> float:
        """How many of the keys that passed have what the failed ones have."""
        return sum(map(self.has_it, self.passed)) / max(1, len(self.passed))

    def is_found_by(self, found: Found) -> bool:
        """Say whether the first claim is the reason, or names it beside another that the very same keys share."""
        return bool(found.claims) and (self.is_meant_by(found.claims[0]) or self._is_named_by(found.claims[0]))

    def _is_named_by(self, claim: Claim) -> bool:
        return any(also.startswith(f"{self.attribute} ") for also in claim.also)

    def is_meant_by(self, claim: Claim) -> bool:
        """Say whether a claim picks nearly the same keys by the attribute that is the reason, or by its twin."""
        if claim.attribute != self.attribute and {claim.attribute, self.attribute} != TWINS:
            return False
        failed, passed = (
            [(self.has_it(key), claims(claim, value_of(key, claim.attribute))) for key in keys]
            for keys in (self.failed, self.passed)
        )
        is_of_same = sum(map(all, failed)) >= SAME_FAILED * sum(map(any, failed))
        return is_of_same and sum(mine != claimed for mine, claimed in passed) <= OTHER_PASSED * len(passed)


def value_of(key: ComparedKey, attribute: str) -> object:
    """Return the value of an attribute, or the host or the user."""
    return getattr(key, attribute) if attribute in ("host", "user") else key.attributes.get(attribute, UNKNOWN)


def claims(claim: Claim, value: object) -> bool:
    """Say whether a claim is true of a value."""
    if claim.form in (Form.VALUE, Form.VALUES):
        return comparable(value) in set(map(comparable, claim.values))
    if value is None or value is UNKNOWN or value != value:
        return False
    first, last = claim.values[0], claim.values[-1]
    is_late = claim.form is Form.UP_TO or value >= first  # type: ignore[operator]
    is_early = claim.form is Form.FROM or value <= last  # type: ignore[operator]
    return is_late and is_early


class Maker:
    """Makes cases, always the same ones of a seed."""

    failed_numbers: Sequence[int] = (5, 6, 8, 12, 20, 40, 100, 400, 3_000)
    passed_numbers: Sequence[int] = (6, 30, 60, 200, 1_000, 6_000)

    def __init__(self, seed: int) -> None:
        """Draw what the lab is like."""
        self.random = draw = Random(seed)
        self.subjects = draw.choice((1, 2, 5, 12, 40))
        self.parameters = draw.choice((2, 3, 6, 12))
        self.hosts = draw.choice((2, 3, 5, 8))
        self.days = draw.choice((10, 60, 400))
        self.leaning = draw.choice((0.0, 0.0, 0.5, 0.9))
        """How much subjects, parameters, hosts and users go along with each other."""
        self.skew = draw.choice((0.0, 0.0, 1.0))
        self.knows_hosts = draw.choice((0.3, 1.0, 1.0))

    def without_reason(self) -> Case:
        """Return keys of which some fail by chance, some groups of them tiny, some most of all keys."""
        number = self.random.choice(self.failed_numbers)
        keys = self._keys(number + self.random.choice(self.passed_numbers))
        self.random.shuffle(keys)
        return self._case(keys[:number], keys[number:])

    def with_reason(self, kind: str) -> Case:
        """Return keys of which those fail that have something, or most of these, and some others."""
        number = self.random.choice(self.failed_numbers)
        keys = self._keys(3 * number + self.random.choice(self.passed_numbers))
        attribute, has_it = self._reason(kind, keys)
        having = [key for key in keys if has_it(key)]
        rest = [key for key in keys if not has_it(key)]
        self.random.shuffle(having)
        self.random.shuffle(rest)
        unrelated = min(round(UNRELATED * number), len(rest))
        related = max(1, min(number - unrelated, len(having)))
        unrelated = min(unrelated, round(related * UNRELATED / (1 - UNRELATED)))
        pass_too = having[related : related + round(self.random.choice((0.0, 0.0, 0.2)) * len(rest))]
        passed = rest[unrelated:] + pass_too
        self.random.shuffle(passed)
        made = self._case(having[:related] + rest[:unrelated], passed)
        return replace(made, attribute=attribute, has_it=has_it)

    def _case(self, failed: Sequence[ComparedKey], passed: Sequence[ComparedKey]) -> Case:
        """Return a case in which not all is known of those that passed."""
        known = [key if self.random.random() < self.knows_hosts else replace(key, host="", user="") for key in passed]
        return Case(failed, known)

    def _reason(self, kind: str, keys: Sequence[ComparedKey]) -> tuple[str, Callable[[ComparedKey], bool]]:
        """Return an attribute, and what says whether a key has a value of it, or one of a range, that fails."""
        one = self.random.choice(keys)
        names = {"parameter": "paramset_id", "dates": "session_date", "since": "session_date", "numbers": "depth"}
        attribute = names.get(kind, kind)
        if kind in ("host", "user", "parameter", "subject"):
            value = value_of(one, attribute)
            return attribute, lambda key: value_of(key, attribute) == value
        values: list[Any] = sorted(cast("Any", value_of(key, attribute)) for key in keys)
        width = max(2, int(len(values) * self.random.uniform(0.05, 0.25)))
        begin = len(values) - width if kind == "since" else self.random.randrange(len(values) - width + 1)
        first, last = values[begin], values[begin + width - 1]
        return attribute, lambda key: first <= value_of(key, attribute) <= last

    def _keys(self, number: int) -> list[ComparedKey]:
        return [self._key(place, number) for place in range(number)]

    def _key(self, place: int, number: int) -> ComparedKey:
        """Return the key at a place: sessions come in order of their days, and their ids with them."""
        draw = self.random
        subject = self._one_of(self.subjects)
        parameter = self._with(subject, self.parameters)
        host = self._with(parameter, self.hosts)
        attributes = {
            "lab": "u12",
            "subject": f"M{subject:03}",
            "session_id": place,
            "session_date": FIRST_DAY + dt.timedelta(days=place * self.days // number),
            "paramset_id": parameter,
            "probe": draw.random() < 0.4,
            "depth": Decimal(draw.randrange(4_000)) / 10,
            "gain": draw.choice((0.5, 1.0, float("nan"), None)),
            "uid": uuid.UUID(int=draw.getrandbits(128)),
            "raw": bytes([draw.randrange(4)]),
        }
        return ComparedKey(attributes, f"gpu{host}", f"user{self._with(host, 3)}")

    def _one_of(self, number: int) -> int:
        """Return one of so many, the first ones more often where the lab is skewed."""
        return int(number * self.random.random() ** (1 + self.skew))

    def _with(self, other: int, number: int) -> int:
        return other % number if self.random.random() < self.leaning else self._one_of(number)
