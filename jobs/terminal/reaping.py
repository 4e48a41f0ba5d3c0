"""`manage.py reap`: free the keys whose worker is gone, and say of each other reservation why it is left alone."""

import platform
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
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
    add("--older-than", default="", metavar="TIME", dest="older", help="jobs reserved longer ago: 15m, 1h, 2d")
    add("--apply", action="store_true", help="release what is abandoned; without it, nothing is changed")


def reap(given: Mapping[str, Any]) -> int:
    """Write a line for each reserved job, release those that are abandoned, and return the exit status.

    Raises WrongInputError, NotDoneError, and DatabaseError when nothing could be read.
    """
    meant, talk, seen = choose_jobs({**given, "status": "reserved"}), Talk(), Seen()
    width, colors = columns_of(sys.stdout), COLORS if has_color(sys.stdout) else None
    for line in write_table(COLUMNS, seen.rows(meant), width, colors, sys.stdout):
        sys.stdout.write(line)
    sys.stdout.flush()
    unread = left_out_in_words(meant)
    for sentence in unread:
        talk.say(sentence, is_warning=True)
    said = f"{count_jobs(len(seen.abandoned))} abandoned, {seen.left:,} left alone."
    talk.say(said if given["apply"] else f"{said} Nothing was changed: --apply releases what is abandoned.")
    status = NOT_DONE if unread else DONE
    if not given["apply"] or not seen.abandoned:
        return status
    return max(status, say_outcome(RELEASE, release(_still_abandoned(seen.abandoned, meant), meant)))


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
            _look_here(job)
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


def _look_here(job: Job) -> None:
    """Doubt that a worker is gone whose process runs on this very machine: only its connection may have been killed.

    A worker that is inside make asks the server again at its end, and connects anew for that. That no process of this
    number runs here tells nothing: two machines may have one name.
    """
    if job.liveness is Liveness.ABANDONED and job.pid and job.host == platform.node() and _runs(job.pid):
        job.liveness = Liveness.UNCERTAIN
        job.liveness_reason = f"it is not connected, but a process {job.pid} runs on this machine"


def _runs(pid: int) -> bool:
    """Say whether a process runs here (proc_pid_stat(5)); one that was killed and is not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(") ")[2][:1] not in ("Z", "X")
    except OSError:
        return False


def _cells(job: Job, meant: ChosenJobs) -> Iterator[str]:
    age_s = job.age_s(meant.now)
    yield job.liveness.value if job.liveness else ""
    yield job.liveness_reason
    yield job.schema
    yield job.table
    yield str(job.key)
    yield "unknown" if age_s is None else say_duration(age_s)
    yield f"{job.user} on {job.host}"
