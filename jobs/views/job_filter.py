"""Which jobs does an address ask for, as the person who asks may read them? The same for a list, a file and an act."""

from dataclasses import replace

from django.http import QueryDict

from jobs.actions.clear import CLEAR
from jobs.listing.filters import JobFilter
from jobsite.accounts.database_users import as_read_by
from jobsite.activity.terminal_user import User


def job_filter(query: QueryDict, user: User) -> JobFilter:
    """Return the filter of a query string: who may clear jobs may read messages as they are stored."""
    return as_read_by(user, replace(JobFilter.read(query), reads_stored=CLEAR.is_allowed(user)))
