"""Which actions are there, and which of them may a person be offered here?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.actions.action import Action
from jobs.actions.clear import CLEAR, RETRY
from jobs.actions.granted import grant_for, is_granted, is_optional, ungranted
from jobs.actions.ignore import IGNORE_JOB, UNIGNORE
from jobs.actions.release import RELEASE
from jobs.layouts.base import Layout
from jobs.models import Job, QualifiedName
from jobsite.activity.terminal_user import User
from jobsite.lab.server import Server

ACTIONS = (CLEAR, RETRY, RELEASE, IGNORE_JOB, UNIGNORE)
ACTION_CALLED = {action.name: action for action in ACTIONS}
GRANTS_NAMED = 3


@dataclass(frozen=True)
class Offer:
    """The actions whose buttons a page draws."""

    actions: Sequence[Action]
    impossible: str = ""
    """Why the lab's server takes none of them, for those whose act it would be; '' when it does."""
    tables: frozenset[QualifiedName] = frozenset()
    """The jobs tables whose jobs can be selected: the account has the privilege for one of the actions there."""
    lacking: str = ""
    """What cannot be done to the jobs of the other tables, in a verb, and the lab will not have meant it so."""
    is_done_nowhere: bool = False
    """Whether that can be done to none of these jobs."""
    grants: tuple[str, ...] = ()
    """What an administrator of the server has to run before it can be done to these."""

    @property
    def named_grants(self) -> tuple[str, ...]:
        """Those that a page has room for."""
        return self.grants[:GRANTS_NAMED]

    @property
    def more_grants(self) -> int:
        """How many a page has no room for."""
        return max(0, len(self.grants) - GRANTS_NAMED)


def on_tab(status: str) -> list[Action]:
    """Return the actions that a tab of the list has buttons for; '' is that of all jobs."""
    return [action for action in ACTIONS if status in action.tabs]


def on_page_of(job: Job) -> list[Action]:
    """Return the actions that the page of a job has buttons for, its liveness known."""
    return [one for one in ACTIONS if job.status in (*one.tabs, *one.on_pages) and one.takes(job)]


def offer(actions: Sequence[Action], user: User, layouts: Sequence[Layout], server: Server) -> Offer:
    """Return which of the actions `user` may do to jobs of these layouts.

    Whoever may do nothing is told nothing of the server.
    """
    allowed = [action for action in actions if action.is_allowed(user)]
    if not allowed:
        return Offer([])
    if impossible := allowed[0].why_not_on(server.only_reads):
        return Offer([], impossible)
    offered = [action for action in allowed if any(_is_possible(action, layout, server) for layout in layouts)]
    barred = [(action, layout) for action in allowed for layout in ungranted(action, layouts, server)]
    lacked = Counter(layout.table for _, layout in barred)
    lacking = [(action, layout) for action, layout in barred if not is_optional(action, layout)]
    return Offer(
        offered,
        tables=frozenset(layout.table for layout in layouts if lacked[layout.table] < len(allowed)),
        lacking=lacking[0][0].verb if lacking else "",
        is_done_nowhere=bool(lacking) and lacking[0][0] not in offered,
        grants=tuple(dict.fromkeys(grant_for(action, layout) for action, layout in lacking)),
    )


def _is_possible(action: Action, layout: Layout, server: Server) -> bool:
    return layout.supports(action.name) and is_granted(action, layout, server)
