"""A lab whose sessions are sorted by DataJoint itself, with failures that were planted."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from django.http import QueryDict

from jobs.error_groups.comparing.answer import Sharing
from jobs.error_groups.comparing.reading import read_sharing
from jobs.layouts.reading import Reading
from jobs.listing.failures.finding import find_named
from jobs.listing.filters import JobFilter
from jobs.tracebacks.parsing import read_stack_blob
from jobs.tracebacks.signature import signature_of
from jobsite.lab.server import ask_server
from tests.lab import Lab, load_pipeline
from tests.server import SERVER

FIRST = dt.date(2026, 11, 2)
SUBJECTS, SESSIONS, PARAMS = 8, 5, 4

Key = tuple[str, dt.date, int]
"""A key of Sorting: subject, session_date, paramset_id."""


class SortedLab:
    """A schema of the pipeline in tests/sorting_pipeline.py with 160 keys."""

    def __init__(self, lab: Lab, seed: int = 1) -> None:
        """Draw the sessions."""
        self.schema = lab.schema()
        self.module: Any = load_pipeline(self.schema, "sorting_pipeline")
        self.random = Random(seed)
        self.sessions = [
            (f"M{subject}", FIRST + dt.timedelta(days=day))
            for subject in range(SUBJECTS)
            for day in self.random.sample(range(40), SESSIONS)
        ]
        self.module.Session.insert(self.sessions)

    @property
    def keys(self) -> list[Key]:
        """Return all keys of Sorting, in the order of chance."""
        made = [(*session, paramset) for session in self.sessions for paramset in range(1, PARAMS + 1)]
        return self.random.sample(made, len(made))

    def fail(self, keys: Iterable[Sequence[object]], error: Exception | None = None) -> None:
        """Let these keys fail when they are computed."""
        self.module.errors.update({tuple(key): error or ValueError("planted") for key in keys})

    def compute(self, *restrictions: object, table: str = "Sorting") -> None:
        """Let DataJoint compute a table."""
        getattr(self.module, table).populate(*restrictions, reserve_jobs=True, suppress_errors=True)

    def fail_where(self, has_it: Callable[[Key], bool]) -> None:
        """Let 18 keys fail that have something, or all that do, and a tenth of others; and compute."""
        keys = self.keys
        reason = [key for key in keys if has_it(key)][:18]
        self.fail([*reason, *[key for key in keys if not has_it(key)][: round(len(reason) / 9)]])
        self.compute()

    def move_to(self, host: str) -> None:
        """Let those of its jobs that have no such host yet have run on another one."""
        SERVER.sql(f"UPDATE `{self.schema}`.`~jobs` SET host = %s WHERE host NOT LIKE 'gpu%%'", [host])

    def group(self, message: str = "planted") -> JobFilter:
        """Return the jobs that failed with a ValueError of this message, as the list finds them."""
        fingerprint = signature_of(f"ValueError: {message}", self._stack(message)).fingerprint
        chosen = JobFilter.read(QueryDict(f"status=error&schema={self.schema}&group={fingerprint}"))
        return find_named(chosen, Reading.begin(), ask_server().now)

    def sharing(self, of_all: int = 0) -> Sharing:
        """Return what the planted failures share."""
        return read_sharing(self.group(), of_all, Reading.begin(), ask_server().now)

    def _stack(self, message: str) -> str:
        (stack,) = SERVER.sql(
            f"SELECT error_stack FROM `{self.schema}`.`~jobs` WHERE error_message = %s LIMIT 1",
            [f"ValueError: {message}"],
        )
        return read_stack_blob(stack[0]).text
