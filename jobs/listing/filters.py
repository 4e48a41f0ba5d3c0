"""The query string <-> a frozen filter of jobs, which can say itself in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jobs.formats.table_name import class_name
from jobs.statuses import STATUSES
from jobsite.durations import read_span_s, say_exactly
from jobsite.pages.query_string import as_query, attempt, sort_of, term

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
"""What a list of jobs can be sorted by: the word in the URL and the column."""

NEWEST_FIRST = "age"


@dataclass(frozen=True)
class JobFilter:
    """Which jobs a person asks for. Empty fields ask for nothing; `problems` are sentences about bad input."""

    status: str = ""
    schema: str = ""
    table: str = ""
    user: str = ""
    host: str = ""
    message: str = ""
    newer: str = ""
    older: str = ""
    sort: str = NEWEST_FIRST
    newer_s: int | None = None
    older_s: int | None = None
    problems: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "JobFilter":
        """Return the filter a query string asks for. What cannot be read is said in `problems`, never passed over."""
        newer, newer_problem = attempt(read_span_s, term(query, "newer"))
        older, older_problem = attempt(read_span_s, term(query, "older"))
        status = term(query, "status")
        unknown = f"“{status}” is no status of a job: choose one of {', '.join(STATUSES)}."
        return cls(
            status=status,
            # Names are compared exactly and may hold blanks at either end.
            schema=query.get("schema", "").replace("\x00", ""),
            table=query.get("table", "").replace("\x00", ""),
            **{name: term(query, name) for name in ("user", "host", "message", "newer", "older")},
            sort=sort_of(query, SORTS, NEWEST_FIRST),
            newer_s=newer,
            older_s=older,
            problems=tuple(
                filter(None, (newer_problem, older_problem, unknown if status not in ("", *STATUSES) else ""))
            ),
        )

    @property
    def asked(self) -> dict[str, str]:
        """What narrows the list, as it stands in the URL; without the status, which has its tabs."""
        names = ("schema", "table", "user", "host", "message", "newer", "older")
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def query(self) -> str:
        """The filter as a query string: the same filter comes of reading it."""
        sort = "" if self.sort == NEWEST_FIRST else self.sort
        return as_query({"status": self.status, **self.asked, "sort": sort})

    def with_status(self, status: str) -> "JobFilter":
        """Return the same filter on another tab."""
        return replace(self, status=status)

    @property
    def in_words(self) -> str:
        """The filter as a sentence."""
        subject = {"error": "Jobs that failed", "reserved": "Reserved jobs", "ignore": "Ignored jobs"}.get(
            self.status, "All jobs"
        )
        return " ".join([subject, *self._clauses()]) + "."

    def _clauses(self) -> list[str]:
        where = class_name(self.table) if self.table else ""
        said = [
            (where, f"of {where}"),
            (self.schema, f"in {self.schema}"),
            (self.user, f"by a user like “{self.user}”"),
            (self.host, f"on a host like “{self.host}”"),
            (self.message, f"whose message contains “{self.message}”"),
            (self.newer_s is not None, f"newer than {say_exactly(self.newer_s or 0)}"),
            (self.older_s is not None, f"older than {say_exactly(self.older_s or 0)}"),
        ]
        return [clause for given, clause in said if given]
