"""`manage.py jobs`: the list of jobs, for a person and for programs."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from jobs.listing.rows import list_jobs
from jobs.terminal.choosing import add_filters, choose_jobs, left_out_in_words
from jobsite.management.subcommands import SubCommand
from jobsite.one_line import printable
from jobsite.terminal.ending import DONE, NOT_DONE
from jobsite.terminal.talking import Talk

EXAMPLES = """\
  manage.py jobs --status error                    the failed jobs, newest first
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add which jobs, in which order, and how they are written."""
    add_filters(parser)
    add = parser.add_argument_group("how they are listed").add_argument
    add("--order-by", default="", metavar="COLUMN", help="such as 'host desc' or timestamp (default: newest first)")


def list_all(given: Mapping[str, Any]) -> int:
    meant = choose_jobs(given)
    for job in list_jobs(meant.chosen, meant.reading, meant.now).rows:
        sys.stdout.write(printable(f"{job.status}\t{job}\t{job.message_line}") + "\n")
    talk = Talk()
    for sentence in left_out_in_words(meant):
        talk.say(sentence, is_warning=True)
    return NOT_DONE if left_out_in_words(meant) else DONE


LIST = SubCommand("List jobs.", EXAMPLES, add_arguments, list_all)
