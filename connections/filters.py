"""Which filters does the list of connections have? Each is one field of the form."""

from collections.abc import Callable
from dataclasses import dataclass

from connections.processes import Process
from jobsite.pages.filter_form import DurationField, FilterForm, ListFilter, SearchField
from jobsite.pages.listed_field import IdsField
from jobsite.pages.mine import MineField
from jobsite.pages.restriction_field import RestrictionField
from jobsite.restrictions.columns import CONNECTIONS
from jobsite.restrictions.reading import Restriction

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
SEARCHED = {"user": "user", "host": "host", "schema": "db", "command": "command", "state": "state"}
"""The fields that search a column, which the server shows to everybody."""
LONGEST_FIRST = "-time"

STATEMENT = "INFO"
"""The column that some people may not read as it is."""


class ConnectionFilterForm(FilterForm):
    """The filters of connections. All connections are read for all viewers, so none is a condition of SQL."""

    # The server compares it (connections.restricted), so that it selects what dj.kill does.
    restriction = RestrictionField("where {}", CONNECTIONS, placeholder='TIME > 600 AND HOST LIKE "%compute%"')
    mine = MineField()
    id = IdsField("with the id {}", size=7)
    user = SearchField("of users containing “{}”", size=9)
    host = SearchField("from hosts containing “{}”", size=12)
    schema = SearchField("in schemas containing “{}”", size=9)
    command = SearchField("with commands containing “{}”", size=9)
    state = SearchField("in states containing “{}”", size=9)
    # Compared by connections.listing with what the person reads of each: searching must not tell what is hidden.
    statement = SearchField("whose statements contain “{}”", size=12)
    longer = DurationField("in their state for more than {}", label="Time longer than", size=6, placeholder="10m")


@dataclass(frozen=True)
class ConnectionFilter(ListFilter):
    """Which connections a person asks for."""

    name = "connection"
    everything = "All connections"
    form_class = ConnectionFilterForm
    sorts = SORTS
    usual_sort = LONGEST_FIRST

    @property
    def statement(self) -> str:
        """The text that statements are to contain, '' for all connections."""
        return self.texts.get("statement", "")

    @property
    def restriction(self) -> Restriction | None:
        """The restriction that connections are to meet, None for all connections."""
        return next((value for _, value in self._values() if isinstance(value, Restriction)), None)

    @property
    def passes_over(self) -> bool:
        """Say whether connections are passed over of whose statement the person does not read every letter."""
        return self.restriction is not None and STATEMENT in self.restriction.columns

    @property
    def picks(self) -> Callable[[Process], bool]:
        """The condition of all fields but statement and restriction, for one connection; misread, it picks none."""
        asked = {name: value for name, value in self._read.cleaned_data.items() if name in self.texts}
        ids, longer_s = asked.get("id"), asked.get("longer")
        terms = [(column, asked[name].lower()) for name, column in SEARCHED.items() if name in asked]

        def picks(row: Process) -> bool:
            return (
                (ids is None or row.id in ids)
                and (not self.is_mine or row.user in self.own_users)
                and (longer_s is None or (row.time_s is not None and row.time_s > longer_s))
                and all(term in (getattr(row, column) or "").lower() for column, term in terms)
            )

        return (lambda row: False) if self.problems else picks

    @property
    def order(self) -> tuple[str, bool]:
        """The column to sort by, and whether what is greatest comes first."""
        return SORTS[self.sort.removeprefix("-")], self.sort.startswith("-")
