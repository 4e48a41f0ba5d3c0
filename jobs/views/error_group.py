"""The page of one group of errors: why its jobs are one problem, what they share, and what was done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jobs.actions.clear import CLEAR
from jobs.actions.offered import Offer, offer, on_tab
from jobs.error_groups.acts import JobKey, acts_on
from jobs.error_groups.comparing.answer import Sharing
from jobs.error_groups.comparing.reading import known_sharing, shared_sharing
from jobs.error_groups.filters import ErrorFilter
from jobs.error_groups.groups import ErrorGroup, ErrorGroups
from jobs.error_groups.reading import shared_groups
from jobs.layouts.reading import Reading
from jobs.listing.filters import JobFilter
from jobs.listing.page_start import FIRST
from jobs.listing.rows import read_job
from jobs.listing.shared import second_of, shared_page, with_found_keys
from jobs.models import Job
from jobs.statuses import ERROR
from jobs.tracebacks.variants import variants
from jobs.views.error_list import known_groups
from jobs.views.error_rows import ErrorRow
from jobs.views.error_summary import Neighbours
from jobs.views.job_detail import LOOK, what_went_wrong
from jobs.views.job_filter import job_filter
from jobsite.lab.parts import Parts
from jobsite.lab.server import ConnectedThreads
from jobsite.lab.shared_reads import looking
from jobsite.pages.frames import gets_frame
from jobsite.pages.http import CANNOT_LOOK
from jobsite.pages.paging import AskedPage
from jobsite.pages.query_string import without

ITS_JOBS, TRACEBACK = "The jobs of this group", "The traceback"
SHARED = "What failing keys share"
JOBS_SHOWN = 8
VARIANTS_SHOWN = 5


@dataclass(frozen=True)
class ItsJobs:
    """The newest jobs of a group: as many as a page of the list has."""

    newest: Sequence[Job] = ()
    is_whole: bool = False
    """Whether these are all."""

    @property
    def keys(self) -> frozenset[JobKey]:
        """The jobs by their names."""
        return frozenset((job.schema, job.table_name, job.key_hash) for job in self.newest)


@dataclass(frozen=True)
class Asked:
    """A group that the address names, all groups among which it stands, and what was read of the server on the way."""

    fingerprint: str
    groups: ErrorGroups
    reading: Reading
    threads: ConnectedThreads
    parts: Parts

    @property
    def group(self) -> ErrorGroup | None:
        """The group, or None where no failed job that was looked at has this fingerprint."""
        return self.groups.named(self.fingerprint)

    @property
    def now(self) -> datetime:
        """The second of the server's clock that it was asked for."""
        return second_of(self.threads)


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def error_group(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Show one group: its traceback, its jobs, and what can be done to all of them."""
    asked = _look(request, fingerprint)
    context = {"fingerprint": fingerprint, "query": without(request.GET), "reading": asked.reading}
    if asked.group is None:
        status = CANNOT_LOOK if asked.reading.misses() else HTTPStatus.NOT_FOUND
        return render(request, "jobs/no_error_group.html", context | {"groups": asked.groups}, status=status)
    context |= _detail(request, asked, asked.group) | _sharing(
        request, asked, asked.group, waits=not gets_frame(request)
    )
    return render(request, "jobs/error_group.html", context | {"parts": asked.parts})


@require_safe
@permission_required(LOOK, raise_exception=True)
@looking()
def error_sharing(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Show what the failed keys of a group share: the part of its page that comes after the others."""
    asked = _look(request, fingerprint)
    if asked.group is None:
        raise Http404
    context = {"fingerprint": fingerprint, **_sharing(request, asked, asked.group, waits=True)}
    return render(request, "jobs/_sharing.html", context)


def _sharing(request: HttpRequest, asked: Asked, group: ErrorGroup, *, waits: bool) -> dict[str, Any]:
    """Return what failed keys share; without `waits`, only where somebody has looked for it a moment ago."""
    chosen, parts = _its_filter(request, asked, group), Parts()
    known = known_sharing(chosen, group.count)
    if known or not waits:
        return {"sharing": known, "sharing_follows": not known}

    def read() -> Sharing:
        found = with_found_keys(chosen, asked.reading, asked.now)
        return shared_sharing(found, group.count, asked.reading, asked.now)

    return {"sharing": parts.read(SHARED, read, None), "sharing_late": parts.notices}


def _its_filter(request: HttpRequest, asked: Asked, group: ErrorGroup) -> JobFilter:
    return job_filter(QueryDict(ErrorFilter().jobs_of(group.fingerprint, asked.now).query), request.user)


def _look(request: HttpRequest, fingerprint: str) -> Asked:
    reading, parts = Reading.begin(), Parts()
    threads = parts.read_connected()
    failed = job_filter(QueryDict(f"status={ERROR}"), request.user)
    groups = known_groups(shared_groups(failed, reading, second_of(threads)), reading, parts, request)
    return Asked(fingerprint, groups, reading, threads, parts)


def _detail(request: HttpRequest, asked: Asked, group: ErrorGroup) -> dict[str, Any]:
    """Return what the page shows of a group."""
    chosen = _its_filter(request, asked, group)
    jobs = asked.parts.read(ITS_JOBS, lambda: _its_jobs(asked, chosen), ItsJobs())
    return {
        "group": group,
        "row": ErrorRow(group, ErrorFilter(), asked.groups.now),
        "chosen": chosen,
        "offer": _offer(request, asked, group),
        "as_of": asked.groups.now,
        "now": asked.now,
        "neighbours": Neighbours.of(group, asked.groups),
        "jobs": jobs.newest[:JOBS_SHOWN],
        "looked_at": len(jobs.newest),
        "variants": variants(group.signature, [job.message for job in jobs.newest])[:VARIANTS_SHOWN],
        "acts": acts_on(group.fingerprint, jobs.keys, is_whole=jobs.is_whole),
        "at_least": not asked.groups.is_whole or asked.reading.misses(),
        "part": 2,  # the level of its headings
        **asked.parts.read(TRACEBACK, lambda: _traceback(request, asked, group), {}),
    }


def _its_jobs(asked: Asked, chosen: JobFilter) -> ItsJobs:
    found = with_found_keys(chosen, asked.reading, asked.now)
    page = shared_page(found, AskedPage(), FIRST, asked.reading, asked.threads).answer.page
    return ItsJobs(page.rows, page.is_whole)


def _traceback(request: HttpRequest, asked: Asked, group: ErrorGroup) -> dict[str, Any]:
    """Return the traceback of the newest job; {} when its row is gone by now."""
    job = read_job(asked.reading, *group.newest)
    if job is None:
        return {}
    return {"job": job, "may_see_all": CLEAR.is_allowed(request.user), **what_went_wrong(job)}


def _offer(request: HttpRequest, asked: Asked, group: ErrorGroup) -> Offer:
    layouts = [
        layout for schema in {table.schema for table in group.tables} for layout in asked.reading.layouts_in(schema)
    ]
    return offer(on_tab(ERROR), request.user, layouts, asked.threads.server)
