"""Saving what a list shows under a name; renaming and deleting what was saved. Another person's is not there."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobsite.accounts import saved_filters
from jobsite.accounts.list_addresses import ListAddress
from jobsite.accounts.models import SavedFilter
from jobsite.accounts.saved_filters import NotSavedError
from jobsite.accounts.views.account import person_of


@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Save the list that was on the page, and lead back to it."""
    try:
        address = ListAddress.read(request.POST.get("address", ""))
    except ValueError as error:
        raise BadRequest(str(error)) from error
    try:
        one = saved_filters.save(person_of(request), request.POST.get("name", ""), address)
    except NotSavedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Saved as “{one.name}”.")
    return HttpResponseRedirect(address.path)


@require_POST
def rename_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Give a saved filter another name."""
    one = _own(request, number)
    before = one.name
    try:
        saved_filters.rename(one, request.POST.get("name", ""))
    except NotSavedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{before}” is called “{one.name}” now.")
    return _to_filters()


@require_POST
def delete_filter(request: HttpRequest, number: int) -> HttpResponse:
    """Delete a saved filter."""
    one = _own(request, number)
    one.delete()
    messages.success(request, f"“{one.name}” is deleted.")
    return _to_filters()


def _own(request: HttpRequest, number: int) -> SavedFilter:
    return get_object_or_404(SavedFilter, pk=number, person=person_of(request))


def _to_filters() -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('accounts:account')}#filters")
