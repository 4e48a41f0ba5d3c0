"""The list of jobs as a file: all that match its filter, in its order."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from jobs.listing.exported import export_jobs
from jobs.views.job_detail import LOOK
from jobs.views.job_filter import job_filter
from jobsite.pages.exporting import AskedExport, export_response

STACK = "stack"
"""The word of the address that asks for stacks, too."""


@require_GET
@permission_required(LOOK, raise_exception=True)
def job_export(request: HttpRequest) -> HttpResponseBase:
    """Send the jobs that match the filter of the URL; passwords and tokens are masked for everybody, as in the list."""
    asked = AskedExport.read(request.GET, [STACK])
    chosen = job_filter(asked.query, request.user)
    if chosen.problems:
        raise BadRequest(" ".join(chosen.problems))
    with_stack = STACK in asked.options
    return export_response(request, asked.form, lambda: export_jobs(chosen, with_stack=with_stack).listing)
