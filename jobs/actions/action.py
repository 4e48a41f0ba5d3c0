"""What is an action? A permission, and its words; each layout knows by which statement its jobs take it.

A page and a command say what an action would do, and did, in the same sentences: these are its part of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied

from jobsite.activity.terminal_user import User, has_permission


@dataclass(frozen=True)
class Action:
    """Something that a person does to jobs."""

    verb: str
    """`clear`: what layouts, addresses and buttons call it."""
    past: str
    """`cleared`."""
    permission: str
    """What a person needs on the site: `jobs.clear_job`."""
    consequences: Mapping[str, str]
    """What becomes of a job of each status, in words that follow a number."""
    if_running: str
    """What it means for jobs that may be running, in words that follow a colon."""

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
