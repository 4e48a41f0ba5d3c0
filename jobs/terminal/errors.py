"""`manage.py jobs errors`: the groups of failed jobs, as the page of errors has them."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobs.error_groups.exported import COLUMNS, notices, values_of
from jobs.error_groups.groups import ErrorGroups
from jobs.error_groups.reading import known_groups_of, shared_groups
from jobs.listing.exported import look_at_each
from jobs.terminal.choosing import ChosenJobs, add_filters, add_restriction, choose_jobs
from jobs.terminal.listing import TABLE, WIDE
from jobsite.exporting.documents import FORMATS, Listing
from jobsite.exporting.tables import write_table
from jobsite.lab.parts import Parts
from jobsite.management.subcommands import SubCommand
from jobsite.terminal.ending import DONE, NOT_DONE
from jobsite.terminal.talking import Talk, columns_of, has_color

COLORS = {"interrupted": "2", "transient": "33"}
NARROW = ("group", "jobs", "exception", "message")
MANY = ("group", "kind", "jobs", "in_24_h", "exception", "message", "own_frame", "table", "last", "helps")
LATE = "{} could not be read in time."
EXAMPLES = """\
  manage.py jobs errors                                      the problems of all failed jobs, most jobs first
  manage.py jobs errors --newer 24h --schema lab_ephys
  manage.py jobs errors --format ndjson                      a line of JSON for each
  manage.py jobs --group 1-6f0c2a9b41d3                      the jobs of one; so for clear, retry and ignore
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add which failed jobs, and how their groups are written."""
    add_restriction(parser)
    add_filters(parser, without=("status", "group"))
    add = parser.add_argument_group("how they are listed").add_argument
    add("--format", default=TABLE, choices=(TABLE, *FORMATS), help="how they are written (default: table)")


def list_groups(given: Mapping[str, Any]) -> int:
    """Write the groups of the failed jobs that match, and return the exit status.

    Raises WrongInputError, NotDoneError, and DatabaseError when nothing could be read.
    """
    meant = choose_jobs({**given, "status": None, "group": None})
    look_at_each(meant.chosen, meant.reading, meant.now)
    read = shared_groups(meant.chosen, meant.reading, meant.now).answer
    parts = Parts()
    groups = known_groups_of(read, meant.reading, parts, None, reads_stored=meant.chosen.reads_stored)
    left_out = [one for one in meant.reading.unreadable if meant.chosen.schema in ("", one.schema)]
    said = [*notices(groups, left_out), *map(LATE.format, parts.late)]
    if given["format"] == TABLE:
        sys.stdout.writelines(_table(groups))
    else:
        for piece in FORMATS[given["format"]].write(_listing(groups, meant, said)):
            sys.stdout.buffer.write(piece.encode())
    for sentence in said:
        Talk().say(sentence, is_warning=True)
    return NOT_DONE if left_out else DONE


def _listing(groups: ErrorGroups, meant: ChosenJobs, said: Sequence[str]) -> Listing:
    about = {"filter": meant.chosen.in_words, "read_at": groups.now, "jobs_looked_at": groups.jobs_looked_at}
    return Listing("groups", COLUMNS, map(values_of, groups.groups), about, said)


def _table(groups: ErrorGroups) -> Iterator[str]:
    """Yield the lines of a table: as many columns as a terminal has room for, and elsewhere all."""
    width = columns_of(sys.stdout)
    if width is None:
        return write_table(COLUMNS, map(values_of, groups.groups), None, None, sys.stdout)
    rows = ({**values_of(group), "table": ", ".join(group.table_names)} for group in groups.groups)
    columns = MANY if width >= WIDE else NARROW
    return write_table(columns, rows, width, COLORS if has_color(sys.stdout) else None, sys.stdout)


ERRORS = SubCommand("List the problems that jobs failed of, with how many jobs.", EXAMPLES, add_arguments, list_groups)
