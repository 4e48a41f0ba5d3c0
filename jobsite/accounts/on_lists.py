"""What a list shows of the person who reads it: the switch "Mine", and the filters that they have saved."""

from collections.abc import Mapping

from jobsite.accounts.database_users import database_users
from jobsite.accounts.saved_filters import saved_filters
from jobsite.activity.terminal_user import User
from jobsite.pages.filter_form import MINE, ListFilter


def of_reader(user: User, chosen: ListFilter, view: str) -> Mapping[str, object]:
    """Return what tables/_section.html shows of the reader of a list; `view` is the name of its view."""
    return {
        "has_mine": MINE in chosen.form_class.base_fields,
        "own_users": chosen.own_users or database_users(user),
        "saved_filters": saved_filters(user, view),
    }
