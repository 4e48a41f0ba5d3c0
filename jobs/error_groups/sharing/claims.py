"""What failed keys share and others do not, in words for a page, a list and a terminal."""

from dataclasses import dataclass
from enum import Enum

from jobs.error_groups.sharing.candidates import Form
from jobs.formats.key import as_text
from jobsite.masking.text import masked
from jobsite.one_line import printable

VALUE_CHARS = 60
TELLS_APART = 0.95
"""A difference of the shares from which on the two are told apart: a tenth of a group may be unrelated, few are."""
MUCH_MORE_OFTEN = 0.6


class Against(Enum):
    """With what failed keys were compared."""

    PASSED = "passed"
    """Keys of the same tables that have a row by now."""
    OTHER_JOBS = "other jobs"
    """Jobs of the same tables that failed in another way, or are reserved: where it is not known who passed."""


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    number: int
    of: int

    @property
    def part(self) -> float:
        """The same from 0 to 1, for a bar."""
        return self.number / self.of if self.of else 0.0

    @property
    def percent(self) -> int:
        """The same in whole percent; 0 and 100 only where it is none or all."""
        if self.number in (0, self.of):
            return 100 * (self.number == self.of != 0)
        return min(99, max(1, round(100 * self.part)))

    def __str__(self) -> str:
        return f"{self.number:,} of {self.of:,}"

    @property
    def in_words(self) -> str:
        """`none of the 58`, `all 14`, `12 of 14`, to go before a verb."""
        if not self.number:
            return f"none of the {self.of:,}"
        return f"all {self.of:,}" if self.number == self.of else str(self)


@dataclass(frozen=True)
class Claim:
    """One attribute whose value, or range of values, failed keys have and others do not."""

    attribute: str
    """The name in the key, in a table that the key refers to (`SortingParams.method`), or host or user."""
    form: Form
    values: tuple[object, ...]
    """As they were read: one, several, or the ends of a range; of FROM and UP_TO the one end."""
    failed: Share
    others: Share
    against: Against
    also: tuple[str, ...] = ()
    """What the very same keys share as well, as conditions: nothing tells which of them is the reason."""
    tables: tuple[str, ...] = ()
    """The tables that were compared, where they are not all of the group."""

    @property
    def difference(self) -> float:
        """Between the share among failed keys and that among others, from 0 to 1."""
        return self.failed.part - self.others.part

    @property
    def what(self) -> str:
        """The values in words: `3`, `3 or 5`, `from 2026-11-19 on`, `from 300 to 340`."""
        shown = [value_in_words(value) for value in self.values]
        if self.form is Form.FROM:
            return f"from {shown[0]} on"
        if self.form is Form.UP_TO:
            return f"up to {shown[0]}"
        if self.form is Form.RANGE:
            return f"from {shown[0]} to {shown[-1]}"
        return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)

    @property
    def name(self) -> str:
        """The attribute as a page shows it."""
        return printable(self.attribute)

    @property
    def condition(self) -> str:
        """The whole in few words: `paramset_id = 3`, `session_date from 2026-11-19 on`, `host gpu3`."""
        is_of_job = self.against is Against.OTHER_JOBS or self.attribute in ("host", "user")
        sign = " = " if self.form in (Form.VALUE, Form.VALUES) and not is_of_job else " "
        return masked(f"{self.name}{sign}{self.what}")

    @property
    def line(self) -> str:
        """For a list of groups, behind its sign ⊂: `all 14 have params_id = 3; none of the 58 that passed`."""
        verb = "has" if self.failed.number == 1 else "have"
        return f"{self.failed.in_words} {verb} {self.condition}; {self.others_in_words}"

    @property
    def others_in_words(self) -> str:
        """How many of the others have it, to go before a verb: `none of the 58 that passed`."""
        return f"{self.others.in_words} {self._others_are}"

    @property
    def sentence(self) -> str:
        """For a page and the terminal, with a full stop."""
        said = f"{self.failed.in_words} failed keys have {self.condition}, and {self.others_in_words}."
        return said[0].upper() + said[1:]

    @property
    def tells_apart(self) -> bool:
        """Say whether failed keys and others are told apart by it."""
        return self.difference >= TELLS_APART

    @property
    def verdict(self) -> str:
        """Does it tell them apart? In two words for a column of that name."""
        if self.tells_apart:
            return "tells them apart"
        return "much more often" if self.difference >= MUCH_MORE_OFTEN else "more often"

    @property
    def _others_are(self) -> str:
        return "that passed" if self.against is Against.PASSED else "other jobs compared"


def value_in_words(value: object) -> str:
    """Return a value as a person reads it, cut and without its secrets."""
    text = as_text(value)
    return printable(text if len(text) <= VALUE_CHARS else text[: VALUE_CHARS - 1] + "…")
