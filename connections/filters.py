"""Which filters does the list of connections have? Each is one field of the form."""

from dataclasses import dataclass

from django.db.models import Q

from jobsite.pages.filter_form import DurationField, FilterForm, ListFilter, SearchField

SORTS = {
    "id": "id",
    "user": "user",
    "host": "host",
    "schema": "db",
    "command": "command",
    "time": "time_s",
    "state": "state",
    "statement": "info",
}
LONGEST_FIRST = "-time"


class ConnectionFilterForm(FilterForm):
    """The filters of connections."""

    user = SearchField("of users containing “{}”", "user", size=9)
    host = SearchField("from hosts containing “{}”", "host", size=12)
    schema = SearchField("in schemas containing “{}”", "db", size=9)
    command = SearchField("with commands containing “{}”", "command", size=9)
    longer = DurationField(
        "in their state for more than {}",
        lambda time_s, now: Q(time_s__gt=time_s),
        label="Time longer than",
        size=6,
        placeholder="10m",
    )


@dataclass(frozen=True)
class ConnectionFilter(ListFilter):
    """Which connections a person asks for."""

    name = "connection"
    everything = "All connections"
    form_class = ConnectionFilterForm
    sorts = SORTS
    usual_sort = LONGEST_FIRST
