"""Which filters does the page of errors have? Those of jobs that say whose they are and where; and kinds of failure."""

from dataclasses import dataclass, replace
from datetime import datetime

from django import forms

from jobs.listing.failures.kinds import Kind
from jobs.listing.filters import JobFilter, JobFilterForm, ago
from jobs.statuses import ERROR
from jobsite.durations import read_duration_s
from jobsite.pages.filter_form import FilterField, FilterForm, ListFilter
from jobsite.pages.time_field import written

ALL_KINDS = "all"
"""What the address calls the tab of all groups; that of failures needs no word."""
KINDS = {kind.value: kind for kind in Kind}
OF_THIS_PAGE = frozenset({"kind", "sort"})
"""Fields that say what is shown of the groups, and not of which jobs they are made."""
NEW_FIRST = "new"


def _check_kind(text: str) -> None:
    """Raise ValidationError with one sentence for a kind of failure that there is not."""
    if text not in (*KINDS, ALL_KINDS):
        raise forms.ValidationError(f"“{text}” is no kind of error: choose one of {', '.join([*KINDS, ALL_KINDS])}.")


class ErrorFilterForm(FilterForm):
    """The filters of errors: the conditions are those of jobs."""

    kind = FilterField(widget=forms.HiddenInput, validators=[_check_kind])
    restriction = JobFilterForm.base_fields["restriction"]
    mine = JobFilterForm.base_fields["mine"]
    schema = JobFilterForm.base_fields["schema"]
    table = JobFilterForm.base_fields["table"]
    user = JobFilterForm.base_fields["user"]
    host = JobFilterForm.base_fields["host"]
    newer = JobFilterForm.base_fields["newer"]


@dataclass(frozen=True)
class ErrorFilter(ListFilter):
    """Which groups of errors a person asks for."""

    name = "error"
    everything = "All errors"
    form_class = ErrorFilterForm
    sorts = {NEW_FIRST: ""}
    usual_sort = NEW_FIRST

    reads_stored: bool = False
    """Whether the person may read messages as they are stored."""

    @property
    def kind(self) -> Kind | None:
        """The kind of the chosen tab; None for all."""
        return KINDS.get(self.texts.get("kind", Kind.FAILED.value))

    @property
    def jobs(self) -> JobFilter:
        """The failed jobs that the groups are made of."""
        return replace(JobFilter.read(self._texts_of_jobs), reads_stored=self.reads_stored, own_users=self.own_users)

    def jobs_of(self, fingerprint: str, now: datetime, since: datetime | None = None, **words: str) -> JobFilter:
        """Return the filter of the list for the jobs of one group, those later than `since`; `words` narrow it further.

        '' stands for those of all groups.

        The groups were read at `now`: the list counts an age from then too, however much later it is looked at.
        """
        texts = {**self._texts_of_jobs, **({"group": fingerprint} if fingerprint else {}), **words}
        bounds = [ago(read_duration_s(texts.pop("newer")), now)] if "newer" in texts else []
        if bounds := [*bounds, *([since] if since else [])]:
            texts["since"] = written(max(bounds))
        return JobFilter.read(texts)

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything narrows the jobs of which the groups are made."""
        return bool(self.texts.keys() - OF_THIS_PAGE or self.misread)

    @property
    def in_words(self) -> str:
        """The filter as a sentence."""
        return self.jobs.in_words

    def with_kind(self, kind: str) -> "ErrorFilter":
        """Return the same filter on another tab, by its word in the address; '' for that of failures."""
        texts = {**self.texts, "kind": kind}
        return replace(self, texts={name: text for name, text in texts.items() if text})

    @property
    def _texts_of_jobs(self) -> dict[str, str]:
        asked = {name: text for name, text in self.texts.items() if name not in OF_THIS_PAGE}
        return {**asked, "status": ERROR}
