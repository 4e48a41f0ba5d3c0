"""Which filters does the list of jobs have? Each is one field of the form."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import cached_property

from django import forms
from django.db.models import F, Q
from django.db.models.lookups import Exact, IRegex

from jobs.formats.table_name import class_name
from jobs.formats.wanted_key import WantedKey
from jobs.listing.failures.group_rows import GroupRows, rows_named
from jobs.listing.named_jobs import A_FINGERPRINT, GroupsField, HashesField, KeyField
from jobs.listing.owners import of_users
from jobs.listing.restricting import Meaning, read_meaning
from jobs.statuses import STATUSES
from jobsite.lab.columns import AsBytes, InOneCollation
from jobsite.lab.restricted import passing_over, restricted_to
from jobsite.masking.hints import HINTS
from jobsite.pages.filter_form import (
    DurationField,
    FilterField,
    FilterForm,
    ListFilter,
    NameField,
    SearchField,
)
from jobsite.pages.listed_field import IdsField
from jobsite.pages.mine import MineField
from jobsite.pages.restriction_field import RestrictionField
from jobsite.pages.time_field import LastTimeField, TimeField
from jobsite.restrictions.columns import JOBS
from jobsite.restrictions.reading import Restriction

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
JUMPS = {"age": "2026-11-26 or 3 d", "connection": "an id"}
"""What a person may go to in a list sorted by this word; in any other, to a text."""
JUMP_TO_TEXT = "a letter or more"
FIRST = datetime.min.replace(tzinfo=timezone.utc)

SUBJECTS = {"error": "Failed jobs", "reserved": "Reserved jobs", "ignore": "Ignored jobs"}


EXAMPLE = 'error_message LIKE "%CUDA%" AND timestamp > NOW() - INTERVAL 2 HOUR'

ALSO = "a key. Days and times of day in it are those of the lab’s server, as in DataJoint"

ONE_KEY = "Write a key once: as a restriction, or in the box for keys."


def _check_status(text: str) -> None:
    """Raise ValidationError with one sentence for a status that no job can have."""
    if text not in STATUSES:
        raise forms.ValidationError(f"“{text}” is not a status of a job: choose one of {', '.join(STATUSES)}.")


def ago(age_s: int, now: datetime) -> datetime:
    """Return the time `age_s` before `now`, which a form may put at the beginning of the calendar."""
    return now - min(timedelta(seconds=age_s), now - FIRST)


class JobFilterForm(FilterForm):
    """The filters of jobs. Status, schema and table have no condition: their jobs are counted apart."""

    # JobFilter says it, after all other fields.
    restriction = RestrictionField("", JOBS, read_meaning, also=ALSO, placeholder=EXAMPLE)
    status = FilterField(widget=forms.HiddenInput, validators=[_check_status])
    mine = MineField(of_users)
    schema = NameField("in schema {}")
    table = NameField("of table {}", shown=class_name)
    message = SearchField("with a message containing “{}”", "error_message", placeholder="contains…")
    key = KeyField("with the key {}", placeholder="subject_id=3")
    user = SearchField("of users containing “{}”", "user", size=9)
    host = SearchField("on hosts containing “{}”", "host", size=9)
    newer = DurationField(
        "from the last {}",
        lambda age_s, now: Q(timestamp__gt=ago(age_s, now)),
        label="Newer than",
        size=5,
        placeholder="24h",
    )
    older = DurationField(
        "older than {}",
        lambda age_s, now: Q(timestamp__lt=ago(age_s, now)),
        label="Older than",
        size=5,
        placeholder="15m",
    )
    # What a number of another page counted: a length of time would go on with the clock.
    since = TimeField("later than {}", lambda when: Q(timestamp__gt=when), label="Later than", is_rare=True)
    until = LastTimeField("until {}", lambda when: Q(timestamp__lte=when), is_rare=True)
    key_hash = HashesField("with the key_hash {}", size=32, is_rare=True)
    pid = IdsField("of the process {}", "pid", "number of a process", label="PID", size=9, is_rare=True)
    connection = IdsField("over the connection {}", "connection_id", size=12, is_rare=True)
    group = GroupsField("of the {}", size=16, placeholder=A_FINGERPRINT, is_rare=True)


@dataclass(frozen=True)
class AskedJobs(ListFilter):
    """What a person asks for, as the fields are read."""

    name = "job"
    everything = "All jobs"
    form_class = JobFilterForm
    sorts = SORTS
    usual_sort = NEWEST_FIRST
    other_words = ListFilter.other_words | {"open", "from"}

    @property
    def problems(self) -> tuple[str, ...]:
        """What cannot be read, in sentences; nothing is listed then."""
        both = self._meaning.key is not None and "key" in self.texts
        return (*super().problems, *((ONE_KEY,) if both else ()))

    @cached_property
    def _meaning(self) -> Meaning:
        return next((value for _, value in self._values() if isinstance(value, Meaning)), Meaning())

    @property
    def restriction(self) -> Restriction | None:
        """The condition on columns that jobs are to meet, as DataJoint's users write one; None for all jobs."""
        return self._meaning.restriction

    @property
    def names_jobs(self) -> bool:
        """Say whether it asks for jobs that jobs.listing.keys has to look for, and lists none but those it found."""
        return self.wanted_key is not None or self.hashes is not None

    @property
    def groups(self) -> tuple[str, ...] | None:
        """The fingerprints of the groups of which jobs have to be of one; None for any."""
        asked = (value for found, value in self._values() if isinstance(found, GroupsField))
        return next((tuple(dict.fromkeys(value)) for value in asked), None)

    @property
    def hashes(self) -> frozenset[str] | None:
        """The hashes that a job may have; None for any."""
        asked = [frozenset(value) for found, value in self._values() if isinstance(found, HashesField)]
        if (key := self.wanted_key) and key.key_hash:
            asked.append(frozenset({key.key_hash}))
        return frozenset.intersection(*asked) if asked else None

    @property
    def wanted_key(self) -> WantedKey | None:
        """The key that is looked for, in its own box or as a restriction."""
        return next((value for _, value in self._values() if isinstance(value, WantedKey)), self._meaning.key)

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

    @property
    def subject(self) -> str:
        """What the sentence begins with: the jobs of the chosen tab."""
        return SUBJECTS.get(self.status, self.everything)


