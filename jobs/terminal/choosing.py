"""Which jobs does a command line mean? The filters of the list, by the same form, and its order."""

import re
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from jobs.formats.table_name import class_name
from jobs.layouts.reading import Reading
from jobs.listing.failures.finding import find_named
from jobs.listing.filters import SORTS, JobFilter
from jobs.listing.rows import tables_with_jobs
from jobs.listing.shared import second_of
from jobs.statuses import STATUSES
from jobs.terminal.restricting import as_filter
from jobsite.activity.terminal_user import TerminalUser
from jobsite.lab.server import ConnectedThreads, who_is_connected
from jobsite.terminal.ending import NotDoneError, WrongInputError
from jobsite.terminal.talking import Talk

FILTERS = {
    "schema": ("NAME", "jobs of one schema"),
    "table": ("NAME", "jobs of one table: SpikeSorting, or as the server calls it, __spike_sorting"),
    "status": ("|".join(STATUSES), "jobs of one status"),
    "key": ("KEY", "jobs with this key or part of a key: subject_id=3, a key as JSON, or a key_hash"),
    "message": ("TEXT", "jobs whose error message contains this"),
    "user": ("TEXT", "jobs of users whose name contains this"),
    "host": ("TEXT", "jobs on hosts whose name contains this"),
    "newer": ("TIME", "jobs from the last 90s, 15m, 24h, 7d"),
    "older": ("TIME", "jobs older than that"),
    "since": ("TIME", "jobs later than 2026-11-26, or 2026-11-26T08:00:10Z, in UTC"),
    "until": ("TIME", "jobs until such a time"),
    "key_hash": ("HASH", "jobs with this key_hash, or one of several with commas between"),
    "pid": ("NUMBER", "jobs of this process, or of one of several"),
    "connection": ("NUMBER", "jobs over this connection, or over one of several"),
    "group": ("GROUP", "failed jobs of this group of errors, as `jobs errors` names it, or of one of several"),
}
"""What an option is called, which is what the list calls it; what stands for its value; and its help."""
RESTRICTION_HELP = (
    "a condition as for DataJoint, such as 'status=\"error\" AND host LIKE \"gpu%%\"', or a key, such as 'subject_id=3'"
)
COLUMNS = {column: word for word, column in SORTS.items() if column != "timestamp"}
"""The columns of a jobs table by which jobs are sorted -> the list's word for it."""
SEVERAL = "Several tables are called {}: write --table={}."
EMPTY = "What stands for “{}” is empty: leave it out, or write a value."
ORDER = re.compile(r"\s*(-?)(\w+)(?:\s+(asc|desc))?\s*", re.IGNORECASE)


QUALIFIED = re.compile(r"[\w`]+(\.[\w`]+)+", re.ASCII)
"""The class of a module, or DataJoint's full_table_name."""
QUALIFIED_TABLE = "“{name}” is not the name of a table alone: write --table {last}, and the schema with --schema."


@dataclass(frozen=True)
class ChosenJobs:
    """The jobs that a command line means, as far as the server could be read."""

    chosen: JobFilter
    reading: Reading
    threads: ConnectedThreads
    now: datetime
    """The second of the server's clock that ages count from."""

    @property
    def person(self) -> TerminalUser:
        """Who means them."""
        return TerminalUser.of_this_process(self.threads.server.account)


def add_restriction(parser: ArgumentParser) -> None:
    """Add the condition that jobs must meet."""
    parser.add_argument("restriction", nargs="?", metavar="RESTRICTION", help=RESTRICTION_HELP)


def add_filters(parser: ArgumentParser, *, without: tuple[str, ...] = ()) -> None:
    """Add the options that choose jobs, but for those named."""
    add = parser.add_argument_group("which jobs").add_argument
    for name, (metavar, words) in FILTERS.items():
        if name not in without:
            add(f"--{name.replace('_', '-')}", metavar=metavar, help=words)


