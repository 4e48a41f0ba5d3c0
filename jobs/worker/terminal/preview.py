"""What would a run of populate compute, and who has the rest? Nothing is reserved, computed or written."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from textwrap import shorten
from typing import Any

from jobs.formats.key import key_of
from jobs.worker.dj.compat import Untyped
from jobs.worker.errors import server_sentence
from jobs.worker.options import Options
from jobs.worker.outcomes import KeyDict, WrongInputError
from jobs.worker.pending import Holder, PendingKeys, find_pending_and_holders
from jobs.worker.terminal.progress import MESSAGE_CHARS
from jobs.worker.terminal.tally import excluded_in_words
from jobsite.durations import say_duration
from jobsite.fitting import fit, fit_after
from jobsite.one_line import printable

KEYS_LISTED = 50


@dataclass(frozen=True)
class Preview:
    """What a run would do with one table."""

    table: str
    pending: PendingKeys
    excluded: list[tuple[KeyDict, Holder]]

    def lines(self, columns: int | None) -> list[str]:
        """Return it for a person, at most KEYS_LISTED keys of each kind, each line in `columns` where they are known.

        What a line says of a key gives way before the key does.
        """
        excluded = [(f"{holder.status} {key_of(key)}", f": {_in_words(holder)}") for key, holder in self.excluded]
        lines = [
            ("", f"{self.table}: {len(self.pending.keys)} to compute, {self._excluded_in_words()}"),
            *_first([("", self.pending.why_none)] if self.pending.why_none else []),
            *_first([(f"would compute {key_of(key)}", "") for key in self.pending.keys]),
            *_first(excluded),
        ]
        return [_in_columns(printable(head), printable(rest), columns) for head, rest in lines]

    def _excluded_in_words(self) -> str:
        return excluded_in_words(self.pending.excluded) if self.pending.excluded else "0 excluded"

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, with every key."""
        return {
            "table": self.table,
            "would_compute": self.pending.keys,
            "excluded": [{"key": key, **asdict(holder)} for key, holder in self.excluded],
        }


def preview(tables: Mapping[str, Untyped], options: Options) -> list[Preview]:
    """Return what a run would do with each table as things stand; what one table gives the next is not known yet.

    Raises WrongInputError when the server cannot say.
    """
    try:
        return [Preview(name, *find_pending_and_holders(table, options)) for name, table in tables.items()]
    except Exception as error:  # the server's or DataJoint's
        raise WrongInputError(f"The keys could not be read: {server_sentence(error)}.") from None


def _in_words(holder: Holder) -> str:
    who = {"by": holder.user, "host": holder.host, "pid": holder.pid, "connection": holder.connection_id}
    holder_text = ", ".join(f"{name} {'unknown' if value is None else value}" for name, value in who.items())
    when = "" if holder.age_s is None else f", {say_duration(holder.age_s)} ago"
    message = f": {shorten(holder.message, MESSAGE_CHARS, placeholder='…')}" if holder.message else ""
    return f"{holder_text}{when}{message}"


def _first(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    more = [(f"and {len(lines) - KEYS_LISTED} more", "")] if len(lines) > KEYS_LISTED else []
    return [(f"  {head}", rest) for head, rest in (*lines[:KEYS_LISTED], *more)]


def _in_columns(head: str, rest: str, columns: int | None) -> str:
    if columns is None:
        return head + rest
    return fit_after(head, rest, columns) if head and rest else fit(head + rest, columns)
