"""The list of jobs as a file: all that match its filter, in its order."""

from dataclasses import replace

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from jobs.actions.clear import CLEAR
from jobs.listing.exported import export_jobs
from jobs.listing.filters import JobFilter
from jobs.views.job_detail import LOOK
from jobsite.pages.exporting import AskedExport, export_response

STACK = "stack"
"""The word of the address that asks for stacks, too."""


@require_GET
@permission_required(LOOK, raise_exception=True)
def job_export(request: HttpRequest) -> HttpResponseBase:
    """Send the jobs that match the filter of the URL; passwords and tokens are masked for everybody, as in the list."""
    asked = AskedExport.read(request.GET, [STACK])
    chosen = replace(JobFilter.read(asked.query), reads_stored=CLEAR.is_allowed(request.user))
    if chosen.problems:
        raise BadRequest(" ".join(chosen.problems))
    with_stack = STACK in asked.options
    return export_response(request, asked.form, lambda: export_jobs(chosen, with_stack=with_stack).listing)
