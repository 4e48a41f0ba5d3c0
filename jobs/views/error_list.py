"""The page of errors: which problems there are, by groups of failed jobs.

A browser that runs scripts gets the frame of the page at once, then the groups. Without scripts, one page has it all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobs.actions.clear import CLEAR
from jobs.actions.offered import offer, on_tab
from jobs.error_groups.filters import ALL_KINDS, ErrorFilter
from jobs.error_groups.groups import ErrorGroup, ErrorGroups
from jobs.error_groups.reading import known_groups_of, shared_groups
from jobs.layouts.reading import Reading
from jobs.listing.failures.kinds import Kind
from jobs.listing.failures.shared import ReadFailures
from jobs.listing.shared import second_of, shared_tables, with_found_keys
from jobs.listing.values import known_values
from jobs.statuses import ERROR
from jobs.views.error_rows import ErrorRow
from jobs.views.error_summary import in_order, summary_of
from jobs.views.job_detail import LOOK
from jobs.views.job_list import TABLES, TABLES_OFFERED, VALUES
from jobs.views.left_behind import left_behind
from jobsite.accounts.database_users import as_read_by
from jobsite.accounts.on_lists import of_reader
from jobsite.accounts.visits import last_visit
from jobsite.durations import say_duration
from jobsite.lab.parts import Parts
from jobsite.lab.server import Server
from jobsite.lab.shared_answers import Shared
from jobsite.lab.shared_reads import looking
from jobsite.pages.completing import NONE_KNOWN, AskedCompletion, KnownValues, completions
from jobsite.pages.filter_form import FilterForm
from jobsite.pages.frames import forget_scripts, gets_frame, not_modified, version_of, with_version
from jobsite.pages.http import page_or_fragment, wants_fragment
from jobsite.pages.mine import to_account
from jobsite.pages.mistakes import told_below_the_box
from jobsite.pages.paging import PAGE_WORDS, AskedPage, Page, page_of
from jobsite.pages.query_string import without
from jobsite.restrictions.columns import JOBS, Column
from jobsite.restrictions.completing import place_in

RESERVED_JOBS = "The reserved jobs"
VIEW = "errors:error_list"
PAGE, FRAGMENT = "jobs/error_list.html", "jobs/_error_list.html"


@dataclass(frozen=True)
class Tab:
    """A tab of the page: a kind of failure, or all."""

    kind: Kind | None
    word: str
    meaning: str
    """What stands beside the tabs while it is chosen, in a sentence."""

    @property
    def name(self) -> str:
        """What the address calls it."""
        return self.kind.value if self.kind else ALL_KINDS


TABS = (
    Tab(Kind.FAILED, "Failures", "Their make raised an error of its own."),
    Tab(Kind.INTERRUPTED, "Interrupted", "Stopped from outside while they computed: it tells nothing of the data."),
    Tab(Kind.TRANSIENT, "Transient", "The server or the disk, not the data: a lost connection, a deadlock, no room."),
    Tab(None, "All", "Every failed job."),
)


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def error_list(request: HttpRequest) -> HttpResponse:
    """Show the groups of failed jobs that match the filter of the URL."""
    chosen = error_filter(request)
    if answer := to_account(request, chosen) or told_below_the_box(request, chosen):
        return answer
    if gets_frame(request):
        return render(request, PAGE, _base(request, chosen) | {"is_frame": True, "form": chosen.form()})
    reading, parts = Reading.begin(), Parts()
    threads = parts.read_connected()
    found = None if chosen.problems else _read(chosen, reading, second_of(threads))
    version = version_of(request, chosen.own_users, numbers=[found.number] if found else [])
    if unchanged := not_modified(request, version):
        return unchanged
    context = _context(request, chosen, found, reading, parts) | {"server": threads.server, "version": version}
    if found:
        context |= _acts(request, chosen, found.answer.failures.now, reading, threads.server)
    if found and chosen.kind is Kind.INTERRUPTED:
        context["left_behind"] = parts.read(RESERVED_JOBS, lambda: left_behind(chosen.jobs, reading, threads), None)
    if not wants_fragment(request):
        context["form"] = _form(chosen, reading, parts)
    response = with_version(page_or_fragment(request, PAGE, FRAGMENT, context), version)
    return forget_scripts(request, response)


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def error_completions(request: HttpRequest) -> HttpResponse:
    """Show what may follow in the box of the restriction, for who is writing in it."""
    written = AskedCompletion.read(request.GET)
    place = place_in(written.text, written.at, JOBS)

    def known(column: Column) -> KnownValues:
        reading, parts, jobs = Reading.begin(), Parts(), error_filter(request, written.others).jobs
        now = second_of(parts.read_connected())
        return parts.read(VALUES, lambda: known_values(jobs, reading, now, column.name), NONE_KNOWN)

    return completions(request, error_filter(request, written.query), place, known)


def error_filter(request: HttpRequest, query: QueryDict | None = None) -> ErrorFilter:
    """Return the filter of the address or of another query, as the person who asks may read messages."""
    chosen = ErrorFilter.read(request.GET if query is None else query)
    return as_read_by(request.user, replace(chosen, reads_stored=CLEAR.is_allowed(request.user)))


def _read(chosen: ErrorFilter, reading: Reading, now: datetime) -> Shared[ReadFailures]:
    return shared_groups(with_found_keys(chosen.jobs, reading, now), reading, now)


def known_groups(found: Shared[ReadFailures], reading: Reading, parts: Parts, request: HttpRequest) -> ErrorGroups:
    """Return groups with what is known of them beside their jobs; without, where that cannot be read in time."""
    reads_stored = CLEAR.is_allowed(request.user)
    return known_groups_of(found.answer, reading, parts, last_visit(request.user), reads_stored=reads_stored)


def _context(
    request: HttpRequest, chosen: ErrorFilter, found: Shared[ReadFailures] | None, reading: Reading, parts: Parts
) -> dict[str, Any]:
    """Return what the page and its fragment show of the groups."""
    asked = AskedPage.read(request.GET)
    context = _base(request, chosen) | {"reading": reading, "parts": parts, "asked": asked, "page": Page()}
    if found is None:
        return context
    groups = known_groups(found, reading, parts, request)
    at_least = reading.misses(chosen.jobs.schema) or not groups.is_whole
    shown = [group for group in in_order(groups.groups) if chosen.kind in (None, group.kind)]
    page = page_of(shown, asked)
    return (
        context
        | _tabs(chosen, groups.groups)
        | {
            "groups": groups,
            "at_least": at_least,
            "summary": summary_of(groups, at_least=at_least),
            "page": page,
            "rows": [ErrorRow(group, chosen, groups.now) for group in page.rows],
            "as_of": groups.now,
            "old": say_duration(found.age_s) if found.is_old else "",
            "age_s": round(found.age_s),
        }
    )


def _acts(request: HttpRequest, chosen: ErrorFilter, now: datetime, reading: Reading, server: Server) -> dict[str, Any]:
    """Return what can be done to the jobs of groups that were read at `now`, and which jobs these are."""
    layouts = reading.layouts_in(chosen.jobs.schema)
    return {"offer": offer(on_tab(ERROR), request.user, layouts, server), "failed": chosen.jobs_of("", now)}


def _tabs(chosen: ErrorFilter, groups: Sequence[ErrorGroup] | None = None) -> dict[str, Any]:
    """Return the tabs; without groups, without numbers."""
    tabs = [
        {
            "tab": tab,
            "is_chosen": tab.kind is chosen.kind,
            "query": chosen.with_kind("" if tab is TABS[0] else tab.name).query,
            "numbers": None if groups is None else _numbers(tab, groups),
        }
        for tab in TABS
    ]
    return {"tabs": tabs}


def _numbers(tab: Tab, groups: Sequence[ErrorGroup]) -> tuple[int, int]:
    """Return how many jobs and how many groups a tab has."""
    of_kind = [group for group in groups if tab.kind in (None, group.kind)]
    return sum(group.count for group in of_kind), len(of_kind)


def _form(chosen: ErrorFilter, reading: Reading, parts: Parts) -> FilterForm:
    """Return the filter's form with all that there is to choose from."""
    tables = parts.read(TABLES, lambda: shared_tables(reading, chosen.jobs.schema), [])
    return chosen.form(schema=reading.all_schemas, table=tables[:TABLES_OFFERED])


def _base(request: HttpRequest, chosen: ErrorFilter) -> dict[str, Any]:
    """Return what the page shows before anything is read."""
    return {
        **_tabs(chosen),
        **of_reader(request.user, chosen, VIEW),
        "chosen": chosen,
        "query": without(request.GET, *PAGE_WORDS),
        "is_fragment": wants_fragment(request),
        "choices_url": reverse("jobs:job_choices"),
        "completions_url": reverse("errors:error_completions"),
    }
