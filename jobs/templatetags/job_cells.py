"""What the templates of jobs ask of a job."""

from django import template
from django.urls import reverse

from jobs.formats.table_name import class_name
from jobs.models import Job
from jobs.snapshots import JobSnapshot
from jobsite.pages.paths import write_names

register = template.Library()
register.filter(class_name)


@register.filter
def token(job: Job) -> str:
    """Return what a form sends back for this job: the row as it was shown."""
    return JobSnapshot.of(job).token


@register.filter
def names(job: Job) -> str:
    """Return what names the job in an address: `?open=` of the list, and what its own page has in its path."""
    return write_names(job.schema, job.table_name, job.key_hash)


@register.filter
def address(job: Job) -> str:
    """Return the URL of the job's own page."""
    return reverse("jobs:job_detail", args=(job.schema, job.table_name, job.key_hash))
