"""Choosing a time zone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from jobsite.accounts.models import Account
from jobsite.accounts.views.account import back_to_account, person_of
from jobsite.accounts.zones import zones_to_choose
from jobsite.one_line import printable

SHOWN = 40
"""Letters of a name that are shown when it is no zone."""


@require_POST
def set_time_zone(request: HttpRequest) -> HttpResponse:
    """Show times of day in the zone that was chosen; in the browser's for none."""
    name = request.POST.get("zone", "")
    if name and name not in zones_to_choose():
        messages.error(request, f"“{printable(name[:SHOWN])}” is no time zone: choose one from the list.")
        return back_to_account()
    Account.objects.update_or_create(user=person_of(request), defaults={"time_zone": name})
    messages.success(request, f"Times of day are those of {name}." if name else "Times of day are your browser’s.")
    return back_to_account()
