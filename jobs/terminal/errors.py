"""`manage.py jobs errors`: the groups of failed jobs, as the page of errors has them."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobs.error_groups.exported import COLUMNS, notices, values_of
from jobs.error_groups.facts import sharing_known_of
from jobs.error_groups.groups import ErrorGroup, ErrorGroups
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
FEW = ("group", "mark", "jobs", "24 h", "exception", "message", "where", "what helps")
MANY = (
    *("group", "kind", "mark", "jobs", "1 h", "24 h", "7 d", "exception", "message", "own_frame", "where", "last"),
    "what helps",
)
VERY_WIDE = 200
"""Columns of a terminal from which on all that a page shows has room, and the names of groups are whole."""
CAME_BACK = "came back"
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
    return Listing("groups", COLUMNS, _values(groups), about, said)


def _values(groups: ErrorGroups) -> Iterator[Mapping[str, object]]:
    """Yield the groups as plain values; who may act may read what is stored, so what was found in it as well."""
    for group in groups.groups:
        known = sharing_known_of(group, groups.now, reads_stored=True)
        yield values_of(group, known.line if known else "")


def _table(groups: ErrorGroups) -> Iterator[str]:
    """Yield the lines of a table: as many columns as a terminal has room for, and elsewhere all."""
    width = columns_of(sys.stdout)
    if width is None:
        return write_table(COLUMNS, _values(groups), None, None, sys.stdout)
    rows = map(_as_on_the_page, groups.groups, _values(groups))
    return write_table(_columns_in(width), rows, width, COLORS if has_color(sys.stdout) else None, sys.stdout)


def _columns_in(width: int) -> Sequence[str]:
    if width >= VERY_WIDE:
        return MANY
    return FEW if width >= WIDE else NARROW


def _as_on_the_page(group: ErrorGroup, values: Mapping[str, object]) -> Mapping[str, object]:
    """Return a group for a table, in the words of the page."""
    windows = {"1 h": group.in_1_h, "24 h": group.in_24_h, "7 d": group.in_7_d}
    return {
        **values,
        **windows,
        "mark": CAME_BACK if group.came_back else "",
        "exception": group.title,
        "where": f"{group.tables_in_words} · {group.workers_in_words}",
        "what helps": str(group.advice or ""),
    }


ERRORS = SubCommand("List the problems that jobs failed of, with how many jobs.", EXAMPLES, add_arguments, list_groups)
