"""Whose is a job? Its row has the account of the worker as SQL's USER() told it: alice@10.4.1.21."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.db.models.lookups import In

from jobsite.lab.columns import AsBytes, UserOfAccount


def of_users(names: Sequence[str], now: datetime) -> Q:
    """Return the condition that a job is of one of these database users, from whichever machine.

    MATLAB writes the user alone, whose name may hold an @ (jobs.liveness.account_of).
    """
    exactly = [name.encode(errors="replace") for name in names]  # a form may bring what no server can hold
    return Q(In(AsBytes(UserOfAccount("user")), exactly)) | Q(In(AsBytes("user"), exactly))
