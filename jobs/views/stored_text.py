"""A job's message and traceback as they are stored, for those who may act on it: recorded before they are shown."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from jobs.actions.clear import CLEAR
from jobs.layouts.reading import Reading
from jobs.listing.rows import read_job
from jobs.tracebacks.parsing import read_stack_blob, without_middle
from jobsite.activity.record import RecordError, record_look
from jobsite.pages.http import page_or_fragment

VERB = "show stored text"
"""What the record calls it."""


@require_POST
def stored_text(request: HttpRequest, schema: str, table_name: str, key_hash: str) -> HttpResponse:
    """Show what is stored of a job, with the passwords and tokens that its page masks."""
    CLEAR.check(request.user)
    found = read_job(Reading.begin(), schema, table_name, key_hash)
    if found is None:
        return _to_job(schema, table_name, key_hash)
    try:
        record_look(request.user.get_username(), VERB, f"{schema}.{found} ({key_hash})")
    except RecordError as error:
        messages.warning(request, str(error))
        return _to_job(schema, table_name, key_hash)
    stack = read_stack_blob(found.error_stack).text
    context = {"job": found, "stack_text": without_middle(stack)[0]}
    response = page_or_fragment(request, "jobs/stored_text.html", "jobs/stored_text.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _to_job(schema: str, table_name: str, key_hash: str) -> HttpResponse:
    return HttpResponseRedirect(
        reverse("jobs:job_detail", args=(schema, table_name, key_hash)), status=HTTPStatus.SEE_OTHER
    )
