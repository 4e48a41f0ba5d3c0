"""Which filters does the list of jobs have? Each is one field of the form."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from django import forms
from django.db.models import Q

from jobs.formats.table_name import class_name
from jobs.statuses import STATUSES
from jobsite.pages.filter_form import DurationField, FilterField, FilterForm, ListFilter, NameField, contains

SORTS = {
    "status": "status",
    "table": "table_name",
    "schema": "schema",
    "message": "error_message",
    "user": "user",
    "host": "host",
    "connection": "connection_id",
    "age": "timestamp",
}
NEWEST_FIRST = "age"
FIRST = datetime.min.replace(tzinfo=timezone.utc)

SUBJECTS = {"error": "Failed jobs", "reserved": "Reserved jobs", "ignore": "Ignored jobs"}


def _check_status(text: str) -> None:
    """Raise ValidationError with one sentence for a status that no job can have."""
    if text not in STATUSES:
        raise forms.ValidationError(f"“{text}” is not a status of a job: choose one of {', '.join(STATUSES)}.")


def _ago(age_s: int, now: datetime) -> datetime:
    """Return the time `age_s` before `now`, which a form may put at the beginning of the calendar."""
    return now - min(timedelta(seconds=age_s), now - FIRST)


class JobFilterForm(FilterForm):
    """The filters of jobs. Status, schema and table have no condition: their jobs are counted apart."""

    status = FilterField(widget=forms.HiddenInput, validators=[_check_status])
    schema = NameField("in schema {}")
    table = NameField("of table {}", shown=class_name)
    message = FilterField("with a message containing “{}”", contains("error_message"), placeholder="contains…")
    user = FilterField("of users containing “{}”", contains("user"), size=9)
    host = FilterField("on hosts containing “{}”", contains("host"), size=9)
    newer = DurationField(
        "from the last {}",
        lambda age_s, now: Q(timestamp__gt=_ago(age_s, now)),
        label="Newer than",
        size=5,
        placeholder="24h",
    )
    older = DurationField(
        "older than {}",
        lambda age_s, now: Q(timestamp__lt=_ago(age_s, now)),
        label="Older than",
        size=5,
        placeholder="15m",
    )


@dataclass(frozen=True)
class JobFilter(ListFilter):
    """Which jobs a person asks for."""

    name = "job"
    everything = "All jobs"
    form_class = JobFilterForm
    sorts = SORTS
    usual_sort = NEWEST_FIRST

    @property
    def status(self) -> str:
        """The status of the chosen tab, '' for all."""
        return self.texts.get("status", "")

    @property
    def schema(self) -> str:
        """The schema that is listed, '' for all."""
        return self.texts.get("schema", "")

    @property
    def table(self) -> str:
        """The table that is listed, as it is called on the server, '' for all."""
        return self.texts.get("table", "")

    def with_status(self, status: str) -> "JobFilter":
        """Return the same filter on another tab."""
        return JobFilter.read({**self.texts, "status": status})

    @property
    def subject(self) -> str:
        """What the sentence begins with: the jobs of the chosen tab."""
        return SUBJECTS.get(self.status, self.everything)
