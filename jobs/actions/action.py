"""What is an action? A permission, and its words; each layout knows by which statement its jobs take it.

A page and a command say what an action would do, and did, in the same sentences: these are its part of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied

from jobs.liveness import Liveness
from jobs.models import Job
from jobs.statuses import RESERVED
from jobsite.activity.terminal_user import User, has_permission


@dataclass(frozen=True)
class Action:
    """Something that a person does to jobs."""

    verb: str
    """`clear`, `un-ignore`: what buttons and sentences call it."""
    past: str
    """`cleared`."""
    permission: str
    """What a person needs on the site: `jobs.clear_job`."""
    consequences: Mapping[str, str]
    """What becomes of a job of each status, in words that follow a number."""
    if_running: str = ""
    """What it means for jobs that may be running, in words that follow a colon."""
    statuses: tuple[str, ...] = ()
    """The statuses of the jobs that can take it; () for any."""
    only_abandoned: bool = False
    """Whether of the reserved jobs only those can take it whose worker is known to be gone."""
    takes_in_words: str = ""
    """Which jobs can take it, in words that follow a colon; '' for any."""
    all_in_words: str = ""
    """Which of all that match it is done to, where their number would be too great: `abandoned`."""
    tabs: tuple[str, ...] = ()
    """The tabs of the list that have a button for it, by status; '' is that of all jobs. So has the page of a job."""
    frees_keys: bool = False
    """Whether the next populate computes the keys of the jobs that it is done to."""
    on_pages: tuple[str, ...] = ()
    """The statuses of which the page of one job has a button for it as well."""

    @property
    def name(self) -> str:
        """`clear`, `unignore`: what layouts, addresses, commands and the record call it."""
        return self.verb.replace("-", "")

    @property
    def under_way(self) -> str:
        """`clearing`, `releasing`."""
        return f"{self.verb.removesuffix('e')}ing"

    def takes(self, job: Job) -> bool:
        """Say whether a job, as it was read, with its liveness, can take it."""
        if self.statuses and job.status not in self.statuses:
            return False
        return job.status != RESERVED or not self.only_abandoned or job.liveness is Liveness.ABANDONED

    def is_allowed(self, user: User) -> bool:
        """Say whether `user` may do this."""
        return has_permission(user, self.permission)

    def check(self, user: User) -> None:
        """Raise PermissionDenied, with a sentence, when `user` may not do this."""
        if not self.is_allowed(user):
            raise PermissionDenied(
                f"Your account may look at jobs but not {self.verb} them: ask an admin to make you an operator."
            )

    def order(self, count: int) -> str:
        """Return it as a button says it: `Clear 3 jobs`."""
        return f"{self.verb.capitalize()} {count_jobs(count)}"

    def why_not_on(self, only_reads: str) -> str:
        """Return in a sentence why it cannot be done on a server that only reads, '' on any other."""
        lab = settings.LAB.name
        why = f"The lab's server {lab} only reads ({only_reads} is set): {self.verb} jobs on its primary."
        return why if only_reads else ""


def count_jobs(count: int) -> str:
    """Return a number of jobs in words."""
    return "1 job" if count == 1 else f"{count:,} jobs"
