"""The page "Your account": what a person has set for themselves, and what else they could choose."""

from django.contrib.auth.models import User as Person
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from jobsite.accounts.list_addresses import own_list
from jobsite.accounts.saved_filters import saved_filters
from jobsite.accounts.views.offered import NamedUsers
from jobsite.accounts.visits import account_of, last_visit
from jobsite.accounts.zones import ZONE_COOKIE, zone_called, zones_to_choose
from jobsite.lab.shared_reads import looking
from jobsite.pages.mine import NEXT


@require_safe
@looking()
def account(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    person = person_of(request)
    named, kept = NamedUsers(person), account_of(person)
    offered = named.offered
    context = {
        "named": named,
        "offered": offered,
        "has_linked": any(one.is_linked for one in offered),
        "chosen_zone": kept.time_zone if kept else "",
        "told_zone": zone_called(request.COOKIES.get(ZONE_COOKIE, "")),
        "zones": zones_to_choose(),
        "saved": saved_filters(person),
        "last_visit": last_visit(person),
        "now": timezone.now(),
        "next": own_list(request.GET.get(NEXT, "")),
    }
    return render(request, "accounts/account.html", context)


def person_of(request: HttpRequest) -> Person:
    """Return who asks: nobody comes to these pages without an account."""
    assert isinstance(request.user, Person)
    return request.user


def back_to_account(address: str = "") -> HttpResponse:
    """Lead back to the page, which leads back to the list of this address."""
    query = f"?{urlencode({NEXT: address})}" if address else ""
    return HttpResponseRedirect(f"{reverse('accounts:account')}{query}")
