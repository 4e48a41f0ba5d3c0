"""The query string <-> a frozen filter of connections, which can say itself in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobsite.durations import read_span_s, say_exactly
from jobsite.pages.query_string import as_query, attempt, sort_of, term

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
"""What the list can be sorted by: the word in the URL and the column."""

LONGEST_FIRST = "-time"


@dataclass(frozen=True)
class ConnectionFilter:
    """Which connections a person asks for. Empty fields ask for nothing; `problems` are sentences about bad input."""

    user: str = ""
    host: str = ""
    schema: str = ""
    command: str = ""
    longer: str = ""
    longer_s: int | None = None
    sort: str = LONGEST_FIRST
    problems: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "ConnectionFilter":
        """Return the filter a query string asks for. What cannot be read is said in `problems`, never passed over."""
        longer_s, problem = attempt(read_span_s, term(query, "longer"))
        return cls(
            **{name: term(query, name) for name in ("user", "host", "schema", "command", "longer")},
            longer_s=longer_s,
            sort=sort_of(query, SORTS, LONGEST_FIRST),
            problems=(problem,) if problem else (),
        )

    @property
    def asked(self) -> dict[str, str]:
        """What narrows the list, as it stands in the URL."""
        names = ("user", "host", "schema", "command", "longer")
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def query(self) -> str:
        """The filter as a query string: the same filter comes of reading it."""
        return as_query({**self.asked, "sort": "" if self.sort == LONGEST_FIRST else self.sort})

    @property
    def in_words(self) -> str:
        """The filter as a sentence."""
        said = [
            (self.user, f"of a user like “{self.user}”"),
            (self.host, f"from a host like “{self.host}”"),
            (self.schema, f"in a schema like “{self.schema}”"),
            (self.command, f"whose command is like “{self.command}”"),
            (self.longer_s is not None, f"longer than {say_exactly(self.longer_s or 0)} in their state"),
        ]
        clauses = [clause for given, clause in said if given]
        return " ".join(["Connections" if clauses else "All connections", *clauses]) + "."
