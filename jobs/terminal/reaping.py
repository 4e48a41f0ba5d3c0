"""`manage.py reap`: free the keys whose worker is gone, and say of each other reservation why it is left alone."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from jobs.actions.action import count_jobs
from jobs.actions.confirmation import Confirmation, NotConfirmedError
from jobs.actions.granted import set_aside_ungranted
from jobs.actions.judged import judge_reserved
from jobs.actions.outcome import ActionOutcome
from jobs.actions.perform import perform
from jobs.actions.release import RELEASE
from jobs.actions.review import review
from jobs.actions.selection import SelectedJobs
from jobs.liveness import Liveness
from jobs.models import Job
from jobs.snapshots import JobSnapshot
from jobs.terminal.acting import say_outcome
from jobs.terminal.choosing import ChosenJobs, add_filters, add_restriction, choose_jobs, left_out_in_words
from jobsite.durations import say_duration
from jobsite.exporting.tables import write_table
from jobsite.terminal.ending import DONE, NOT_DONE
from jobsite.terminal.talking import Talk, columns_of, has_color

LOOK_AGAIN_S = 2.0
COLUMNS = ("liveness", "reason", "schema", "table", "key", "age", "worker")
COLORS = {Liveness.ABANDONED.value: "33"}
EXAMPLES = """\
  manage.py reap                                   what would be released, and what not, and why
  manage.py reap --apply                           release it
  manage.py reap 'host LIKE "gpu%"' --older-than 1h --apply       from cron
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add which jobs, and whether anything is done."""
    add_restriction(parser)
    add_filters(parser, without=("status", "older", "newer", "message"))
    add = parser.add_argument_group("what is done").add_argument
    add("--older-than", metavar="TIME", dest="older", help="jobs reserved longer ago: 15m, 1h, 2d")
    add("--apply", action="store_true", help="release what is abandoned; without it, nothing is changed")


def reap(given: Mapping[str, Any]) -> int:
    """Write a line for each reserved job, release those that are abandoned, and return the exit status.

    What is abandoned is released also where the lines could not all be written, as after `| head`. Raises OSError then,
    WrongInputError, NotDoneError, and DatabaseError when nothing could be read.
    """
    meant, talk, seen = choose_jobs({**given, "status": "reserved"}), Talk(), Seen()
    unwritten = _write(seen.rows(meant))
    if unwritten and not given["apply"]:
        raise unwritten
    unread = left_out_in_words(meant)
    for sentence in unread:
        talk.say(sentence, is_warning=True)
    said = f"{count_jobs(len(seen.abandoned))} abandoned, {seen.left:,} left alone."
    talk.say(said if given["apply"] else f"{said} Nothing was changed: --apply releases what is abandoned.")
    status = NOT_DONE if unread else DONE
    if given["apply"] and seen.abandoned:
        outcome = release(_still_abandoned(seen.abandoned, meant), meant)
        if unwritten:
            talk.say(outcome.in_words(RELEASE))
        else:
            status = max(status, say_outcome(RELEASE, outcome))
    if unwritten:
        raise unwritten
    return status


def _write(rows: Iterator[Mapping[str, object]]) -> OSError | None:
    """Write a line for each row, and go through all rows also when nobody reads any more; return what went wrong."""
    unwritten: OSError | None = None
    width, colors = columns_of(sys.stdout), COLORS if has_color(sys.stdout) else None
    for line in chain(write_table(COLUMNS, rows, width, colors, sys.stdout), [None]):
        try:
            if unwritten is None:
                sys.stdout.flush() if line is None else sys.stdout.write(line)
        except OSError as error:
            unwritten = error
    return unwritten


def _still_abandoned(abandoned: Sequence[JobSnapshot], meant: ChosenJobs) -> Sequence[JobSnapshot]:
    """Return which of these are abandoned a while later, too: a worker whose connection was killed connects anew."""
    time.sleep(LOOK_AGAIN_S)
    again = Seen()
    for _ in again.rows(meant):
        pass
    return sorted({*abandoned} & {*again.abandoned}, key=lambda one: (one.stored_in, one.key))


@dataclass
class Seen:
    """What a look at the reserved jobs has found so far."""

    abandoned: list[JobSnapshot] = field(default_factory=list)
    left: int = 0

    def rows(self, meant: ChosenJobs) -> Iterator[Mapping[str, object]]:
        """Yield each reserved job that is meant as its values by COLUMNS, and count it. Raises DatabaseError."""
        for job in judge_reserved(meant.chosen, meant.reading, meant.now):
            if job.liveness is Liveness.ABANDONED:
                self.abandoned.append(JobSnapshot.of(job))
            else:
                self.left += 1
            yield dict(zip(COLUMNS, _cells(job, meant), strict=True))


def release(abandoned: Sequence[JobSnapshot], meant: ChosenJobs) -> ActionOutcome:
    """Release these jobs, but for those whose worker is found to be back at the moment of the act."""
    set_aside_ungranted(RELEASE, meant.reading)
    selection = SelectedJobs(abandoned, meant.reading)
    reviewed = review(RELEASE, selection)
    if not reviewed.count:  # others were quicker
        return ActionOutcome(left_out=frozenset(reviewed.left_out))
    try:
        return perform(RELEASE, selection, Confirmation.of(reviewed, str(reviewed.count)), meant.person)
    except NotConfirmedError as refused:
        return ActionOutcome(stopped=str(refused))


def _cells(job: Job, meant: ChosenJobs) -> Iterator[str]:
    age_s = job.age_s(meant.now)
    yield job.liveness.value if job.liveness else ""
    yield job.liveness_reason
    yield job.schema
    yield job.table
    yield str(job.key)
    yield "unknown" if age_s is None else say_duration(age_s)
    yield f"{job.user} on {job.host}"