def choose_jobs(given: Mapping[str, Any]) -> ChosenJobs:
    """Return the jobs that are meant by what was parsed.

    Raises WrongInputError, NotDoneError for a schema that cannot be seen, and DatabaseError.
    """
    texts = _texts(given)
    sort = _sort(_text(given, "order_by"))
    reading, threads = Reading.begin(), who_is_connected()
    now = second_of(threads)
    check_schema(texts["schema"], reading)
    texts["table"] = _table(texts["table"], texts["schema"], reading)
    chosen = replace(
        JobFilter.read({**texts, "sort": sort}),
        reads_stored=True,  # who may act may read what is stored
        converts_times=threads.server.converts_times,
    )
    if chosen.problems:
        raise WrongInputError(" ".join(chosen.problems))
    return ChosenJobs(find_named(chosen, reading, now), reading, threads, now)


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what is asked for by the names of the filters and `restriction`, '' for any. Raises WrongInputError."""
    texts = {name: _text(given, name) for name in FILTERS}
    meant = as_filter(_text(given, "restriction"))
    if "key" in meant and texts["key"]:
        raise WrongInputError("Write a key once: as RESTRICTION or with --key.")
    return texts | meant


def _text(given: Mapping[str, Any], name: str) -> str:
    """Return the text of an option, '' where it is not there.

    Raises WrongInputError for an empty one: it is a script's variable that is not set, and does not mean all jobs.
    """
    text = given.get(name)
    if text is not None and not text.strip():
        raise WrongInputError(EMPTY.format(name.replace("_", "-")))
    return text or ""


def left_out_in_words(meant: ChosenJobs) -> list[str]:
    """Return in sentences which jobs that may be meant could not be read."""
    schema, reading = meant.chosen.schema, meant.reading
    unread = [one for one in reading.unreadable if schema in ("", one.schema)]
    said = [f"The jobs of {one.schema} could not be read: {one.in_words}." for one in unread]
    return [*said, meant.chosen.not_found] if meant.chosen.not_found else said


def check_schema(schema: str, reading: Reading) -> None:
    """Raise NotDoneError for a schema without a jobs table: a script that names a wrong one must not look done."""
    seen = [*reading.all_schemas, *reading.newer.by_schema]
    if schema and schema not in seen:
        raise NotDoneError(
            f"No schema called “{schema}” with a jobs table can be seen by this account.{nearest(schema, seen)}"
        )


def _table(name: str, schema: str, reading: Reading) -> str:
    """Return how the server calls the table that a person names by its class, or by that name itself."""
    there = {table for _, table in tables_with_jobs(reading, schema)} if name else set()
    if name in there:
        return name
    if QUALIFIED.fullmatch(name):
        raise WrongInputError(QUALIFIED_TABLE.format(name=name, last=name.rpartition(".")[2].strip("`")))
    of_class = sorted(table for table in there if class_name(table) == name)
    if len(of_class) > 1:
        raise WrongInputError(SEVERAL.format(name, " or ".join(of_class)))
    if name and not of_class and (meant := nearest(name, map(class_name, there))):
        Talk().say(f"No table called “{name}” has jobs.{meant}", is_warning=True)
    return of_class[0] if of_class else name


def _sort(text: str) -> str:
    """Return the list's word for an order such as `host desc`, `timestamp` or `-age`."""
    found = ORDER.fullmatch(text)
    if not text:
        return ""
    words = [*SORTS, *COLUMNS, "timestamp"]
    if found is None or found[2].lower() not in words:
        meant = nearest(found[2] if found else text, words)
        raise WrongInputError(f"Jobs cannot be sorted by “{text}”: write one of {', '.join(SORTS)}, and desc.{meant}")
    word, down = found[2].lower(), bool(found[1]) != ((found[3] or "").lower() == "desc")
    if word == "timestamp":  # the latest is the one of the smallest age
        word, down = "age", not down
    return f"{'-' * down}{COLUMNS.get(word, word)}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the known word that is most like another; '' where none is."""
    spelled = {one.lower(): one for one in known}
    found = get_close_matches(word.lower(), spelled, n=1)
    return f" Did you mean {spelled[found[0]]}?" if found else ""
