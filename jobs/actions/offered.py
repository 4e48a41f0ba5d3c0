"""Which actions are there, and which of them may a person be offered here?"""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.actions.action import Action
from jobs.actions.clear import CLEAR
from jobs.actions.granted import grant_for, is_granted, ungranted
from jobs.layouts.base import Layout
from jobs.models import QualifiedName
from jobsite.activity.terminal_user import User
from jobsite.lab.server import Server

ACTIONS = (CLEAR,)
ACTION_CALLED = {action.verb: action for action in ACTIONS}
GRANTS_NAMED = 3


@dataclass(frozen=True)
class Offer:
    """The actions whose buttons a page draws."""

    actions: Sequence[Action]
    impossible: str = ""
    """Why the lab's server takes none of them, for those whose act it would be; '' when it does."""
    tables: frozenset[QualifiedName] = frozenset()
    """The jobs tables whose jobs can be selected: the account has the privilege for one of the actions there."""
    grants: tuple[str, ...] = ()
    """What an administrator of the server has to run before they can be done to the jobs of the other tables."""

    @property
    def named_grants(self) -> tuple[str, ...]:
        """Those that a page has room for."""
        return self.grants[:GRANTS_NAMED]

    @property
    def more_grants(self) -> int:
        """How many a page has no room for."""
        return max(0, len(self.grants) - GRANTS_NAMED)


def offer(user: User, layouts: Sequence[Layout], server: Server) -> Offer:
    """Return what `user` may do to jobs of these layouts. Whoever may do nothing is told nothing of the server."""
    allowed = [action for action in ACTIONS if action.is_allowed(user)]
    impossible = " ".join(filter(None, (action.why_not_on(server.only_reads) for action in allowed)))
    if impossible:
        return Offer([], impossible)
    lacking = [(action, layout) for action in allowed for layout in ungranted(action, layouts, server)]
    lacked = [layout.table for _, layout in lacking]
    return Offer(
        [action for action in allowed if any(_is_possible(action, layout, server) for layout in layouts)],
        tables=frozenset(layout.table for layout in layouts if lacked.count(layout.table) < len(allowed)),
        grants=tuple(grant_for(action, layout) for action, layout in lacking),
    )


def _is_possible(action: Action, layout: Layout, server: Server) -> bool:
    return layout.supports(action.verb) and is_granted(action, layout, server)
