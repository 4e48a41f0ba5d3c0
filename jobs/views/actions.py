"""The pages of an action: what it would do, and doing it. The same two for every action."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from jobs.actions.action import Action
from jobs.actions.confirmation import Confirmation, NotConfirmedError
from jobs.actions.granted import set_aside_ungranted
from jobs.actions.perform import perform
from jobs.actions.review import Review, review
from jobs.layouts.reading import Reading
from jobs.views.action_form import ERRORS, hidden_fields, list_address, read_filter, read_form, written
from jobs.views.acts import name_of, tell, to_act, to_list
from jobsite.activity.forms import FormUsedError, new_form
from jobsite.lab import shared_reads
from jobsite.lab.parts import Parts
from jobsite.lab.server import Server
from jobsite.pages.http import page_or_fragment


@require_POST
def confirm_action(request: HttpRequest, action: Action) -> HttpResponse:
    """Read the selected jobs again and say what the action would do to them; changes nothing."""
    action.check(request.user)
    reading = Reading.begin()
    selection, _ = read_form(request.POST, reading, request.user)
    if selection.is_empty:
        messages.warning(request, _nothing_selected(request, action))
        return to_list(request)
    parts = Parts()
    threads = parts.read_connected()
    set_aside_ungranted(action, reading)
    return _confirm_page(request, review(action, selection, threads), threads.server, parts=parts)


@require_POST
def perform_action(request: HttpRequest, action: Action) -> HttpResponse:
    """Do what was confirmed, say what became of it, and lead back to the list with its filter.

    What one request has no time for is done from the page of the act, jobs.views.acts.
    """
    action.check(request.user)  # before the server is asked which jobs are meant
    selection, confirmation = read_form(request.POST, Reading.begin(), request.user)
    sent = written(selection, confirmation, request.POST, request.user)
    try:
        outcome = perform(action, selection, confirmation, request.user, sent)
    except NotConfirmedError as refused:
        return _confirm_page(request, refused.review, shared_reads.server(), str(refused))
    except FormUsedError as used:
        if used.goes_on:
            return to_act(used.act.pk)
        messages.info(request, str(used), extra_tags=name_of(used.act.pk))
        return to_list(request)
    if outcome.unfinished:
        return to_act(outcome.unfinished, slices=1)
    tell(request, action, outcome)
    return to_list(request)


def _nothing_selected(request: HttpRequest, action: Action) -> str:
    if ERRORS in request.POST:
        return f"No problem was selected: select those whose jobs you want to {action.verb}."
    return f"No job was selected: select the jobs to {action.verb}, or {action.verb} all that match."


def _confirm_page(
    request: HttpRequest, reviewed: Review, server: Server, refusal: str = "", parts: Parts | None = None
) -> HttpResponse:
    context = {
        "parts": parts,
        "review": reviewed,
        "action": reviewed.action,
        "fields": hidden_fields(reviewed.selection, Confirmation.of(reviewed, form_number=new_form())),
        "query": read_filter(request.POST, request.user).query,
        "errors": request.POST.getlist(ERRORS),
        "back": list_address(request.POST, request.user),
        "now": server.now,
        "refusal": refusal,
        "only_reads": reviewed.action.why_not_on(server.only_reads),
    }
    template, status = "jobs/action_confirm.html", HTTPStatus.CONFLICT if refusal else HTTPStatus.OK
    return page_or_fragment(request, template, template, context, status=status)
