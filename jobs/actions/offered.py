"""Which actions are there, and which of them may a person be offered here?"""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.actions.action import Action, User
from jobs.actions.clear import CLEAR
from jobs.layouts.base import Layout
from jobsite.lab.server import Server

ACTIONS = (CLEAR,)


@dataclass(frozen=True)
class Offer:
    """The actions whose buttons a page draws."""

    actions: Sequence[Action]
    impossible: str = ""
    """Why the lab's server takes none of them, for those whose act it would be; '' when it does."""


def offer(user: User, layouts: Sequence[Layout], server: Server) -> Offer:
    """Return what `user` may do to jobs of these layouts. Whoever may do nothing is told nothing of the server."""
    allowed = [action for action in ACTIONS if action.is_allowed(user)]
    possible = [action for action in allowed if any(layout.supports(action.verb) for layout in layouts)]
    impossible = " ".join(filter(None, (action.why_not_on(server.only_reads) for action in allowed)))
    return Offer([] if impossible else possible, impossible)
