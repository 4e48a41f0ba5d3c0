"""The page "Your account": what a person has set for themselves, and what else they could choose."""

from django.contrib.auth.models import User as Person
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from jobsite.accounts.visits import account_of, last_visit
from jobsite.accounts.zones import ZONE_COOKIE, zone_called, zones_to_choose


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    person = person_of(request)
    kept = account_of(person)
    context = {
        "chosen_zone": kept.time_zone if kept else "",
        "told_zone": zone_called(request.COOKIES.get(ZONE_COOKIE, "")),
        "zones": zones_to_choose(),
        "last_visit": last_visit(person),
        "now": timezone.now(),
    }
    return render(request, "accounts/account.html", context)


def person_of(request: HttpRequest) -> Person:
    """Return who asks: nobody comes to these pages without an account."""
    assert isinstance(request.user, Person)
    return request.user


def back_to_account() -> HttpResponse:
    """Lead back to the page."""
    return HttpResponseRedirect(reverse("accounts:account"))
