"""What a list shows of the person who reads it: the switch "Mine"."""

from collections.abc import Mapping

from jobsite.accounts.database_users import database_users
from jobsite.activity.terminal_user import User
from jobsite.pages.filter_form import MINE, ListFilter


def of_reader(user: User, chosen: ListFilter) -> Mapping[str, object]:
    """Return what tables/_section.html shows of the reader of a list."""
    return {
        "has_mine": MINE in chosen.form_class.base_fields,
        "own_users": chosen.own_users or database_users(user),
    }