@dataclass(frozen=True)
class JobFilter(AskedJobs):
    """Which jobs a person asks for."""

    reads_stored: bool = False
    """Whether the person may read messages as they are stored."""
    found: tuple[tuple[str, str, str], ...] = ()
    """Schema, table and key_hash of the jobs that have the wanted key, once jobs.listing.keys has looked for them."""
    not_found: str = ""
    """Why not all jobs with the key, or of the groups, were found, in sentences."""
    group_rows: GroupRows = GroupRows()  # noqa: RUF009  it is frozen
    """Which rows the groups are, once jobs.listing.failures.finding has looked for it."""
    converts_times: bool = True
    """What Server.converts_times says of the times in the restriction; True is right of every server."""

    def condition_in(self, schema: str, now: datetime) -> Q:
        """Return the condition on the jobs of one schema: that of all fields, the key and the group among them."""
        wanted = self.condition(now)
        if self.names_jobs:
            wanted &= rows_named((name, key_hash) for of, name, key_hash in self.found if of == schema)
        return wanted & self.group_rows.condition_in(schema) if self.groups is not None else wanted

    def condition(self, now: datetime) -> Q:
        """Return the condition of all fields but the key and the group.

        A search finds no message that may hold what the person does not see. A restriction is not even evaluated for
        its row: where it fails, or takes its time, that would tell of the message.
        """
        wanted, hidden = super().condition(now), Q(IRegex(InOneCollation(F("error_message")), HINTS))
        if not self.restriction:
            return wanted & ~hidden if self.passes_over else wanted
        restricted = restricted_to(self.restriction, {}, converts_times=self.converts_times)
        return wanted & (passing_over(hidden, restricted) if self.passes_over else restricted)

    @property
    def of_table(self) -> Q:
        """The condition that a job is of the chosen table: `=` goes along the index, but takes `A` for `a`."""
        if not self.table:
            return Q()
        return Q(table_name=self.table) & Q(Exact(AsBytes(F("table_name")), self.table.encode()))

    @property
    def sort(self) -> str:
        """The word the list is sorted by: for who does not read messages as they are stored, not by them."""
        return self.usual_sort if self.cannot_sort else super().sort

    @property
    def jump(self) -> str:
        """What a person may go to in this order: an example for the box."""
        return JUMPS.get(self.sort.removeprefix("-"), JUMP_TO_TEXT)

    @property
    def cannot_sort(self) -> bool:
        """Say whether the list was to be sorted by messages: their order would tell what is masked."""
        return super().sort.endswith("message") and not self.reads_stored

    @property
    def passes_over(self) -> bool:
        """Say whether jobs are passed over whose message may hold a secret: searching would tell it bit by bit."""
        searched = {*self.texts, *(self.restriction.columns if self.restriction else ())}
        return bool(searched & {"message", "error_message"}) and not self.reads_stored

    @property
    def looks_into_rows(self) -> bool:
        """Say whether it asks for more than an index may hold: status, table and age."""
        fields = {"restriction", "mine", "message", "key", "user", "host", "key_hash", "pid", "connection", "group"}
        return bool(self.texts.keys() & fields)

    @property
    def in_words(self) -> str:
        """The filter as a sentence, the restriction as it was understood."""
        said = super().in_words
        return f"{said.removesuffix('.')} {self._meaning}." if any(self._meaning) else said

    @property
    def differs_by_schema(self) -> bool:
        """Say whether its condition is another one for each schema."""
        return self.names_jobs or self.groups is not None

    def named_in(self, schema: str) -> Hashable:
        """Return which jobs of a schema it names, by keys and by groups: where these are the same, its condition is."""
        by_keys = frozenset((name, key_hash) for of, name, key_hash in self.found if of == schema)
        return by_keys, self.group_rows.named_in(schema)

    @property
    def schemas_found(self) -> frozenset[str]:
        """The schemas that may have such jobs, where its condition differs by schema."""
        found = [frozenset(schema for schema, *_ in self.found)] if self.names_jobs else []
        return frozenset.intersection(*found, *([self.group_rows.schemas] if self.groups is not None else []))

    def with_status(self, status: str) -> "JobFilter":
        """Return the same filter on another tab."""
        texts = {**self.texts, "status": status}
        return replace(self, texts={name: text for name, text in texts.items() if text})
