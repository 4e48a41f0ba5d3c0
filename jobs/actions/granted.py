"""What does the lab's server let the site's account do to the jobs of a table? Asked before a button is drawn.

By what SHOW GRANTS says, at no cost for each table. Where it says more than is so, the server refuses the statement
itself, and the outcome says so.
"""

from collections.abc import Collection, Iterable

from jobs.actions.action import Action
from jobs.layouts.base import Layout
from jobs.layouts.reading import Reading
from jobs.models import QualifiedName
from jobsite.lab import shared_reads
from jobsite.lab.grants import grant
from jobsite.lab.server import Server

OPTIONAL = frozenset({"INSERT", "UPDATE"})
"""What docs/grants.sql leaves to the lab: no page asks for it, only who wants to do what needs it is told."""
NOT_GRANTED = "Jobsite’s account may not {verb} them"


def grant_for(action: Action, layout: Layout) -> str:
    """Return the GRANT that lets the site's account do this to the jobs of a table, to copy."""
    account = shared_reads.server().account
    return grant(layout.statements[action.name].privilege, layout.table.quoted, account)


def is_optional(action: Action, layout: Layout) -> bool:
    """Say whether the lab may have left out the privilege for this on purpose."""
    return layout.statements[action.name].privilege in OPTIONAL


def is_granted(action: Action, layout: Layout, server: Server) -> bool:
    """Say whether the site's account has the privilege for this on a table whose jobs can take it."""
    return server.grants.allow(layout.statements[action.name].privilege, *layout.table)


def ungranted(action: Action, layouts: Iterable[Layout], server: Server) -> list[Layout]:
    """Return those whose jobs can take the action, but for a privilege."""
    return [layout for layout in layouts if layout.supports(action.name) and not is_granted(action, layout, server)]


def set_aside_ungranted(action: Action, reading: Reading, among: Collection[QualifiedName] | None = None) -> None:
    """Leave out the tables on which the account lacks the privilege, of all or of those `among` them."""
    layouts = [layout for layout in reading.layouts if among is None or layout.table in among]
    if not layouts:
        return
    lacking = ungranted(action, layouts, shared_reads.server())
    grants = {layout.table: grant_for(action, layout) for layout in lacking}
    reading.set_aside_ungranted(grants, NOT_GRANTED.format(verb=action.verb))
