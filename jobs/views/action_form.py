"""The form of an action: what a list posts, what a confirm page adds, and how both are read."""

from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from jobs.actions.confirmation import Confirmation
from jobs.actions.selection import OWN_USER, MatchingJobs, SelectedJobs, Selection
from jobs.error_groups.filters import ErrorFilter
from jobs.layouts.reading import Reading
from jobs.listing.failures.finding import find_named
from jobs.listing.filters import JobFilter
from jobs.models import QualifiedName
from jobs.snapshots import JobSnapshot
from jobs.views.job_filter import job_filter
from jobsite.activity.forms import read_form_number
from jobsite.activity.terminal_user import User
from jobsite.pages.tokens import read_timestamp, read_token, write_token

GROUP = "group"
"""The word of a form for a group of errors that was selected: all its failed jobs that match the filter are."""
ERRORS = "errors"
"""The word of a form for the filter of the page of errors that it comes from."""
NO_FORM_OF_OURS = "This form is not one that a jobs page made: go back to the list and select again."
NOT_ALL_KNOWN = "All that match cannot be acted on at once, because not all of them are known. {}"


def read_filter(form: QueryDict, user: User) -> JobFilter:
    """Return the filter of the list that the form comes from: it passes over what the list did.

    What was confirmed as mine is not what another person calls theirs, nor what this one does by now.
    """
    query, confirmed = QueryDict(form.get("filter", ""), mutable=True), tuple(form.getlist(OWN_USER))
    if GROUP in form:  # a comma alone is the name of none, and no words would be all jobs
        query[GROUP] = ",".join(" ".join(form.getlist(GROUP)).replace(",", " ").split()) or ","
    chosen = job_filter(query, user)
    return replace(chosen, own_users=confirmed) if chosen.is_mine and confirmed else chosen


def read_form(form: QueryDict, reading: Reading, user: User) -> tuple[Selection, Confirmation]:
    """Return which jobs were selected, and what was confirmed of them. Raises BadRequest with one sentence."""
    try:
        return _read_selection(form, reading, user), _read_confirmation(form)
    except (ValueError, KeyError) as error:
        raise BadRequest(NO_FORM_OF_OURS) from error


def _read_selection(form: QueryDict, reading: Reading, user: User) -> Selection:
    if form.get("all") != "1" and GROUP not in form:
        return SelectedJobs([JobSnapshot.read(token) for token in form.getlist("job")], reading)
    chosen = read_filter(form, user)
    if chosen.problems:
        raise BadRequest(" ".join(chosen.problems))
    as_of = read_timestamp(str(form["as_of"]))
    found = find_named(chosen, reading, as_of)
    if found.not_found:  # the next request might find others than those that were confirmed
        raise BadRequest(NOT_ALL_KNOWN.format(found.not_found))
    return MatchingJobs(found, as_of, reading)


def _read_confirmation(form: QueryDict) -> Confirmation:
    return Confirmation(
        expected=int(form.get("expected") or 0),
        typed=form.get("typed", ""),
        needs_number=form.get("needs_number") == "1",
        running=int(form.get("running") or 0),
        abandoned=frozenset(JobSnapshot.read(token) for token in form.getlist("abandoned")),
        left_out=frozenset(QualifiedName(*read_token(token, 2)) for token in form.getlist("left_out")),
        form_number=read_form_number(form.get("form", "")),
    )


def list_address(form: QueryDict, user: User) -> str:
    """Return the address of the list that the form comes from, with its filter."""
    if ERRORS in form:
        return f"{reverse('errors:error_list')}?{ErrorFilter.read(QueryDict(str(form[ERRORS]))).query}"
    return f"{reverse('jobs:job_list')}?{read_filter(form, user).query}"


def written(selection: Selection, confirmation: Confirmation, form: QueryDict, user: User) -> str:
    """Return the form as a query string, by which a later request goes on with the act."""
    fields = [*hidden_fields(selection, confirmation), ("filter", read_filter(form, user).query)]
    return urlencode([*fields, *((ERRORS, query) for query in form.getlist(ERRORS))])


def hidden_fields(selection: Selection, confirmation: Confirmation) -> Sequence[tuple[str, str]]:
    """Return what the confirm page sends back, which reads as the same selection and confirmation."""
    return [
        *selection.fields,
        ("expected", str(confirmation.expected)),
        ("needs_number", "1" if confirmation.needs_number else ""),
        ("running", str(confirmation.running)),
        ("form", str(confirmation.form_number or "")),
        *(("abandoned", snapshot.token) for snapshot in confirmation.abandoned),
        *(("left_out", write_token(*table)) for table in confirmation.left_out),
    ]
