"""`manage.py jobs`: the list of jobs, as a table for a person, and as CSV, JSON and NDJSON for programs."""

import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobs.formats.key import key_of
from jobs.listing.exported import ExportedJobs, look_at_each
from jobs.statuses import ERROR, IGNORE, RESERVED
from jobs.terminal.choosing import add_filters, add_restriction, choose_jobs
from jobsite.exporting.documents import FORMATS, IncompleteError
from jobsite.exporting.tables import write_table
from jobsite.management.subcommands import SubCommand
from jobsite.terminal.ending import DONE, NOT_DONE, NotDoneError, WrongInputError
from jobsite.terminal.talking import Talk, columns_of, has_color

TABLE = "table"
COLORS = {ERROR: "31", RESERVED: "34", IGNORE: "2", "abandoned": "33", "uncertain": "33"}
"""The colours of words in a terminal (ECMA-48, SGR)."""
WIDE, NARROW = 100, 60
"""Columns of a terminal from which on a table has all that a page shows, and below which it has the least."""
FEWEST = ("status", "table", "key")
FEW = (*FEWEST, "error_message", "timestamp")
MANY = ("status", "liveness", "schema", "table", "key", "error_message", "host", "timestamp")
NUMBER = re.compile(r"[1-9][0-9]{0,11}")
EXAMPLES = """\
  manage.py jobs --status error                              the failed jobs, newest first
  manage.py jobs 'status="error" AND error_message LIKE "%CUDA%"'
  manage.py jobs 'subject_id=3' --table SpikeSorting         those with this in their key
  manage.py jobs --order-by 'host desc' --limit 20
  manage.py jobs --status error --format ndjson --stack      a line of JSON for each, with its traceback
  manage.py jobs clear --help                                what each subcommand takes
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add which jobs, in which order, and how they are written."""
    add_restriction(parser)
    add_filters(parser)
    add = parser.add_argument_group("how they are listed").add_argument
    add("--order-by", metavar="COLUMN", help="such as 'host desc' or timestamp (default: newest first)")
    add("--limit", metavar="N", help="the first N only")
    add("--format", default=TABLE, choices=(TABLE, *FORMATS), help="how they are written (default: table)")
    add("--stack", action="store_true", help="with each job's traceback, but for a table on a terminal")


def list_all(given: Mapping[str, Any]) -> int:
    """Write the jobs that match, and return the exit status.

    Raises WrongInputError, NotDoneError where the list breaks off, and DatabaseError when nothing could be read.
    """
    most = _limit(given["limit"])
    meant = choose_jobs(given)
    look_at_each(meant.chosen, meant.reading, meant.now)
    jobs = ExportedJobs(meant.chosen, meant.reading, meant.threads, with_stack=given["stack"], most=most)
    try:
        if given["format"] == TABLE:
            sys.stdout.writelines(_table(jobs))
        else:
            for piece in FORMATS[given["format"]].write(jobs.listing):
                sys.stdout.buffer.write(piece.encode())  # a document is in UTF-8, whatever the terminal's encoding
    except IncompleteError as error:
        raise NotDoneError(str(error)) from None
    for sentence in jobs.notices:
        Talk().say(sentence, is_warning=True)
    return NOT_DONE if jobs.left_out else DONE


def _table(jobs: ExportedJobs) -> Iterator[str]:
    """Yield the lines of a table: as many columns as a terminal has room for, and elsewhere all."""
    width = columns_of(sys.stdout)
    columns = jobs.columns if width is None else _columns_in(width)
    rows = ({**row, "key": _key(row)} for row in jobs.rows())
    return write_table(columns, rows, width, COLORS if has_color(sys.stdout) else None, sys.stdout)


def _columns_in(width: int) -> Sequence[str]:
    if width >= WIDE:
        return MANY
    return FEW if width >= NARROW else FEWEST


def _key(row: Mapping[str, Any]) -> str:
    """Return a key as people write it; its hash where it cannot be read."""
    return str(key_of(row["key"])) if row["key"] else str(row["key_hash"])


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not NUMBER.fullmatch(text):
        raise WrongInputError(f"--limit must be a whole number from 1, not “{text}”.")
    return int(text)


LIST = SubCommand("List jobs, newest first; without a subcommand, this is meant.", EXAMPLES, add_arguments, list_all)
