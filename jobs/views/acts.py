"""The page of an act that takes longer than one request: how far it has come, going on with it, stopping it.

Looking never goes on with it. A page that answers a form does so by itself, once, where there is JavaScript.
"""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from jobs.actions.action import Action
from jobs.actions.going_on import check_may_see, go_on, stop
from jobs.actions.offered import ACTION_CALLED
from jobs.actions.outcome import ActionOutcome
from jobs.actions.progress import Progress, commands_of, find_act, find_progress
from jobs.layouts.reading import Reading
from jobs.views.action_form import NO_FORM_OF_OURS, list_address, read_filter, read_form
from jobsite.activity import telling
from jobsite.activity.forms import at_its_end
from jobsite.activity.models import Act
from jobsite.activity.telling import untold_acts
from jobsite.pages.http import page_or_fragment, wants_fragment

SLICE, AGAIN = "slice", "again"
COMMANDS = "commands"
"""The tag of a message that is lines to copy, and no notice."""
ENDED = "This act has ended. What came of it: {}"
STOPS = "It stops as soon as the statement that is under way has ended."


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: int) -> HttpResponse:
    """Show how far an act has come; by a form, go on with it or stop it."""
    found = find_act(number)
    if found is None:
        raise Http404
    check_may_see(request.user, found)
    progress = find_progress(found)
    if progress is None:
        return _ended(request, found)
    if request.method != "POST":
        is_next = request.GET.get(SLICE) == str(progress.slices)
        return _page(request, progress, goes_on=is_next and not progress.is_under_way)
    return _stop(request, progress) if "stop" in request.POST else _go_on(request, progress)


def to_act(number: int, slices: int | None = None) -> HttpResponse:
    """Lead to the page of an act; with how many requests have gone on with it, the page goes on by itself."""
    address = reverse("jobs:act", args=[number])
    return HttpResponseRedirect(f"{address}?{SLICE}={slices}" if slices else address)


def tell(request: HttpRequest, action: Action, outcome: ActionOutcome, number: int | None = None) -> None:
    """Say what became of an act on the page that comes next; with its number, that page knows which."""
    level = messages.SUCCESS if outcome.done and outcome.is_whole else messages.WARNING
    messages.add_message(request, level, outcome.in_words(action), extra_tags=name_of(number) if number else "")
    if outcome.done and outcome.commands:
        messages.info(request, outcome.commands, extra_tags=COMMANDS)


def name_of(number: int) -> str:
    """Return by which tag of a message the page that shows it knows the act."""
    return f"act-{number}"


def acts_to_tell(request: HttpRequest) -> list[Act]:
    """Return the person's acts that have ended and whose outcome no page has shown yet: this one shows it."""
    username = request.user.get_username()
    acts = untold_acts(username, ACTION_CALLED)
    telling.tell(acts, username)
    said = {message.extra_tags for message in messages.get_messages(request)} if acts else set()
    return [act for act in acts if name_of(act.pk) not in said]


def to_list(request: HttpRequest, form: QueryDict | None = None) -> HttpResponse:
    """Lead back to the list with the filter that a form has, usually the one that was sent."""
    return HttpResponseRedirect(list_address(request.POST if form is None else form, request.user))


def _go_on(request: HttpRequest, before: Progress) -> HttpResponse:
    try:
        slices = int(request.POST[SLICE])
    except (KeyError, ValueError) as error:
        raise BadRequest(NO_FORM_OF_OURS) from error
    before.action.check(request.user)  # before the server is asked which jobs are meant
    form = QueryDict(before.continuation.form)
    selection, confirmation = read_form(form, Reading.begin(), request.user)
    outcome = go_on(before, selection, confirmation, request.user, slices)
    if outcome is not None and outcome.unfinished is None:
        tell(request, before.action, outcome, before.number)
        return _leave_for(request, to_list(request, form))
    progress = find_progress(before.continuation.act)
    if progress is None:  # another request has ended it in this moment
        return _ended(request, before.continuation.act, form)
    if not wants_fragment(request):
        return to_act(progress.number, progress.slices if outcome else None)
    # A page that asks again, because no answer came, does not know that its request was done after all.
    goes_on = outcome is not None or request.POST.get(AGAIN) == "1"
    return _page(request, progress, goes_on=goes_on, said=_said(before, progress))


def _stop(request: HttpRequest, progress: Progress) -> HttpResponse:
    form, outcome = QueryDict(progress.continuation.form), stop(progress, request.user)
    if outcome is not None:
        tell(request, progress.action, outcome, progress.number)
        return _leave_for(request, to_list(request, form))
    found = at_its_end(progress.continuation.act)
    if found.ended_at is None:
        messages.info(request, STOPS)
        return _leave_for(request, to_act(progress.number))
    return _ended(request, found, form)


def _ended(request: HttpRequest, found: Act, form: QueryDict | None = None) -> HttpResponse:
    """Answer what came of an act that has ended; `form` is the one by which it began."""
    if request.method != "POST":
        telling.tell([found], request.user.get_username())
        return render(request, "jobs/act_ended.html", {"act": found, "commands": commands_of(found)})
    found.refresh_from_db()
    messages.info(request, ENDED.format(found.outcome), extra_tags=name_of(found.pk))
    return _leave_for(request, to_list(request, form or QueryDict()))


def _leave_for(request: HttpRequest, redirect: HttpResponse) -> HttpResponse:
    """Lead to another page also from a part of one."""
    return HttpResponseClientRedirect(redirect["Location"]) if wants_fragment(request) else redirect


def _page(request: HttpRequest, progress: Progress, *, goes_on: bool, said: str = "") -> HttpResponse:
    context = {
        "progress": progress,
        "goes_on": goes_on,
        "said": said,
        "query": read_filter(QueryDict(progress.continuation.form), request.user).query,
    }
    return page_or_fragment(request, "jobs/act.html", "jobs/_act_progress.html", context, status=HTTPStatus.OK)


def _said(before: Progress, after: Progress) -> str:
    """Return what is read aloud: each quarter, not each request."""
    return after.how_far if after.quarter != before.quarter else ""
